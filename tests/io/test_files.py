import csv
import gzip
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import polars as pl
import pytest
import zstandard

import instag
from instag import InputError, InstagWarning
from instag.io import load, read, scan, write

RECORDS = [
    {"id": "007", "prompt": 'a "quoted", é\nline', "response": ""},
    {"id": "008", "prompt": "b", "response": "[1, 2]"},
]
PACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


def fails(message: str, source: Any, **options: Any) -> None:
    with pytest.raises(InputError) as error:
        read(source, **options)
    assert str(error.value) == message


@pytest.mark.parametrize("packed", PACK)
@pytest.mark.parametrize("kind", ["json", "jsonl", "ndjson", "csv", "tsv"])
def test_text_files_go_round(kind: str, packed: str, tmp_path: Path) -> None:
    path = tmp_path / f"data.{kind}{packed}"
    write(pl.DataFrame(RECORDS), path)
    data = UNPACK[packed](path.read_bytes()).decode()
    if kind == "json":
        assert data == json.dumps(RECORDS, indent=2, ensure_ascii=False) + "\n"
    elif kind.endswith("sv"):
        rows = csv.DictReader(data.splitlines(keepends=True), delimiter="," if kind == "csv" else "\t")
        assert list(rows) == RECORDS
    else:
        assert [json.loads(line) for line in data.split("\n")[:-1]] == RECORDS
    frame = read(path)
    assert frame.drop("queries").to_dicts() == RECORDS
    assert frame["queries"].to_list() == [['a "quoted", é\nline'], ["b"]]
    write(scan(path), tmp_path / f"again.{kind}{packed}")
    assert (tmp_path / f"again.{kind}{packed}").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("kind", ["parquet", "pq", "arrow", "feather", "ipc"])
def test_binary_files_go_round(kind: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"prompt": ["a"], "at": [pl.date(2020, 1, 1)], "n": [1]}, strict=False).with_columns(
        at=pl.date(2020, 1, 1), n=pl.lit(1, pl.UInt8), tags=pl.lit(["x"])
    )
    write(frame, tmp_path / f"data.{kind}")
    assert read(tmp_path / f"data.{kind}").drop("queries").equals(frame)
    assert load(tmp_path / f"data.{kind}").collect_schema() == frame.schema


def test_an_arrow_stream_is_told_from_a_file(tmp_path: Path) -> None:
    pl.DataFrame(RECORDS).write_ipc_stream(tmp_path / "data.arrow")
    assert load(tmp_path / "data.arrow").collect().to_dicts() == RECORDS


