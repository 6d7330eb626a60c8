"""Removing copies: rows whose user turns are the same, or nearly."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import duplicates
from instag.checks import check_choice, is_number
from instag.cleaning.options import Acting, Comparing, Deduplication, Keeping, Quality, Query, Threshold
from instag.cleaning.result import Cleaned, cleaned, line_for_each, shown
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.conversation.samples import queries_in_pieces
from instag.io.conversation.turns import turns_in_pieces

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
    """Remove rows whose user turns are copies of those in another row.

    All user turns of a row are compared together, ignoring letter case and white space. Two rows are copies if the
    Jaccard similarity of their runs of five characters is at least `threshold`. Rows that differ in a number or in a
    word with symbols (C, C++, C#) are not copies, however similar they are. A row is removed only if it is itself a
    copy of a row that stays, and not for being a copy of a copy. Rows in which the user says nothing are never copies.

    Similar rows are found by MinHash (with 128 values, it misses one in 500 pairs exactly at the threshold), and then
    compared exactly.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream.
    query
        The column of the user's queries: text, a list of texts, or a conversation. By default it is detected, as
        :func:`instag.read` does.
    method
        ``"minhash"``, or ``"exact"`` for rows that are equal apart from letter case and white space.
    threshold
        The least Jaccard similarity, above 0 and at most 1.
    keep
        The row that stays: the ``"first"``; the ``"longest"``, by the user's turns; or the one of highest
        ``"quality"``. The default is the quality if a column is given, else the first. Ties go to the first row.
    quality
        A column of numbers; null ranks below all of them.
    action
        ``"remove"``, or ``"mark"`` to keep all rows and add the columns `duplicate_of` (a row, from 0) and `likeness`,
        which are null for rows that are not copies.

    Returns
    -------
    Cleaned
        `dropped` has `row`, `reason`, `of` (the row that stays), `likeness` (the Jaccard similarity), `same_answer`
        (whether both rows have the same answers; null if the data have none) and `query`.

    Raises
    ------
    InputError
        If no column has user queries, or an option is out of range.

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
        raise InputError("keep: 'quality' needs a column of numbers: pass it as quality= / --quality")
    frame = wrap(data)
    queries = queries_in_pieces(frame, query)
    texts = texts_of(queries)
    order = _order(frame, texts, keep or ("first" if quality is None else "quality"), quality)
    samples = len(texts)
    rows, of, likeness = duplicates(texts, order, None if method == "exact" else float(threshold))
    del texts
    dropped = pl.DataFrame({"row": rows, "of": of, "likeness": likeness}).select(
        "row",
        pl.when(pl.col("likeness") < 1).then(pl.lit(NEAR)).otherwise(pl.lit(SAME)).alias("reason"),
        "of",
        "likeness",
    )
    dropped = dropped.with_columns(_same_answer(frame, dropped), shown(queries, dropped.get_column("row")))
    marks = _marks(dropped, samples) if action == "mark" else None
    return cleaned(frame, dropped, samples, marks)


def _same_answer(frame: Frame, dropped: pl.DataFrame) -> pl.Series:
    """Whether copies have the same answers as the rows that stay in their place."""
    conversations = turns_in_pieces(frame) if dropped.height else None
    wanted = np.unique(dropped.select(pl.concat_list("row", "of").explode()).to_series().to_numpy())
    # Of answers, which may be long, it is enough to know whether they are the same.
    answers: dict[int, bytes] = {}
    any_answers, start = False, 0
    for piece in conversations or ():
        any_answers = any_answers or bool(piece.get_column("roles").list.contains("assistant").any())
        first, last = np.searchsorted(wanted, (start, start + piece.height))
        rows = wanted[first:last]
        each = piece[rows - start].with_columns(row=pl.Series(rows)).explode("roles", "texts")
        said = each.filter(pl.col("roles") == "assistant").group_by("row").agg(pl.col("texts").str.join("\n"))
        answers |= {row: blake2b(text.encode(), digest_size=16).digest() for row, text in said.iter_rows()}
        start += piece.height
    pairs = zip(dropped.get_column("row"), dropped.get_column("of"), strict=True)
    same = [answers.get(row) == answers.get(of) if any_answers else None for row, of in pairs]
    return pl.Series("same_answer", same, dtype=pl.Boolean)


def texts_of(queries: Iterable[pl.Series]) -> pl.Series:
    """Join the user's turns of each row to one text."""
    return pl.concat(piece.list.join("\n").fill_null("") for piece in queries)


def check_threshold(threshold: float) -> None:
    """Check that a threshold is above 0 and at most 1."""
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
    marked = line_for_each(dropped, samples)
    return marked.select(pl.col("of").alias("duplicate_of"), "likeness")
