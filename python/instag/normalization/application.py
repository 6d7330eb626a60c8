"""Apply a vocabulary to other data."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl

from instag import _core
from instag.checks import check_choice
from instag.embedding.vectors import Embed, Vectors, embedder_of
from instag.frame import wrap
from instag.normalization.history import raw_beside
from instag.normalization.judging.bench import Bench, vectors_of
from instag.normalization.judging.candidates import candidates
from instag.normalization.judging.judgments import Judged, frame_of
from instag.normalization.judging.question import Question
from instag.normalization.matcher import Known, Match, Matcher, stand_ins_of
from instag.normalization.matching.guards import contrary
from instag.normalization.state import DROPPED, spread
from instag.normalization.white_space import tidied
from instag.progress import Progress
from instag.tagsets import Counts, Replaced, encode
from instag.warning import warn

__all__ = ["Applied", "apply"]

F = TypeVar("F")
NEW = {"tag": pl.String, "count": pl.UInt64, "nearest": pl.String, "similarity": pl.Float64}
# How a raw tag was matched to a tag of the vocabulary, or why it was not.
FATES = ("vocabulary", "rules", "semantic", "judge", "broader", "dropped", "new")
DRIFT = {"fate": pl.String, "tags": pl.UInt32, "assignments": pl.UInt64, "share": pl.Float64}
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
        The frame with the vocabulary's tags; the raw ones are kept in a column of their own.
    new
        The tags that match no tag of the vocabulary: `tag`, `count` and, if there is an embedder, the `nearest` tag of
        the vocabulary with its `similarity`.
    merges
        A row for each raw tag that changed or was dropped: `from`, `to`, `step` ("vocabulary" if the raw tag was
        known), `why`, `count` and `similarity`. A rare tag that is replaced by several broader ones has a row for each.
    drift
        How far these data are from those that the vocabulary was made from: for each `fate` (the step that matched a
        tag, or "dropped" or "new"), the number of raw `tags`, of `assignments`, and their `share`.
    judgments
        The judgements of the new tags, as in :attr:`instag.Normalized.judgments`; None without a judge.
    """

    data: F
    new: pl.DataFrame
    merges: pl.DataFrame
    drift: pl.DataFrame
    judgments: pl.DataFrame | None = None


def apply(
    vocabulary: Known,
    data: F,
    tags: str,
    new: str,
    embedder: str | Embed | None,
    bench: Bench,
    progress: Callable[[Progress], None] | None,
) -> Applied[F]:
    """Apply a vocabulary; see :meth:`Vocabulary.apply`."""
    check_choice("new", new, ("drop", "keep"))
    frame = wrap(data)
    raw = raw_beside(frame, tags)
    rows = frame.tag_counts(tags)
    vectors = _vectors(vocabulary, embedder, progress)
    matches = _matches(vocabulary, rows.spellings, vectors)
    judged = None
    if bench:
        judged = _judge(vocabulary, rows, matches, vectors, bench, progress or (lambda _: None))
    names = vocabulary.tags.get_column("tag").to_list()
    targets = [
        [names[place] for place in match.places] or _kept(text, match, new)
        for text, match in zip(rows.cleaned, matches, strict=True)
    ]
    became = dict(zip(rows.spellings, targets, strict=True))
    dtype = _type_of(frame.empty(tags))
    replaced: F = frame.change(tags, lambda some: _renamed(some, became), dtype, raw)
    lines = list(zip(rows.spellings, targets, matches, rows.given.tolist(), strict=True))
    return Applied(replaced, _new(vocabulary, lines), _merges(lines), _drift(lines), judged)


def _vectors(
    vocabulary: Known, embedder: str | Embed | None, progress: Callable[[Progress], None] | None
) -> Vectors | None:
    name = vocabulary.embedder
    if name is None or embedder is None:
        return None
    if embedder != "same":
        found = embedder_of(embedder)
    elif name == "minilm":
        found = embedder_of("auto")
    elif name == "use":
        found = embedder_of("use")
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


def _matches(vocabulary: Known, tags: list[str], vectors: Vectors | None) -> list[Match]:
    members = vocabulary.tags.get_column("members").to_list()
    known = {raw: Match(place, "vocabulary", "known") for place, some in enumerate(members) for raw in some}
    known |= {
        raw: Match(first, "vocabulary", "known; too rare, and replaced by a broader tag", others=(*others,))
        for raw, (first, *others) in stand_ins_of(vocabulary).items()
    }
    known |= {raw: Match(None, "vocabulary", "known; dropped") for raw in vocabulary.dropped}
    # A vocabulary that an earlier version made may know tags with their white space.
    read = [tag if tag in known else tidied(tag) for tag in tags]
    unseen = [tag for tag in dict.fromkeys(read) if tag not in known]
    if unseen:
        known |= dict(zip(unseen, Matcher(vocabulary, vectors).match(unseen), strict=True))
    return [known[tag] for tag in read]


