"""Two data sets side by side: two versions of one, a selection and its pool, or two unrelated ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from instag._core import duplicate_groups
from instag.analysis.terminal import fitted, table
from instag.chat.truncate import tokens_of
from instag.checks import check_name, expect, is_number
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.conversation.samples import queries_if_known, sample_queries
from instag.io.conversation.turns import turns
from instag.tagsets import encode

__all__ = ["Versions", "compare", "shown"]

# Columns for each of two names, so that both fit on one line.
NAME = 30
# Gained and lost tags that are printed.
PRINTED = 8


@dataclass(frozen=True, eq=False)
class Versions:
    """Two data sets, `a` and `b`, side by side. Changes are from `a` to `b`.

    Attributes
    ----------
    a, b
        The names of the data sets.
    summary
        One line for each measure: its name in `measure` and its values in `a` and `b`, null if unknown. The measures
        are: rows; rows with tags; distinct tags; tags per row (complexity); coverage, the share of the other set's tags
        that each has; queries; characters per row; estimated tokens, in total and per row; rows with a near-copy in the
        other set, and rows with one in the same set.
    tags
        One line for each `tag` that either has: `n_a`, `n_b`, `share_a`, `share_b` (of the rows), and `change`, the
        difference of the shares. The tag that grew most comes first.
    gained, lost
        The tags that only `b` has, and that only `a` has, the most frequent first.
    sources
        The same as `tags` for the values of the column `by`; empty if neither set has that column.
    distances
        The distance between the sets by `tags` and by `sources`: half the sum of the absolute differences of the
        shares, from 0 for equal distributions to 1 for sets with nothing in common.
    """

    a: str
    b: str
    summary: pl.DataFrame
    tags: pl.DataFrame
    sources: pl.DataFrame
    distances: dict[str, float]

    @property
    def gained(self) -> pl.DataFrame:
        """The tags that only `b` has."""
        return self.tags.filter(pl.col("n_a") == 0).select("tag", n="n_b").sort("n", "tag", descending=[True, False])

    @property
    def lost(self) -> pl.DataFrame:
        """The tags that only `a` has."""
        return self.tags.filter(pl.col("n_b") == 0).select("tag", n="n_a").sort("n", "tag", descending=[True, False])

    def to_dict(self) -> dict[str, Any]:
        """Convert the comparison to dicts, lists, numbers and text, ready for JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "summary": self.summary.to_dicts(),
            "distances": self.distances,
            "sources": self.sources.to_dicts(),
            "gained": self.gained.to_dicts(),
            "lost": self.lost.to_dicts(),
            "tags": self.tags.to_dicts(),
        }

    def __repr__(self) -> str:
        rows = [("", fitted(self.a, NAME), fitted(self.b, NAME))]
        rows += [
            (measure, shown(measure, one), shown(measure, other)) for measure, one, other in self.summary.iter_rows()
        ]
        widths = [max(len(row[nth]) for row in rows) for nth in range(3)]
        lines = [f"{name:<{widths[0]}}  {one:>{widths[1]}}  {other:>{widths[2]}}" for name, one, other in rows] + [""]
        lines += [f"distance by {name}: {distance:.3f}" for name, distance in self.distances.items()]
        for what, frame in (("gained", self.gained), ("lost", self.lost)):
            first = ", ".join(f"{tag} ({n:,})" for tag, n in frame.head(PRINTED).iter_rows())
            lines.append(f"tags {what}: {frame.height:,}" + (f": {first}" if first else ""))
        if not self.sources.is_empty():
            lines += ["", table(self.sources)]
        return "\n".join(lines)


