"""The parameters of a function as options, as far as TOML can express them: names, types, defaults and descriptions."""

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from operator import or_
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from instag.model_options import OPTIONS as ASKING
from instag.model_options import ModelOptions

__all__ = ["Option", "parameters", "plain"]


@dataclass(frozen=True)
class Option:
    """An option of a table.

    Attributes
    ----------
    kind
        The type of its values.
    help
        What it does.
    default
        The value without it.
    needed
        Whether it is required.
    file
        ``"file"`` if it is the path of a file that is read, ``"either"`` if it may be; else None.
    idle
        Whether it has no effect on the result.
    """

    kind: Any
    help: str
    default: Any = None
    needed: bool = False
    file: Literal["file", "either"] | None = None
    idle: bool = False


def parameters(function: Callable[..., Any]) -> Iterator[tuple[str, Option]]:
    """The parameters of a function that TOML can express."""
    hints = _hints(function)
    documented = _documented(function)
    for name, each in inspect.signature(function).parameters.items():
        if each.kind is each.VAR_KEYWORD:
            yield from _keywords(hints.get(name), documented)
            continue
        hint = hints.get(name)
        said = next((inner.help for inner in get_args(hint)[1:] if hasattr(inner, "help")), None)
        asked = ASKING.get(name)
        if asked is not None:
            hint = get_type_hints(ModelOptions)[name]
        kind = (str | list[float]) if name == "price" else plain(hint)
        if kind is not None:
            needed = each.default is each.empty
            text = said or (asked.help if asked is not None else None) or documented.get(name, "")
            yield name, Option(kind, text, None if needed else each.default, needed)


def _hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    """The types of a function's parameters, except those that only a type checker can read."""
    whole = inspect.unwrap(vars(function)["__init__"] if isinstance(function, type) else function)
    found: dict[str, Any] = {}
    for name, each in getattr(whole, "__annotations__", {}).items():
        alone = types.SimpleNamespace(__annotations__={name: each})
        try:
            found |= get_type_hints(alone, vars(import_module(whole.__module__)), include_extras=True)
        except NameError:
            continue
    return found


def _keywords(hint: Any, documented: Mapping[str, str]) -> Iterator[tuple[str, Option]]:
    """Options of `**options: Unpack[…]`."""
    table = get_args(hint)[0] if get_args(hint) else hint
    if not typing.is_typeddict(table):
        return
    for name, each in get_type_hints(table).items():
        if (kind := plain(each)) is not None:
            yield name, Option(kind, documented.get(name, ""))


def _documented(function: Callable[..., Any]) -> dict[str, str]:
    """The first sentence of a docstring on each parameter."""
    text = inspect.getdoc(function) or ""
    part = re.split(r"\n(?:Returns|Raises|Attributes|Examples)\n-+\n", text.partition("Parameters\n----------\n")[2])[0]
    found: dict[str, str] = {}
    for names, body in re.findall(r"^(\S.*)\n((?:[ ]+.*\n?|\n)+)", part, re.MULTILINE):
        said = " ".join(line.strip() for line in body.splitlines())
        first = re.split(r"(?<=[.;]) ", said)[0].replace("`", "").rstrip(";")
        found |= {name.strip().lstrip("*"): first for name in names.partition(":")[0].split(",")}
    return found


def plain(hint: Any) -> Any:
    """The part of a type that TOML can express; None if there is none.

    Examples
    --------
    >>> plain(int | None), plain(Callable[[str], int]), plain(float | Literal["auto"] | None)
    (<class 'int'>, None, typing.Union[float, typing.Literal['auto']])
    """
    origin = get_origin(hint)
    found = None
    if origin is Annotated:
        found = plain(get_args(hint)[0])
    elif origin in (typing.Union, types.UnionType):
        kinds = [each for each in map(plain, get_args(hint)) if each is not None]
        found = reduce(or_, kinds) if kinds else None
    elif hint in (bool, int, float, str) or origin is Literal:
        found = hint
    elif isinstance(hint, type) and hasattr(hint, "__fspath__"):
        found = str
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        inner = plain(get_args(hint)[1])
        found = types.GenericAlias(dict, (str, Any if inner is None else inner))
    elif origin is not None and isinstance(origin, type) and hasattr(origin, "__reversed__"):
        inner = plain(get_args(hint)[0])
        found = None if inner is None else types.GenericAlias(list, (inner,))
    return found
