"""Tables for a terminal."""

from collections.abc import Sequence

import polars as pl

__all__ = ["fitted", "table"]

WIDTH = 80
ROWS = 12
# Spare columns are dropped until names have at least this much room.
NAME = 16
GAP = "  "

Cells = list[str]
"""A column: its title, then its cells."""


def table(frame: pl.DataFrame, *, spare: Sequence[str] = ()) -> str:
    """Print the first and last lines of a frame as plain text, at most 80 columns wide.

    Parameters
    ----------
    frame
        Names in the first column, which are shortened in the middle if they are too long; numbers in the others, with
        one to three decimals depending on the largest of the column. Null is a dash.
    spare
        Columns that may be left out to make room for names, the first one first. A last line lists those left out.

    Examples
    --------
    >>> print(table(pl.DataFrame({"tag": ["math", "proof"], "share": [0.5, 1 / 3]})))
     tag    share
     math   0.500
     proof  0.333
    """
    half = ROWS // 2
    ends = frame if frame.height <= ROWS else pl.concat([frame.head(half), frame.tail(half)])
    names, *numbers = (_cells(column) for column in ends)
    longest = _longest(names)
    for title in spare:
        if _room(numbers) >= min(longest, NAME):
            break
        numbers = [cells for cells in numbers if cells[0] != title]
    width = min(longest, _room(numbers))
    columns = [_padded(names, width), *([cell.rjust(_longest(cells)) for cell in cells] for cells in numbers)]
    lines = [f" {GAP.join(line)}".rstrip() for line in zip(*columns, strict=True)]
    if ends.height < frame.height:
        lines.insert(1 + half, " …")
    if missing := set(frame.columns[1:]) - {cells[0] for cells in numbers}:
        lines.append(f" not shown: {', '.join(name for name in frame.columns if name in missing)}")
    return "\n".join(lines)


def fitted(name: str, width: int) -> str:
    r"""Fit a name into a width by cutting out its middle, since long names often differ only at the end.

    Characters that cannot be printed become spaces.

    Examples
    --------
    >>> fitted("self_instruct_gpt4", 11), fitted("two\nlines", 11)
    ('self_…_gpt4', 'two lines')
    """
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - slow to import, and only needed for printing

    line = "".join(letter if letter.isprintable() else " " for letter in name)
    if cell_len(line) <= width:
        return line
    end = (width - 1) // 2
    return f"{set_cell_size(line, width - 1 - end)}…{set_cell_size(line[::-1], end)[::-1]}"


def _cells(column: pl.Series) -> Cells:
    if column.dtype.is_float():
        largest = max((abs(value) for value in column.drop_nulls()), default=0)
        decimals = 3 if largest < 10 else 2 if largest < 100 else 1  # noqa: PLR2004 - digits before the point
        written = ["-" if value is None else f"{value:,.{decimals}f}" for value in column]
    elif column.dtype.is_integer():
        written = ["-" if value is None else f"{value:,}" for value in column]
    else:
        written = [fitted(str(value), WIDTH) for value in column]
    return [column.name, *written]


def _room(numbers: list[Cells]) -> int:
    """The width that the numbers leave for names."""
    return WIDTH - 1 - sum(len(GAP) + _longest(cells) for cells in numbers)


def _longest(cells: Cells) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    return max(map(cell_len, cells))


def _padded(names: Cells, width: int) -> Cells:
    from rich.cells import set_cell_size  # noqa: PLC0415 - as above

    return [set_cell_size(fitted(name, width), width) for name in names]