def compare(
    a: Any,
    b: Any,
    *,
    tags: str = "tags",
    by: str = "source",
    query: str | None = None,
    threshold: float = 0.9,
    names: tuple[str, str] = ("a", "b"),
) -> Versions:
    """Compare two data sets: their sizes, sources and tags, and the near-copies between them.

    Parameters
    ----------
    a, b
        Frames of any kind that :func:`instag.select` takes.
    tags
        The column that holds each row's tags, in both frames. If neither has the default column, tags are left out.
    by
        The column of sources, in both frames. If neither has the default column, sources are left out.
    query
        The column of the user's queries. By default it is detected, and texts are left out if a frame has none.
    threshold
        The least similarity of near-copies, as for :func:`instag.split`.
    names
        The names of the two data sets.

    Returns
    -------
    Versions

    Raises
    ------
    InputError
        If a column does not exist, or a frame has no rows.

    Examples
    --------
    >>> import instag, polars as pl
    >>> old = pl.DataFrame({"prompt": ["Add 1 and 2", "Prove it"], "tags": [["math"], ["math", "proof"]]})
    >>> new = pl.DataFrame({"prompt": ["Add 1 and 2", "A poem!"], "tags": [["math"], ["poetry"]]})
    >>> versions = instag.compare(old, new)
    >>> versions.gained.rows(), versions.lost.rows(), versions.distances
    ([('poetry', 1)], [('proof', 1)], {'tags': 0.5})
    >>> versions.summary.row(by_predicate=pl.col("measure") == "rows with a near-copy in the other")
    ('rows with a near-copy in the other', 1.0, 1.0)
    """
    for name, value in (("tags", tags), ("by", by)):
        check_name(name, value)
    if query is not None:
        check_name("query", query)
    expect("threshold", threshold, "a number above 0 and up to 1", lambda share: is_number(share) and 0 < share <= 1)
    expect("names", names, "two names, such as ('old', 'new')", _are_two_names)
    one, other = wrap(a), wrap(b)
    frames = (one, other)
    rows = [int(frame.lazy().select(pl.len()).collect().item()) for frame in frames]
    for name, count in zip(("a", "b"), rows, strict=True):
        if not count:
            raise InputError(f"{name}: expected rows to compare; found none")
    found: list[tuple[Any, ...]] = [("rows", *rows)]
    distances: dict[str, float] = {}
    shares = pl.DataFrame(schema={"tag": pl.String, **SHARES})
    if any(tags in frame.columns for frame in frames) or tags != "tags":
        shares = _shares([_values(frame, tags) for frame in frames], rows, "tag")
        found += _of_tags([encode(frame.column(tags)) for frame in frames], shares)
        distances["tags"] = _distance(shares)
    sources = pl.DataFrame(schema={"source": pl.String, **SHARES})
    if any(by in frame.columns for frame in frames) or by != "source":
        sources = _shares([_values(frame, by) for frame in frames], rows, "source")
        distances["sources"] = _distance(sources)
    found += _of_texts(frames, query, threshold)
    summary = pl.DataFrame(found, schema={"measure": pl.String, "a": pl.Float64, "b": pl.Float64}, orient="row")
    return Versions(*names, summary, shares, sources, distances)


def _are_two_names(names: Any) -> bool:
    return isinstance(names, tuple | list) and len(names) == 2 and all(isinstance(name, str) for name in names)  # noqa: PLR2004


SHARES = {"n_a": pl.UInt32, "n_b": pl.UInt32, "share_a": pl.Float64, "share_b": pl.Float64, "change": pl.Float64}


def shown(measure: str, value: float | None) -> str:
    """Format a value of the summary: a share, a count or a mean.

    Examples
    --------
    >>> shown("rows", 1500.0), shown("tags a row", 4.25), shown("coverage of the other's tags", 0.5)
    ('1,500', '4.25', '50.0%')
    """
    if value is None:
        return "-"
    if measure.startswith("coverage"):
        return f"{value:.1%}"
    return f"{value:,.2f}" if " a row" in measure else f"{value:,.0f}"


