"""Frames of every kind: in and out the same kind, the same rows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import arro3.core
import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.io.plugins import register_io_source

import instag
from instag.frame import wrap
from instag.frame.batches import compact
from instag.frame.extent import Extent
from instag.frame.path import resolve

TAGS = [["math"], ["math", "proof", "latex"], [], ["poetry"], ["math", "proof"]]
IDS = ["a", "b", "c", "d", "e"]
ORDER = ["b", "d", "e"]
DETAILS = [(1, 1, 1, ["math", "proof", "latex"]), (2, 1, 3, ["poetry"]), (3, 2, 4, ["math", "proof"])]


def columns() -> dict[str, Any]:
    return {"id": IDS, "tags": TAGS}


class Stream:
    """An object that has the Arrow C stream and nothing else."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return pa.table(columns()).__arrow_c_stream__(requested_schema)


KINDS: dict[str, tuple[Callable[[], Any], type]] = {
    "polars": (lambda: pl.DataFrame(columns()), pl.DataFrame),
    "polars, in chunks": (lambda: pl.concat([pl.DataFrame(columns())[:2], pl.DataFrame(columns())[2:]]), pl.DataFrame),
    "polars, lazy": (lambda: pl.LazyFrame(columns()), pl.LazyFrame),
    "pandas": (lambda: pd.DataFrame(columns()), pd.DataFrame),
    "pandas, of arrays": (lambda: pd.DataFrame({"id": IDS, "tags": list(map(np.array, TAGS))}), pd.DataFrame),
    "pandas, of Arrow": (
        lambda: pd.DataFrame({"id": IDS, "tags": pd.Series(TAGS, dtype=pd.ArrowDtype(pa.list_(pa.string())))}),
        pd.DataFrame,
    ),
    "pyarrow": (lambda: pa.table(columns()), pa.Table),
    "datasets": (lambda: datasets.Dataset.from_dict(columns()), datasets.Dataset),
    "arro3": (lambda: arro3.core.Table.from_arrow(pa.table(columns())), arro3.core.Table),
    "any stream": (Stream, pl.DataFrame),
}


def polars(data: Any) -> pl.DataFrame:
    match data:
        case pl.LazyFrame():
            return data.collect()
        case datasets.Dataset():
            return pl.DataFrame(data.with_format("arrow")[:])
        case pd.DataFrame():
            return pl.from_pandas(data)
        case _:
            return pl.DataFrame(data)


@pytest.fixture(autouse=True)
def no_progress_bars() -> None:
    datasets.disable_progress_bars()


@pytest.mark.parametrize("kind", KINDS)
def test_select_gives_the_kind_it_was_given(kind: str) -> None:
    make, expected = KINDS[kind]
    chosen = instag.select(make(), 3)
    assert type(chosen) is expected
    assert polars(chosen).columns == ["id", "tags"]
    assert polars(chosen)["id"].to_list() == ORDER
    assert polars(chosen)["tags"].to_list() == [TAGS[IDS.index(name)] for name in ORDER]


@pytest.mark.parametrize("kind", KINDS)
def test_rank_adds_details_to_every_kind(kind: str) -> None:
    ranked = instag.rank(KINDS[kind][0]())
    details = polars(ranked).select("rank", "round", "row", "new_tags")
    assert details.rows()[:3] == DETAILS
    assert polars(ranked)["id"].to_list() == [*ORDER, "a"]


@pytest.mark.parametrize("kind", KINDS)
def test_measure_takes_every_kind(kind: str) -> None:
    data = KINDS[kind][0]()
    expected = instag.Measures(samples=5, null=0, empty=1, complexity=1.4, tags=4, coverage=1.0)
    assert instag.measure(data, of=data) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_write_takes_every_kind(kind: str, tmp_path: Path) -> None:
    instag.write(KINDS[kind][0](), tmp_path / "data.jsonl")
    assert pl.read_ndjson(tmp_path / "data.jsonl").rows() == pl.DataFrame(columns()).rows()


def test_pandas_keeps_its_index() -> None:
    frame = pd.DataFrame(columns(), index=[10, 20, 30, 40, 50])
    chosen = instag.select(frame, 3, details=True)
    assert chosen.index.tolist() == [20, 40, 50]
    assert chosen["rank"].tolist() == [1, 2, 3]
    assert chosen["row"].tolist() == [1, 3, 4]


