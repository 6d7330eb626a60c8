import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instag import _core
from instag.io import load, read, write
from instag.io.formats import jsonl
from instag.io.json.inference import shape_of
from instag.io.json.shape import Shape

type_mixes: list[list[dict[str, Any]]] = [
    [{"a": "x"}, {"a": [1, 2]}],
    [{"a": 1}, {"a": "s"}],
    [{"a": 1}, {"a": "1"}],
    [{"a": True}, {"a": 1}],
    [{"a": True}, {"a": 0.5}],
    [{"a": {"b": [True, 2]}}],
    [{"a": True}, {"a": "true"}],
    [{"a": [[], 1]}],
    [{"a": [["x"], "x"]}],
    [{"a": [{"b": []}, {"b": False}]}],
    [{"a": [{"b": [{"c": 1}]}, {"b": {"c": 2}}]}],
    [{"a": [{"é": ["x"]}, {"é": "y"}]}],
    [{"a": [{"b": {"c": ["x"]}}, {"b": {"c": "y"}}]}],
    [{"a": [[{"b": 1}], {"b": 2}]}],
    [{"a": [1]}, {"a": 1}],
    [{"a": [{"b": 1}]}, {"a": {"b": 1}}],
    [{"a": "x"}, {"a": 1.5}],
    [{"a": "x"}, {"a": {"b": 1}}],
    [{"a": {"b": 1}}, {"a": {"b": "x"}}],
    [{"a": {"b": 1}}, {"a": [1]}],
    [{"a": [1, "x", None, [2], {"b": []}]}],
    [{"a": [{"b": 1}, "x"]}],
    [{"a": {"b": []}}, {"a": {"b": "[]"}}, {"a": {"b": None}}],
    [{"a": {}}, {"a": None}],
    [{"a": [{}]}, {"a": []}, {"a": None}],
    [{"a": {}}, {"a": {"b": 1}}],
    [{"a": []}, {"a": None}],
    [{"a": None}],
    [{"a": 0.5}, {"a": 2**53 + 1}],
    [{"a": 2**63}, {"a": -1}],
    [{"a": 2**64}, {"a": -(2**70)}],
    [{"a": 10**40}],
    [{"a": "2020-01-01"}, {"a": "2020-01-01T00:00:00Z"}],
    [{"a": "nul\0inside"}],
    [{"a": "\u2028 \x85 \x0b \r\n \ufeff"}],
    [{"a": {"$json": "1"}}, {"a": {"$json": "x"}}],
    [{"a": {f"k{key}": key}} for key in range(300)],
    [{'q"uote\\': {"": 1}}],
]


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, though 1.0 is; an absent key is as good as a null one."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def parsed(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.split("\n") if line]


def spelt(records: list[Any], path: Path) -> Path:
    if path.suffix == ".json":
        text = json.dumps(records)
    else:
        text = "\n".join(json.dumps(record, ensure_ascii=len(records) % 2 == 0) for record in records)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
@pytest.mark.parametrize("records", type_mixes, ids=lambda records: str(records)[:40])
def test_every_mix_of_types_survives(records: list[dict[str, Any]], suffix: str, tmp_path: Path) -> None:
    frame = load(spelt(records, tmp_path / f"in{suffix}")).collect()
    for kind in (".jsonl", ".json", ".parquet", ".arrow"):
        write(frame, tmp_path / f"copy{kind}")
        again = load(tmp_path / f"copy{kind}")
        write(again, tmp_path / f"out{suffix}")
        assert same(parsed(tmp_path / f"out{suffix}"), records), kind


def test_a_mixed_field_is_kept_as_json_text(tmp_path: Path) -> None:
    path = spelt(
        [{"turns": [{"content": "hi"}, {"content": [{"text": "é"}]}, {"content": None}]}], tmp_path / "in.jsonl"
    )
    assert load(path).collect().to_dicts() == [
        {"turns": [{"content": {"$json": '"hi"'}}, {"content": {"$json": '[{"text":"é"}]'}}, {"content": None}]}
    ]


def test_types_that_polars_can_hold_are_its_own(tmp_path: Path) -> None:
    records = [{"a": 1, "b": [0.5, 1], "c": {"d": True}, "e": "[x", "f": None, "g": [], "h": "2020-01-01"}]
    expected = {
        "a": pl.Int64(),
        "b": pl.List(pl.Float64),
        "c": pl.Struct({"d": pl.Boolean}),
        "e": pl.String(),
        "f": pl.Null(),
        "g": pl.List(pl.Null),
        "h": pl.String(),
    }
    for suffix in (".jsonl", ".json"):
        assert dict(load(spelt(records, tmp_path / f"in{suffix}")).collect_schema()) == expected


def test_text_that_looks_like_json_stays_text(tmp_path: Path) -> None:
    texts = ["[1, 2]", '{"a": 1}', "42", "true", "-1.5e3", "null", '"quoted"', "\0"]
    path = spelt([{"a": text, "b": [text], "c": {"d": text}} for text in texts], tmp_path / "in.jsonl")
    frame = load(path).collect()
    assert dict(frame.schema) == {"a": pl.String(), "b": pl.List(pl.String), "c": pl.Struct({"d": pl.String})}
    assert frame["a"].to_list() == texts


