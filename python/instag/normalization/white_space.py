"""White space in raw tags: no two tags differ by it, and no name has it at its ends."""

from collections.abc import Iterable

import polars as pl

from instag.frame import Frame
from instag.tagsets import TagSets, encode

__all__ = ["read_tags", "tidied"]

# What `str.split` takes for white space, except one space between two words.
UNTIDY = r"^ | $|  |[^\S ]|[\x1c-\x1f]"


def tidied(tag: str) -> str:
    r"""A tag with a space for each run of white space, and none at its ends; unchanged if there is nothing else in it.

    Examples
    --------
    >>> tidied(" machine\n learning"), tidied(" ")
    ('machine learning', ' ')
    """
    return " ".join(tag.split()) or tag


def read_tags(frame: Frame, tags: str) -> TagSets:
    """The tags of each list as integers, ordered by name, with their white space tidied.

    The data are read once more where there is anything to tidy, which only the distinct tags show.
    """
    rows = encode(frame.chunks(tags), order="name", each_list=True)
    untidy = rows.names.filter(rows.names.str.contains(UNTIDY))
    names = {tag: tidied(tag) for tag in untidy.to_list() if tidied(tag) != tag}
    return encode(_renamed(frame.chunks(tags), names), order="name", each_list=True) if names else rows


def _renamed(pieces: Iterable[pl.Series], names: dict[str, str]) -> Iterable[pl.Series]:
    for piece in pieces:
        yield piece.to_frame().select(_within(pl.col(piece.name), piece.dtype, names)).to_series()


def _within(tags: pl.Expr, dtype: pl.DataType, names: dict[str, str]) -> pl.Expr:
    """Tags in lists of any depth, by their new names."""
    if isinstance(dtype, pl.Array):
        return _within(tags.arr.to_list(), pl.List(dtype.inner), names)
    if isinstance(dtype, pl.List):
        inner: pl.DataType = dtype.inner  # type: ignore[assignment]
        return tags.list.eval(_within(pl.element(), inner, names))
    return tags.cast(pl.String).replace(names)
