"""Files as they come: encodings, separators, packings, folders, and what is no data at all."""

import bz2
import codecs
import json
import lzma
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instag import InputError, InstagWarning
from instag.io import convert, read
from instag.io.formats import parquet as parquet_form

ROWS: list[dict[str, Any]] = [
    {"instruction": "Où?", "input": "", "output": "là"},
    {"instruction": "q", "input": "i", "output": "a"},
]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)


def fails(message: str, path: Path, **options: Any) -> None:
    with pytest.raises(InputError, match=message):
        read(path, **options)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", [".csv", ".tsv"])
def test_separators_are_found(separator: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{ending}"
    rows = [["instruction", "output"], ['"a, b; c"', "d"], ["e", '"f\n""g"""']]
    path.write_text("".join(separator.join(row) + "\n" for row in rows))
    assert read(path)["instruction"].to_list() == ["a, b; c", "e"]
    assert read(path)["output"].to_list() == ["d", 'f\n"g"']


def test_a_table_of_one_column(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("prompt\nWhy; how?\nWho | what?\n")
    assert read(tmp_path / "x.csv")["prompt"].to_list() == ["Why; how?", "Who | what?"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "txt"])
def test_encodings_are_found(kind: str, encoding: str, tmp_path: Path) -> None:
    texts = {
        "jsonl": LINES,
        "json": json.dumps(ROWS, ensure_ascii=False),
        "csv": "instruction,output\nOù?,là\nq,a\n",
        "txt": "Où?\nq\n",
    }
    path = tmp_path / f"x.{kind}"
    path.write_bytes(texts[kind].encode(encoding))
    queries = [["Où?"], ["q" if kind in {"csv", "txt"} else "q\ni"]]
    assert read(path)["queries"].to_list() == queries


def test_unicode_text_of_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(codecs.BOM_UTF16_LE + "instruction\toutput\r\nOù?\tlà\r\n".encode("utf-16-le"))
    assert read(tmp_path / "x.txt").to_dicts() == [{"instruction": "Où?", "output": "là", "queries": ["Où?"]}]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "txt"])
def test_another_encoding_is_never_guessed(kind: str, tmp_path: Path) -> None:
    texts = {
        "csv": "prompt\na\nOù?\n",
        "jsonl": '{"prompt":"a"}\n{"prompt":"Où?"}\n',
        "json": '[{"prompt":"a"},\n{"prompt":"Où?"}]',
        "txt": "a\nOù?\n",
    }
    path = tmp_path / f"x.{kind}"
    path.write_bytes(texts[kind].encode("cp1252"))
    line = texts[kind][: texts[kind].index("ù")].count("\n") + 1
    fails(rf"x.{kind}, line {line}, column \d+: not UTF-8 \(byte 0xf9\): .* --encoding: in cp1252, .*Où\?", path)
    assert read(path, encoding="cp1252")["queries"].to_list() == [["a"], ["Où?"]]
    fails(r"encoding: found 'latin-15'", path, encoding="latin-15")


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv"])
@pytest.mark.parametrize(("packing", "pack"), [(".bz2", bz2.compress), (".xz", lzma.compress)])
def test_packed_files(packing: str, pack: Callable[[bytes], bytes], ending: str, tmp_path: Path) -> None:
    write = {".jsonl": LINES, ".json": json.dumps(ROWS), ".csv": "instruction,input,output\nOù?,,là\nq,i,a\n"}[ending]
    path = tmp_path / f"x{ending}{packing}"
    path.write_bytes(pack(write.encode()))
    assert read(path)["queries"].to_list() == [["Où?"], ["q\ni"]]
    path.write_bytes(pack(write.encode())[:-9])
    fails(rf"x{ending}{packing}: cannot be unpacked", path)


