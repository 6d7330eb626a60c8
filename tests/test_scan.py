"""Data of any size and from any source: the rows that come of them are those of the data in memory."""

import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import orjson
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import instag
from instag.cli.app import app
from instag.frame import stamps, wrap
from instag.frame.batches import PART, reading_little_ahead
from instag.io.json import records
from instag.io.json.inference import is_safe, schema_of
from pieces import in_pieces

TAG = st.sampled_from(["math", "proof", "art", "code", "a longer tag than twelve", "ä"])
ROW = st.fixed_dictionaries(
    {
        "tags": st.none() | st.lists(TAG, max_size=4),
        "good": st.floats(0.1, 2),
        "size": st.integers(1, 9),
        "kind": st.sampled_from(["a", "b"]),
        "said": st.text("ab ", max_size=8),
    }
)
SCHEMA: dict[str, Any] = {
    "tags": pl.List(pl.String),
    "good": pl.Float64,
    "size": pl.Int64,
    "kind": pl.String,
    "said": pl.String,
}


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=25), st.lists(st.integers(0, 25), max_size=4))
def test_pieces_are_normalised_as_the_whole(rows: list[dict[str, Any]], cuts: list[int]) -> None:
    frame = pl.DataFrame(rows, SCHEMA)
    pieces = in_pieces(frame, cuts)
    options: dict[str, Any] = {"embedder": None, "min_count": 2}
    wanted, found = instag.normalize(frame, **options), instag.normalize(pieces, **options)
    assert found.data.collect().equals(wanted.data)
    assert found.merges.equals(wanted.merges)
    vocabulary = wanted.vocabulary
    applied, each = vocabulary.apply(frame, new="keep"), vocabulary.apply(pieces, new="keep")
    assert each.data.collect().equals(applied.data)
    assert each.data.select("raw_tags", "kind").collect().equals(applied.data.select("raw_tags", "kind"))
    assert each.drift.equals(applied.drift)
    assert each.new.equals(applied.new)


def frame() -> pl.DataFrame:
    tags = [["math"], ["math", "proof", "latex"], [], ["poetry"], ["math", "proof"]]
    return pl.DataFrame({"id": list("abcde"), "tags": tags})


def stream() -> Any:
    return datasets.Dataset.from_dict(frame().to_dict(as_series=False)).to_iterable_dataset()


SOURCES: dict[str, Callable[[], Any]] = {
    "a frame": frame,
    "a plan": lambda: frame().lazy(),
    "an iterator of frames": lambda: (frame()[n : n + 2] for n in range(0, 5, 2)),
    "a list of frames": lambda: [frame()[:1], frame()[1:]],
    "an iterator of tables": lambda: iter([frame()[:3].to_arrow(), frame()[3:].to_arrow()]),
    "a table": lambda: pa.table(frame().to_arrow()),
    "a stream of datasets": stream,
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_is_scanned(kind: str) -> None:
    scanned = instag.scan(SOURCES[kind]())
    assert isinstance(scanned, pl.LazyFrame)
    assert instag.select(scanned, 3).collect()["id"].to_list() == ["b", "d", "e"]
    assert instag.measure(scanned).samples == 5


@pytest.mark.parametrize("kind", ["an iterator of frames", "a stream of datasets"])
def test_what_can_be_read_once_is_taken_as_it_is(kind: str) -> None:
    assert instag.select(SOURCES[kind](), 2).collect()["id"].to_list() == ["b", "d"]


def test_frames_of_other_columns_are_refused() -> None:
    with pytest.raises(instag.InputError, match="frame 1 has the columns id, and the first one id, tags"):
        instag.scan(iter([frame(), frame().select("id")]))
    with pytest.raises(instag.InputError, match="expected at least one frame"):
        instag.scan(iter([]))
    clash = [pl.DataFrame({"tags": [["a"]]}), pl.DataFrame({"tags": [1]})]
    with pytest.raises(instag.InputError, match=r"column 'tags' is List\(String\) and Int64"):
        instag.scan(clash)


def test_files_of_every_type_are_scanned(tmp_path: Path) -> None:
    whole = frame()
    whole.write_parquet(tmp_path / "a.parquet")
    whole.write_ndjson(tmp_path / "a.jsonl")
    whole.write_ipc(tmp_path / "a.arrow")
    for path in sorted(tmp_path.iterdir()):
        assert instag.select(instag.scan(path), 3).collect()["id"].to_list() == ["b", "d", "e"]


def test_a_file_that_goes_or_changes_between_two_readings(tmp_path: Path) -> None:
    path, out = tmp_path / "pool.parquet", tmp_path / "out.jsonl"
    frame().write_parquet(path)
    chosen = instag.select(instag.scan(path), 3)
    frame().reverse().write_parquet(path)
    with pytest.raises(instag.InputError, match=r"pool.parquet: the file has changed since its tags were read"):
        instag.write(chosen, out)
    chosen = instag.select(instag.scan(path), 3)
    path.unlink()
    with pytest.raises(
        instag.InputError, match=r"pool.parquet: the file was there when its tags were read, and is gone"
    ):
        instag.write(chosen, out)
    assert list(tmp_path.iterdir()) == []


LARGER = pl.DataFrame({"id": range(30_000), "text": "Why? " * 9, "tags": [["math"], ["art", "code"], []] * 10_000})
OTHER: dict[str, Callable[[Path], Any]] = {
    "shorter": LARGER.head(9_000).write_parquet,
    "longer": pl.concat([LARGER, LARGER]).write_parquet,
    "other rows": LARGER.reverse().write_parquet,
    "other columns": LARGER.drop("text").write_parquet,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-90]),
    "no Parquet": lambda path: path.write_bytes(b"x" * path.stat().st_size),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("change", OTHER)
