"""Frames in a terminal."""

import polars as pl

__all__ = ["table"]

ROWS = 12
NAME = 40
# Wider than any table, so that none is folded.
WIDTH = 1000


def table(frame: pl.DataFrame) -> str:
    """A frame as plain text, all columns and the first and last lines.

    Examples
    --------
    >>> print(table(pl.DataFrame({"tag": ["math", "proof"], "share": [0.5, 1 / 3]})))
     tag    share
     math   0.500
     proof  0.333
    """
    with pl.Config(
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
        tbl_formatting="NOTHING",
        tbl_cell_numeric_alignment="RIGHT",
        tbl_cols=-1,
        tbl_rows=ROWS,
        tbl_width_chars=WIDTH,
        fmt_str_lengths=NAME,
        float_precision=3,
        thousands_separator=True,
    ):
        return "\n".join(line.rstrip() for line in str(frame).splitlines())