def test_pandas_null_tags() -> None:
    frame = pd.DataFrame({"tags": [["a"], None, ["b", "c"]]})
    with pytest.warns(instag.InstagWarning, match="1 of 3 samples have null tags"):
        assert instag.select(frame, 2)["tags"].tolist() == [["b", "c"], ["a"]]


def test_a_lazy_frame_reads_only_the_tags() -> None:
    whole = pl.DataFrame(columns())
    read: list[list[str]] = []

    def source(with_columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        read.append(with_columns or whole.columns)
        yield whole.select(read[-1])

    chosen = instag.select(register_io_source(source, schema=whole.schema), 2)
    assert read == [["tags"]]
    assert chosen.collect()["id"].to_list() == ORDER[:2]
    assert read[1:] == [["id"]]


def test_a_dataset_with_an_order_of_its_own() -> None:
    dataset = datasets.Dataset.from_dict(columns()).select([4, 3, 2, 1, 0])
    assert instag.select(dataset, 3, details=True)["row"] == [3, 1, 0]


def test_a_dataset_dict_is_not_a_data_set() -> None:
    splits = datasets.DatasetDict({"train": datasets.Dataset.from_dict(columns())})
    with pytest.raises(instag.InputError) as error:
        instag.select(splits, 1)
    message = "data: expected one data set; found a DatasetDict with the splits train: pass one of them"
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        ([["a"]], ": make a frame of it, with polars.DataFrame(…), or of files with instag.scan(…)"),
        ({"tags": [["a"]]}, ": make a frame of it, with polars.DataFrame(…), or of files with instag.scan(…)"),
        ("data.jsonl", ": read the file with instag.scan(…)"),
        (None, ""),
    ],
)
def test_what_is_no_frame(data: Any, hint: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.select(data, 1)
    assert str(error.value).startswith("data: expected a Polars, pandas or pyarrow frame")
    assert str(error.value).endswith(f"found builtins.{type(data).__name__}{hint}")


def test_the_json_of_tags_is_recognised_after_a_piece_without_rows(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('question,tags\nq,"[""a""]"\n', encoding="utf-8")
    for data in (instag.scan(tmp_path / "in.csv"), pl.DataFrame({"tags": ['["a"]']})):
        with pytest.raises(instag.InputError, match="it is the JSON of a list"):
            instag.measure(data)
    for none in (pl.DataFrame(schema={"tags": pl.String}), pl.LazyFrame(schema={"tags": pl.String})):
        with pytest.raises(instag.InputError, match="expected a list of tags for each sample; found String"):
            instag.measure(none)


@pytest.mark.filterwarnings("ignore:column 'tags'.* null tags")
@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.string_view()),
        pa.list_view(pa.string()),
        pa.large_list_view(pa.string_view()),
        pa.large_list(pa.dictionary(pa.int8(), pa.string())),
    ],
    ids=str,
)
def test_types_of_arrow_that_hold_views(kind: pa.DataType) -> None:
    tags = [["a", "b"], None, ["b"], [], ["c", "c", "d", "e"]]
    words = pa.array([{"said": [str(row)]} for row in range(5)], pa.struct({"said": pa.list_(pa.string_view())}))
    table = pa.table({"tags": pa.array(tags, kind), "words": words}, metadata={"kept": "yes"})
    chosen = instag.select(table, 2)
    assert chosen.schema.equals(table.schema, check_metadata=True)
    assert chosen.to_pylist() == [{"tags": tags[row], "words": {"said": [str(row)]}} for row in (4, 0)]
    assert instag.measure(table).tags == 5
    assert instag.normalize(table, embedder=None, min_count=1).data["tags"].to_pylist()[4] == ["c", "d", "e"]


def test_pandas_tags_that_are_no_lists() -> None:
    with pytest.raises(instag.InputError) as error:
        instag.select(pd.DataFrame({"tags": [["a"], 3]}), 1)
    assert str(error.value) == "column 'tags', row 1: expected a list of tags; found 3"
    with pytest.raises(instag.InputError) as error:
        instag.select(pd.DataFrame({"tags": [["a"], [3]]}), 1)
    assert str(error.value) == "column 'tags': expected tags of one type; found int and str"