def test_a_file_that_changes_before_a_vocabulary_is_applied(change: str, tmp_path: Path) -> None:
    """What is read last is the file that the tags were read of, or an error that says so, and no file."""
    path, out = tmp_path / "pool.parquet", tmp_path / "out.parquet"
    LARGER.write_parquet(path, row_group_size=10_000)
    vocabulary = instag.normalize(LARGER, embedder=None, min_count=1).vocabulary
    rows = vocabulary.apply(instag.scan(path)).data
    OTHER[change](path)
    said = (
        "pool.parquet: the file (has changed since its tags were read|was there when its tags were read, and is gone)"
    )
    with pytest.raises(instag.InputError, match=said) as raised:
        instag.write(rows, out)
    assert "damaged" not in str(raised.value)
    assert not out.exists()


def test_a_file_that_changes_while_its_rows_are_written(tmp_path: Path) -> None:
    """What Polars says of it then is that it is damaged."""
    path, out = tmp_path / "pool.parquet", tmp_path / "out.parquet"
    LARGER.write_parquet(path)
    vocabulary = instag.normalize(LARGER, embedder=None, min_count=1).vocabulary
    writing = False

    def read(part: pl.Series) -> pl.Series:
        if writing:
            path.write_bytes(b"PAR1" * 99)
            raise pl.exceptions.ComputeError("File out of specification")
        return part

    number = pl.col("id").map_batches(read, return_dtype=pl.Int64, is_elementwise=True)
    rows = vocabulary.apply(instag.scan(path).with_columns(number)).data
    writing = True
    with pytest.raises(instag.InputError, match=r"pool.parquet: the file has changed since its tags were read"):
        instag.write(rows, out)
    assert not out.exists()