def test_null_keys_of_nested_records_are_left_out_but_the_words_of_a_turn_are_not(tmp_path: Path) -> None:
    records = [
        {
            "id": None,
            "messages": [{"role": "assistant", "content": None, "name": None}, {"role": "user", "content": "x"}],
        },
        {"id": 1, "meta": {"a": None, "content": None}},
    ]
    write(load(spelt(records, tmp_path / "in.jsonl")), tmp_path / "out.jsonl")
    assert parsed(tmp_path / "out.jsonl") == [
        {
            "id": None,
            "messages": [{"role": "assistant", "content": None}, {"role": "user", "content": "x"}],
            "meta": None,
        },
        {"id": 1, "messages": None, "meta": {}},
    ]


def test_fields_come_in_the_order_of_the_file_every_time(tmp_path: Path) -> None:
    records = [{"z": {"y": 1, "b": 2}}, {"z": {"c": 3, "a": 4, "y": 5}, "d": 1}] * 50 + [{"z": {"x": 1, "w": 2}}]
    path = spelt(records, tmp_path / "in.jsonl")
    dtype = pl.Struct(dict.fromkeys(("y", "b", "c", "a", "x", "w"), pl.Int64))
    assert [load(path).collect_schema() for _ in range(5)] == [{"z": dtype, "d": pl.Int64}] * 5


@pytest.mark.parametrize("last", ["9007199254740993", '"\\ud83d\\ude00 \\u0000"', "true", '"x"', "[0.5]", '{"b": 1}'])
def test_the_last_line_counts_as_much_as_the_first(last: str, tmp_path: Path) -> None:
    text = '{"a": 0.5}\n' * 2000 + f'{{"a": {last}}}\n'
    (tmp_path / "in.jsonl").write_text(text)
    write(load(tmp_path / "in.jsonl"), tmp_path / "out.jsonl")
    assert same(parsed(tmp_path / "out.jsonl"), [{"a": 0.5}] * 2000 + [{"a": json.loads(last)}])


def test_a_file_without_mixes_is_scanned_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"a": 0.5, "b": 1, "c": "[x", "d": True, "e": None, "f": [["x"]], "g": [{"h": ["true"]}], "i": 0}
    path = spelt([record] * 3, tmp_path / "in.jsonl")
    few = load(path).collect()
    monkeypatch.setattr(jsonl, "LARGE", 10)
    assert "json_decode" in load(path).explain()
    assert load(path).collect().equals(few)
    monkeypatch.setattr(jsonl, "WIDE", 7)
    assert "NDJSON SCAN" in load(path).explain().upper()
    assert load(path).collect().equals(few)
    path.write_text("\ufeff" + path.read_text())
    assert load(path).collect().equals(few)
    mixed = load(spelt([record, {"i": "x"}], path)).explain()
    assert "json_decode" not in mixed
    assert "NDJSON SCAN" not in mixed.upper()


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    | st.sampled_from(["[1]", "{}", "1", "true", "1e5", "-0", ""])
)
keys = st.sampled_from(["a", "b", "role", "content", "$json", 'x"\n', ""])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


@settings(max_examples=100, deadline=None)
@given(records=st.lists(st.dictionaries(keys, values, min_size=1, max_size=4), min_size=1, max_size=6))
@pytest.mark.parametrize(("suffix", "wide"), [(".jsonl", 100), (".jsonl", 0), (".json", 100)])
def test_arbitrary_records_survive(suffix: str, wide: int, records: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder, patch.object(jsonl, "WIDE", wide):
        write(load(spelt(records, Path(folder, f"in{suffix}"))), Path(folder, f"out{suffix}"))
        assert same(parsed(Path(folder, f"out{suffix}")), records)


@settings(max_examples=100, deadline=None)
@given(records=st.lists(st.dictionaries(keys, values, max_size=4), min_size=1, max_size=6))
def test_the_core_finds_the_types_that_python_finds(records: list[dict[str, Any]]) -> None:
    shapes, twin = _core.Shapes(), Shape()
    shapes.push(pl.Series([json.dumps(record) for record in records]))
    for record in records:
        twin.add(json.loads(json.dumps(record)))
    found = shape_of(shapes.found())
    assert shapes.unread == shapes.repeating == 0
    assert shapes.doubtful or (list(found.fields), found.dtype(0)) == (list(twin.fields), twin.dtype(0))


@pytest.mark.parametrize("last", ["2", "[2]"])
@pytest.mark.parametrize("form", ["lines", "list", "files"])
def test_of_a_key_that_comes_twice_the_last_value_is_read(form: str, last: str, tmp_path: Path) -> None:
    rest = ['{"prompt": "b"}', '{"prompt": "c", "note": 1}', f'{{"prompt": "d", "note": {last}}}']
    lines = ['{"prompt": "first", "prompt": "last"}', *rest]
    source = tmp_path / "in.jsonl"
    source.write_text("[" + ",\n".join(lines) + "]" if form == "list" else "\n".join(lines))
    if form == "files":
        for nth in range(20):
            (tmp_path / f"{nth:02}.jsonl").write_text(rest[0])
    where = (
        r"in\.jsonl: a key .*: 'prompt'$" if form == "list" else r"in\.jsonl: in 1 line, a key .*: 'prompt' in line 1$"
    )
    with pytest.warns(UserWarning, match=where):
        found = read(tmp_path / "*.jsonl" if form == "files" else source)
    assert ["last"] in found["queries"].to_list()
