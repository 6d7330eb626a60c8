"""The options of a run of a model, declared once for Python and for the command line."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill, indent
from typing import Annotated, Any, TypedDict, TypeVar, get_args, get_type_hints

from instag.choices import Structured

__all__ = ["OPTIONS", "ModelOptions", "Option", "filled", "with_model_options"]

F = TypeVar("F", bound=Callable[..., Any])
WIDTH = 112


@dataclass(frozen=True)
class Option:
    """An option of a run of a model.

    Attributes
    ----------
    default
        The value if none is given.
    doc
        What it does, for docstrings.
    help
        The same for the command line, in one line; None if the command line has no such option, or declares it itself.
    kind, metavar
        Its type on the command line, and the placeholder for its value.
    """

    default: Any
    doc: str
    help: str | None = None
    kind: Any = None
    metavar: str | None = None


class ModelOptions(TypedDict, total=False):
    """Options of a run of a model, as :func:`instag.tag` and :func:`instag.audit` take them."""

    base_url: Annotated[
        str | Sequence[str] | None,
        Option(
            None,
            "The endpoint's address, with the version, such as ``http://localhost:8000/v1``, or ``unix:///run/llm.sock`` "
            "for a Unix socket; by default the environment's `OPENAI_BASE_URL`, or else OpenAI's. Or a list of several: "
            "requests go where the fewest are in flight, each has limits of its own, and one that cannot be reached is "
            "left alone for a while.",
            "The endpoint's address: by default OPENAI_BASE_URL, or OpenAI's. Repeat it for several endpoints.",
            list[str] | None,
            "URL",
        ),
    ]
    api_key: Annotated[
        str | Sequence[str | None] | None,
        Option(
            None,
            "The key, or one for each address; by default the environment's `OPENAI_API_KEY`. It is never shown or "
            "written to a file.",
        ),
    ]
    client: Annotated[
        Any,
        Option(
            None,
            "A client of your own, for a proxy, certificates, or another way to log in: an `httpx2.AsyncClient`, "
            "`openai.AsyncOpenAI` or `openai.AsyncAzureOpenAI`. It is not closed. Connections belong to an event loop, and "
            "each call of `instag.tag` has its own: for several calls with one client use `instag.atag`.",
        ),
    ]
    headers: Annotated[Mapping[str, str] | None, Option(None, "Additional headers for every request.")]
    insecure: Annotated[
        bool,
        Option(
            default=False,
            doc="Whether to accept any certificate, so that the server is not authenticated. It is better to name a file "
            "with its certificate in the environment variable `SSL_CERT_FILE`.",
            help="Accept any certificate; it is better to set SSL_CERT_FILE.",
        ),
    ]
    journal: Annotated[
        str | Path | Sequence[str | Path] | None,
        Option(
            None,
            "The file for the answers; by default one in the working directory, named after model and prompt. Or several, "
            "such as those of several machines: all are read, and the last is written to.",
            "The file for the answers, by default named after the output or the model. Repeat it for several: all are read, the "
            "last is written to.",
            list[Path] | None,
            "FILE",
        ),
    ]
    retry_unread: Annotated[
        bool,
        Option(
            default=False,
            doc="Whether to repeat questions that a model refused in an earlier run, or whose answer was filtered or could not "
            "be read. Such answers were paid for, so by default the questions are not repeated.",
            help="Repeat questions whose answer in an earlier run could not be read, or was refused.",
        ),
    ]
    limit: Annotated[
        int | None,
        Option(
            None,
            "The most questions to ask in this run, in the order of the data; those that failed before come last. "
            "0 asks none and builds the result from the journal alone.",
            "Ask at most N questions in this run; 0 asks none.",
            metavar="N",
        ),
    ]
    shard: Annotated[
        str | None,
        Option(
            None,
            "A part of the questions, such as ``2/4`` on the second of four machines. Their journals can be joined in "
            "any order, with `cat` or as several in `journal`.",
            "Ask only every N-th question, beginning with the K-th, on one of N machines.",
            metavar="K/N",
        ),
    ]
    concurrency: Annotated[
        int | str,
        Option(
            "auto",
            "Requests in flight: ``auto`` adapts to what the server can take; a number is the most there will be.",
            "Requests in flight: auto, or the most there will be.",
            str,
            "N",
        ),
    ]
    rpm: Annotated[
        float | None, Option(None, "Requests a minute; None for what the server allows.", "The most requests a minute.")
    ]
    tpm: Annotated[
        float | None, Option(None, "Tokens a minute; None for what the server allows.", "The most tokens a minute.")
    ]
    max_cost: Annotated[
        float | None,
        Option(None, "US dollars that this run may spend.", "The most that this run may spend.", metavar="USD"),
    ]
    price: Annotated[
        Any,
        Option(
            None,
            "US dollars for a million tokens of questions and of answers; by default the published price of the model.",
            "US dollars for a million tokens asked and answered.",
            str | None,
            "IN,OUT",
        ),
    ]
    attempts: Annotated[
        int,
        Option(
            6,
            "How often a question is asked before it counts as failed. 'Too many requests' and an endpoint that cannot "
            "be reached do not count as attempts.",
            "How often a question is asked before it counts as failed.",
        ),
    ]
    reask: Annotated[
        int,
        Option(
            2,
            "How often a question whose answer cannot be read is repeated in the same run: at a temperature of 0.3, and "
            "then of 0.7. One whose answer was cut off is asked once more with four times the `max_tokens`.",
            "How often a question whose answer cannot be read is repeated.",
        ),
    ]
    timeout: Annotated[
        float, Option(120.0, "Seconds for an answer.", "How long to wait for an answer.", metavar="SECONDS")
    ]
    patience: Annotated[
        float,
        Option(
            600.0,
            "Seconds without an answer from an endpoint, or with nothing but 'too many requests', after which it is given "
            "up. Until then it is tried with one question at a time.",
            "How long to wait for an endpoint that does not answer.",
            metavar="SECONDS",
        ),
    ]
    max_unread: Annotated[
        float,
        Option(
            0.5,
            "The share of the last 500 answers that may be unreadable before the run stops, once there are 20. Questions "
            "that `retry_unread` repeats do not count.",
            "The share of the last 500 answers that may be unreadable.",
            metavar="SHARE",
        ),
    ]
    max_tokens: Annotated[
        int | None,
        Option(
            1024,
            "The longest answer, in tokens; None for the server's own limit. After it is raised, questions whose answers "
            "were cut off by a lower limit are asked again.",
            "The longest answer in tokens; 0 leaves it to the server.",
            int,
        ),
    ]
    temperature: Annotated[
        float | None,
        Option(
            0.0,
            "The sampling temperature; with None, none is sent.",
            "The sampling temperature; below 0, none is sent.",
            float,
        ),
    ]
    structured: Annotated[
        Structured,
        Option(
            "auto",
            "How JSON is asked for: ``json_schema``, ``structured_outputs`` (vLLM), ``json_object``, ``none``, or ``auto``, "
            "which tries them in this order with the first questions and notes in the journal which one works.",
            "How the server is asked for JSON.",
        ),
    ]
    extra_body: Annotated[
        Mapping[str, Any] | None,
        Option(
            None,
            "More fields for every request, such as ``{'reasoning_effort': 'low'}``. The length of an answer is set by "
            "`max_tokens` instead.",
            "More fields for every request.",
            str | None,
            "JSON",
        ),
    ]
    progress: Annotated[
        Callable[[Any], None] | None,
        Option(
            None,
            "Called with the :class:`instag.Tally` four times a second and at the end, in another thread. None shows a bar in a "
            "notebook, and nothing elsewhere.",
        ),
    ]


OPTIONS: dict[str, Option] = {
    name: next(each for each in get_args(hint) if isinstance(each, Option))
    for name, hint in get_type_hints(ModelOptions, include_extras=True).items()
}
"""The options by name."""


def filled(options: Mapping[str, Any]) -> dict[str, Any]:
    """All options, with defaults for those that are not given.

    Raises
    ------
    TypeError
        If there is no such option.

    Examples
    --------
    >>> filled({"timeout": 5.0})["timeout"], filled({})["patience"]
    (5.0, 600.0)
    """
    if unknown := options.keys() - OPTIONS.keys():
        raise TypeError(f"unexpected option: {', '.join(sorted(unknown))}; known are {', '.join(OPTIONS)}")
    return {name: option.default for name, option in OPTIONS.items()} | dict(options)


def with_model_options(**defaults: Any) -> Callable[[F], F]:
    """Show the options in the signature and docstring of a function or class, in place of its `**options`.

    Parameters
    ----------
    **defaults
        Defaults that differ for this function.

    Examples
    --------
    >>> @with_model_options(timeout=5.0)
    ... def ask(model: str, **options: object) -> None: ...
    >>> inspect.signature(ask).parameters["timeout"].default
    5.0
    """

    def decorate(work: F) -> F:
        signature = inspect.signature(work)
        kinds = {name: get_args(hint)[0] for name, hint in ModelOptions.__annotations__.items()}
        keyword = inspect.Parameter.KEYWORD_ONLY
        own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        more = [
            inspect.Parameter(name, keyword, default=defaults.get(name, each.default), annotation=kinds[name])
            for name, each in OPTIONS.items()
        ]
        setattr(work, "__signature__", signature.replace(parameters=[*own, *more]))  # noqa: B010 - mypy knows no such attribute
        shown = "\n".join(f"{name}\n{indent(fill(option.doc, WIDTH), '    ')}" for name, option in OPTIONS.items())
        work.__doc__ = (work.__doc__ or "").replace("    **options\n", indent(shown, "    ") + "\n")
        return work

    return decorate
