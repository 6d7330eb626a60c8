"""Exploring: a page to search tags, their samples and selections in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.analysis.samples import Queries, labels, queries_of
from instag.analysis.selections import Picks, picks_of
from instag.checks import check_count
from instag.choices import EXPLORED
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.output import atomic_write
from instag.normalization import Normalized, Vocabulary
from instag.reporting.document import loaded
from instag.reporting.wording import count, plural
from instag.tagsets import TagSets, encode
from instag.warning import warn

__all__ = ["explore"]

Rows = NDArray[np.int64]
# The most characters of queries on a page, and the bounds for the limit of one sample.
ROOM = 12_000_000
SHORTEST, LONGEST = 200, 4000
NOWHERE = -1
# Names that no selection may have, and what they stand for on the page.
RESERVED = {"all samples": "the whole data"}


class Shown(NamedTuple):
    """The rows of the samples on the page, in order, and a note on those that are left out."""

    rows: Rows
    note: str


def explore(  # noqa: PLR0913 - all options are keywords
    data: Any,
    path: str | Path,
    *,
    tags: str = "tags",
    by: str | None = None,
    selections: Any = None,
    vocabulary: Vocabulary | Normalized[Any] | str | Path | None = None,
    samples: int = EXPLORED,
    seed: int = 0,
    title: str | None = None,
) -> Path:
    """Write one HTML file to explore tags in. It opens in any browser, offline, and works by keyboard alone.

    Readers can search for a tag and see its place in the tree of tags, its frequency, the tags it occurs with, its
    samples, and which selection took each of them and why. Two selections can be compared side by side.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.analyze` takes.
    path
        The file to write. It is written completely or not at all.
    tags
        The column that holds each sample's tags, in the data and the selections.
    by
        The column with the group of each sample; by default `source`, if there is such a column.
    selections
        Subsets of the data: a dict of frames by name, or one frame, which is then called "selection". Their rows are
        matched to the data by the column `row`, or else by the first query and the tags. The columns `rank`, `round`,
        `gain` and `new_tags`, which ``instag.select(..., details=True)`` adds, show why a sample was taken. Without
        them the rows are assumed to be in order of selection.
    vocabulary
        A :class:`instag.Vocabulary`, its file, or the result of :func:`instag.normalize`. Adds the tree of tags and the
        raw tags that each tag is made of.
    samples
        The most samples that the page holds. Of larger data, the selected samples come first and others are drawn at
        random, with a note on the page. The frequency of tags is always counted in all samples.
    seed
        The seed of the random draw.
    title
        The heading; by default the number of samples and tags.

    Returns
    -------
    The path.

    Raises
    ------
    InputError
        If the data are invalid, the file cannot be written, or the library for templates is missing.

    Examples
    --------
    >>> import instag
    >>> df = instag.load_sample()
    >>> picks = {"by gain": instag.select(df, 50, method="gain", details=True), "first": instag.select(df, 50)}
    >>> instag.explore(df, getfixture("tmp_path") / "tags.html", selections=picks).name
    'tags.html'
    """
    _require_libraries()
    from instag.reporting.page import filled, source  # noqa: PLC0415 - optional

    check_count("samples", samples, 1)
    check_count("seed", seed, 0)
    frame, words = wrap(data), loaded(vocabulary)
    pool = encode(frame.chunks(tags), order="count")
    if not pool.samples:
        raise InputError("data: expected samples to explore; found none")
    group = by or ("source" if "source" in frame.columns else None)
    picks = picks_of(selections, pool, tags, None, RESERVED)
    queries = queries_of(frame)
    places = {name: _places(pick, _frame_of(selections, name), pool, queries) for name, pick in picks.items()}
    shown = _shown(pool.samples, list(places.values()), samples, seed)
    content = {
        "tags": _tags(pool, words.vocabulary if isinstance(words, Normalized) else words),
        "samples": _samples(frame, pool, queries, shown.rows, group),
        "selections": [_selection(name, picks[name], places[name], shown.rows, pool, selections) for name in picks],
        "total": pool.samples,
    }
    text = filled(
        "explore.html",
        content,
        [source("explore.js")],
        [source("style.css"), source("explore.css")],
        title=title or f"{plural(pool.samples, 'sample')}, {plural(pool.n_tags, 'tag')}",
        note=shown.note,
        tree=words is not None,
        selections=bool(picks),
    )
    with atomic_write(Path(path).expanduser(), "HTML") as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return Path(path).expanduser()


def _frame_of(selections: Any, name: str) -> Frame:
    """The frame of a selection, as the user passed it."""
    return wrap(selections[name] if isinstance(selections, Mapping) else selections)


def _places(pick: Picks, selection: Frame, pool: TagSets, queries: Queries | None) -> Rows:
    """The row in the data of each sample of a selection, in order of selection; -1 if it is not in the data.

    Samples with the same query and tags are matched in their order.
    """
    own = queries_of(selection)
    theirs = _keys(pick.sets.offsets, pick.sets.codes, own, pick.order)
    ours = _keys(pool.offsets, pool.codes, queries, np.arange(pool.samples, dtype=np.uint32))
    numbers = selection.column("row").gather(pick.order) if "row" in selection.columns else pl.Series(dtype=pl.Null)
    if (
        numbers.dtype.is_integer()
        and numbers.is_between(0, pool.samples - 1).all()
        and not numbers.is_duplicated().any()
    ):
        rows = numbers.cast(pl.Int64).to_numpy()
        if ours[rows].equals(theirs):
            return rows
    found = np.full(len(pick.order), NOWHERE, np.int64)
    # The data may have been tagged or normalised again since, so the second pass goes by the query alone.
    for names in (["tags", "query"], ["query"]):
        if names == ["query"] and (queries is None or own is None):
            continue
        free = np.ones(pool.samples, np.bool_)
        free[found[found >= 0]] = False
        wanted, there = _numbered(theirs, found == NOWHERE, names), _numbered(ours, free, names)
        matched = wanted.join(there, on=[*names, "copy"], how="inner", suffix="_there")
        found[matched.get_column("nth").to_numpy()] = matched.get_column("nth_there").to_numpy()
    return found


def _keys(
    offsets: NDArray[np.int64], codes: NDArray[np.uint32], queries: Queries | None, rows: NDArray[np.uint32]
) -> pl.DataFrame:
    """The keys that samples are matched by: their sorted tags and their first query."""
    lengths = np.diff(offsets)
    flat = pl.DataFrame({"row": np.repeat(np.arange(len(lengths)), lengths), "code": codes}).sort("row", "code")
    lists = flat.group_by("row", maintain_order=True).agg(pl.col("code").cast(pl.String).str.join(",").alias("tags"))
    numbers = pl.DataFrame({"row": np.arange(len(lengths))})
    tags = numbers.join(lists, on="row", how="left", maintain_order="left").get_column("tags").fill_null("")
    query = pl.lit("").alias("query") if queries is None else queries.first(rows).fill_null("").alias("query")
    return tags.to_frame().with_columns(query)


def _numbered(keys: pl.DataFrame, wanted: NDArray[np.bool_], names: list[str]) -> pl.DataFrame:
    """The wanted samples' keys, with a number in `copy` that distinguishes samples with equal keys."""
    some = keys.with_row_index("nth").filter(pl.Series(wanted))
    return some.select("nth", *names, copy=pl.int_range(pl.len()).over(names))


def _shown(samples: int, places: list[Rows], most: int, seed: int) -> Shown:
    """Choose the samples that the page holds."""
    if samples <= most:
        return Shown(np.arange(samples), "")
    random = np.random.default_rng(seed)
    taken = np.unique(np.concatenate([np.empty(0, np.int64), *places]))
    taken = taken[taken >= 0]
    if len(taken) >= most:
        rows, which = random.choice(taken, most, replace=False), "drawn at random from those that a selection took"
    else:
        others = np.setdiff1d(np.arange(samples), taken, assume_unique=True)
        rows = np.concatenate([taken, random.choice(others, most - len(taken), replace=False)])
        first = f"the {count(len(taken))} that a selection took, and others " if len(taken) else ""
        which = f"{first}drawn at random"
    note = (
        f"{count(most)} of {count(samples)} samples are on this page: {which} (seed {seed}). The frequency of a tag is "
        "counted in all samples; tags that occur together are counted on this page only."
    )
    return Shown(np.sort(rows), note)


def _tags(pool: TagSets, vocabulary: Vocabulary | None) -> dict[str, Any]:
    """All tags, the most frequent first, followed by broader tags that no sample has."""
    names, counts = list(pool.spellings), pool.holders.tolist()
    found: dict[str, Any] = {"names": names, "counts": counts, "broader": None, "members": None}
    if vocabulary is None:
        return found
    place = {name: nth for nth, name in enumerate(names)}
    if vocabulary.hierarchy is not None:
        pairs = dict(vocabulary.hierarchy.select("tag", "broader").iter_rows())
        waiting = [name for name in names if name in pairs]
        while waiting:
            for above in pairs.get(waiting.pop()) or ():
                if above not in place:
                    place[above] = len(names)
                    names.append(above)
                    counts.append(0)
                    waiting.append(above)
        found["broader"] = [[place[above] for above in pairs.get(name) or ()] for name in names]
    members = dict(vocabulary.tags.select("tag", "members").iter_rows())
    found["members"] = [[raw for raw in members.get(name, ()) if raw != name] for name in names]
    return found


def _samples(frame: Frame, pool: TagSets, queries: Queries | None, rows: Rows, by: str | None) -> dict[str, Any]:
    """The samples of the page, column by column."""
    starts, ends = pool.offsets[rows], pool.offsets[rows + 1]
    found: dict[str, Any] = {
        "rows": (rows + 1).tolist(),
        "lengths": (ends - starts).tolist(),
        "codes": [code for start, end in zip(starts, ends, strict=True) for code in pool.codes[start:end].tolist()],
        "texts": None,
        "turns": None,
        "groups": None,
        "group": None,
    }
    if queries is not None:
        longest = min(max(ROOM // len(rows), SHORTEST), LONGEST)
        some = queries.of(rows)
        text = pl.col("text").fill_null("")
        short = pl.when(text.str.len_chars() > longest).then(text.str.slice(0, longest - 1) + "…").otherwise(text)
        found["texts"] = some.list.join("\n\n").alias("text").to_frame().select(short).to_series().to_list()
        found["turns"] = some.list.len().fill_null(0).to_list()
    if by is not None:
        column = labels(frame, by)
        names = column.value_counts(sort=True).get_column("group").to_list()
        place = {name: nth for nth, name in enumerate(names)}
        found["groups"] = names
        found["group"] = [place[name] for name in column.gather(rows).to_list()]
    return found


def _selection(name: str, pick: Picks, places: Rows, shown: Rows, pool: TagSets, selections: Any) -> dict[str, Any]:
    """A selection: the counts of its tags, and why it took its samples that are on the page."""
    here = np.searchsorted(shown, places)
    here[(places == NOWHERE) | (shown[np.minimum(here, len(shown) - 1)] != places)] = NOWHERE
    if missing := int((places == NOWHERE).sum()):
        warn(f"selections, {name!r}: {missing:,} of {len(places):,} samples are not in the data, and are left out")
    holders = np.bincount(pick.sets.codes, minlength=pool.n_tags)
    kept = np.flatnonzero(here != NOWHERE)
    new = pick.frame.get_column("new_tags").gather(kept)
    codes = pool.codes_of(new.explode(empty_as_null=False, keep_nulls=False))
    codes = np.where(codes == pool.n_tags, NOWHERE, codes)
    frame = _frame_of(selections, name)
    gains = frame.column("gain").gather(pick.order).gather(kept) if "gain" in frame.columns else None
    return {
        "name": name,
        "samples": len(places),
        "missing": missing,
        "pairs": len(pick.sets.codes),
        "tags": np.flatnonzero(holders).tolist(),
        "counts": holders[holders > 0].tolist(),
        "places": here[kept].tolist(),
        "ranks": (kept + 1).tolist(),
        "rounds": None if gains is not None else pick.frame.get_column("round").gather(kept).to_list(),
        "gains": None if gains is None or not gains.dtype.is_numeric() else gains.to_list(),
        "lengths": new.list.len().to_list(),
        "new": codes.tolist(),
    }


def _require_libraries() -> None:
    try:
        import jinja2  # noqa: F401, PLC0415 - optional
    except ImportError:
        raise InputError("exploring needs jinja2; install it with: pip install 'instag[report]'") from None