def _judge(
    vocabulary: Known,
    rows: Counts,
    matches: list[Match],
    vectors: Vectors | None,
    bench: Bench,
    progress: Callable[[Progress], None],
) -> pl.DataFrame:
    """Ask a judge about the new tags, each with the nearest of the vocabulary, and enter the answers in `matches`."""
    new = [code for code, match in enumerate(matches) if match.place is None and not match.step]
    new.sort(key=lambda code: (-int(rows.holders[code]), code))
    names = vocabulary.tags.get_column("tag").to_list()
    texts = [*_core.clean(names), *(rows.cleaned[code] for code in new)]
    found = vectors_of(texts, vectors)
    questions = [
        Question(rows.spellings[code], int(rows.holders[code]), tuple(names[place] for place in places))
        for code, places in zip(new, candidates(texts, found, first=len(names)), strict=True)
    ]
    judged = bench.judge(questions, progress)
    by_text = dict(zip(_core.clean([each.tag for each in judged]), judged, strict=True))
    place = {text: nth for nth, text in enumerate(texts[: len(names)])}
    for code in new:
        each = by_text.get(rows.cleaned[code])
        if each is not None:
            matches[code] = _placed(each, rows.cleaned[code], place, matches[code], guards=vocabulary.settings.guards)
    return frame_of(judged)


def _placed(each: Judged, text: str, place: Mapping[str, int], match: Match, *, guards: bool) -> Match:
    """The match that a judge finds for a new tag: a tag that means the same, or else those that are broader."""
    same = [name for name in _core.clean(list(each.same)) if name in place and not (guards and contrary(text, name))]
    if same:
        first = min(same, key=place.__getitem__)
        why = f"{text} / {first}: the same, says {each.judge}"
        return Match(place[first], "judge", why, match.nearest, match.similarity)
    above = sorted({place[name] for name in _core.clean(list(each.broader)) if name in place})
    if above:
        return Match(above[0], "broader", f"a kind or part of it, says {each.judge}", others=(*above[1:],))
    return match


def _kept(cleaned: str, match: Match, new: str) -> list[str]:
    """What an unmatched tag becomes: its cleaned form, which does not depend on the rest of the data."""
    return [] if match.step or new == "drop" or not cleaned else [cleaned]


def _renamed(column: pl.Series, became: Mapping[str, list[str]]) -> pl.Series:
    """Some rows with their raw tags replaced by what these became."""
    rows = encode(column, order="name", each_list=True)
    targets = [became[raw] for raw in rows.spellings]
    tags = sorted({target for some in targets for target in some})
    place = {tag: nth for nth, tag in enumerate(tags, start=rows.n_tags)}
    if all(len(some) <= 1 for some in targets):
        names = [place[some[0]] if some else DROPPED for some in targets] + list(place.values())
        sets, _ = _core.relabel(rows.sets, np.array(names, np.int64))
    else:
        sets = spread(rows.sets, [[place[target] for target in some] for some in targets], rows.n_tags + len(tags))
    return Replaced(rows, sets, pl.concat([rows.names, pl.Series(tags, dtype=pl.String)])).all()


def _type_of(column: pl.Series) -> pl.DataType:
    """The type of such rows once their tags are replaced."""
    return _renamed(column.clear(), {}).dtype


Line = tuple[str, list[str], Match, int]


def _new(vocabulary: Known, lines: list[Line]) -> pl.DataFrame:
    found: list[tuple[Any, ...]] = []
    for tag, _, match, count in lines:
        if match.place is None and not match.step:
            nearest = None if match.nearest is None else vocabulary.tags.item(match.nearest, "tag")
            found.append((tag, count, nearest, match.similarity))
    return pl.DataFrame(found, NEW, orient="row").sort(["count", "tag"], descending=[True, False])


def _merges(lines: list[Line]) -> pl.DataFrame:
    nowhere: list[str | None] = [None]
    changed = [
        (tag, target, match.step or "new", match.why or "matches no tag of the vocabulary", count, match.similarity)
        for tag, targets, match, count in lines
        for target in targets or nowhere
        if tag != target
    ]
    return pl.DataFrame(changed, MERGES, orient="row").sort(["count", "from"], descending=[True, False])


def _drift(lines: list[Line]) -> pl.DataFrame:
    tags: Counter[str] = Counter()
    assignments: Counter[str] = Counter()
    for _, _, match, count in lines:
        fate = (match.step or "new") if match.place is not None or not match.step else "dropped"
        tags[fate] += 1
        assignments[fate] += count
    total = max(assignments.total(), 1)
    rows = [(fate, tags[fate], assignments[fate], assignments[fate] / total) for fate in FATES if tags[fate]]
    return pl.DataFrame(rows, DRIFT, orient="row")
