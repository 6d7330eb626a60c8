"""Formatting of numbers and names."""

from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

__all__ = ["MEASURED", "PERCENT", "breadth", "cell", "count", "cut", "listed", "number", "plural", "share", "signed"]

# Names longer than this are cut in pictures and sentences, but not in tables.
LONGEST = 40
NOTHING = "\N{EN DASH}"
# A line never breaks between a number and its percent sign.
PERCENT = "\N{NO-BREAK SPACE}%"
MEASURED = (
    "Coverage is measured in the same tags that the samples were chosen by. Measured in the tags of another model, part "
    "of the advantage over random would be lost."
)
# The width of a letter as a share of its height, in a wide font: most letters, capitals, and Chinese characters.
MOST, CAPITAL, WIDE = 0.64, 0.78, 1.05
OTHERS = dict.fromkeys("fijlrt.,:;'|!()[] -", 0.42) | dict.fromkeys("mwMW@%", 1.0)


def count(value: float) -> str:
    """Format a count with commas.

    Examples
    --------
    >>> count(1234567)
    '1,234,567'
    """
    return f"{value:,.0f}"


def share(value: float | None) -> str:
    """Format a share as a percentage.

    Examples
    --------
    >>> share(0.5874) == "58.7" + PERCENT, share(None) == NOTHING
    (True, True)
    """
    return NOTHING if value is None else f"{value * 100:.1f}{PERCENT}"


def number(value: float | None) -> str:
    """Format a number with two decimals.

    Examples
    --------
    >>> number(4.756)
    '4.76'
    """
    return NOTHING if value is None else f"{value:,.2f}"


def signed(value: float | None) -> str:
    r"""Format a number with its sign, using a minus as wide as the plus.

    Examples
    --------
    >>> signed(2.0), ascii(signed(-0.5))
    ('+2.00', "'\\u22120.50'")
    """
    return NOTHING if value is None else f"{value:+,.2f}".replace("-", "\N{MINUS SIGN}")


def cell(value: Any, kind: str) -> str:
    """Format a value of a table by the kind of its column."""
    if value is None:
        return NOTHING
    if kind in {"tags", "texts"}:
        return ", ".join(value)
    formats = {"count": count, "share": share, "number": number, "signed": signed}
    return formats[kind](value) if kind in formats else str(value)


def plural(many: int, one: str, several: str | None = None) -> str:
    """Format a count with its noun in the singular or plural.

    Examples
    --------
    >>> plural(1, "query", "queries"), plural(2000, "tag")
    ('1 query', '2,000 tags')
    """
    return f"{count(many)} {one if many == 1 else several or one + 's'}"


def cut(name: str, longest: int = LONGEST) -> str:
    """Cut a long name to its beginning.

    Examples
    --------
    >>> cut("a" * 6, 5), cut("a" * 5, 5)
    ('aaaa…', 'aaaaa')
    """
    return name if len(name) <= longest else name[: longest - 1] + "…"


def breadth(text: str) -> float:
    """Estimate the width of a text in heights of its letters, rarely too low.

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
    """Join names for a sentence, cutting long ones.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    shortened = [cut(name) for name in names]
    return " and ".join([", ".join(shortened[:-1]), shortened[-1]] if len(shortened) > 1 else shortened)