def _values(frame: Frame, name: str) -> pl.DataFrame:
    """The distinct values of a column, and the number of rows that have each."""
    column = frame.column(name)
    flat = pl.DataFrame({"row": np.arange(len(column), dtype=np.uint32), "value": column})
    while isinstance(flat.schema["value"], pl.List):
        flat = flat.explode("value")
    if flat.schema["value"].is_nested():
        raise InputError(f"column {name!r}: expected names or lists of them; found {column.dtype}")
    return flat.drop_nulls().unique().group_by(pl.col("value").cast(pl.String)).len("n")


def _shares(counts: list[pl.DataFrame], rows: list[int], name: str) -> pl.DataFrame:
    one, other = (count.rename({"n": side}) for count, side in zip(counts, ("n_a", "n_b"), strict=True))
    both = one.join(other, on="value", how="full", coalesce=True).fill_null(0)
    both = both.with_columns(share_a=pl.col("n_a") / rows[0], share_b=pl.col("n_b") / rows[1])
    both = both.with_columns(change=pl.col("share_b") - pl.col("share_a")).rename({"value": name})
    return both.select(name, *SHARES).sort("change", name, descending=[True, False])


def _distance(shares: pl.DataFrame) -> float:
    """Half the sum of the differences of the shares, where each side's shares sum to 1."""
    parts = [pl.col(side) / pl.col(side).sum() for side in ("n_a", "n_b")]
    return float(shares.select(((parts[0] - parts[1]).abs().sum() / 2).fill_nan(1.0)).item()) if shares.height else 0.0


def _of_tags(sets: list[Any], shares: pl.DataFrame) -> list[tuple[Any, ...]]:
    known = [int((shares.get_column(side) > 0).sum()) for side in ("n_a", "n_b")]
    both = int(((shares.get_column("n_a") > 0) & (shares.get_column("n_b") > 0)).sum())
    found: list[tuple[Any, ...]] = [
        ("rows with tags", *(each.tagged for each in sets)),
        ("distinct tags", *known),
        ("tags a row", *(len(each.codes) / each.known if each.known else None for each in sets)),
        ("coverage of the other's tags", *(both / count if count else None for count in reversed(known))),
    ]
    return found


def _of_texts(frames: tuple[Frame, Frame], query: str | None, threshold: float) -> list[tuple[Any, ...]]:
    known = [queries_if_known(frame) if query is None else sample_queries(frame, query) for frame in frames]
    queries = [each for each in known if each is not None]
    if len(queries) < len(known):
        return []
    conversations = [None if query is not None else turns(frame.lazy()) for frame in frames]
    turns_of_rows = [None if each is None else each.get_column("texts") for each in conversations]
    # Sizes are of whole conversations, answers included, where the frame has them.
    texts = [
        (whole if whole is not None and len(whole) == len(own) else own).list.join("\n").fill_null("")
        for whole, own in zip(turns_of_rows, queries, strict=True)
    ]
    tokens = [sum(map(tokens_of, each)) for each in texts]
    joined = pl.concat([each.list.join("\n").fill_null("") for each in queries])
    groups = pl.DataFrame({"group": duplicate_groups(joined, float(threshold))}).with_row_index("row")
    groups = groups.with_columns(side=(pl.col("row") >= len(queries[0])).cast(pl.UInt8))
    sides = groups.with_columns(
        across=pl.col("side").n_unique().over("group") > 1, within=pl.len().over("group", "side") > 1
    )
    copies = [sides.filter(pl.col("side") == side) for side in (0, 1)]
    found: list[tuple[Any, ...]] = [
        ("queries", *(int(each.list.len().sum()) for each in queries)),
        ("characters a row", *(each.str.len_chars().mean() for each in texts)),
        ("tokens (estimated)", *tokens),
        ("tokens a row (estimated)", *(count / len(each) for count, each in zip(tokens, texts, strict=True))),
        ("rows with a near-copy in the other", *(int(each.get_column("across").sum()) for each in copies)),
        ("rows with a near-copy beside them", *(int(each.get_column("within").sum()) for each in copies)),
    ]
    return found
