"""Options of a run of a model: the endpoint, the pace, the cost."""

import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import typer

import instag
from instag.choices import QUERY_LENGTH, Action
from instag.errors import InputError
from instag.model_options import OPTIONS, ModelOptions

__all__ = []

KEY = "OPENAI_API_KEY"

Model = Annotated[str, typer.Option(help="The model's name at the endpoint, or a .gguf file to run here.")]
KeyEnvs = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help=f"The environment variable that holds the key, by default {KEY}; repeat it, once for each URL.",
    ),
]
KeyFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A file that holds the key.")]
Headers = Annotated[
    list[str] | None,
    typer.Option(
        "--header", metavar="'NAME: VALUE'", help="A header to add, or @FILE with one a line; repeat it for several."
    ),
]
Prompted = Annotated[
    str,
    typer.Option(
        help="instag, instag-cached, code, tools, images, instagger, instagger-vicuna, or a text file with {query} in it."
    ),
]
Shown = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Examples for the model: queries with tags, as JSONL.")
]
Hinted = Annotated[
    Path | None, typer.Option(metavar="V.parquet", help="A vocabulary whose tags the model should prefer.")
]
Spoken = Annotated[
    str, typer.Option("--tags-in", metavar="LANGUAGE", help="The language of the tags; same is that of each query.")
]
Query = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the user's queries.")]
Longest = Annotated[
    int | None,
    typer.Option("--max-query", metavar="N", help=f"Cut queries to this many characters; {QUERY_LENGTH} by default."),
]
LongestTokens = Annotated[
    int | None,
    typer.Option("--max-query-tokens", metavar="N", help="Cut queries to this many tokens, as a rule estimates them."),
]
Explained = Annotated[bool, typer.Option("--explanations", help="Add the column explanations.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Replace the columns tags and query_tags if the data have them.")
]
Failures = Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the queries that got no tags.")]
Batched = Annotated[Action | None, typer.Option("--batch", help="Use the Batch API: half the price, within a day.")]
BatchSize = Annotated[int, typer.Option("--batch-size", metavar="N", help="How many queries a batch has at most.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print an estimate of requests, tokens, cost and time; nothing is asked.")
]


def asks_a_model(*, always: bool = True, **defaults: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Replace a command's `**asking` by the options of a run of a model; :func:`read_asking` reads them.

    Parameters
    ----------
    always
        Whether the command always asks a model; if it does not, these options come last in its help.
    **defaults
        Defaults that differ for this command.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            each
            for each in inspect.signature(command, eval_str=True).parameters.values()
            if each.kind is not each.VAR_KEYWORD
        ]
        needed = [each for each in own if each.default is each.empty]
        rest = [each for each in own if each.default is not each.empty]
        asking = list(_asking(defaults))
        parts = (*needed, *asking, *rest) if always else (*needed, *rest, *asking)
        keyword = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parts]
        vars(command)["__signature__"] = inspect.Signature(keyword)
        command.__annotations__ = {each.name: each.annotation for each in keyword}
        return command

    return decorate


def _asking(defaults: dict[str, Any]) -> Iterator[inspect.Parameter]:
    """The options of a run of a model, as parameters for Typer."""
    hints = get_type_hints(ModelOptions, include_extras=True)
    declared: dict[str, tuple[Any, Any]] = {
        "api_key_env": (KeyEnvs, None),
        "api_key_file": (KeyFile, None),
        "header": (Headers, None),
    }
    for name, option in OPTIONS.items():
        if option.help is not None:
            kind = get_args(hints[name])[0] if option.kind is None else option.kind
            shown = typer.Option(f"--{name.replace('_', '-')}", metavar=option.metavar, help=option.help)
            declared[name] = Annotated[kind, shown], defaults.get(name, option.default)
    for name, (annotation, default) in declared.items():
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def read_asking(given: dict[str, Any]) -> dict[str, Any]:
    """Read the options of :func:`asks_a_model`, as :func:`instag.tag` takes them."""
    from instag.chat import read_headers

    options = {name: value for name, value in given.items() if name in OPTIONS}
    urls, journals = options["base_url"], options["journal"]
    return options | {
        "base_url": urls[0] if urls and len(urls) == 1 else urls or None,
        "api_key": _keys(given["api_key_env"], given["api_key_file"]),
        "headers": read_headers(given["header"] or (), "--header"),
        "journal": journals[0] if journals and len(journals) == 1 else journals or None,
        "concurrency": read_concurrency(options["concurrency"]),
        "price": read_price(options["price"]),
        "max_tokens": options["max_tokens"] or None,
        "temperature": None if options["temperature"] < 0 else options["temperature"],
        "extra_body": read_body(options["extra_body"]),
    }


def kept_beside(output: Path, ending: str) -> Path:
    """The default path of the journal: beside the output, or in the working directory.

    Examples
    --------
    >>> kept_beside(Path("tagged.jsonl"), ".journal"), kept_beside(Path("-"), ".journal")
    (PosixPath('tagged.jsonl.journal'), PosixPath('instag.journal'))
    """
    from instag.io.paths import is_standard_output

    return Path(f"instag{ending}" if is_standard_output(output) else f"{output}{ending}")


def _keys(names: list[str] | None, file: Path | None) -> str | list[str | None] | None:
    """Find the keys, which are not given on the command line, where others could see them."""
    if file is not None:
        from instag.chat import read_key

        if names:
            raise InputError("--api-key-file: not with --api-key-env: a key comes from one of them")
        return read_key(file, "--api-key-file")
    for name in names or ():
        if name not in os.environ:
            raise InputError(f"--api-key-env: the environment has no variable {name!r}: set it, or name another")
    found = [os.environ.get(name) for name in names or [KEY]]
    return found[0] if len(found) == 1 else found


def read_cut(characters: int | None, tokens: int | None) -> "instag.Cut":
    """Read how much of a query is sent."""
    if tokens is None:
        return instag.Cut(QUERY_LENGTH if characters is None else characters)
    if characters is not None:
        raise InputError("--max-query-tokens: not with --max-query: queries are cut by one of them")
    return instag.Cut(tokens, "tokens")


def read_concurrency(text: str) -> int | Literal["auto"]:
    """Read a concurrency: a number, or auto."""
    if text == "auto":
        return "auto"
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--concurrency: expected a number such as 64, or auto; found {text!r}") from None


def read_price(text: str | None) -> tuple[float, float] | None:
    """Read a price: dollars for a million tokens asked, and for a million answered."""
    if text is None:
        return None
    try:
        asked, answered = map(float, text.split(","))
    except ValueError:
        raise InputError(f"--price: expected two numbers such as 0.15,0.60; found {text!r}") from None
    return asked, answered


def read_body(text: str | None) -> dict[str, Any] | None:
    """Read additional fields of requests."""
    if text is None:
        return None
    import orjson

    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"--extra-body: expected an object in JSON; found {text!r}: {error}") from None
    if not isinstance(fields, dict):
        raise InputError(f"--extra-body: expected an object in JSON; found {text!r}")
    return fields
