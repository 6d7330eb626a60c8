"""Commands that take the options of a function, as :mod:`instag.cleaning.options` declares them."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer

import instag
from instag import io
from instag.choices import Target
from instag.cleaning.options import Option, Test, Validation
from instag.cli import console, outputs
from instag.cli.options import Output, PerFile, Sources, To, one_or_list
from instag.cli.reading import reading_options
from instag.errors import InputError
from instag.io.options import ReadOptions

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Dropped", "cleaning", "declared", "load", "write"]

Dropped = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Where to list the rows that are removed or marked, and why: CSV or JSONL."),
]


def declared(options: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Replace a command's `**options` by the options in a class and those of reading.

    Examples
    --------
    >>> from instag.cleaning.options import Deduplication
    >>> @declared(Deduplication)
    ... def command(source: str, **options: object) -> None: ...
    >>> list(inspect.signature(command).parameters)[:7]
    ['source', 'query', 'method', 'threshold', 'keep', 'quality', 'action']
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True).parameters.values()
        kept = {each.name: each for each in own if each.kind is not inspect.Parameter.VAR_KEYWORD}
        needed = {name: each for name, each in kept.items() if each.default is inspect.Parameter.empty}
        first = {each.name: each for each in _options(options)}
        found = first | {each.name: each for each in reading_options() if each.name not in first}
        added = {name: each for name, each in found.items() if name not in kept}
        keyword = [
            each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for each in (needed | added | {name: each for name, each in kept.items() if name not in needed}).values()
        ]
        vars(command)["__signature__"] = inspect.Signature(keyword)
        command.__annotations__ = {each.name: each.annotation for each in keyword}
        return command

    return decorate


def load(
    function: Callable[..., Any], source: list[str], options: dict[str, Any], to: str
) -> tuple["pl.LazyFrame", dict[str, Any]]:
    """Open the data, and separate the function's own options from those of reading and writing."""
    reading = {each.name: options[each.name] for each in fields(ReadOptions)}
    names = inspect.signature(function).parameters
    others = {name: value for name, value in options.items() if name in names}
    if to in get_args(Target) or any(reading[name] is not None for name in ("answer", "system", "history")):
        # The columns are joined into conversations then, and the column of queries is part of them.
        others.pop("query", None)
    return io.load(one_or_list(source), to=to, **reading), others


def cleaning(name: str, declaration: type, text: str) -> Callable[..., None]:
    """Make the command for a function that removes rows, by its name."""

    @declared(declaration)
    def command(
        source: Sources,
        output: Output,
        dropped: Dropped = None,
        to: To = "auto",
        rows_per_file: PerFile = None,
        **options: Any,
    ) -> None:
        out = outputs.data("-o", output, to, lists=None, rows_per_file=rows_per_file)
        listed = outputs.data("--dropped", dropped, lists=None)
        outputs.apart([*source, *options.get("against", ())], out, listed)
        function = getattr(instag, name)
        with console.stage("reading"):
            data, others = load(function, source, options, to)
        with console.stage("comparing"):
            result = function(data, **others)
        write(result, output, dropped, to, rows_per_file, marked=options.get("action") == "mark")

    command.__name__, command.__doc__ = name, text
    return command


def write(
    result: "instag.Cleaned[Any]",
    output: Path,
    dropped: Path | None,
    to: str,
    rows_per_file: int | None,
    *,
    marked: bool,
) -> None:
    """Write the rows that stay, list those that were removed, and print their counts."""
    if not result.kept and not marked:
        reasons = "; ".join(f"{rows:,} {reason}" for reason, rows in result.reasons.iter_rows())
        raise InputError(f"no row is left of {result.samples:,} ({reasons or 'there were none'}): nothing is written")
    with console.stage(f"writing {output}"):
        io.write(result.data, output, format=to, rows_per_file=rows_per_file)
        if dropped is not None:
            io.write(result.dropped, dropped)
    say(result, marked=marked)
    if "same_answer" in result.dropped.columns and (differ := (~result.dropped.get_column("same_answer")).sum()):
        console.say(f"{differ:,} of the copies have different answers from the rows that stay: --dropped lists them")
    console.say(f"written to {output}" + ("" if dropped is None else f"; the removed rows are listed in {dropped}"))


def say(result: "instag.Cleaned[Any]", *, marked: bool) -> None:
    """Print how many rows stay and how many were removed, by reason."""
    rows = [("read", f"{result.samples:,}")]
    rows += [
        (f"  {'marked' if marked else 'removed'}: {reason}", f"{count:,}")
        for reason, count in result.reasons.iter_rows()
    ]
    console.table(("", "rows"), [*rows, ("not marked" if marked else "kept", f"{result.kept:,}")])


def _options(options: type) -> Iterator[inspect.Parameter]:
    """The options in a class, as parameters for Typer."""
    for name, hint in inspect.get_annotations(options).items():
        option = next(part for part in get_args(hint) if isinstance(part, Option))
        shown: dict[str, Any] = {"help": option.help, "metavar": option.metavar}
        flags = [] if option.flag is None else [option.flag]
        kind: Any = _kind(hint)
        default = vars(options).get(name, inspect.Parameter.empty)
        if hint in (Validation, Test):
            kind, default = str | None, None if default is None else str(default)
        annotation = Annotated[kind, typer.Option(*flags, **shown)]
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _kind(hint: Any) -> Any:
    """An option's type on the command line; a sequence becomes an option that can be repeated."""
    declared_type = get_args(hint)[0]
    if declared_type is Any:
        return str | None
    members = get_args(declared_type) if get_origin(declared_type) is not Literal else ()
    if any(get_origin(member) is Sequence or member is Sequence for member in map(_bare, members)):
        return list[str] | None if type(None) in members else list[str]
    return declared_type


def _bare(member: Any) -> Any:
    return get_origin(member) or member
