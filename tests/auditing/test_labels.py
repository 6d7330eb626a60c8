"""What people say: the file they fill in, and the files they hand back."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
from instag.auditing.cases import Case
from instag.auditing.labels import read_labels, write_cases
from instag.auditing.result import cases_frame

CASES = {"p-1", "p-2", "c-3"}


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def test_one_column_a_rater(file: Path) -> None:
    written(file, "case,tag,anna,ben\np-1,x,yes,0\np-2,y,,True\nc-3,z,WRONG, right \n")
    assert read_labels(file, CASES) == {
        "anna": {"p-1": True, "c-3": False},
        "ben": {"p-1": False, "p-2": True, "c-3": True},
    }


@pytest.mark.parametrize(
    ("said", "label"),
    [(word, True) for word in ("yes", "Y", "1", "true", "T", "right")]
    + [(word, False) for word in ("no", "N", "0", "FALSE", "f", "wrong")],
)
def test_words(file: Path, said: str, *, label: bool) -> None:
    assert read_labels(written(file, f"case,label\np-1,{said}\n"), CASES) == {"label": {"p-1": label}}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_spreadsheets_save(file: Path, delimiter: str, end: str, mark: str) -> None:
    rows = [["case", "queries", "label"], ["p-1", '"a, b; c\td\n\n[2] e"', "yes"], ["c-3", "x", "no"], ["", "", ""]]
    text = mark + end.join(delimiter.join(row) for row in rows) + end
    file.write_bytes(text.encode())
    assert read_labels(file, CASES) == {"label": {"p-1": True, "c-3": False}}


def test_columns_of_one_name_in_two_files_are_two_raters(tmp_path: Path) -> None:
    one = written(tmp_path / "one.csv", "case,label,empty\np-1,yes,\n")
    two = written(tmp_path / "two.csv", "case,label\np-1,no\n")
    assert read_labels([one, str(two)], CASES) == {"label": {"p-1": True}, f"{two}: label": {"p-1": False}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "case,anna\np-1,yes\np-2,maybe\n",
            "line 3, column 'anna' (case p-2): expected yes or no (or 1 and 0, true and false, right and wrong); found 'maybe'",
        ),
        (
            'case,queries,anna\np-1,"a\nb\nc",perhaps\n',
            "line 4, column 'anna' (case p-1): expected yes or no (or 1 and 0, true and false, right and wrong); found 'perhaps'",
        ),
        (
            "case,anna\np-9,yes\n",
            "line 2, column 'case': 'p-9' is not one of the 3 cases; expected cases drawn with the same data, seed and options",
        ),
        ("case,anna\np-1,yes\np-1,yes\n", "line 3, column 'case': 'p-1' is already in line 2"),
        ("id,anna\np-1,yes\n", "line 1: expected a column `case` with the names of the cases; found id, anna"),
        ("", "line 1: expected a column `case` with the names of the cases; found none"),
        ("case,anna,anna\np-1,yes,no\n", "line 1: expected each column once; found 'anna' twice"),
        ("case,anna\np-1,yes,no\n", "line 2: expected 2 cells; found 3"),
        ('case,anna\np-1,"yes\n', "line 2: expected CSV; unexpected end of data"),
    ],
)
def test_errors_say_where(file: Path, text: str, message: str) -> None:
    with pytest.raises(instag.InputError, match=re.escape(f"{file}, {message}")):
        read_labels(written(file, text), CASES)


def test_no_labels_at_all_and_no_file(file: Path) -> None:
    with pytest.raises(instag.InputError, match="expected a column of labels"):
        read_labels(written(file, "case,tag,label\np-1,yes,\n"), CASES)
    with pytest.raises(instag.InputError, match="cannot be read: No such file"):
        read_labels(file.with_name("none.csv"), CASES)
    file.write_bytes(b"case,label\np-1,\xff\n")
    with pytest.raises(instag.InputError, match=r"labels.csv: expected CSV in UTF-8; it cannot be read"):
        read_labels(file, CASES)


HOSTILE = [
    Case("precision", "=HYPERLINK(1)", ('=cmd|"/c calc"!A1, "quoted"\r\nnext\tcell',), (0,), probe=True),
    Case("consistency", "@tag,\n;", ("-1+1", "naïve\u2028line 为什么"), (0, 1), probe=False),
    Case("precision", "c++", ("\ufffd\x07 \x0b\x0c\x1e",), (0,), probe=False),
]


def test_what_people_get_tells_nothing_and_runs_nothing(file: Path) -> None:
    write_cases(cases_frame(HOSTILE, {}, {}), file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["case", "kind", "question", "tag", "queries", "label"]
    assert [row["case"] for row in rows] == [case.id for case in HOSTILE]
    assert [row["kind"] for row in rows] == ["precision", "consistency", "precision"]
    assert rows[0]["queries"] == "'" + HOSTILE[0].queries[0]
    assert rows[1]["queries"] == "[1] -1+1\n\n[2] naïve\u2028line 为什么"
    assert rows[2]["tag"] == "c++"
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    assert {row["label"] for row in rows} == {""}
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


@given(st.lists(st.sampled_from(["yes", "no", ""]), min_size=3, max_size=3), st.sampled_from([",", ";"]))
def test_what_is_written_is_read_back_filled_in(
    tmp_path_factory: pytest.TempPathFactory, said: list[str], delimiter: str
) -> None:
    file = tmp_path_factory.mktemp("labels") / "cases.csv"
    write_cases(cases_frame(HOSTILE, {}, {}), file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(row | {"label": label} for row, label in zip(rows, said, strict=True))
    expected = {case.id: label == "yes" for case, label in zip(HOSTILE, said, strict=True) if label}
    names = {case.id for case in HOSTILE}
    if expected:
        assert read_labels(file, names) == {"label": expected}
    else:
        with pytest.raises(instag.InputError, match="none with a label"):
            read_labels(file, names)


def test_labels_are_not_written_over(file: Path) -> None:
    frame = cases_frame(HOSTILE, {}, {})
    write_cases(frame, file)
    write_cases(frame, file)
    written(file, "case,label\np-1,yes\n")
    with pytest.raises(instag.InputError, match=r"labels.csv: the file exists and may hold labels"):
        write_cases(frame, file)
    assert file.read_text() == "case,label\np-1,yes\n"
