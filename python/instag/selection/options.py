"""The options of `method="gain"`, checked before any work."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from os import PathLike
from typing import Any, TypedDict, Unpack

from instag.checks import check_choice, expect, is_not_negative, is_number
from instag.choices import Amount, Curve, Method
from instag.embedding.vectors import Embed
from instag.errors import InputError

__all__ = ["Gain", "Options", "read_options"]

# How an option is given that is no name of a column.
NEEDED = {"similarity": "say how near with"}


class Gain(TypedDict, total=False):
    """The options of :func:`select` for ``method="gain"``."""

    curve: Curve
    quality: str
    quality_missing: float
    cost: str
    cost_exponent: float
    min_cost: float
    max_cost: float
    group: str
    at_least: Amount | Mapping[str, Amount]
    at_most: Amount | Mapping[str, Amount]
    start: Any
    weights: Mapping[str, float] | str | PathLike[str] | Any
    target: Mapping[str, float] | Any
    tree: Any
    similarity: float
    embedder: str | Embed | None


@dataclass(frozen=True)
class Options:
    """The same, with what holds where nothing is said; see :func:`select`."""

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
    embedder: str | Embed | None = "auto"

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
    instag.errors.InputError: quality: only method 'gain' has it; found method 'coverage'
    """
    known = [field.name for field in fields(Options)]
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise TypeError(f"no option {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    read = Options(**options)
    if method != "gain":
        if read.given:
            raise InputError(f"{read.given[0]}: only method 'gain' has it; found method {method!r}")
        return read
    _check_numbers(read)
    _check_together(read)
    return read


def _check_numbers(options: Options) -> None:
    curve = options.curve
    if isinstance(curve, str):
        check_choice("curve", curve, ("log", "match"))
    else:
        expect(
            "curve", curve, "a number above 0 and at most 1, 'log' or 'match'", lambda a: is_number(a) and 0 < a <= 1
        )
    expect("cost_exponent", options.cost_exponent, "a number from 0 to 1", lambda e: is_number(e) and 0 <= e <= 1)
    if options.similarity is not None:
        expect("similarity", options.similarity, "a cosine above 0 and below 1", lambda s: is_number(s) and 0 < s < 1)
    for name in ("quality_missing", "min_cost", "max_cost"):
        if (value := getattr(options, name)) is not None:
            expect(name, value, "a number of 0 or more", is_not_negative)


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
                f"{name}: it is for {needed}, which is not given: {NEEDED.get(needed, 'name a column with')} {needed}="
            )
    if options.tree is not None and options.target is not None:
        raise InputError("tree, target: a target has no broader tags; expected one of the two")
    low, high = options.min_cost, options.max_cost
    if low is not None and high is not None and low > high:
        raise InputError(f"min_cost, max_cost: expected the least below the most; found {low:g} and {high:g}")
    if options.curve == "match" and len(options.given) > 1:
        other = next(name for name in options.given if name != "curve")
        raise InputError(
            f"curve: 'match' is compared with complexity-first, which knows no {other}: name a number or 'log', "
            f"or leave {other} out"
        )
