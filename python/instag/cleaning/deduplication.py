"""Removing copies: rows whose queries are the same, or nearly."""

from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import duplicates
from instag.checks import check_choice, is_number
from instag.cleaning.options import Acting, Comparing, Deduplication, Keeping, Quality, Query, Threshold
from instag.cleaning.result import Cleaned, cleaned, shown
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.conversation.samples import sample_queries
from instag.io.conversation.turns import turns

__all__ = ["check_threshold", "dedup", "texts_of"]

F = TypeVar("F")

SAME = "the same text"
NEAR = "nearly the same text"


def dedup(
    data: F,
    *,
    query: Query = None,
    method: Comparing = Deduplication.method,
    threshold: Threshold = Deduplication.threshold,
    keep: Keeping = None,
    quality: Quality = None,
    action: Acting = Deduplication.action,
) -> Cleaned[F]:
    """Remove rows whose queries are the same as those of another row, or nearly the same.

    What is compared are the user's turns, all of a row together; letter case and white space do not count. Two rows
    are copies where the Jaccard similarity of their runs of five characters is at least `threshold`. Rows that differ
    in a number or in a word with symbols (C, C++, C#) are no copies, however much alike they are. A row goes only
    where it is itself a copy of a row that stays; that it is a copy of a copy is not enough. Rows in which the user
    says nothing are never copies.

    Rows that may be alike are found by MinHash (128 values; of pairs that are just like enough one in 500 is missed),
    and then compared exactly.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream.
    query
        The column with the users' queries: text, a list of texts, or a conversation. By default it is found, as
        :func:`instag.read` finds it.
    method
        ``"minhash"``, or ``"exact"`` for rows that are the same but for letter case and white space.
    threshold
        The least Jaccard similarity, above 0 and at most 1.
    keep
        Which row of copies stays: the ``"first"``; the ``"longest"``, by its queries; or that of highest
        ``"quality"``. By default the quality decides where a column is given, else the first stays. Among equals it
        is the first.
    quality
        A column of numbers; null is below all of them.
    action
        ``"remove"``, or ``"mark"``: all rows stay, and the columns `duplicate_of` (a row, from 0) and `likeness` are
        added, null if a row is no copy.

    Returns
    -------
    Cleaned
        `dropped` has `row`, `reason`, `of` (the row that stays), `likeness` (the Jaccard similarity), `same_answer`
        (whether what was answered is the same, null if the data have no answers) and `query`.

    Raises
    ------
    InputError
        If no column holds the users' queries, or an option is out of range.

    Examples
    --------
    >>> import instag, polars as pl
    >>> asked = ["Sort a list in C", "sort a list  in C", "Sort a list in C++"]
    >>> result = instag.dedup(pl.DataFrame({"prompt": asked}))
    >>> result
    2 of 3 rows stay
           1  the same text
    >>> result.dropped.select("row", "of", "likeness").rows()
    [(1, 0, 1.0)]

    References
    ----------
    Broder, "On the Resemblance and Containment of Documents", 1997.
    """
    check_choice("method", method, ("minhash", "exact"))
    check_threshold(threshold)
    check_choice("keep", keep, (None, "first", "longest", "quality"))
    check_choice("action", action, ("remove", "mark"))
    if keep == "quality" and quality is None:
        raise InputError("keep: 'quality' needs a column of numbers: name it with quality= / --quality")
    frame = wrap(data)
    queries = sample_queries(frame, query)
    texts = texts_of(queries)
    order = _order(frame, texts, keep or ("first" if quality is None else "quality"), quality)
    rows, of, likeness = duplicates(texts, order, None if method == "exact" else float(threshold))
    dropped = pl.DataFrame({"row": rows, "of": of, "likeness": likeness}).select(
        "row",
        pl.when(pl.col("likeness") < 1).then(pl.lit(NEAR)).otherwise(pl.lit(SAME)).alias("reason"),
        "of",
        "likeness",
    )
    dropped = dropped.with_columns(_same_answer(frame, dropped), shown(queries, dropped.get_column("row")))
    marks = _marks(dropped, len(texts)) if action == "mark" else None
    return cleaned(frame, dropped, len(texts), marks)


def _same_answer(frame: Frame, dropped: pl.DataFrame) -> pl.Series:
    """Whether copies have the same answers as the rows that stay for them."""
    spoken = turns(frame.lazy()) if dropped.height else None
    if spoken is None or not spoken.get_column("roles").list.contains("assistant").any():
        return pl.Series("same_answer", [None] * dropped.height, dtype=pl.Boolean)
    wanted = pl.concat([dropped.get_column("row"), dropped.get_column("of")])
    each = spoken[wanted.to_numpy()].with_row_index("nth").explode("roles", "texts")
    said = each.filter(pl.col("roles") == "assistant").group_by("nth").agg(pl.col("texts").str.join("\n"))
    answers = dict(said.iter_rows())
    half = dropped.height
    same = [answers.get(nth) == answers.get(nth + half) for nth in range(half)]
    return pl.Series("same_answer", same, dtype=pl.Boolean)


def texts_of(queries: pl.Series) -> pl.Series:
    """The queries of each row as one text."""
    return queries.list.join("\n").fill_null("")


def check_threshold(threshold: float) -> None:
    """Expect a similarity that two texts can have."""
    if not is_number(threshold) or not 0 < threshold <= 1:
        raise InputError(f"threshold: expected a number above 0 and up to 1; found {threshold!r}")


def _order(frame: Frame, texts: pl.Series, keep: str, quality: str | None) -> NDArray[np.uint32]:
    """The rows in the order of preference."""
    if keep == "first":
        return np.arange(len(texts), dtype=np.uint32)
    if keep == "longest":
        worth = texts.str.len_chars()
    else:
        worth = frame.column(str(quality))
        if not worth.dtype.is_numeric():
            raise InputError(f"quality: expected a column of numbers; found {worth.dtype} in {quality!r}")
        worth = worth.fill_nan(None) if worth.dtype.is_float() else worth
    rows = worth.alias("worth").to_frame().with_row_index("row")
    best = rows.sort("worth", descending=True, nulls_last=True, maintain_order=True)
    return best.get_column("row").to_numpy()


def _marks(dropped: pl.DataFrame, samples: int) -> pl.DataFrame:
    rows = pl.DataFrame({"row": np.arange(samples, dtype=np.uint32)})
    marked = rows.join(dropped, on="row", how="left", maintain_order="left")
    return marked.select(pl.col("of").alias("duplicate_of"), "likeness")