@pytest.mark.parametrize("piece", [1, 2, 3, 4])
def test_pieces_change_nothing(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("instag.frame.lazy.PIECE", piece)
    ranked = instag.rank(pl.LazyFrame(columns()))
    assert ranked.collect().equals(instag.rank(pl.DataFrame(columns())))
    assert ranked.head(3).collect()["id"].to_list() == ORDER


def test_a_lazy_selection_is_a_plan_like_any_other() -> None:
    ranked = instag.rank(pl.LazyFrame(columns()))
    assert ranked.collect_schema() == ranked.collect().schema
    assert ranked.select("rank", "id").head(2).collect().rows() == [(1, "b"), (2, "d")]
    assert ranked.filter(pl.col("round") > 1).select("id").collect()["id"].to_list() == ["e", "a"]
    assert ranked.select(pl.len()).collect().item() == 4
    with pytest.warns(instag.InstagWarning, match="it amounts to 0 of 5 samples, so nothing is chosen"):
        assert instag.select(pl.LazyFrame(columns()), 0).collect().height == 0


def test_the_result_of_a_stage_is_told_from_its_data() -> None:
    normalized = instag.normalize(pl.DataFrame(columns()), embedder=None)
    with pytest.raises(instag.InputError, match=r"found instag\.\S+\.Normalized: pass its \.data"):
        instag.select(normalized, 1)
    assert instag.select(normalized.data, 1).height == 1


def test_tags_that_are_there_query_by_query_are_pointed_at() -> None:
    frame = pl.DataFrame({"id": ["a"], "query_tags": [[["math"], ["proof", "latex"]]]})
    with pytest.raises(instag.InputError) as error:
        instag.select(frame, 1)
    hint = "the tags of each query are there: --tags query_tags / tags='query_tags'"
    assert str(error.value) == f"no column 'tags'; the columns are: id, query_tags; {hint}"
    assert instag.select(frame, 1, tags="query_tags").height == 1
    with pytest.raises(instag.InputError, match=r"no column 'label'; the columns are: id, query_tags$"):
        instag.select(frame, 1, tags="label")


@pytest.mark.parametrize("kind", ["eager", "lazy", "pandas", "pyarrow"])
def test_tags_within_a_column_are_found_by_their_path(kind: str) -> None:
    nested = pl.DataFrame(
        {"id": ["a", "b"], "note": [{"tags": {"given": ["math"]}}, {"tags": {"given": ["art", "math"]}}]}
    )
    data = {"eager": nested, "lazy": nested.lazy(), "pandas": nested.to_pandas(), "pyarrow": nested.to_arrow()}[kind]
    picked = wrap(instag.select(data, 1, tags="note.tags.given")).lazy().collect()
    assert picked["id"].to_list() == ["b"]
    with pytest.raises(instag.InputError, match=r"there is no 'taken' within 'note.tags': expected one of given"):
        instag.select(data, 1, tags="note.tags.taken")


@pytest.mark.parametrize("lazy", [False, True])
def test_a_column_within_another_is_found_by_its_path(*, lazy: bool) -> None:
    frame = pl.DataFrame({"note": [{"tags": ["math"]}, {"tags": ["math", "proof"]}]})
    found = wrap(frame.lazy() if lazy else frame)
    assert found.column("note.tags").to_list() == [["math"], ["math", "proof"]]
    assert pl.concat(found.chunks("note.tags")).to_list() == [["math"], ["math", "proof"]]
    with pytest.raises(instag.InputError, match=r"no column 'other\.tags'"):
        found.column("other.tags")


def test_a_compact_copy_holds_its_own_rows_alone_and_keeps_every_type() -> None:
    tags = [[f"a tag that is long enough to be kept apart {n}", "b"] for n in range(5_000)]
    frame = pl.DataFrame({"tags": tags, "text": [f"a text of which there are many {n}" for n in range(5_000)]})
    kind = pl.Enum(["b", "a"])
    frame = frame.with_columns(
        kind=pl.lit("a", dtype=kind),
        kinds=pl.Series([["a", None]] * 5_000, dtype=pl.List(kind)),
        large=pl.lit(2**70, dtype=pl.Int128),
        at=pl.lit(1, dtype=pl.Datetime("ns", "UTC")),
        pair=pl.Series([[1, 2]] * 5_000, dtype=pl.Array(pl.Int8, 2)),
        record=pl.Series([{"a": "x", "b": [b"y"]}] * 5_000),
    )
    few = frame[[7, 4_000]]

    copied = compact(few)

    assert copied.schema == few.schema
    assert copied.equals(few)
    arrow = copied["tags"].to_arrow()
    assert sum(buffer.size for buffer in arrow.buffers() if buffer is not None) < 10_000


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_columns_that_are_added_have_types_where_there_are_no_rows() -> None:
    data = pa.table(columns())
    none = instag.select(data, 0, details=True)
    some = instag.select(data, 3, details=True)
    assert none.schema == some.schema
    assert some.schema.field("new_tags").type == pa.list_(pa.string())
    hub = datasets.Dataset(data)
    assert instag.select(hub, 3, details=True).features["new_tags"].feature == datasets.Value("string")


class Source:
    """A plan that remembers which columns were read of it."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.read: list[list[str]] = []
        self._frame = frame

    def plan(self) -> pl.LazyFrame:
        def source(with_columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
            self.read.append(with_columns or self._frame.columns)
            yield self._frame.select(self.read[-1])

        return register_io_source(source, schema=self._frame.schema)


@pytest.mark.parametrize(
    ("tags", "again"),
    [
        (pl.Series([["b", "a"], None, [], ["c"]]), False),
        (pl.Series([[3, 1], None, [], [2]]), False),
        (pl.Series([["b", "a"], None, [], ["c"]], dtype=pl.List(pl.Enum(["c", "b", "a"]))), False),
        (pl.Series([["b", "a"], None, [], ["c", "c"]]), True),
        (pl.Series([["b", None], None, [], ["c"]]), True),
        (pl.Series([["b", "a"], ["d", "e"], ["a", "d"], ["c", "a"]], dtype=pl.Array(pl.String, 2)), True),
        (pl.Series([[["b"], ["a"]], None, [], [["c"]]]), True),
    ],
)
@pytest.mark.parametrize("key", [None, "id"])
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_tags_are_read_once_where_their_codes_say_all_of_them(
    tags: pl.Series, *, again: bool, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("instag.frame.lazy.SMALL", 0)
    monkeypatch.setattr("instag.selection.folding.BLOCK", 1)
    frame = pl.DataFrame({"id": [4, 2, 3, 1], "tags": tags})
    source = Source(frame)
    chosen = instag.select(source.plan(), 2, key=key, details=True)
    read = len(source.read)
    assert chosen.collect().equals(instag.select(frame, 2, key=key, details=True))
    assert source.read[read:] == [["id", "tags"] if again else ["id"]]
    assert chosen.select("tags").collect().equals(instag.select(frame, 2, key=key).select("tags"))
    assert len(source.read) == read + (2 if again else 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame([[1, 2, ["math"]]], columns=["id", "id", "tags"]), "several columns have one name: 'id': rename"),
        (pd.DataFrame({("a", "b"): [1]}), r"no column 'tags'; the columns are: \('a', 'b'\)"),
        (pl.DataFrame({"tags": ['["math"]']}), "it is the JSON of a list: parse it first, with str.json_decode"),
        (pl.DataFrame({"tags": ["math,proof"]}), r"split it first, for instance with str.split\(','\)"),
    ],
)
def test_columns_that_cannot_be_used_are_named(data: Any, message: str) -> None:
    with pytest.raises(instag.InputError, match=message):
        instag.select(data, budget=1)


def test_a_place_that_a_list_does_not_have_is_empty() -> None:
    frame = pl.DataFrame({"said": [["Why?", "So."], ["How?"], []]})
    second, _ = resolve(frame.schema, "said.1")
    assert frame.select(second).to_series().to_list() == ["So.", None, None]


def test_tags_are_not_taken_to_grow_faster_than_rows() -> None:
    # Data in order of a tag: the first half has one, and all of them together have three times as many.
    sample = pl.DataFrame({"tags": [["math"], ["math"], ["art"], ["law"]]})
    assert Extent.of(1_000, sample, sample["tags"]).distinct == 750


def test_of_columns_with_dots_in_their_names_the_longest_is_meant() -> None:
    frame = pl.DataFrame({"a": [{"b": {"c": 1}}], "a.b": [{"c": 2}]})
    inner, _ = resolve(frame.schema, "a.b.c")
    assert frame.select(inner).item() == 2


@pytest.mark.parametrize("kind", [pl.Binary, pl.Duration, pl.List(pl.Binary)])
@pytest.mark.parametrize(
    "use",
    [
        lambda frame: instag.select(frame, 2, method="gain", group="held", at_most=1),
        lambda frame: instag.split(frame, validation=1, by="held"),
        lambda frame: instag.analyze(frame, by="held"),
    ],
)
def test_columns_of_values_without_a_text_name_no_groups(use: Callable[[pl.DataFrame], Any], kind: Any) -> None:
    frame = pl.DataFrame(columns()).with_columns(held=pl.Series([None] * len(IDS), dtype=kind))
    with pytest.raises(
        instag.InputError, match=r"(Binary|Duration).*: expected one value|expected .* found .*(Binary|Dur)"
    ):
        use(frame)
