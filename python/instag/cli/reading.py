"""The options of reading, for every command that reads data."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import wraps
from typing import Annotated, Any

import typer

from instag.io.options import ReadOptions

__all__ = ["parted", "reading_options", "reads"]


def reads(command: Callable[..., Any]) -> Callable[..., Any]:
    """Replace a command's ``**reading`` by the options of :class:`instag.io.options.ReadOptions`.

    Examples
    --------
    >>> @reads
    ... def show(source: str, **reading: object) -> None:
    ...     print(source, reading["query"])
    >>> show("data.jsonl", query="ask")
    data.jsonl ask
    """
    signature = inspect.signature(command)
    own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [each for each in reading_options() if each.name not in signature.parameters]

    @wraps(command)
    def wrapper(*args: Any, **options: Any) -> Any:
        reading = {each.name: options.pop(each.name, each.default) for each in added}
        return command(*args, **options, **reading)

    hints = {name: hint for name, hint in inspect.get_annotations(command).items() if name != "reading"}
    wrapper.__annotations__ = hints | {each.name: each.annotation for each in added}
    vars(wrapper)["__signature__"] = signature.replace(parameters=[*own, *added])
    return wrapper


def reading_options() -> Iterator[inspect.Parameter]:
    """The options of reading, as parameters for Typer."""
    for each in fields(ReadOptions):
        kind: Any = each.type
        annotation = Annotated[kind, typer.Option(**each.metadata)]
        yield inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=annotation)


def parted(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of reading, and all others.

    Examples
    --------
    >>> parted({"query": "ask", "rpm": 60})
    ({'query': 'ask'}, {'rpm': 60})
    """
    names = {each.name for each in fields(ReadOptions)}
    reading = {name: value for name, value in options.items() if name in names}
    return reading, {name: value for name, value in options.items() if name not in names}
