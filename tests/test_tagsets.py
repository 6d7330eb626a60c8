"""Encoding: a column in pieces is the column, and nothing writes to what was encoded."""

from collections.abc import Callable
from itertools import pairwise, product
from typing import Any, get_args

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
from instag import _core
from instag.choices import Method
from instag.frame import wrap
from instag.frame.batches import compact
from instag.tagsets import Order, Replaced, TagSets, encode

TAG = st.none() | st.sampled_from(["a", "b", "c", "a longer tag than twelve", "a longer tag than that", "ä"])
ROWS = st.lists(st.none() | st.lists(TAG, max_size=5), max_size=30)
NESTED = st.lists(st.none() | st.lists(st.none() | st.lists(TAG, max_size=4), max_size=3), max_size=20)


def everything(tags: TagSets) -> tuple[Any, ...]:
    arrays = (tags.offsets, tags.codes, tags.holders, tags.given, tags.lengths)
    numbers = (tags.samples, tags.tagged, tags.known, tags.null, tags.empty, tags.n_tags)
    as_lists = (tags.tags.to_list(), tags.spellings, tags.cleaned, tags.is_null.to_list(), tags.is_null.name)
    same = Replaced(tags, tags.sets, tags.names).all()
    return *(array.tolist() for array in arrays), *numbers, *as_lists, tags.tags.dtype, same.to_list(), same.name


@settings(deadline=None)
@given(ROWS, NESTED, st.lists(st.integers(0, 30), max_size=4), st.sampled_from([*product(get_args(Order), [0, 1])]))
def test_pieces_are_encoded_as_the_whole(
    flat: list[Any], nested: list[Any], cuts: list[int], how: tuple[Order, int]
) -> None:
    order, each_list = how[0], bool(how[1])
    for rows, dtype in ((flat, pl.List(pl.String)), (nested, pl.List(pl.List(pl.String)))):
        column = pl.Series("of mine", rows, dtype)
        ends = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
        pieces = [column[start:end] for start, end in pairwise(ends)]
        whole = encode(column, order=order, each_list=each_list)
        assert everything(encode(iter(pieces), order=order, each_list=each_list)) == everything(whole)


@settings(deadline=None)
@given(ROWS)
def test_orders_number_the_same_tags(rows: list[Any]) -> None:
    column = pl.Series("tags", rows, pl.List(pl.String))
    first = encode(column)
    held = [list(dict.fromkeys(tag for tag in row or () if tag is not None)) for row in rows]
    appeared = list(dict.fromkeys(tag for row in held for tag in row))
    assert first.spellings == appeared
    count = {tag: sum(tag in row for row in held) for tag in appeared}
    wanted = {
        "name": sorted(appeared, key=str.encode),
        "count": sorted(appeared, key=lambda tag: (-count[tag], tag.encode())),
    }
    for order, spellings in wanted.items():
        tags = encode(column, order=order)  # type: ignore[arg-type]
        assert tags.spellings == spellings
        assert tags.holders.tolist() == [count[tag] for tag in spellings]
        assert tags.codes_of(pl.Series([*spellings, "no such tag"])).tolist() == [*range(len(spellings)), tags.n_tags]
        decoded = [
            [spellings[code] for code in tags.codes[start:end]] for start, end in pairwise(tags.offsets.tolist())
        ]
        assert decoded == held
        times = {tag: sum((row or []).count(tag) for row in rows) for tag in appeared}
        assert tags.given.tolist() == [times[tag] for tag in spellings]


@pytest.mark.parametrize("name", ["offsets", "codes", "holders"])
def test_nobody_writes_to_tag_sets(name: str) -> None:
    tags = encode(pl.Series("tags", [["a", "b"], ["b"]]))
    array = getattr(tags, name)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.flags.writeable = True
    # The array keeps what it shows.
    before = array.tolist()
    del tags
    assert array.tolist() == before


def test_tag_sets_are_copies_that_were_checked() -> None:
    offsets, codes = np.array([0, 2, 3]), np.array([0, 1, 1], np.uint32)
    sets = _core.TagSets(offsets, codes, 2)
    codes[:] = 9
    offsets[:] = 9
    assert (sets.offsets.tolist(), sets.codes.tolist(), len(sets), sets.n_tags) == ([0, 2, 3], [0, 1, 1], 2, 2)
    for wrong in ([0, 4, 3], [0, 2, 1], [1, 2, 3]):
        with pytest.raises(ValueError, match="offsets"):
            _core.TagSets(np.array(wrong), np.array([0, 1, 1], np.uint32), 2)
    with pytest.raises(ValueError, match="codes: expected every code below"):
        _core.TagSets(np.array([0, 1]), np.array([2], np.uint32), 2)


def test_more_rows_than_can_be_numbered_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def push(self, _: pl.Series) -> None:
            raise OverflowError("expected fewer than 4,294,967,295 rows")

    monkeypatch.setattr("instag.tagsets.encoding.Encoder", Full)
    with pytest.raises(instag.InputError, match="column 'tags': expected fewer than 4,294,967,295 rows"):
        instag.select(pl.DataFrame({"tags": [["a"]]}), 1)