def test_rows_are_handed_on_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the row groups of a file are: many parts wait between reading and writing."""
    monkeypatch.delenv("POLARS_IDEAL_MORSEL_SIZE", raising=False)
    path, heights = tmp_path / "pool.parquet", []
    many = pl.concat([LARGER] * 4)
    many.write_parquet(path, row_group_size=many.height)
    before = dict(os.environ)

    def seen(part: pl.DataFrame) -> pl.DataFrame:
        heights.append(part.height)
        return part

    rows = instag.scan(path).map_batches(seen, streamable=True)
    vocabulary = instag.normalize(LARGER, embedder=None, min_count=1).vocabulary
    for plan in (rows, vocabulary.apply(rows).data, instag.normalize(rows, embedder=None).data):
        heights.clear()
        instag.write(plan, tmp_path / "out.parquet")
        assert sum(heights) >= many.height
        assert max(heights) < 2 * PART
    assert dict(os.environ) == before


@pytest.mark.parametrize(("small", "kept"), [(1 << 20, True), (10_000, False)])
def test_a_column_that_will_be_too_long_is_not_kept_until_then(
    small: int, *, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pool.parquet"
    # Each row group is small enough.
    pl.DataFrame({"tags": [["a tag", str(n % 90)] for n in range(1_000)]}).write_parquet(path, row_group_size=50)
    monkeypatch.setattr("instag.frame.lazy.SMALL", small)
    chunks = wrap(pl.scan_parquet(path)).chunks("tags")
    first = weakref.ref(next(chunk for chunk in chunks if len(chunk)))
    next(chunks)
    assert (first() is not None) == kept


def test_who_says_how_much_is_read_at_a_time_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_ROW_GROUP_PREFETCH_SIZE", "7")
    monkeypatch.setenv("POLARS_IDEAL_MORSEL_SIZE", "11")
    with reading_little_ahead():
        assert os.environ["POLARS_ROW_GROUP_PREFETCH_SIZE"] == "7"
        assert os.environ["POLARS_IDEAL_MORSEL_SIZE"] == "11"
        assert os.environ["POLARS_MAX_CONCURRENT_SCANS"] == "1"
    assert os.environ["POLARS_ROW_GROUP_PREFETCH_SIZE"] == "7"
    assert "POLARS_MAX_CONCURRENT_SCANS" not in os.environ


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "arrow", "jsonl.zst", "jsonl.gz"])
@pytest.mark.parametrize("rows", [1, 2, 5, 9])
def test_files_of_so_many_rows(ending: str, rows: int, tmp_path: Path) -> None:
    instag.write(frame(), tmp_path / f"out-{{:03d}}.{ending}", rows_per_file=rows)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"out-{n:03d}.{ending}" for n in range(-(-5 // rows))]
    parts = [instag.scan(tmp_path / name).collect() for name in names]
    assert [part.height for part in parts[:-1]] == [rows] * (len(parts) - 1)
    assert [each for part in parts for each in part["id"]] == list("abcde")


def test_several_files_are_all_written_or_none(tmp_path: Path) -> None:
    instag.write(frame().clear(), tmp_path / "none-{}.parquet", rows_per_file=2)
    assert pl.read_parquet(tmp_path / "none-0.parquet").height == 0
    with pytest.raises(instag.InputError, match="csv cannot"):
        instag.write(frame(), tmp_path / "out-{}.csv", rows_per_file=2)
    assert [path.name for path in tmp_path.iterdir()] == ["none-0.parquet"]
    instag.write(frame(), tmp_path / "out-{}.parquet", rows_per_file=2)
    with pytest.raises(instag.InputError, match=r"out-0.parquet and 2 more are there already"):
        instag.write(frame(), tmp_path / "out-{}.parquet", rows_per_file=3)


@pytest.mark.parametrize(
    ("name", "rows", "message"),
    [
        ("out.parquet", 2, "the name has to have a place for the number"),
        ("out-{:03d}.parquet", None, "say how many rows a file is to have"),
        ("out-{}.parquet", 0, "rows_per_file: expected a count of 1 or more"),
        ("out-{}.json", 2, "a .json file is one list"),
    ],
)
def test_names_of_several_files(name: str, rows: int | None, message: str, tmp_path: Path) -> None:
    with pytest.raises(instag.InputError, match=message):
        instag.write(frame(), tmp_path / name, rows_per_file=rows)
    assert list(tmp_path.iterdir()) == []


def test_converting_to_several_files(tmp_path: Path) -> None:
    asked = pl.DataFrame({"question": [f"Why {n}?" for n in range(7)], "answer": ["So."] * 7})
    asked.write_ndjson(tmp_path / "in.jsonl")
    done = instag.convert(tmp_path / "in.jsonl", tmp_path / "out-{:02d}.parquet", rows_per_file=3)
    assert (done.samples, done.queries) == (7, 7)
    assert pl.read_parquet(tmp_path / "out-*.parquet").equals(asked)


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        (["split", "--validation", "20", "--by", "tags"], {"train": 760, "val": 20}),
        (
            ["sweep", "--size", "60", "--by", "complexity", "--levels", "4,5", "--hold", "7%"],
            {"level-1": 60, "level-2": 60},
        ),
    ],
    ids=["split", "sweep"],
)
def test_folders_of_several_files(command: list[str], parts: dict[str, int], tmp_path: Path) -> None:
    instag.write(instag.load_sample(), tmp_path / "data.parquet")
    folder = tmp_path / "out"
    line = [command[0], str(tmp_path / "data.parquet"), *command[1:], "-o", str(folder), "--rows-per-file", "25"]
    refused = CliRunner().invoke(app, [*line, "--to", "json"])
    assert "a .json file is one list" in str(refused.exception)
    assert not folder.exists()
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 0, done.output
    for name, rows in parts.items():
        paths = sorted(folder.glob(f"{name}-*.jsonl"))
        assert [path.name for path in paths] == [f"{name}-{nth:05d}.jsonl" for nth in range(-(-rows // 25))]
        assert sum(len(path.read_text().splitlines()) for path in paths) == rows
    again = CliRunner().invoke(app, line)
    assert "are there already" in str(again.exception)


VALUE = st.none() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("ab", max_size=2) | st.lists(st.integers(0, 2))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from("xyz"), VALUE, min_size=1), min_size=1, max_size=12), st.integers(1, 5))
def test_types_found_part_by_part_are_those_of_the_whole(rows: list[dict[str, Any]], size: int) -> None:
    lines = pl.DataFrame({"line": [orjson.dumps(row).decode() for row in rows]})
    parts = schema_of(in_pieces(lines, list(range(0, len(rows), size))))
    exact = dict(records.frame(rows).schema)
    assert parts == (exact if all(map(is_safe, exact.values())) else None) or "-0.0" in str(rows)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.parametrize("missing", ["the plan", "its files"])
def test_a_polars_that_does_not_say_what_it_scans(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Scan:
        paths = ("pool.parquet",)

    path = tmp_path / "pool.parquet"
    frame().write_parquet(path, row_group_size=2)
    wanted = instag.select(instag.scan(path), 3).collect()

    def walked(_: object) -> list[Scan]:
        if missing == "the plan":
            raise AttributeError("no such method")
        return [Scan()]

    monkeypatch.setattr("instag.frame.lazy.SMALL", 0)
    monkeypatch.setattr(stamps, "_nodes", walked)
    chosen = instag.select(instag.scan(path), 3)
    assert stamps.scans(pl.scan_parquet(path)) == []
    assert chosen.collect().equals(wanted)
