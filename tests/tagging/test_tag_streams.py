"""Data that are read from files each time: tagged as in memory, and not with the answers to others."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.io.plugins import register_io_source

import instag
from pieces import in_pieces

SAID = st.text("ab \n", max_size=4)
TURNS = st.lists(st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": SAID}), max_size=3)
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "queries": (
        st.fixed_dictionaries({"queries": st.none() | st.lists(SAID, max_size=3)}),
        {"queries": pl.List(pl.String)},
    ),
    "messages": (
        st.fixed_dictionaries({"messages": TURNS}),
        {"messages": pl.List(pl.Struct({"role": pl.String, "content": pl.String}))},
    ),
    "pairs": (st.fixed_dictionaries({"question": SAID, "answer": SAID}), {"question": pl.String, "answer": pl.String}),
}


def by_length(queries: Sequence[str]) -> list[list[str] | None]:
    return [[f"length {len(query)}", query[:1]] if len(query) < 4 else None for query in queries]


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_pieces_are_tagged_as_the_whole(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    row, schema = KINDS[kind]
    rows = data.draw(st.lists(row, min_size=1, max_size=9))
    frame = pl.DataFrame(rows, schema).with_row_index("id")
    pieces = in_pieces(frame, data.draw(st.lists(st.integers(0, 9), max_size=4)))
    folder = tmp_path_factory.mktemp("tag")
    whole = instag.tag(frame, model=by_length, journal=folder / "one")
    found = instag.tag(pieces, model=by_length, journal=folder / "other")
    assert isinstance(found.data, pl.LazyFrame)
    assert found.data.collect().equals(whole.data)
    assert found.data.select("tags", "id").collect().equals(whole.data.select("tags", "id"))
    assert found.data.select("query_tags").head(3).collect().equals(whole.data.select("query_tags").head(3))
    for name in ("failures", "cuts"):
        assert getattr(found, name).equals(getattr(whole, name))
    assert (found.samples, found.queries, found.blank) == (whole.samples, whole.queries, whole.blank)


def test_columns_that_are_there_give_way(tmp_path: Path) -> None:
    frame = pl.DataFrame({"tags": [["old"]], "prompt": ["a"], "id": [1]})
    found = instag.tag(frame.lazy(), model=by_length, journal=tmp_path / "j", replace=True).data.collect()
    assert found.columns == ["tags", "prompt", "id", "query_tags"]
    assert found["tags"].to_list() == [["length 1", "a"]]


def test_a_file_that_changes_is_not_tagged(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"prompt": ["a", "b"]}).write_parquet(path)

    def changing(queries: Sequence[str]) -> list[list[str]]:
        pl.DataFrame({"prompt": ["b", "a", "c"]}).write_parquet(path)
        return [["t"] for _ in queries]

    def run() -> None:
        found = instag.tag(instag.scan(path), model=changing, journal=tmp_path / "j")
        instag.write(found.data, tmp_path / "out.parquet")

    with pytest.raises(instag.InputError, match=r"in\.parquet: the file has changed"):
        run()
    assert not (tmp_path / "out.parquet").exists()


def test_a_file_that_vanishes_is_not_tagged(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"prompt": ["a", "b"]}).write_parquet(path)
    found = instag.tag(instag.scan(path), model=by_length, journal=tmp_path / "j")
    path.unlink()
    with pytest.raises(instag.InputError, match=r"in\.parquet: the file was there .* and is gone"):
        instag.write(found.data, tmp_path / "out-{}.parquet", rows_per_file=1)
    assert not [each for each in tmp_path.iterdir() if "out" in each.name or each.is_dir()]


def test_rows_in_another_order_are_not_asked_under_the_keys_of_others(tmp_path: Path) -> None:
    reads = count()

    def read(*_: object) -> Iterator[pl.DataFrame]:
        yield pl.DataFrame({"prompt": [f"read {next(reads)}"]})

    def unasked(_: Sequence[str]) -> list[list[str]]:
        pytest.fail("was asked")

    shifting = register_io_source(read, schema={"prompt": pl.String})
    with pytest.raises(instag.InputError, match="query 0 is no longer what it was"):
        instag.tag(shifting, model=unasked, query="prompt", journal=tmp_path / "j")
