"""The options of `method="gain"`: declared once, for functions and for the command line, and checked before any work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from os import PathLike
from typing import Annotated, Any, TypedDict, Unpack, get_args

from instag.checks import check_choice, check_name, expect, is_not_negative, is_number, shown
from instag.choices import Amount, Curve, Method
from instag.cleaning.options import Option
from instag.errors import InputError

__all__ = ["Gain", "Options", "read_options"]

# How a message asks for an option whose value is not the name of a column.
NEEDED = {"similarity": "give a cosine with"}


class Gain(TypedDict, total=False):
    """The options of :func:`select` for ``method="gain"``."""

    curve: Annotated[
        Curve,
        Option("a number A for x^A (0.5), log, or match. 0: more coverage; 1: more tags per sample.", "A", kind=str),
    ]
    quality: Annotated[str, Option("a column of numbers by which samples are weighted.", "COLUMN")]
    quality_missing: Annotated[float, Option("the quality of samples that have none.", "NUMBER")]
    cost: Annotated[str, Option("the cost that --budget limits: a column, characters, words or tokens.", "COLUMN")]
    cost_exponent: Annotated[float, Option("take by gain / cost^E, from 0 to 1 (1).", "E")]
    min_cost: Annotated[float, Option("leave out samples that cost less.", "NUMBER")]
    max_cost: Annotated[float, Option("leave out samples that cost more.", "NUMBER")]
    group: Annotated[str, Option("the groups of --at-least and --at-most.", "COLUMN")]
    at_least: Annotated[
        Amount | Mapping[str, Amount],
        Option("the minimum of a group or of tag:TAG: a count or a share.", "[GROUP=]N", kind=list[str]),
    ]
    at_most: Annotated[
        Amount | Mapping[str, Amount],
        Option("the maximum of a group: a count or a share.", "[GROUP=]N", kind=list[str]),
    ]
    start: Annotated[Any, Option("an earlier selection: a column of booleans, or a file.", "COLUMN|FILE", kind=str)]
    weights: Annotated[
        Mapping[str, float] | str | PathLike[str] | Any,
        Option("weights of tags: a file with the columns tag and weight.", "FILE", kind=str),
    ]
    target: Annotated[
        Mapping[str, float] | Any, Option("choose data like those in this file, by its tags.", "FILE", kind=str)
    ]
    tree: Annotated[Any, Option("count broader tags too, from a vocabulary made with a judge.", "V.parquet", kind=str)]
    similarity: Annotated[
        float, Option("count in part for tags at least this similar: a cosine between 0 and 1.", "COSINE")
    ]
    embedder: Annotated[
        str | Callable[[list[str]], Any] | None,
        Option("decides which tags are similar, for --similarity: as for instag normalize.", "NAME", kind=str),
    ]


@dataclass(frozen=True)
class Options:
    """The same options with their defaults; see :func:`select`."""

    curve: Curve = 0.5
    quality: str | None = None
    quality_missing: float | None = None
    cost: str | None = None
    cost_exponent: float = 1.0
    min_cost: float | None = None
    max_cost: float | None = None
    group: str | None = None
    at_least: Amount | Mapping[str, Amount] | None = None
    at_most: Amount | Mapping[str, Amount] | None = None
    start: Any = None
    weights: Any = None
    target: Any = None
    tree: Any = None
    similarity: float | None = None
    embedder: str | Callable[[list[str]], Any] | None = "auto"

    @property
    def given(self) -> list[str]:
        """The names of those that were set."""
        return [field.name for field in fields(self) if getattr(self, field.name) is not field.default]


def read_options(method: Method, **options: Unpack[Gain]) -> Options:
    """Check the options of a method, as far as that can be done without the data.

    Examples
    --------
    >>> read_options("coverage", quality="reward")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: quality: only method 'gain' has this option; found method 'coverage': leave it out, or use method 'gain'
    """
    check_choice("method", method, get_args(Method))
    known = [field.name for field in fields(Options)]
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise TypeError(f"no option {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    read = Options(**options)
    if method != "gain":
        if read.given:
            raise InputError(
                f"{read.given[0]}: only method 'gain' has this option; found method {method!r}: leave it out, or use method 'gain'"
            )
        return read
    _check_kinds(read)
    _check_together(read)
    return read


def _check_kinds(options: Options) -> None:
    expect("curve", options.curve, "a number above 0 and at most 1, 'log' or 'match'", _is_curve)
    expect("cost_exponent", options.cost_exponent, "a number from 0 to 1", lambda e: is_number(e) and 0 <= e <= 1)
    if options.similarity is not None:
        expect("similarity", options.similarity, "a cosine above 0 and below 1", lambda s: is_number(s) and 0 < s < 1)
    for name in ("quality_missing", "min_cost", "max_cost"):
        if (value := getattr(options, name)) is not None:
            expect(name, value, "a number of 0 or more", is_not_negative)
    for name in ("quality", "cost", "group"):
        if (value := getattr(options, name)) is not None:
            check_name(name, value)
    embedder = options.embedder
    if embedder is not None and not isinstance(embedder, str) and not callable(embedder):
        raise InputError(
            f"embedder: expected the name of one, such as 'minilm', or a function from texts to vectors; found {shown(embedder)}"
        )


def _is_curve(value: Any) -> bool:
    return value in ("log", "match") if isinstance(value, str) else is_number(value) and 0 < value <= 1


def _check_together(options: Options) -> None:
    for name, needed in (
        ("quality_missing", "quality"),
        ("cost_exponent", "cost"),
        ("min_cost", "cost"),
        ("max_cost", "cost"),
        ("embedder", "similarity"),
    ):
        if name in options.given and getattr(options, needed) is None:
            raise InputError(
                f"{name}: it has an effect only with {needed}, which is not given: {NEEDED.get(needed, 'name a column with')} {needed}="
            )
    if options.tree is not None and options.target is not None:
        raise InputError("tree, target: a target has no broader tags: give only one of the two")
    low, high = options.min_cost, options.max_cost
    if low is not None and high is not None and low > high:
        raise InputError(f"min_cost, max_cost: expected the least below the most; found {low:g} and {high:g}")
    if options.curve == "match" and len(options.given) > 1:
        other = next(name for name in options.given if name != "curve")
        raise InputError(
            f"curve: 'match' is compared with complexity-first, which has no {other}: give a number or 'log', "
            f"or leave {other} out"
        )
