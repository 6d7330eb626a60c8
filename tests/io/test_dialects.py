"""Tables and lines in the forms that programs leave: other quotes, other ends of lines, other things than the ending says."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from instag import InputError, InstagWarning
from instag.io import read
from instag.io.formats import jsonl

ROWS = [{"instruction": "q", "output": "a"}, {"instruction": "Why?", "output": "So."}]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sep=;\ninstruction;output\nq, r;a\n", [("q, r", "a")]),
        ('sep=,\r\ninstruction,output\r\n"q, r",a\r\n', [("q, r", "a")]),
        ('instruction,output\n"say \\"q\\", please",a\nr,b\n', [('say "q", please', "a"), ("r", "b")]),
        ('instruction,output\n"a path\\",a\n', [("a path\\", "a")]),
        ("instruction,output\rq,a\rr,b\r", [("q", "a"), ("r", "b")]),
        ("instruction,output\n\nq,a\n,\n\n", [("q", "a")]),
        ('instruction,output\n"",a\nq,\n', [("", "a"), ("q", None)]),
        ("instruction,output\nq\n", [("q", None)]),
        ("instruction, output \nq,a\n", [("q", "a")]),
    ],
)
def test_tables(text: str, expected: list[tuple[str, str | None]], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    frame = read(path)
    assert frame.drop("queries").rows() == expected
    assert frame["queries"].to_list() == [[query] for query, _ in expected]


def test_a_table_without_rows_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("instruction,output\n")
    with pytest.raises(InputError, match=r"x.csv: the table has a header \(instruction, output\) and no rows"):
        read(path)


forms = {
    "commas after the lines": (".jsonl", LINES.replace("\n", ",\n")),
    "as Python prints them": (".jsonl", "".join(f"{row}\n" for row in ROWS)),
    "old ends of lines": (".jsonl", LINES.replace("\n", "\r")),
    "a line for each of a list": (".jsonl", "[\n" + LINES.strip().replace("\n", ",\n") + "\n]"),
    "an object in an object": (".json", json.dumps({"data": {"items": ROWS}})),
}


@pytest.mark.parametrize("name", forms)
def test_objects(name: str, tmp_path: Path) -> None:
    ending, text = forms[name]
    path = tmp_path / f"x{ending}"
    path.write_text(text)
    assert read(path)["queries"].to_list() == [["q"], ["Why?"]]


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.txt"])
@pytest.mark.parametrize("text", [LINES, json.dumps(ROWS), json.dumps(ROWS, indent=1)])
def test_json_by_another_name(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert read(path)["queries"].to_list() == [["q"], ["Why?"]]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("PAR1\0\0", "this is a Parquet file: read it with format='parquet'"),
        ('data: {"prompt": "q"}\n\ndata: [DONE]\n', "this is a stream of server-sent events"),
        ("prompt,answer\nq,a\n", "this looks like a table: read it with format='csv'"),
    ],
)
def test_what_else_a_line_may_be(text: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=hint):
        read(path)


def test_lines_that_are_no_objects_can_be_skipped(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{LINES}7\n[1]\n")
    with pytest.raises(InputError, match=r"line 3: found a number: expected one object a line"):
        read(path)
    with pytest.warns(
        InstagWarning, match=r"2 lines that cannot be read were skipped: .*line 3: found a number; .*a list"
    ):
        assert read(path, skip_bad_lines=2)["queries"].to_list() == [["q"], ["Why?"]]


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tgz", ".tar.xz"])
def test_tar_archives(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{ending}"
    mode = {".tar": "w", ".tar.xz": "w:xz"}.get(ending, "w:gz")
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in (("./a/x.jsonl", LINES), (".hidden.jsonl", "no"), ("notes.md", "no")):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data.encode()))
    assert read(path)["queries"].to_list() == [["q"], ["Why?"]]
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InputError, match="cannot be read as tar"):
        read(path)


@pytest.mark.parametrize("largest", [0, 1 << 26])
@pytest.mark.parametrize(
    "blank", ["", " ", "\t", " \t ", "\r", "\v", "\f", "\x1c", "\u00a0", "\u2028", "\u3000", "\ufeff"]
)
def test_lines_of_nothing_but_spaces_are_no_rows(
    blank: str, largest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "LARGE", largest)
    rows = ['{"prompt":"a\u2028b"}', '{"prompt":" c "}']
    names = []
    for place in range(3):
        lines = [*rows[:place], blank, *rows[place:], blank]
        path = tmp_path / f"{place}.jsonl"
        path.write_bytes("\n".join(lines).encode())
        assert read(path)["prompt"].to_list() == ["a\u2028b", " c "], place
        names.append(path)
    # Many files are opened in another way.
    assert read(names * 6)["prompt"].to_list() == ["a\u2028b", " c "] * 18


def test_a_line_of_what_is_no_space_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"prompt":"a"}\n\0\0\0\n')
    with pytest.raises(InputError, match=r"line 2, column 1: not valid JSON"):
        read(tmp_path / "x.jsonl")


def test_half_a_character_at_the_end_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("prompt\nWhy?\n".encode("utf-16") + b"a")
    with pytest.raises(InputError, match="is not utf-16: expected another encoding"):
        read(tmp_path / "x.csv")


def test_zeros_between_commas_are_no_utf_16(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\0,prompt\n\0,\0\n\0,\0\n")
    assert read(tmp_path / "x.csv")["prompt"].to_list() == ["\0", "\0"]