@pytest.mark.parametrize("method", get_args(Method))
def test_a_file_is_chosen_from_as_if_it_were_in_memory(tmp_path: Any, method: Method) -> None:
    random = np.random.default_rng(5)
    rows = [[f"t{tag}" for tag in (random.random(random.integers(0, 6)) ** 2 * 40).astype(int)] for _ in range(900)]
    frame = pl.DataFrame(
        {"id": range(900), "text": [f"a text of some length, {n}" * 9 for n in range(900)], "tags": rows}
    )
    for part in range(9):
        frame[part * 100 : part * 100 + 100].write_parquet(tmp_path / f"{part}.parquet", row_group_size=30)
    files = pl.scan_parquet(tmp_path / "*.parquet")
    for budget in (1, 60, 700):
        chosen = instag.select(frame, budget, method=method, seed=2, details=True)
        assert instag.select(files, budget, method=method, seed=2, details=True).collect().equals(chosen)
    assert instag.measure(files) == instag.measure(frame)


def test_rows_that_are_gone_are_missed(tmp_path: Any) -> None:
    path = tmp_path / "data.jsonl"
    frame = pl.DataFrame({"tags": [["a"], ["b"], ["c"]], "text": ["x", "y", "z"]})
    frame.write_ndjson(path)
    chosen = instag.select(pl.scan_ndjson(path), 3)
    frame.head(1).write_ndjson(path)
    with pytest.raises(Exception, match="the file has changed since its tags were read"):
        chosen.collect()


KINDS: list[Callable[[], pl.Series]] = [
    lambda: pl.Series(["short", None, "a string that is longer than a view holds"]),
    lambda: pl.Series([["a", "a string that is longer than a view holds"], None, []]),
    lambda: pl.Series([{"role": "user", "content": "words " * 9}, None, {"role": None, "content": ""}]),
    lambda: pl.Series(["a", "b", None], dtype=pl.Categorical),
    lambda: pl.Series(["a", "b", None], dtype=pl.Enum(["a", "b"])),
    lambda: pl.Series([b"bytes that are longer than a view holds", None, b""]),
    lambda: pl.Series([1, None, 3], dtype=pl.Int128),
    lambda: pl.Series([None, None, None]),
    lambda: pl.Series(["2026-01-01", None, "2026-11-28"]).str.to_datetime(time_zone="Europe/Berlin"),
    lambda: pl.Series([[1.0, 2.0], None, [3.0, 4.0]], dtype=pl.Array(pl.Float32, 2)),
    lambda: pl.Series(["1.5", None, "2.25"]).cast(pl.Decimal(10, 2)),
    lambda: pl.Series([object(), None, object()], dtype=pl.Object),
]


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_a_compact_copy_is_the_same_frame(kind: int) -> None:
    frame = KINDS[kind]().alias("column").to_frame()
    copy = compact(frame)
    assert copy.schema == frame.schema
    assert copy.to_dicts() == frame.to_dicts()


def test_pieces_of_a_frame_are_its_column(tmp_path: Any) -> None:
    frame = pl.DataFrame({"tags": [["a"], None, ["b", "c"]]})
    frame.write_parquet(tmp_path / "a.parquet")
    for data in (frame, frame.lazy(), frame.head(0), frame.head(0).lazy(), pl.scan_parquet(tmp_path / "a.parquet")):
        assert pl.concat(wrap(data).chunks("tags")).equals(wrap(data).column("tags"))
    with pytest.raises(instag.InputError, match="no column 'words'"):
        wrap(frame).chunks("words")


@pytest.mark.filterwarnings("ignore:.*none of:instag.InstagWarning")
@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=4), min_size=1, max_size=40), st.integers(1, 30), st.data()
)
def test_first_rounds_of_parts_hold_the_choice(rows: list[list[str]], budget: int, data: st.DataObject) -> None:
    frame = pl.DataFrame({"nth": range(len(rows)), "tags": rows}, {"nth": pl.Int64, "tags": pl.List(pl.String)})
    whole = instag.rank(frame).head(budget)
    part = pl.Series(data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows))), dtype=pl.Int8)
    rounds = pl.col("round") <= (whole["round"].max() or 0)
    kept = [instag.rank(frame.filter(part == which)).filter(rounds) for which in range(3)]
    survivors = pl.concat(kept).select("nth", "tags").sort("nth")
    again = instag.rank(survivors).head(budget)
    assert again["nth"].to_list() == whole["nth"].to_list()
    assert again["round"].to_list() == whole["round"].to_list()


@pytest.mark.parametrize("offsets", [[0, 3, 1], [0, -1, 3], [2, 1, 3], [0, 2, 1]])
def test_lists_that_are_not_valid_arrow(offsets: list[int]) -> None:
    """pyarrow looks at the first and the last offset only, unless it validates in full."""
    buffers = [None, pa.py_buffer(np.array(offsets, np.int64).tobytes())]
    lists = pa.LargeListArray.from_buffers(pa.large_list(pa.string()), 2, buffers, children=[pa.array(["a", "b", "c"])])
    with pytest.raises(pa.ArrowInvalid):
        lists.validate(full=True)
    with pytest.raises(
        instag.InputError, match=r"column 'tags': a list ends before it begins .* validate\(full=True\)"
    ):
        instag.select(pa.table({"tags": lists}), budget=1)


@pytest.mark.parametrize(
    ("column", "whole"),
    [
        (pl.Series([["a"], ["b", "a"], None]), True),
        (pl.Series([["a", "a"]]), False),
        (pl.Series([["a", None]]), False),
        (pl.Series([[["a"], ["b"]]]), False),
        (pl.Series([["a", "b"]], dtype=pl.Array(pl.String, 2)), False),
    ],
    ids=["plain", "a repeat", "a null", "lists of lists", "arrays"],
)
def test_whether_a_column_can_be_built_from_its_codes(column: pl.Series, whole: object) -> None:
    assert encode(column).whole is whole
