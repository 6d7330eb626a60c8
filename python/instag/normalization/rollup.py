"""Roll tags up: give each row the broad tag that most of its tags lead to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import shown
from instag.errors import InputError
from instag.frame import wrap
from instag.normalization.state import spread
from instag.normalization.tree import Parents, levels, nearest, reached
from instag.normalization.vocabulary import Vocabulary
from instag.normalization.white_space import tidied
from instag.tagsets import TagSets, encode

__all__ = ["roll_up", "with_broader"]

F = TypeVar("F")
LEVEL = re.compile(r"level (\d+)")
# Rows whose topics are found at a time.
PIECE = 1 << 18


def roll_up(
    data: F,
    vocabulary: Vocabulary,
    *,
    to: int | str | Sequence[str],
    tags: str = "tags",
    column: str = "topic",
    other: str | None = "other",
) -> F:
    """Add a column with one broad tag for each row, to group by.

    Each tag of a row leads to the nearest of the chosen tags at or above it. The row gets the chosen tag that most of
    its tags lead to; in a tie, the one that covers more rows together with the tags below it.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes, with tags of the vocabulary, or raw tags that it knows.
    vocabulary
        A vocabulary that was made with a judge.
    to
        The chosen tags: a number, for that many tags with the largest `share` in :attr:`Vocabulary.tree`; or a level of
        the tree, such as ``"level 1"``, with the branches that end above it; or a list of names.
    tags
        The column of tags.
    column
        The name of the new column.
    other
        The value for rows whose tags lead to none of them; rows whose tags are null get null.

    Raises
    ------
    InputError
        If the vocabulary has no broader tags, a name is not in it, the column of tags is missing, or the new column
        exists already.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["poem"], ["poem", "haiku"], ["haiku"], ["tax"], None]})
    >>> judgments = pl.DataFrame({"tag": ["haiku"], "same": [[]], "broader": [["poem"]]})
    >>> vocabulary = instag.normalize(df, judgments=judgments, embedder=None, min_count=1).vocabulary
    >>> instag.roll_up(df, vocabulary, to=["poem"])["topic"].to_list()
    ['poem', 'poem', 'poem', 'other', None]
    """
    frame = wrap(data)
    if column in frame.columns:
        raise InputError(f"column {column!r} exists already: choose another name with `column`, or drop it first")
    names = vocabulary.tags.get_column("tag").to_list()
    parents = parents_of(vocabulary)
    chosen = _chosen(vocabulary, parents, to)
    weight = dict(vocabulary.tree.select("tag", "share").iter_rows())
    # The chosen tag that each tag leads to; of several, the broadest.
    leads: dict[str, int] = {}
    for place, name in enumerate(names):
        found = [place] if place in chosen else nearest(place, parents, chosen.__contains__)
        if found:
            leads[name] = min(found, key=lambda each: (-weight[names[each]], each))
    rows = encode(frame.chunks(tags), order="name")
    known = _known(vocabulary)
    ranks = {place: nth for nth, place in enumerate(sorted(chosen, key=lambda each: (-weight[names[each]], each)))}
    nowhere = len(ranks)
    codes = np.full(rows.n_tags, nowhere)
    for code, raw in enumerate(rows.spellings):
        codes[code] = min((ranks[leads[tag]] for tag in _tags_of(raw, known) if tag in leads), default=nowhere)
    topics = _most(np.diff(rows.offsets), codes[rows.codes], nowhere)
    labels = pl.Series([*(names[place] for place in ranks), other], dtype=pl.String)
    rolled: F = frame.with_columns(_Topics(column, topics, labels, rows.is_null))
    return rolled


@dataclass(frozen=True)
class _Topics:
    """The new column, of which any rows can be made."""

    name: str
    topics: NDArray[np.int64]
    labels: pl.Series
    is_null: pl.Series

    @property
    def schema(self) -> pl.Schema:
        return pl.Schema({self.name: pl.String})

    def __len__(self) -> int:
        return len(self.topics)

    def slice(self, start: int, length: int) -> pl.DataFrame:
        found = self.labels.gather(self.topics[start : start + length])
        known = ~self.is_null[start : start + length]
        return pl.DataFrame({self.name: found.zip_with(known, pl.Series([None], dtype=pl.String))})


def with_broader(tagsets: TagSets, tree: Any) -> TagSets:
    """Add to each row all tags that are broader than its own; without a tree, return the tag sets unchanged.

    Parameters
    ----------
    tagsets
        Tags of a vocabulary, or raw tags that it knows; others get no broader tags.
    tree
        A vocabulary that was made with a judge, or its file; or None.

    Raises
    ------
    InputError
        If it is neither, or has no broader tags.
    """
    if tree is None:
        return tagsets
    vocabulary = Vocabulary.load(fspath(tree)) if isinstance(tree, str | PathLike) else tree
    if not isinstance(vocabulary, Vocabulary):
        raise InputError(f"tree: expected a vocabulary that was made with a judge, or its file; found {shown(tree)}")
    parents, known = parents_of(vocabulary), _known(vocabulary)
    names = vocabulary.tags.get_column("tag").to_list()
    place = {name: nth for nth, name in enumerate(names)}
    codes = {name: code for code, name in enumerate(tagsets.spellings)}
    added: list[str] = []
    targets = []
    for code, raw in enumerate(tagsets.spellings):
        above = dict.fromkeys(each for tag in _tags_of(raw, known) for each in reached(place[tag], parents))
        for each in above:
            if names[each] not in codes:
                codes[names[each]] = tagsets.n_tags + len(added)
                added.append(names[each])
        targets.append([code, *(codes[names[each]] for each in above if names[each] != raw)])
    targets += [[tagsets.n_tags + nth] for nth in range(len(added))]
    names_of_all = pl.concat([tagsets.names, pl.Series(added, dtype=pl.String)])
    return replace(tagsets, sets=spread(tagsets.sets, targets, len(names_of_all)), tags=names_of_all)


def parents_of(vocabulary: Vocabulary) -> Parents:
    """The broader tags of each tag of a vocabulary, by their places.

    Raises
    ------
    InputError
        If the vocabulary was made without a judge.
    """
    tree = vocabulary.tree
    place = {tag: nth for nth, tag in enumerate(vocabulary.tags.get_column("tag").to_list())}
    return {
        place[tag]: [place[above] for above in broader]
        for tag, broader in tree.select("tag", "broader").iter_rows()
        if broader
    }


def _chosen(vocabulary: Vocabulary, parents: Parents, to: int | str | Sequence[str]) -> set[int]:
    names = vocabulary.tags.get_column("tag").to_list()
    place = {tag: nth for nth, tag in enumerate(names)}
    if isinstance(to, int) and not isinstance(to, bool) and to > 0:
        broadest = vocabulary.tree.sort("share", "count", "tag", descending=[True, True, False])
        return {place[tag] for tag in broadest.head(to).get_column("tag")}
    if isinstance(to, str) and (found := LEVEL.fullmatch(to)):
        level, least = levels(range(len(names)), parents), int(found[1])
        above = {parent for some in parents.values() for parent in some}
        return {nth for nth in range(len(names)) if level[nth] == least or (level[nth] < least and nth not in above)}
    if isinstance(to, str) or not isinstance(to, Sequence):
        raise InputError(f"to: expected a number of tags, a level such as 'level 1', or a list of tags; found {to!r}")
    unknown = [tag for tag in to if tag not in place]
    if unknown or not to:
        raise InputError(
            f"to: expected tags of the vocabulary; found {unknown[0]!r}" if unknown else "to: found no tags"
        )
    return {place[tag] for tag in to}


def _known(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The tags of the vocabulary that each tag, and each raw tag, stands for."""
    known: dict[str, list[str]] = {}
    hierarchy = vocabulary.hierarchy
    lists = [vocabulary.tags.select("tag", pl.col("members").alias("raw"))]
    if hierarchy is not None:
        lists.append(hierarchy.select("tag", pl.col("narrower").alias("raw")))
    for tag, raws in pl.concat(lists).iter_rows():
        for raw in raws:
            known.setdefault(raw, []).append(tag)
    # The name of a tag means that tag, even if it was also a raw spelling of another one.
    return known | {tag: [tag] for tag in vocabulary.tags.get_column("tag").to_list()}


def _tags_of(raw: str, known: Mapping[str, list[str]]) -> Sequence[str]:
    return known.get(raw, known.get(tidied(raw), ()))


def _most(lengths: NDArray[np.int64], topics: NDArray[np.int64], nowhere: int) -> NDArray[np.int64]:
    """The topic that most tags of each row lead to; the first in a tie, and `nowhere` if none leads to one."""
    if len(lengths) > PIECE:
        ends = np.cumsum(lengths)
        cuts = range(PIECE, len(lengths), PIECE)
        parts = zip(np.split(lengths, cuts), np.split(topics, ends[np.array(cuts) - 1]), strict=True)
        return np.concatenate([_most(some, theirs, nowhere) for some, theirs in parts])
    rows = np.repeat(np.arange(len(lengths)), lengths)
    known = topics < nowhere
    pairs, votes = np.unique(rows[known] * (nowhere + 1) + topics[known], return_counts=True)
    row, topic = np.divmod(pairs, nowhere + 1)
    best = np.full(len(lengths), nowhere)
    # The last to be written has the most votes; in a tie it is the first topic.
    order = np.lexsort((-topic, votes))
    best[row[order]] = topic[order]
    return best
