"""Conditions on rows: what they keep, and what is said of those that cannot be."""

from pathlib import Path

import orjson
import pytest

import instag
from instag import io

ROWS = [
    {"lang": "en", "n": 1, "prompt": "Why?", "query_tags": [["why", "sky"]]},
    {
        "lang": "de",
        "n": 2,
        "prompt": "Wie viele Wörter hat dieser Satz?",
        "query_tags": [["count"], ["count", "words"], None],
    },
    {"lang": "en", "n": 3, "prompt": "How?", "query_tags": [[]]},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("lang = 'en'", [1, 3]),
        ("lang = 'en' AND n > 1", [3]),
        ("n BETWEEN 2 AND 3 OR prompt LIKE 'W%'", [1, 2, 3]),
        ("array_contains(tags, 'words')", [2]),
        ("complexity >= 2", [1, 2]),
        ("complexity = 0", [3]),
        ("turns = 1 AND n < 3", [1, 2]),
        ("n IS NOT NULL", [1, 2, 3]),
    ],
)
def test_rows_that_are_kept(where: str, kept: list[int], data: Path) -> None:
    for frame in (io.load(data, where=where), instag.scan(data, where=where), instag.read(data, where=where).lazy()):
        assert frame.select("n").collect().to_series().to_list() == kept
    assert set(io.load(data, where=where).collect_schema()) == set(ROWS[0])


def test_tokens_are_estimated_and_that_is_said(data: Path) -> None:
    with pytest.warns(instag.InstagWarning, match="tokens are estimated"):
        assert instag.read(data, where="tokens > 4").get_column("n").to_list() == [2]


def test_files_can_be_told_apart(data: Path) -> None:
    other = data.with_name("other.jsonl")
    other.write_bytes(data.read_bytes())
    frame = instag.read([data, other], where=f"source = '{other}' AND n = 2")
    assert frame.get_column("source").to_list() == [str(other)]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (
            "lang = 'en' AND lnag = 2",
            "where: no column 'lnag'; the columns are: lang, n, prompt, query_tags|lang = 'en' AND lnag = 2|                ^",
        ),
        (
            "n = 1 AND lang > 3",
            "where: cannot compare string with numeric type (i32) ('lang' is String)|n = 1 AND lang > 3|          ^",
        ),
        ("n + 1", "where: expected a condition, which is true or false; found Int64|n + 1|^"),
        (
            "n = 1 AND levenshtein(lang) > 2",
            "where: this is not a condition in SQL: unsupported function 'levenshtein'|n = 1 AND levenshtein(lang) > 2|          ^",
        ),
        ("lang =", "where: this is not a condition in SQL: unable to parse 'lang =' as Expr|lang =|      ^"),
    ],
)
def test_what_is_wrong_is_shown_with_a_caret(where: str, message: str, data: Path) -> None:
    with pytest.raises(instag.InputError) as caught:
        io.load(data, where=where)
    assert str(caught.value).split("\n") == [
        message.split("|", maxsplit=1)[0],
        *(f"  {line}" for line in message.split("|")[1:]),
    ]


def test_a_condition_that_keeps_nothing_is_refused(data: Path) -> None:
    with pytest.raises(instag.InputError, match="where: n > 5: none of 3 rows is left"):
        io.load(data, where="n > 5")
