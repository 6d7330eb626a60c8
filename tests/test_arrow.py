"""Tables of Arrow, batch by batch, give what the whole of them gives."""

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instag import InputError
from instag.frame.arrow import ArrowFrame
from instag.frame.polars import PolarsFrame
from pieces import in_batches

ROWS = pl.DataFrame(
    {
        "id": [4, 1, 3, 0, 2, 5, 6],
        "tags": pl.Series([["a", "b"], None, [], ["b"], ["c", "a"], ["d"], None]),
        "meta": [{"tags": [f"tag {nth % 3}"], "turns": [{"said": "no"}] * nth} for nth in range(7)],
    }
)


@pytest.mark.parametrize("rows", [1, 3, 7, 100])
@pytest.mark.parametrize("name", ["tags", "meta.tags", "meta.turns.said"])
def test_tags_are_those_of_the_whole(rows: int, name: str) -> None:
    sets, whole = ArrowFrame(in_batches(ROWS, rows)).tag_sets(name), PolarsFrame(ROWS).tag_sets(name)

    assert sets.spellings == whole.spellings
    assert sets.codes.tolist() == whole.codes.tolist()
    assert sets.offsets.tolist() == whole.offsets.tolist()
    assert (sets.null, sets.empty) == (whole.null, whole.empty)


@given(st.permutations(range(7)), st.integers(0, 7), st.integers(1, 8))
def test_rows_are_taken_in_the_order_asked_for(places: list[int], many: int, rows: int) -> None:
    taken = np.array(places[:many], np.uint32)

    assert ArrowFrame(in_batches(ROWS, rows)).take(taken, pl.DataFrame()).equals(ROWS[taken])


@pytest.mark.parametrize("kind", [pa.string_view(), pa.dictionary(pa.int32(), pa.string()), pa.large_string()], ids=str)
def test_columns_keep_what_they_hold(kind: Any) -> None:
    table = pa.table({"id": [1, 0, 2], "source": pa.array(["x", None, "y"], kind), "tags": [["a"], [], None]})
    frame = ArrowFrame(pa.concat_tables([table.slice(2), table.slice(0, 2)]))

    taken = frame.take(np.array([2, 0], np.uint32), pl.DataFrame())

    assert taken.get_column("source").cast(pl.String).to_list() == [None, "y"]
    assert frame.column("source").cast(pl.String).to_list() == ["y", "x", None]


def test_batches_come_in_the_order_of_their_first_keys_with_nothing_copied() -> None:
    table = in_batches(pl.DataFrame({"id": [5, 6, 2, 3, 0, 1], "tags": [["a"]] * 6}), 2)

    arranged = ArrowFrame(table).arranged("id")

    assert arranged.column("id").to_list() == [0, 1, 2, 3, 5, 6]
    held = {batch.column(0).buffers()[1].address for batch in table.to_batches()}
    assert {batch.column(0).buffers()[1].address for batch in arranged._table.to_batches()} == held


@pytest.mark.parametrize("keys", [[], [None, None, None], ["b", None, "a"]], ids=str)
def test_rows_are_arranged_whatever_their_keys(keys: list[Any]) -> None:
    frame = pl.DataFrame({"id": pl.Series(keys, dtype=pl.String), "tags": [["a"]] * len(keys)})

    arranged = ArrowFrame(in_batches(frame, 1)).arranged("id")

    assert sorted(map(str, arranged.column("id"))) == sorted(map(str, keys))
    assert arranged.tag_sets("tags").samples == len(keys)


def test_a_column_that_is_not_there_is_said() -> None:
    with pytest.raises(InputError, match="no column 'labels'; the columns are: id, tags, meta"):
        ArrowFrame(in_batches(ROWS, 2)).tag_sets("labels")
