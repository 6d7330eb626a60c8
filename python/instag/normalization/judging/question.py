"""A question to a judge about a tag, and its answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Judge", "Judgement", "Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """A tag, and the candidates that a judge compares it with.

    Attributes
    ----------
    tag
        The tag.
    count
        The number of rows that have it.
    candidates
        Other tags, all at least as frequent, that may mean the same or be broader.
    """

    tag: str
    count: int
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement of a tag.

    Attributes
    ----------
    same
        The candidates that mean the same.
    broader
        The candidates of which the tag is a kind or a part.
    reasons
        Reasons in a few words, for some or all of these, by their names.

    Examples
    --------
    >>> import instag
    >>> instag.Judgement(same=["story writing"], broader=["creative writing"], reasons={"story writing": "a synonym"})
    Judgement(same=['story writing'], broader=['creative writing'], reasons={'story writing': 'a synonym'})
    """

    same: Sequence[str] = ()
    broader: Sequence[str] = ()
    reasons: Mapping[str, str] | None = None


Judge = Callable[[list[Question]], Sequence[Judgement | None]]
"""A function from questions to as many judgements, in the same order."""