def test_archives(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/a.jsonl", "no")
        archive.writestr("README.md", "no")
        archive.writestr("data/a.jsonl", LINES)
        archive.writestr("data/b.json", json.dumps(ROWS))
    frame = read(path)
    assert frame["source"].to_list() == [f"{path}/data/a.jsonl"] * 2 + [f"{path}/data/b.json"] * 2
    assert frame["queries"].to_list() == [["Où?"], ["q\ni"]] * 2


def test_a_folder_as_it_is_cloned(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.jsonl").write_text("no")
    (tmp_path / "dataset_infos.json").write_text("{}")
    (tmp_path / "data").mkdir()
    pl.DataFrame(ROWS[:1]).write_parquet(tmp_path / "data" / "train-00000-of-00002.parquet")
    pl.DataFrame(ROWS[1:]).write_parquet(tmp_path / "data" / "train-00001-of-00002.parquet")
    pl.DataFrame(ROWS[:1]).write_parquet(tmp_path / "data" / "validation-00000-of-00001.parquet")
    frame = read(tmp_path)
    assert frame["source"].to_list() == ["train", "train", "validation"]
    assert frame["queries"].to_list() == [["Où?"], ["q\ni"], ["Où?"]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.jsonl", json.dumps(ROWS)),
        ("x.jsonl", json.dumps(ROWS, indent=1)),
        ("x.jsonl", "\n".join(json.dumps(row, indent=2) for row in ROWS)),
        ("x.json", LINES),
        ("x.json", "\n".join(json.dumps(row, indent=2) for row in ROWS)),
        ("x.json", json.dumps({"data": ROWS})),
        ("x.json", json.dumps({"version": 2, "examples": ROWS})),
        ("x.json", json.dumps({"rows": [{"row_idx": 0, "row": row} for row in ROWS], "features": [{"name": "x"}]})),
        ("x.json", json.dumps({name: {str(at): row[name] for at, row in enumerate(ROWS)} for name in ROWS[0]})),
        ("x.json", json.dumps({name: [row[name] for row in ROWS] for name in ROWS[0]})),
        (
            "x.json",
            json.dumps({"columns": list(ROWS[0]), "index": [0, 1], "data": [list(row.values()) for row in ROWS]}),
        ),
        ("x.json", json.dumps({"one": ROWS[0], "two": ROWS[1]})),
    ],
)
def test_rows_in_every_form_of_json(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    frame = read(tmp_path / name).drop("queries")
    # Rows by name keep it.
    assert frame.get_column("id").to_list() == ["one", "two"] if '"two"' in text else "id" not in frame.columns
    assert frame.drop("id", strict=False).to_dicts() == ROWS


def test_one_conversation_is_one_row(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    for text in (json.dumps({"messages": turns}), json.dumps([turns])):
        (tmp_path / "x.json").write_text(text)
        assert read(tmp_path / "x.json")["queries"].to_list() == [["q"]]
    (tmp_path / "x.jsonl").write_text(json.dumps(turns))
    assert read(tmp_path / "x.jsonl")["messages"].to_list() == [turns]


def test_the_key_of_the_rows_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"train": ROWS, "test": ROWS[:1]}))
    fails(r"say which key holds the rows with field= / --field: 'train', 'test'", path)
    assert read(path, field="test").height == 1
    fails(r"there is no key 'dev': expected one of 'train', 'test'", path, field="dev")


