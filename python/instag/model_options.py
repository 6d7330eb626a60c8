"""What a user may set for a run of a model: declared once, and shown from here in Python and on the command line."""

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
        What holds where nobody sets it.
    doc
        What it does, for Python's users.
    help
        The same for the command line, in a line; None where the option is not there, or has another form.
    kind, metavar
        Its type there, and what stands for its value.
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
            "requests go where the fewest are in flight, each has limits of its own, and one that is away rests.",
            "Where the endpoint is: by default OPENAI_BASE_URL, or OpenAI's. Several times for several endpoints.",
            list[str] | None,
            "URL",
        ),
    ]
    api_key: Annotated[
        str | Sequence[str | None] | None,
        Option(
            None,
            "The key, or one for each address; by default the environment's `OPENAI_API_KEY`. It is shown and written "
            "nowhere.",
        ),
    ]
    client: Annotated[
        Any,
        Option(
            None,
            "A client of your own, for a proxy, certificates, or another way to log in: an `httpx2.AsyncClient`, "
            "`openai.AsyncOpenAI` or `openai.AsyncAzureOpenAI`. It is left open. Connections belong to an event loop, and "
            "each call of `instag.tag` has its own: for several calls with one client use `instag.atag`.",
        ),
    ]
    headers: Annotated[Mapping[str, str] | None, Option(None, "More headers for every request.")]
    insecure: Annotated[
        bool,
        Option(
            default=False,
            doc="Whether any certificate is taken, so that nobody knows who answers. Better: a file with the certificate in "
            "the environment's `SSL_CERT_FILE`.",
            help="Take any certificate; better: set SSL_CERT_FILE.",
        ),
    ]
    journal: Annotated[
        str | Path | Sequence[str | Path] | None,
        Option(
            None,
            "The file for the answers; by default one in the working directory, named after model and prompt. Or several, "
            "such as those of several machines: all are read, and the last is written to.",
            "The file for the answers, by default named after the output, or after the model; several times: all are read, the "
            "last is written to.",
            list[Path] | None,
            "FILE",
        ),
    ]
    retry_unread: Annotated[
        bool,
        Option(
            default=False,
            doc="Whether to ask again where an earlier run got an answer that could not be read, was refused or filtered. It "
            "was paid for, so it is not asked again by default.",
            help="Ask again where an earlier run got an answer that could not be read, or was refused.",
        ),
    ]
    limit: Annotated[
        int | None,
        Option(
            None,
            "The most questions to ask in this run, in the order of the data, those that failed before after all others; "
            "0 asks none, and makes the result of what the journal holds.",
            "Ask at most so many in this run; 0 asks none.",
            metavar="N",
        ),
    ]
    shard: Annotated[
        str | None,
        Option(
            None,
            "A part of the questions, such as ``2/4``: the second of four machines. Their journals can be put together in "
            "any order, by `cat` or as several in `journal`.",
            "Ask only every N-th question, beginning with the K-th, on one of N machines.",
            metavar="K/N",
        ),
    ]
    concurrency: Annotated[
        int | str,
        Option(
            "auto",
            "Requests in flight: ``auto`` finds what the server bears; a number is the most there will be.",
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
            "How often a question is asked before it counts as failed. 'Too many requests', and an endpoint that is away, "
            "cost no attempt.",
            "How often a question is asked before it counts as failed.",
        ),
    ]
    reask: Annotated[
        int,
        Option(
            2,
            "How often a question is asked again, in the same run, whose answer cannot be read: at a temperature of 0.3, "
            "and then of 0.7. One that was cut off is asked once more with four times the `max_tokens`.",
            "How often a question is asked again whose answer cannot be read.",
        ),
    ]
    timeout: Annotated[
        float, Option(120.0, "Seconds for an answer.", "How long to wait for an answer.", metavar="SECONDS")
    ]
    patience: Annotated[
        float,
        Option(
            600.0,
            "Seconds without an answer from an endpoint, or of nothing but 'too many requests', after which it is asked no "
            "more. Until then it is tried with one question at a time.",
            "How long to wait for an endpoint that does not answer.",
            metavar="SECONDS",
        ),
    ]
    max_unread: Annotated[
        float,
        Option(
            0.5,
            "The share of the last 500 answers that may be unreadable before it stops, once there are 20. Questions whose "
            "answer could not be read before, and which `retry_unread` asks again, do not count.",
            "How many of the last 500 answers may be unreadable.",
            metavar="SHARE",
        ),
    ]
    max_tokens: Annotated[
        int | None,
        Option(
            1024,
            "The longest answer, in tokens; None for the server's own limit. Where it grows, answers that a lower one had "
            "cut off are asked again.",
            "The longest answer; 0 leaves it to the server.",
            int,
        ),
    ]
    temperature: Annotated[
        float | None,
        Option(
            0.0,
            "The temperature of sampling; None sends none.",
            "The temperature of sampling; below 0 sends none.",
            float,
        ),
    ]
    structured: Annotated[
        Structured,
        Option(
            "auto",
            "How JSON is asked for: ``json_schema``, ``structured_outputs`` (vLLM), ``json_object``, ``none``, or ``auto``, "
            "which tries them in this order with the first questions, and keeps in the journal what it found.",
            "How the server is asked for JSON.",
        ),
    ]
    extra_body: Annotated[
        Mapping[str, Any] | None,
        Option(
            None,
            "More fields for every request, such as ``{'reasoning_effort': 'low'}``; not the length of an answer, which is "
            "`max_tokens`.",
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
    """All options, those that are not given by their defaults.

    Raises
    ------
    TypeError
        Where there is no such option.

    Examples
    --------
    >>> filled({"timeout": 5.0})["timeout"], filled({})["patience"]
    (5.0, 600.0)
    """
    if unknown := options.keys() - OPTIONS.keys():
        raise TypeError(f"unexpected option: {', '.join(sorted(unknown))}; known are {', '.join(OPTIONS)}")
    return {name: option.default for name, option in OPTIONS.items()} | dict(options)


def with_model_options(**defaults: Any) -> Callable[[F], F]:
    """Show the options in the signature and docstring of a function or class, in the place of its `**options`.

    Parameters
    ----------
    **defaults
        Defaults that are others here.

    Examples
    --------
    >>> @with_model_options(timeout=5.0)
    ... def ask(model: str, **options: object) -> None: ...
    >>> inspect.signature(ask).parameters["timeout"].default
    5.0
    """

    def decorate(work: F) -> F:
        signature, hints = inspect.signature(work), ModelOptions.__annotations__
        keyword = inspect.Parameter.KEYWORD_ONLY
        own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        more = [
            inspect.Parameter(
                name, keyword, default=defaults.get(name, each.default), annotation=get_args(hints[name])[0]
            )
            for name, each in OPTIONS.items()
        ]
        setattr(work, "__signature__", signature.replace(parameters=[*own, *more]))  # noqa: B010 - mypy knows no such attribute
        shown = "\n".join(f"{name}\n{indent(fill(option.doc, WIDTH), '    ')}" for name, option in OPTIONS.items())
        work.__doc__ = (work.__doc__ or "").replace("    **options\n", indent(shown, "    ") + "\n")
        return work

    return decorate
