"""The vocabulary: the tags that are left, and the raw tags that each was made from."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.embedding.vectors import Embed, Vectors
from instag.errors import InputError
from instag.normalization import vocabulary_file
from instag.normalization.application import Applied, apply
from instag.normalization.draft import Draft
from instag.normalization.editing import read_edits
from instag.normalization.hierarchy import hierarchy_of
from instag.normalization.history import History
from instag.normalization.judging.bench import Bench, judge_of, progress_of
from instag.normalization.judging.judgments import Judgments, read_judgments
from instag.normalization.judging.question import Judge
from instag.normalization.settings import Settings
from instag.normalization.state import State
from instag.normalization.steps.judge import Verdicts
from instag.normalization.tree import tree_of
from instag.progress import Progress

__all__ = ["Vocabulary"]


F = TypeVar("F")
# How raw tags may differ between vocabularies, in the order in which `diff` lists them.
CHANGES = ("moved", "dropped", "restored", "removed", "added")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The tags that are left by a normalisation; made by :func:`instag.normalize` or :meth:`load`.

    Attributes
    ----------
    tags
        A row for each tag, the most frequent first: `tag` (its most frequent raw spelling, not counting tags that the
        association step absorbed), `count` (the rows that have it) and `members` (the raw tags that became it: itself,
        then the most frequent first).
    dropped
        The raw tags that were dropped.
    merges, steps
        What was done to make it, as in :class:`instag.Normalized`.
    settings
        The options of the normalisation, with the `min_count` that was used.
    embedder
        The name of the embedder; None if there was none.
    vectors
        The vector of each tag, zeros if the embedder has none for it; None without an embedder.
    hierarchy
        If it was made with a judge, a row for each tag: `tag`, `broader` (the nearest broader tags of the vocabulary),
        `share` (of the rows whose tags are not null, those with it or any tag below it) and `narrower` (the raw tags
        that were too rare to keep, and are replaced by it). None without a judge.
    edits
        The edits that were applied on top by :meth:`edit`.
    """

    tags: pl.DataFrame
    dropped: list[str]
    merges: pl.DataFrame
    steps: pl.DataFrame
    settings: Settings
    embedder: str | None
    vectors: NDArray[np.float32] | None
    hierarchy: pl.DataFrame | None = None
    edits: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, state: State, history: History, settings: Settings, vectors: Vectors | None, verdicts: Verdicts
    ) -> "Vocabulary":
        """The vocabulary at the end of a normalisation."""
        order = state.order
        members, dropped = history.members(order)
        columns = {"tag": state.names.gather(order), "count": state.counts[order], "members": members}
        tags = pl.DataFrame(columns)
        made = (tags, dropped.to_list(), history.merges(), history.steps(), settings)
        hierarchy = hierarchy_of(state, history, verdicts) if settings.takes("judge") else None
        if vectors is None:
            return cls(*made, None, None, hierarchy)
        texts = [state.cleaned[tag] for tag in order.tolist()]
        return cls(*made, vectors.name, vectors.where_known(texts), hierarchy)

    def __len__(self) -> int:
        return len(self.tags)

    def __repr__(self) -> str:
        raw = int(self.tags.get_column("members").list.len().sum())
        return f"<Vocabulary of {len(self):,} tags from {raw:,} raw tags; {len(self.dropped):,} dropped>"

    def save(self, path: str | Path) -> None:
        """Write the vocabulary to one Parquet file, completely or not at all.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        vocabulary_file.write(Path(path).expanduser(), vars(self))

    @classmethod
    def load(cls, path: str | Path) -> "Vocabulary":
        """Read a vocabulary from its file.

        Raises
        ------
        InputError
            If there is no such file, or it is not a vocabulary.
        """
        return cls(**vocabulary_file.read(Path(path).expanduser()))

    def apply(
        self,
        data: F,
        *,
        tags: str = "tags",
        new: Literal["drop", "keep"] = "drop",
        embedder: str | Embed | None = "same",
        judge: str | Judge | None = None,
        judgments: Judgments | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Applied[F]:
        """Apply this vocabulary to other data.

        A raw tag that the vocabulary was made from becomes what it became then. Any other is cleaned and matched by the
        same rules, then by meaning to the nearest tag within the same distance, or to the tag that it is an acronym of;
        a spelling of a dropped tag is dropped. A tag that matches none is new. A judge, if there is one, is asked only
        about new tags.

        Parameters
        ----------
        data
            A frame of any kind that :func:`instag.select` takes.
        tags
            The column with each sample's tags.
        new
            What to do with new tags: ``"drop"`` them, or ``"keep"`` them, cleaned.
        embedder
            ``"same"`` is the one that the vocabulary was made with; if that was a function, it has to be given again.
            None matches by rules only.
        judge
            Decides which tags of the vocabulary mean the same as a new tag, or are broader; see
            :func:`instag.normalize`.
        judgments
            Earlier judgements, as for :func:`instag.normalize`.
        progress
            Called with an :class:`instag.Progress` from time to time; ``print`` prints it.

        Raises
        ------
        InputError
            If the column is missing or holds no lists of tags, or an option is out of range.

        Examples
        --------
        >>> import instag, polars as pl
        >>> raw = pl.DataFrame({"tags": [["Unit Test", "C++"]]})
        >>> vocabulary = instag.normalize(raw, embedder=None).vocabulary
        >>> applied = vocabulary.apply(pl.DataFrame({"tags": [["unit tests", "poetry"], None]}))
        >>> applied.data["tags"].to_list(), applied.new["tag"].to_list()
        ([['Unit Test'], None], ['poetry'])
        """
        bench = Bench(judge_of(judge), [] if judgments is None else read_judgments(judgments))
        return apply(self, data, tags, new, embedder, bench, progress_of(bench.judge_of, progress))

    @property
    def tree(self) -> pl.DataFrame:
        """The tags as a tree: `tag`, `broader`, `level`, `count` and `share`, parents before children.

        `broader` lists the nearest broader tags, the first on the shortest way up; `level` is the number of steps from
        a tag that has none; `share` is that of rows with the tag or any below it.

        Raises
        ------
        InputError
            If the vocabulary was made without a judge.

        Examples
        --------
        >>> import instag, polars as pl
        >>> def judge(questions):
        ...     return [instag.Judgement(broader=[c for c in q.candidates if c == "writing"]) for q in questions]
        >>> df = pl.DataFrame({"tags": [["writing"], ["writing", "story writing"], ["story writing"], ["writing"]]})
        >>> instag.normalize(df, judge=judge, embedder=None).vocabulary.tree.rows()
        [('writing', [], 0, 3, 1.0), ('story writing', ['writing'], 1, 2, 0.5)]
        """
        if self.hierarchy is None:
            raise InputError(
                "tree: the vocabulary has no broader tags: expected one that was made with a judge; normalise with "
                "`judge` or `judgments`"
            )
        return tree_of(self.tags, self.hierarchy)

    def edit(self, edits: str | Path | Sequence[str]) -> "Vocabulary":
        """Return a vocabulary with edits applied on top: a text file, or its lines.

        ``merge A into B``, ``rename A to B`` and ``drop A`` are about tags; ``split A from B`` makes a tag of a raw tag
        that became B, and ``keep A`` of one that was dropped; ``broader A: B`` puts A below B. A tag that contains one
        of these words must be in double quotes; text after a ``#`` is a comment. The order of lines does not matter.

        Counts are those of the rows that the vocabulary was made from, as far as they are known without these rows:
        merged tags get the sum of their counts, although a row may have had both. :meth:`diff` shows what has changed.

        Raises
        ------
        InputError
            If a line is not an edit, names a tag that does not exist, or contradicts another.

        Examples
        --------
        >>> import instag, polars as pl
        >>> df = pl.DataFrame({"tags": [["tale", "story"], ["story"], ["misc"]]})
        >>> vocabulary = instag.normalize(df, embedder=None).vocabulary
        >>> vocabulary.edit(["merge tale into story", "drop misc"]).tags.rows()
        [('story', 3, ['story', 'tale'])]
        """
        read = read_edits(edits)
        draft = Draft(self, self.merges)
        draft.take(read)
        return replace(self, **draft.fields(), edits=(*self.edits, *(edit.line for edit in read)))

    def diff(self, other: "Vocabulary") -> pl.DataFrame:
        """List the raw tags that become something else in another vocabulary.

        Returns
        -------
        A frame of `raw`, `before` and `after` (null if the raw tag is dropped or not known), `change` and `count` (the
        rows that have the tag in `before`, or else the one in `after`). Changes are "moved" (from tag to tag),
        "dropped", "restored" (dropped before), "removed" (not known after) and "added" (not known before): in this
        order, the most frequent first.

        Examples
        --------
        >>> import instag, polars as pl
        >>> one, two = (pl.DataFrame({"tags": [tags]}) for tags in (["Code", "code"], ["code"]))
        >>> before, after = (instag.normalize(frame, embedder=None).vocabulary for frame in (one, two))
        >>> before.diff(after).rows()
        [('code', 'Code', 'code', 'moved', 1), ('Code', 'Code', None, 'removed', 1)]
        """
        both = _fates(self, "before").join(_fates(other, "after"), on="raw", how="full", coalesce=True)
        before, after = pl.col("before"), pl.col("after")
        change = (
            pl.when(before.is_not_null() & after.is_not_null())
            .then(pl.lit("moved"))
            .when(before.is_not_null())
            .then(pl.when("in_after").then(pl.lit("dropped")).otherwise(pl.lit("removed")))
            .otherwise(pl.when("in_before").then(pl.lit("restored")).otherwise(pl.lit("added")))
        )
        columns = (change.alias("change"), pl.coalesce("count_before", "count_after").alias("count"))
        differing = both.filter(before.ne_missing(after)).select("raw", "before", "after", *columns)
        place = pl.col("change").replace_strict(CHANGES, range(len(CHANGES)), return_dtype=pl.UInt8)
        return differing.sort(place, "count", "raw", descending=[False, True, False])

    def summary(self) -> dict[str, Any]:
        """The settings and the numbers of tags, for display."""
        raw = int(self.tags.get_column("members").list.len().sum())
        numbers = {"tags": len(self), "raw_tags": raw + len(self.dropped), "dropped": len(self.dropped)}
        return numbers | {"embedder": self.embedder} | asdict(self.settings)


def _fates(vocabulary: Vocabulary, name: str) -> pl.DataFrame:
    """What each raw tag became, null if it was dropped, and how many rows have that tag."""
    kept = vocabulary.tags.explode("members").select(pl.col("members").alias("raw"), pl.col("tag", "count"))
    dropped = pl.DataFrame({"raw": pl.Series(vocabulary.dropped, dtype=pl.String)})
    fates = pl.concat([kept, dropped], how="diagonal")
    return fates.select(
        "raw", pl.col("tag").alias(name), pl.col("count").alias(f"count_{name}"), **{f"in_{name}": True}
    )
