"""Numbers and names in words."""

from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

__all__ = ["MEASURED", "PERCENT", "breadth", "cell", "count", "cut", "listed", "number", "plural", "share", "signed"]

# Names longer than this are cut in pictures and sentences; tables have them whole.
LONGEST = 40
NOTHING = "\N{EN DASH}"
# A number does not part from its sign at the end of a line.
PERCENT = "\N{NO-BREAK SPACE}%"
MEASURED = (
    "Coverage is measured in the tags by which the samples were chosen: in the tags of another model a part of the "
    "advantage over random is lost."
)
# Heights of letters in the width of one, in fonts that run wide: of most, of capitals, and of Chinese.
MOST, CAPITAL, WIDE = 0.64, 0.78, 1.05
OTHERS = dict.fromkeys("fijlrt.,:;'|!()[] -", 0.42) | dict.fromkeys("mwMW@%", 1.0)


def count(value: float) -> str:
    """A count, with commas.

    Examples
    --------
    >>> count(1234567)
    '1,234,567'
    """
    return f"{value:,.0f}"


def share(value: float | None) -> str:
    """A share as a percentage.

    Examples
    --------
    >>> share(0.5874) == "58.7" + PERCENT, share(None) == NOTHING
    (True, True)
    """
    return NOTHING if value is None else f"{value * 100:.1f}{PERCENT}"


def number(value: float | None) -> str:
    """A number with two decimals.

    Examples
    --------
    >>> number(4.756)
    '4.76'
    """
    return NOTHING if value is None else f"{value:,.2f}"


def signed(value: float | None) -> str:
    r"""A number with its sign, and a minus as wide as the plus.

    Examples
    --------
    >>> signed(2.0), ascii(signed(-0.5))
    ('+2.00', "'\\u22120.50'")
    """
    return NOTHING if value is None else f"{value:+,.2f}".replace("-", "\N{MINUS SIGN}")


def cell(value: Any, kind: str) -> str:
    """A value of a table, as text."""
    if value is None:
        return NOTHING
    if kind in {"tags", "texts"}:
        return ", ".join(value)
    ways = {"count": count, "share": share, "number": number, "signed": signed}
    return ways[kind](value) if kind in ways else str(value)


def plural(many: int, one: str, several: str | None = None) -> str:
    """A count and what is counted.

    Examples
    --------
    >>> plural(1, "query", "queries"), plural(2000, "tag")
    ('1 query', '2,000 tags')
    """
    return f"{count(many)} {one if many == 1 else several or one + 's'}"


def cut(name: str, longest: int = LONGEST) -> str:
    """A name, or its beginning.

    Examples
    --------
    >>> cut("a" * 50, 5)
    'aaaa…'
    """
    return name if len(name) <= longest else name[: longest - 1] + "…"


def breadth(text: str) -> float:
    """About how wide a text is, in heights of its letters; seldom less than it is.

    Examples
    --------
    >>> round(breadth("math"), 2), round(breadth("数学"), 2)
    (2.7, 2.1)
    """

    def one(letter: str) -> float:
        usual = WIDE if east_asian_width(letter) in "WF" else CAPITAL if letter.isupper() else MOST
        return OTHERS.get(letter, usual)

    return sum(map(one, text))


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    shortened = [cut(name) for name in names]
    return " and ".join([", ".join(shortened[:-1]), shortened[-1]] if len(shortened) > 1 else shortened)
