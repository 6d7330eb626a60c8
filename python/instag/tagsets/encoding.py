"""Encode columns of tags as integers for the core."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import polars as pl

from instag._core import Encoder
from instag._core import TagSets as Sets
from instag.errors import InputError
from instag.tagsets.sets import TagSets

__all__ = ["Encoding", "Order", "encode", "join"]

Order = Literal["appearance", "name", "count"]
"""How tags are numbered: as they first appear, by name, or by how many rows hold them (most first, ties by name)."""


def encode(column: pl.Series | Iterable[pl.Series], *, order: Order = "appearance", each_list: bool = False) -> TagSets:
    """Encode a column of lists of tags, without null tags and without repeats within a row.

    The column may come in pieces, and each piece can be freed before the next one is read: about 8 bytes are kept for
    each row, 4 for each of its tags, and each distinct tag once.

    Parameters
    ----------
    column
        Lists of strings, categoricals, enums or integers, or lists of such lists; or an iterable of at least one such
        column, all of one type.
    order
        How the tags are numbered.
    each_list
        For lists of lists: whether each inner list is a row of its own, since the tags of one query were given
        together. Otherwise each sample is a row, with the tags of all its queries.

    Raises
    ------
    InputError
        If the column holds anything else, or more rows than 32 bits can number.

    Examples
    --------
    >>> tags = encode(pl.Series("tags", [["math", "proof"], None, ["proof"]]))
    >>> tags.samples, tags.tagged, tags.null
    (3, 2, 1)
    >>> tags.codes.tolist(), tags.tags.to_list()
    ([0, 1, 1], ['math', 'proof'])
    >>> encode(pl.Series("tags", [["math", "proof", "math"], None, ["proof"]]), order="count").spellings
    ['proof', 'math']
    >>> rows = encode(pl.Series("tags", [[["b", "a"], ["b"]], None]), order="name", each_list=True)
    >>> rows.spellings, rows.offsets.tolist(), rows.codes.tolist()
    (['a', 'b'], [0, 2, 3], [1, 0, 1])
    """
    encoding = Encoding(each_list=each_list)
    for piece in (column,) if isinstance(column, pl.Series) else column:
        encoding.push(piece)
    return encoding.finish(order)


class Encoding:
    """Encode a column piece by piece; the tags so far can be read in between.

    Parameters
    ----------
    each_list
        As for :func:`encode`.

    Examples
    --------
    >>> encoding = Encoding()
    >>> encoding.push(pl.Series([["math"]]))
    >>> encoding.push(pl.Series([["proof", "math"]]))
    >>> len(encoding), encoding.so_far().spellings
    (2, ['math', 'proof'])
    """

    def __init__(self, *, each_list: bool = False) -> None:
        self._encoder = Encoder()
        self._each_list = each_list
        self._parts: list[tuple[str, pl.DataType, pl.Series, pl.Series | None]] = []
        self._text: pl.Series | None = None
        self._plain = True
        self._items = 0

    def __len__(self) -> int:
        """The number of rows so far."""
        return len(self._encoder)

    def push(self, piece: pl.Series) -> None:
        """Append rows.

        Raises
        ------
        InputError
            If they are not lists of tags, or not valid Arrow, or there are then more rows than 32 bits can number.
        """
        if piece.dtype == pl.String and piece.is_empty():
            # That these are no lists is said by a piece with rows, which show what they are instead, if one comes.
            self._text = piece
            return
        rows, outer = _rows(piece, each_list=self._each_list)
        try:
            self._encoder.push(rows.cast(pl.List(pl.String)))
        except (OverflowError, ValueError) as error:
            raise InputError(f"column {piece.name!r}: {error}") from None
        self._plain &= rows.dtype == piece.dtype
        self._items += int(rows.list.len().sum())
        self._parts.append((piece.name, _inner(rows), rows.is_null(), outer))

    def so_far(self) -> TagSets:
        """Return a copy of the rows so far; there has to be a piece, and more can be pushed afterwards."""
        return self._tag_sets(*self._encoder.so_far("appearance"))

    def finish(self, order: Order = "appearance") -> TagSets:
        """Return all rows; there has to be a piece, and this can be called only once."""
        return self._tag_sets(*self._encoder.finish(order))

    def _tag_sets(self, sets: Sets, tags: Any, null: int, empty: int) -> TagSets:
        if self._text is not None:
            _rows(self._text, each_list=self._each_list)
        names, kinds, nulls, outers = zip(*self._parts, strict=True)
        lists = [outer for outer in outers if outer is not None]
        is_null = pl.concat(nulls).alias(names[0])
        outer = pl.concat(lists) if lists else None
        whole = self._plain and self._items == len(sets.codes)
        return TagSets(sets, pl.Series(tags).cast(kinds[0]), null, empty, is_null, outer, whole)


def join(parts: Sequence[TagSets]) -> TagSets:
    """Join parts of a column that were encoded separately; the tags are numbered by name.

    Examples
    --------
    >>> parts = [encode(pl.Series([["proof", "math"]])), encode(pl.Series([None, ["art", "proof"]]))]
    >>> joined = join(parts)
    >>> joined.spellings, joined.codes.tolist(), joined.null
    (['art', 'math', 'proof'], [2, 1, 0, 2], 1)
    """
    if not parts:
        return encode(pl.Series("tags", [], dtype=pl.List(pl.String)))
    tags = pl.concat([part.tags for part in parts]).unique().sort()
    code_of = pl.DataFrame({"tag": tags, "code": np.arange(len(tags), dtype=np.uint32)})
    codes = []
    for part in parts:
        codes_here = part.tags.alias("tag").to_frame().join(code_of, on="tag", how="left", maintain_order="left")
        codes.append(codes_here.get_column("code").to_numpy()[part.codes])
    lengths = np.concatenate([part.lengths for part in parts])
    return TagSets.of(lengths, np.concatenate(codes), tags, pl.concat([part.is_null for part in parts]))


def _rows(column: pl.Series, *, each_list: bool) -> tuple[pl.Series, pl.Series | None]:
    """The column with one list of tags a row, and the number of rows of each outer list if lists of lists were split."""
    column = column.arr.to_list() if isinstance(column.dtype, pl.Array) else column
    outer = None
    if isinstance(column.dtype, pl.List) and isinstance(column.dtype.inner, pl.List):
        if each_list:
            outer = column.list.len()
            column = column.explode(empty_as_null=False, keep_nulls=False)
        else:
            column = column.list.eval(pl.element().explode(empty_as_null=False, keep_nulls=False))
    if column.dtype == pl.Null:
        column = column.cast(pl.List(pl.Null))
    if not isinstance(column.dtype, pl.List):
        hint = "; split it first, for instance with str.split(',')" if column.dtype == pl.String else ""
        if hint and column.drop_nulls().head(20).str.contains(r"^\s*\[").any():
            hint = "; it is the JSON of a list: parse it first, with str.json_decode(pl.List(pl.String)) in Polars"
        raise InputError(f"column {column.name!r}: expected a list of tags for each sample; found {column.dtype}{hint}")
    inner = _inner(column)
    if not isinstance(inner, pl.Null | pl.String | pl.Categorical | pl.Enum) and not inner.is_integer():
        raise InputError(
            f"column {column.name!r}: expected tags that are strings, categoricals, enums or integers; found {column.dtype}"
        )
    return column, outer


def _inner(lists: pl.Series) -> pl.DataType:
    inner: pl.DataType = lists.dtype.inner  # type: ignore[attr-defined]
    return inner
