"""The options of `--method gain`, for the commands that select by it or measure by it."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from instag.choices import OPENAI
from instag.cli.options import expect_tags, read_amount
from instag.errors import InputError
from instag.selection.options import Gain

__all__ = ["files_of", "gained", "opened"]

Url = Annotated[str, typer.Option(metavar="URL", help="The endpoint's address for --embedder openai:MODEL.")]

# Options whose value can be a file.
FILES = ("start", "weights", "target", "tree")


def gained(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Replace a command's parameter `gain` by the options of `gain`, except for some.

    The command gets the options that were set, in the form that :func:`instag.select` takes.

    Examples
    --------
    >>> @gained("cost")
    ... def show(source: str, gain: Gain) -> None:
    ...     print(source, gain)
    >>> show("data.jsonl", curve="0.3", at_most=["chat=30%"])
    data.jsonl {'curve': 0.3, 'at_most': {'chat': '30%'}}
    """
    hints = {name: hint for name, hint in inspect.get_annotations(Gain).items() if name not in left_out}
    added = [_parameter(name, hint) for name, hint in hints.items()]
    if "embedder" in hints:
        keyword = inspect.Parameter.KEYWORD_ONLY
        added.append(inspect.Parameter("base_url", keyword, default=OPENAI, annotation=Url))

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command)
        names = [each.name for each in added]

        @wraps(command)
        def wrapper(*args: Any, **options: Any) -> None:
            given = {name: options.pop(name) for name in names if name in options}
            command(*args, **options, gain=_read(given))

        parameters: list[inspect.Parameter] = []
        for each in signature.parameters.values():
            keyword_only = each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            parameters += added if each.name == "gain" else [keyword_only]
        vars(wrapper)["__signature__"] = signature.replace(parameters=parameters)
        wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
        return wrapper

    return decorate


def files_of(gain: Gain) -> list[str]:
    """The files among the values of the options, if they exist."""
    return [str(gain[name]) for name in FILES if gain.get(name) is not None]  # type: ignore[literal-required]


def opened(gain: Gain, columns: list[str], tags: str) -> Gain:
    """The same options, with the earlier selection read if it is a file and not a column of the data."""
    start = gain.get("start")
    if not isinstance(start, str) or start in columns:
        return gain
    if not Path(start).exists():
        raise InputError(
            f"--start: {start!r} is neither a column of the data nor a file; the columns are: {', '.join(columns)}"
        )
    from instag import io

    frame = io.load(start)
    expect_tags(frame, [start], tags)
    return gain | {"start": frame}


def _parameter(name: str, hint: Any) -> inspect.Parameter:
    """An option of `gain`, as a parameter for Typer."""
    declared, option = get_args(hint)
    kind = (declared if option.kind is None else option.kind) | None
    shown = typer.Option(metavar=option.metavar, help=f"gain: {option.help}")
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, shown])


def _read(given: dict[str, Any]) -> dict[str, Any]:
    """Turn options of the command line into those of :func:`instag.select`."""
    url = given.pop("base_url", OPENAI)
    found = {name: value for name, value in given.items() if value not in (None, [])}
    if "curve" in found:
        found["curve"] = read_curve(found["curve"])
    for name in ("at_least", "at_most"):
        if name in found:
            found[name] = read_amounts(f"--{name.replace('_', '-')}", found[name])
    if "embedder" in found:
        found["embedder"] = read_embedder(found["embedder"], url)
    return found


def read_embedder(text: str, base_url: str) -> Any:
    """The embedder of that name."""
    if text == "none":
        raise InputError("--similarity: it needs an embedder, to tell which tags are near each other; found none")
    from instag.cli.normalize import read_embedder as read

    return read(text, base_url)


def read_curve(text: str) -> float | str:
    """Read a curve: a number, log or match.

    Examples
    --------
    >>> read_curve("0.3"), read_curve("log")
    (0.3, 'log')
    """
    try:
        return float(text)
    except ValueError:
        return text


def read_amounts(option: str, texts: list[str]) -> float | str | dict[str, float | str]:
    """Read the amount for each group; an amount without a group is for all.

    Examples
    --------
    >>> read_amounts("--at-least", ["math=500", "tag:proof=2%"]), read_amounts("--at-most", ["0.3"])
    ({'math': 500, 'tag:proof': '2%'}, 0.3)
    """
    if len(texts) == 1 and "=" not in texts[0]:
        return read_amount(option, texts[0])
    amounts: dict[str, float | str] = {}
    for text in texts:
        name, equals, amount = text.rpartition("=")
        if not equals:
            raise InputError(f"{option}: expected GROUP=N for each of several groups; found {text!r}")
        if name in amounts:
            raise InputError(f"{option}: expected each group once; found {name!r} again in {text!r}")
        amounts[name] = read_amount(option, amount)
    return amounts
