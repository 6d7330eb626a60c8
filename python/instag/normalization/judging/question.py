"""What a judge is asked of a tag, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Judge", "Judgement", "Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """A tag, and the tags beside which a judge is to look at it.

    Attributes
    ----------
    tag
        The tag.
    count
        The rows that have it.
    candidates
        Other tags, all at least as frequent, that may mean the same or be broader.
    """

    tag: str
    count: int
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of a tag.

    Attributes
    ----------
    same
        The candidates that mean the same.
    broader
        The candidates of which the tag is a kind or a part.
    reasons
        A few words on why, for some or all of those, by their names.

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
"""From questions to as many judgements, in their order."""
