"""The quality of a vocabulary: by pairs of tags that people judged, and by two taggings of the same queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from instag.embedding.vectors import Embed
from instag.errors import InputError
from instag.frame import wrap
from instag.progress import Progress

if TYPE_CHECKING:
    from instag.normalization.vocabulary import Vocabulary

__all__ = ["Quality", "vocabulary_quality"]

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Quality:
    """The result of :func:`instag.vocabulary_quality`.

    Attributes
    ----------
    joined, aliases
        How many of the pairs that mean the same (`aliases`) end in one tag (`joined`); None if none were given.
    wrong, related
        How many of the pairs that must stay apart (`related`) end in one tag (`wrong`); None if none were given.
    f1_before, f1_after
        How far two taggings of the same queries agree, as raw tags and as tags of the vocabulary; None if none were
        given.
    """

    joined: int | None = None
    aliases: int | None = None
    wrong: int | None = None
    related: int | None = None
    f1_before: float | None = None
    f1_after: float | None = None

    @property
    def recall(self) -> float | None:
        """The share of the pairs that mean the same and end in one tag."""
        return None if self.joined is None or not self.aliases else self.joined / self.aliases

    def __str__(self) -> str:
        parts = []
        if self.aliases is not None:
            parts.append(f"{self.joined:,} of {self.aliases:,} aliases joined")
        if self.related is not None:
            parts.append(f"{self.wrong:,} of {self.related:,} related tags joined")
        if self.f1_before is not None:
            parts.append(f"two readings agree with F1 {self.f1_before:.2f} before, {self.f1_after:.2f} after")
        return "; ".join(parts)


def vocabulary_quality(
    vocabulary: "Vocabulary",
    *,
    aliases: Iterable[Pair] | None = None,
    related: Iterable[Pair] | None = None,
    readings: tuple[Any, Any] | None = None,
    tags: str = "tags",
    embedder: str | Embed | None = "same",
    progress: Callable[[Progress], None] | None = None,
) -> Quality:
    """Compare a vocabulary with what people know.

    Parameters
    ----------
    vocabulary
        The vocabulary. Names that it does not have are matched as by :meth:`Vocabulary.apply`.
    aliases
        Pairs of names that mean the same.
    related
        Pairs of names that do not mean the same, however similar they are.
    readings
        Two frames with a column of tags each: the same queries, tagged twice, by two models or people.
    tags
        The name of that column.
    embedder, progress
        As for :meth:`Vocabulary.apply`.

    Raises
    ------
    InputError
        If nothing to compare with is given, or the two readings differ in their number of rows.

    Examples
    --------
    >>> import instag, polars as pl
    >>> one, two = pl.DataFrame({"tags": [["Story"], ["code"]]}), pl.DataFrame({"tags": [["story"], ["codes", "C"]]})
    >>> vocabulary = instag.normalize(pl.concat([one, two]), embedder=None, min_count=1).vocabulary
    >>> found = instag.vocabulary_quality(
    ...     vocabulary, aliases=[("code", "codes")], related=[("C", "code")], readings=(one, two)
    ... )
    >>> print(found)
    1 of 1 aliases joined; 0 of 1 related tags joined; two readings agree with F1 0.00 before, 0.80 after
    """
    same = None if aliases is None else list(aliases)
    apart = None if related is None else list(related)
    if same is None and apart is None and readings is None:
        raise InputError("vocabulary_quality: expected aliases, related or readings to measure by; found none")
    names = sorted({name for pair in (*(same or ()), *(apart or ())) for name in pair})
    given = pl.DataFrame({"tags": [[name] for name in names]}, {"tags": pl.List(pl.String)})
    applied = vocabulary.apply(given, embedder=embedder, progress=progress).data.get_column("tags").to_list()
    # A raw tag that is not in the vocabulary counts as a tag of its own.
    fate = {name: tuple(some) or (name, "new") for name, some in zip(names, applied, strict=True)}
    joined = None if same is None else sum(fate[one] == fate[other] for one, other in same)
    wrong = None if apart is None else sum(fate[one] == fate[other] for one, other in apart)
    before = after = None
    if readings is not None:
        raw = [vocabulary.apply(each, tags=tags, embedder=embedder, progress=progress) for each in readings]
        frames = [
            pl.DataFrame({"raw": _column(each.data, f"raw_{tags}"), "tag": _column(each.data, tags)}) for each in raw
        ]
        if len(frames[0]) != len(frames[1]):
            found = " and ".join(f"{len(frame):,}" for frame in frames)
            raise InputError(
                f"readings: expected the same number of rows in both, the same queries in the same order; found {found}"
            )
        before, after = (_f1(frames[0].get_column(name), frames[1].get_column(name)) for name in ("raw", "tag"))
    return Quality(joined, _size(same), wrong, _size(apart), before, after)


def _size(pairs: list[Pair] | None) -> int | None:
    return None if pairs is None else len(pairs)


def _column(data: Any, name: str) -> pl.Series:

    column = wrap(data).column(name)
    nested = isinstance(column.dtype, pl.List) and isinstance(column.dtype.inner, pl.List)
    return column.list.eval(pl.element().explode()) if nested else column


def _f1(one: pl.Series, other: pl.Series) -> float:
    """Twice the number of tags that both gave, divided by the number of all tags that they gave."""
    both = given = 0
    for left, right in zip(one.to_list(), other.to_list(), strict=True):
        mine, others = set(left or ()), set(right or ())
        both += len(mine & others)
        given += len(mine) + len(others)
    return 2 * both / given if given else 0.0