@pytest.mark.parametrize("packed", PACK)
def test_text_is_a_prompt_a_line(packed: str, tmp_path: Path) -> None:
    path = tmp_path / f"data.txt{packed}"
    path.write_bytes(PACK[packed](b"\xef\xbb\xbfone\r\n\r\n two \r\n"))
    frame = read(path)
    assert frame.to_dicts() == [{"text": "one", "queries": ["one"]}, {"text": " two ", "queries": [" two "]}]
    write(frame, tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == b"one\n two \n"


@pytest.mark.parametrize("packed", PACK)
def test_marks_and_blank_lines_do_no_harm(packed: str, tmp_path: Path) -> None:
    path = tmp_path / f"data[1].jsonl{packed}"
    path.write_bytes(PACK[packed](b'\xef\xbb\xbf{"prompt": "a"}\r\n\r\n  \n{"prompt": "b"}'))
    assert read(path)["prompt"].to_list() == ["a", "b"]
    path.write_bytes(PACK[packed](b'{"prompt": "a"}\r\n\r\n  \n{"prompt": "b"}'))
    assert read(path)["prompt"].to_list() == ["a", "b"]


def test_json_lines_by_the_name_of_json(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text('\n{"prompt": "a"}\n{"prompt": "b"}\n')
    assert read(path)["prompt"].to_list() == ["a", "b"]


def test_a_null_and_an_empty_field_of_csv_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text('prompt,a,b\nx,,""\n')
    assert load(path).collect().to_dicts() == [{"prompt": "x", "a": None, "b": ""}]
    write(read(path), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == 'prompt,a,b\nx,,""\n'


def test_several_files_are_marked(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"prompt": "a", "n": 1, "x": {"y": 1}}')
    (tmp_path / "b.jsonl").write_text('{"prompt": "b", "n": 0.5, "x": {"z": "t"}, "m": "k"}')
    a, b = str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")
    expected = [
        {"prompt": "a", "n": 1.0, "x": {"y": 1, "z": None}, "queries": ["a"], "source": a, "m": None},
        {"prompt": "b", "n": 0.5, "x": {"y": None, "z": "t"}, "queries": ["b"], "source": b, "m": "k"},
    ]
    assert read([a, b]).to_dicts() == expected
    assert read(tmp_path / "*.jsonl").to_dicts() == expected
    assert read(str(tmp_path / "a*")).columns == ["prompt", "n", "x", "queries"]
    assert [row["source"] for row in read([b, a]).to_dicts()] == [b, a]


def test_a_source_of_the_data_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"prompt": "a", "source": "mine"}')
    (tmp_path / "b.jsonl").write_text('{"prompt": "b"}')
    assert read(tmp_path / "*.jsonl")["source"].to_list() == ["mine", None]


def test_types_that_differ_between_files_become_json_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"prompt": "a", "x": [1], "y": {"z": "1"}}')
    (tmp_path / "b.jsonl").write_text(
        '{"prompt": "b", "x": "t", "y": {"z": [2]}}\n{"prompt": "c", "x": null, "y": {"z": "3"}}'
    )
    write(load(tmp_path / "*.jsonl").drop("source"), tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == [
        {"prompt": "a", "x": [1], "y": {"z": "1"}},
        {"prompt": "b", "x": "t", "y": {"z": [2]}},
        {"prompt": "c", "x": None, "y": {"z": "3"}},
    ]


def test_files_of_several_layouts_become_messages(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"instruction": "a", "output": "b", "id": 1}')
    (tmp_path / "b.jsonl").write_text('{"conversations": [{"from": "human", "value": "c"}]}')
    said = f"{tmp_path}/a.jsonl is alpaca (instruction, output); {tmp_path}/b.jsonl is sharegpt (conversations)"
    with pytest.warns(InstagWarning, match=re.escape(said)):
        frame = read(tmp_path / "*.jsonl")
    assert frame.drop("source").to_dicts() == [
        {
            "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
            "id": 1,
            "queries": ["a"],
        },
        {"messages": [{"role": "user", "content": "c"}], "id": None, "queries": ["c"]},
    ]


@pytest.mark.filterwarnings("ignore")
def test_saved_datasets(tmp_path: Path) -> None:
    data = datasets.Dataset.from_list([{"question": f"q{n}", "answer": "a", "tags": [["t"]]} for n in range(5)])
    data.save_to_disk(tmp_path / "one", num_shards=2)
    frame = read(tmp_path / "one")
    assert frame.columns == ["question", "answer", "tags", "queries"]
    assert frame["queries"].to_list() == [[f"q{n}"] for n in range(5)]
    datasets.DatasetDict({"train": data, "test": data.select(range(2))}).save_to_disk(tmp_path / "both")
    frame = read(tmp_path / "both")
    assert frame["source"].to_list() == ["train"] * 5 + ["test"] * 2
    assert frame["question"].to_list() == [*(f"q{n}" for n in range(5)), "q0", "q1"]


def test_what_is_wrong_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    for text, message in {
        '{"a": "x"}\n\n{"a": }\n': ", line 3, column 7: not valid JSON: unexpected character, expected a JSON value, "
        "near '{\"a\": }': expected one object a line; mend the line, or skip lines that cannot be read with "
        "skip_bad_lines=1 / --skip-bad-lines 1",
        '{"a": "x"}\n[1]\n': ", line 2: found a list: expected one object a line; mend the line, or skip lines that cannot be read with skip_bad_lines=1 / --skip-bad-lines 1",
        '{"a": "x"}\n"x"': ", line 2: found a string: expected one object a line; mend the line, or skip lines that cannot be read with skip_bad_lines=1 / --skip-bad-lines 1",
        "null": ", line 1: found null: expected one object a line; mend the line, or skip lines that cannot be read with skip_bad_lines=1 / --skip-bad-lines 1",
        "\n \n": ": the file is empty: expected at least one record",
        "": ": the file is empty: expected at least one record",
    }.items():
        path.write_text(text)
        fails(f"{path}{message}", path)


@pytest.mark.parametrize("before", [0, 200])
def test_half_a_character_is_replaced_and_reported(before: int, tmp_path: Path) -> None:
    path, array = tmp_path / "data.jsonl", tmp_path / "data.json"
    whole = '{"prompt": "plain"}'
    # Escaped backslashes before it, whole pairs beside it, and one in a name.
    torn = r'{"prompt": "half \ud83d pair \ud83d\ude00 \\ud83d \\\ude00", "n": 12345678901234567890123, "\ud800": 1}'
    expected = {"prompt": "half \ufffd pair 😀 \\ud83d \\\ufffd", "n": 12345678901234567890123, "\ufffd": 1}
    path.write_text("\n".join([*[whole] * before, torn, whole]))
    array.write_text(f"[{','.join([*[whole] * before, torn, whole])}]")
    for file in (path, array):
        with pytest.warns(InstagWarning, match=rf"{re.escape(str(file))}: 3 halves of characters .* became U\+FFFD"):
            frame = read(file)
        assert frame.height == before + 2
        again = file.with_name(f"again{file.suffix}")
        write(frame.drop("queries"), again)
        text = again.read_text("utf-8")
        row = json.loads(text)[before] if file == array else json.loads(text.splitlines()[before])
        assert row == expected
        assert frame["queries"][before].to_list() == [expected["prompt"]]


def test_what_is_wrong_beside_half_a_character_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text('{"a": "\\ud800"}\n{"a": "\\ud800" "b"}\n')
    with pytest.raises(
        InputError, match=r"line 2, column \d+: not valid JSON: unexpected character, expected ',' or '}'"
    ):
        read(path)


def test_what_is_wrong_with_a_list(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    for text, message in {
        '{"data": {"x": [1]}, "version": 1}': ": found one object with the keys 'data', 'version': expected a list of objects; save the list itself as the file",
        '{"train": [{"a": 1}], "test": [{"a": 2}]}': ": found one object with the keys 'train', 'test': expected a list of objects; say which key holds the rows with field= / --field: 'train', 'test'",
        '[{"a": 1},\n{"a": 2]': ", line 2, column 8: not valid JSON: unexpected character, expected ',' or '}', near '{\"a\": 2]': expected a list of objects",
        '[{"a": 1}, 2]': ", record 2: found a number: expected an object",
        "3": ": found a number: expected a list of objects",
        "[]": ": the file is empty: expected at least one record",
    }.items():
        path.write_text(text)
        fails(f"{path}{message}", path)


def test_what_is_wrong_with_a_source(tmp_path: Path) -> None:
    long = "a" * 1_000
    fails(f"{long}: expected a path, a glob or a list of them: File name too long", long)
    fails(f"{tmp_path}/no.json: there is no such file: expected a path, a glob or a list of them", tmp_path / "no.json")
    fails(f"{tmp_path}/*.json: the glob matches no file: expected at least one", tmp_path / "*.json")
    fails("source: found an empty list: expected at least one path", [])
    with pytest.raises(
        InputError, match=r"expected data files in the folder, .* found no file that ends in one of \.arrow, "
    ):
        read(tmp_path)
    (tmp_path / "x.pages").write_bytes(b"x")
    fails(
        f"{tmp_path}/x.pages: unknown file extension '.pages': expected one of .arrow, .feather, .ipc, .csv, .json, "
        ".jsonl, .ndjson, .parquet, .pq, .txt, .text, .tsv; rename it, or say what it is with "
        "format= / --format: arrow, csv, json, jsonl, parquet, text, tsv",
        tmp_path / "x.pages",
    )
    (tmp_path / "x.xlsx").write_bytes(b"x")
    fails(
        f"{tmp_path}/x.xlsx: this is a workbook, which is neither read nor written: save the sheet as CSV or Unicode text, "
        "or as .parquet, and read that; write .csv or .parquet",
        tmp_path / "x.xlsx",
    )
    fails(
        "format: found 'xml': expected one of auto, arrow, csv, json, jsonl, parquet, text, tsv, messages, sharegpt, "
        "exchanges, tree, thread, turns, alpaca, instances, pairs, preference, prompts",
        tmp_path / "x.xlsx",
        format="xml",
    )


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow", "x.jsonl.gz", "x.json.zst", "x.csv.gz", "x.txt"])
def test_damaged_files_are_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b'{"prompt": "a"}\n' * 100)[:-12] + b"\xff\xff")
    with pytest.raises(InputError, match=rf"^{tmp_path}/{name}: cannot be read as \w+: .+$"):
        read(tmp_path / name)


def test_a_ragged_csv_is_named_before_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("prompt,b\n1,2\n1,2,3\n")
    with pytest.raises(InputError, match=rf"^{tmp_path}/x.csv, line 3: cannot be read as csv: found 3 fields"):
        load(tmp_path / "x.csv")


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path / "caf") + b"\xe9.jsonl"))
    try:
        path.write_text('{"prompt": "q"}\n', encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    for work in (
        lambda: read(path),
        lambda: read(str(tmp_path / "caf*.jsonl")),
        lambda: instag.normalize(pl.DataFrame({"tags": [["a"]]}), steps=("rules",)).vocabulary.save(path),
        lambda: instag.write(pl.DataFrame({"prompt": ["q"]}), path),
    ):
        with pytest.raises(InputError, match=r"udce9.jsonl': the name of this file is not UTF-8.*rename it"):
            work()
    assert path.read_text("utf-8") == '{"prompt": "q"}\n'