def test_a_list_of_texts_is_a_prompt_a_row(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('["one", "two"]')
    assert read(tmp_path / "x.json").to_dicts() == [{"text": text, "queries": [text]} for text in ("one", "two")]


def test_numbers_as_python_writes_them(tmp_path: Path) -> None:
    text = '{"prompt":"a","x":NaN,"y":{"z":[1.5,-Infinity]}}\n{"prompt":"NaN","x":Infinity,"y":{"z":[null]}}\n'
    for name, held in (("x.jsonl", text), ("x.json", f"[{','.join(text.splitlines())}]")):
        (tmp_path / name).write_text(held)
        frame = read(tmp_path / name)
        assert frame.schema["x"] == pl.Float64
        convert(tmp_path / name, tmp_path / "out.jsonl")
        assert (tmp_path / "out.jsonl").read_text() == text


def test_bad_lines_are_skipped_and_listed(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"prompt": "a"}\n{"prompt": \n{"prompt": "b"}\noops\n')
    fails(r"x.jsonl, line 2, column \d+: not valid JSON: .* near '{\"prompt\":'.* --skip-bad-lines 1", path)
    fails(r"x.jsonl, line 4, column 1: .* more than 1 lines cannot be read", path, skip_bad_lines=1)
    with pytest.warns(
        InstagWarning, match=r"x.jsonl: 2 lines that cannot be read were skipped: .*line 2, .*; .*line 4, "
    ):
        assert read(path, skip_bad_lines=2)["prompt"].to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.parquet", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "git lfs pull"),
        ("x.jsonl", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "git lfs pull"),
        ("x.jsonl", b"<!DOCTYPE html>\n<html>", "this is a web page"),
        ("x.csv", b"\n <html><body>", "this is a web page"),
        ("x.feather", b"FEA1" + b"\0" * 40 + b"FEA1", "Feather of version 1"),
        ("x.xlsx", b"PK\3\4", "save the sheet as CSV"),
        ("x.zip", b"PK\3\4", "cannot be read as zip"),
        ("x.csv", b"a,b,a\n1,2,3\n", "the columns 1 and 3 are both called 'a'"),
        ("x.csv", b'prompt,b\n1,2\n"x,3\n4,5\n', r"line 3: .* a quote is opened near .* and never closed"),
        ("x.arrow", b"ARROW1\0\0" + b"\xff" * 90, "the file is damaged"),
        ("x.jsonl", b"prompt,b\n1,2\n", "this looks like a table"),
    ],
)
def test_what_is_no_data_is_recognised(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    fails(rf"{name}.*{message}", tmp_path / name)


def test_lengths_in_arrow_that_cannot_be_true(tmp_path: Path) -> None:
    path = tmp_path / "x.arrow"
    pl.DataFrame({"prompt": ["a" * 500] * 100}).write_ipc(path, compression="zstd")
    assert read(path).height == 100
    data = path.read_bytes()
    at = data.index(b"\x28\xb5\x2f\xfd") - 8
    path.write_bytes(data[:at] + (2**62).to_bytes(8, "little") + data[at + 8 :])
    fails("x.arrow: cannot be read as arrow: the file is damaged, or cut short", path)


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_columns_of_parquet_that_lie_outside_of_the_file(
    many: bool,  # noqa: FBT001 - a parameter of the test
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame({"prompt": [f"question {row}" for row in range(500)], "n": [[row] for row in range(500)]})
    frame.write_parquet(path, compression="uncompressed")
    whole = path.read_bytes()
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    assert read(path).height == 500
    path.write_bytes(whole[:100] + whole[-footer:])
    if many:
        for row in range(20):
            (tmp_path / f"a{row}.parquet").write_bytes(whole)
    fails(r"x.parquet: cannot be read as parquet: the file is damaged, or cut short", tmp_path if many else path)
    # Nothing but the one line: no threads of Polars' own that say what they died of.
    assert capfd.readouterr().err == ""


@settings(max_examples=60, deadline=None)
@given(place=st.integers(4, 2_000), byte=st.integers(0, 255))
def test_a_damaged_footer_is_an_error_or_none(place: int, byte: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        pl.DataFrame({"prompt": ["a", "b"], "n": [[1], None]}).write_parquet(path)
        data = bytearray(path.read_bytes())
        data[-9 - place % (int.from_bytes(data[-8:-4], "little") - 1)] = byte
        path.write_bytes(data)
        with suppress(InputError):
            parquet_form.check(path, "x")


def test_the_file_at_fault_is_named_among_many(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.jsonl").write_text(LINES if number != 17 else '{"instruction": }')
    fails(re.escape(f"{tmp_path}/17.jsonl, line 1"), tmp_path / "*.jsonl")


def test_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "x.jsonl").write_text(LINES)
    assert read("~/x.jsonl").height == 2
    assert read("~/*.jsonl").height == 2


def test_deep_nesting_and_keys_that_come_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    deep = '[{"a":' * 500 + "1" + "}]" * 500
    path.write_text(f'{{"prompt":"a","x":{deep}}}\n{{"prompt":"b","prompt":"c"}}\n')
    with pytest.warns(UserWarning, match="'prompt' in line 2"):
        frame = read(path)
    assert frame["prompt"].to_list() == ["a", "c"]
    with pytest.warns(UserWarning, match="'prompt' in line 2"):
        convert(path, tmp_path / "out.jsonl")
    # As text, for Python neither parses nor compares so much within itself.
    assert (tmp_path / "out.jsonl").read_text().startswith(f'{{"prompt":"a","x":{deep}}}\n')
    path.write_text(f'{{"prompt":"a","x":{"[" * 100_000}}}')
    fails("x.jsonl", path)
