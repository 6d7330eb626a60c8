"""Long queries, cut in the middle."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from instag.errors import InputError
from instag.normalization.options import check_choice
from instag.surrogates import replace_lone
from instag.tagging.tokens import tokens_of

__all__ = ["SIZE", "Cut", "clean"]

# Characters of a query that are asked with, unless told.
SIZE = 6_000
# What says how much is left out takes up to 40 of them, and some of both ends should be seen.
LEAST = 100
# Characters a token: a text with more is too long without counting.
LONGEST = 16
UNSENDABLE = re.compile("[\ud800-\udfff\x00]")


def clean(text: str) -> str:
    r"""Make a text that any server takes: halves of characters are joined, and lone ones and NUL become U+FFFD.

    Examples
    --------
    >>> clean("a\x00b\ud83d\ude00c\ud83d") == "a\ufffdb😀c\ufffd"
    True
    """
    if UNSENDABLE.search(text) is None:
        return text
    return UNSENDABLE.sub("\ufffd", replace_lone(text))


@dataclass(frozen=True)
class Cut:
    r"""How much of a query is asked with.

    A longer query keeps its beginning and its end, two thirds and one third of what fits, and between them stands how
    many characters were left out: what is wanted mostly stands at either end, and a pasted text in the middle. What is
    left, with that note, is never longer than `size`, so cutting again changes nothing. A text with more than 16
    characters for each token of `size` counts as longer.

    Attributes
    ----------
    size : int
        The most that is asked with, at least 100.
    unit : str
        ``"characters"`` or ``"tokens"``.
    count : Callable, optional
        How many tokens a text has. Unless given they are estimated: see :func:`instag.tagging.tokens.tokens_of`.

    Raises
    ------
    InputError
        Where the size or the unit is out of range.

    Examples
    --------
    >>> text, left_out = Cut(100)("Summarise this. " + "It was a dark and stormy night. " * 99 + "In two sentences.")
    >>> text
    'Summarise this. It was a dark and stormy nigh\n[… 3,134 characters left out …]\nght. In two sentences.'
    >>> left_out
    3134
    """

    size: int = SIZE
    unit: Literal["characters", "tokens"] = "characters"
    count: Callable[[str], int] | None = None

    def __post_init__(self) -> None:
        check_choice("cut", self.unit, ("characters", "tokens"))
        size: Any = self.size
        if isinstance(size, bool) or not isinstance(size, int) or size < LEAST:
            raise InputError(f"cut / --max-query: expected a size of {LEAST} {self.unit} or more; found {size!r}")

    def __call__(self, text: str) -> tuple[str, int]:
        """Cut a text.

        Parameters
        ----------
        text
            The query, of any length, with whatever is in it.

        Returns
        -------
        str, int
            The text to ask with, cleaned by :func:`clean`, and the number of characters left out of it.
        """
        text = clean(text)
        length: Callable[[str], int] = len if self.unit == "characters" else self.count or tokens_of
        most = LONGEST * self.size
        if len(text) <= most and length(text) <= self.size:
            return text, 0
        kept = bisect_right(range(min(len(text), most)), self.size, key=lambda kept: length(_shortened(text, kept))) - 1
        kept = max(kept, 0)
        return _shortened(text, kept), len(text) - kept


def _shortened(text: str, kept: int) -> str:
    tail = kept // 3
    left_out = len(text) - kept
    return f"{text[: kept - tail]}\n[… {left_out:,} characters left out …]\n{text[len(text) - tail :]}"
