"""A vocabulary on other data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl

from instag import _core
from instag.checks import check_choice
from instag.frame import wrap
from instag.normalization.embedding import Embed, Vectors, embedder_of
from instag.normalization.matching import Match, Matcher
from instag.normalization.raw import raw_beside
from instag.normalization.rows import Rows, rows_of
from instag.normalization.state import DROPPED
from instag.normalization.vocabulary import Vocabulary
from instag.warning import warn

__all__ = ["Applied", "apply"]

F = TypeVar("F")
NEW = {"tag": pl.String, "count": pl.UInt64, "nearest": pl.String, "similarity": pl.Float64}
MERGES = {
    "from": pl.String,
    "to": pl.String,
    "step": pl.String,
    "why": pl.String,
    "count": pl.UInt64,
    "similarity": pl.Float64,
}


@dataclass(frozen=True)
class Applied(Generic[F]):
    """Data with the tags of a vocabulary.

    Attributes
    ----------
    data
        The frame with the vocabulary's tags; the raw ones are beside them.
    new
        The tags that match none of the vocabulary's: `tag`, `count`, and the `nearest` of the vocabulary with its
        `similarity`, where there is an embedder.
    merges
        A row for each raw tag that changed or went away: `from`, `to`, `step` ("vocabulary" where the raw tag was
        known), `why`, `count` and `similarity`.
    """

    data: F
    new: pl.DataFrame
    merges: pl.DataFrame


def apply(
    vocabulary: Vocabulary,
    data: F,
    tags: str,
    new: str,
    embedder: str | Embed | None,
    progress: Callable[[str], None] | None,
) -> Applied[F]:
    """Apply a vocabulary; see :meth:`Vocabulary.apply`."""
    check_choice("new", new, ("drop", "keep"))
    frame = wrap(data)
    rows = rows_of(frame.column(tags))
    raw = raw_beside(frame, tags)
    matches = _matches(vocabulary, rows.tags, _vectors(vocabulary, embedder, progress))
    targets = [
        vocabulary.tags.item(match.place, "tag") if match.place is not None else _kept(tag, match, new)
        for tag, match in zip(rows.tags, matches, strict=True)
    ]
    replaced: F = frame.with_columns(pl.DataFrame({tags: _renamed(rows, targets)} | raw))
    lines = list(zip(rows.tags, targets, matches, rows.counts.tolist(), strict=True))
    return Applied(replaced, _new(vocabulary, lines), _merges(lines))


def _vectors(
    vocabulary: Vocabulary, embedder: str | Embed | None, progress: Callable[[str], None] | None
) -> Vectors | None:
    name = vocabulary.embedder
    if name is None or embedder is None:
        return None
    if embedder != "same":
        found = embedder_of(embedder)
    elif name == "minilm":
        found = embedder_of("auto")
    elif name.startswith(("sentence-transformers:", "model2vec:")):
        found = embedder_of(name)
    else:
        message = (
            f"embedder: the vocabulary was made with {name!r}, which is not saved with it; give it again as `embedder`. "
            "Unseen tags are matched by rules only"
        )
        warn(message)
        return None
    return None if found is None else Vectors(*found, progress)


def _matches(vocabulary: Vocabulary, tags: list[str], vectors: Vectors | None) -> list[Match]:
    members = vocabulary.tags.get_column("members").to_list()
    known = {raw: Match(place, "vocabulary", "known") for place, some in enumerate(members) for raw in some}
    known |= {raw: Match(None, "vocabulary", "known; dropped") for raw in vocabulary.dropped}
    unseen = [tag for tag in tags if tag not in known]
    if unseen:
        known |= dict(zip(unseen, Matcher(vocabulary, vectors).match(unseen), strict=True))
    return [known[tag] for tag in tags]


def _kept(tag: str, match: Match, new: str) -> str | None:
    """What a tag that matches none becomes: its cleaned form, which does not depend on the data it is in."""
    return None if match.step or new == "drop" else _core.clean([tag])[0] or None


def _renamed(rows: Rows, targets: list[str | None]) -> pl.Series:
    tags = sorted({target for target in targets if target is not None})
    place = {tag: len(rows.tags) + nth for nth, tag in enumerate(tags)}
    names = [DROPPED if target is None else place[target] for target in targets] + list(place.values())
    offsets, codes, _, _ = _core.relabel(rows.offsets, rows.codes, np.array(names, np.int64))
    return rows.replaced(offsets, codes, pl.concat([rows.names, pl.Series(tags, dtype=pl.String)]))


def _new(vocabulary: Vocabulary, lines: list[tuple[str, str | None, Match, int]]) -> pl.DataFrame:
    found: list[tuple[Any, ...]] = []
    for tag, _, match, count in lines:
        if match.place is None and not match.step:
            nearest = None if match.nearest is None else vocabulary.tags.item(match.nearest, "tag")
            found.append((tag, count, nearest, match.similarity))
    return pl.DataFrame(found, NEW, orient="row").sort(["count", "tag"], descending=[True, False])


def _merges(lines: list[tuple[str, str | None, Match, int]]) -> pl.DataFrame:
    changed = [
        (tag, target, match.step or "new", match.why or "matches no tag of the vocabulary", count, match.similarity)
        for tag, target, match, count in lines
        if tag != target
    ]
    return pl.DataFrame(changed, MERGES, orient="row").sort(["count", "from"], descending=[True, False])
