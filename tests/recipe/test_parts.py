"""Conversations read back from the files of a result: the same keys as before they were written."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import instag
from instag.recipe.conversation import keys_of
from instag.recipe.parts import has_messages, plain, written_keys, written_queries

WORDS = st.sampled_from(["why", "bread", "", "a\u2028b", "你好"])
FUNCTIONS = st.fixed_dictionaries(
    {"name": WORDS}, optional={"arguments": WORDS, "strict": st.booleans(), "tags": st.lists(WORDS, max_size=2)}
)
CALLS = st.fixed_dictionaries({"function": FUNCTIONS}, optional={"id": WORDS, "type": st.just("function")})
TURNS = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": WORDS},
    optional={"tool_calls": st.lists(CALLS, max_size=2)},
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(TURNS, min_size=1, max_size=3), min_size=1, max_size=6), st.data())
def test_keys_are_the_same_in_any_part(tmp_path: Path, conversations: list[Any], data: st.DataObject) -> None:
    whole = pl.DataFrame({"messages": conversations}, strict=False)
    keys = keys_of(whole.get_column("messages").to_list())
    chosen = data.draw(st.lists(st.sampled_from(range(len(keys))), unique=True, min_size=1))
    for name in ("train.jsonl", "train.parquet"):
        path = tmp_path / name
        instag.write(whole[chosen], path)
        found = written_keys(path)
        assert found is not None
        assert found.to_list() == plain(pl.Series(keys, dtype=pl.String))[chosen].to_list()


def test_a_field_that_few_calls_have(folder: Path) -> None:
    """The other part has no such field, so that its records leave it out."""
    calls = [
        [{"function": {"name": "look", "arguments": "{}"} | ({"strict": True} if n == 3 else {})}] for n in range(40)
    ]
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"Question {n}, of its own kind {n * n}"},
                {"role": "assistant", "content": None, "tool_calls": calls[n]},
            ],
            "tags": [f"kind {n % 7}"],
        }
        for n in range(40)
    ]
    (folder / "first.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    instag.run(folder / "recipe.toml", say=lambda _: None)
    found = {check.what: check.holds for check in instag.verify(folder / "out", replay=True)}
    assert set(found.values()) == {True}


@pytest.mark.parametrize("name", ["train.jsonl", "train.parquet"])
def test_other_formats_have_no_keys(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    instag.write(pl.DataFrame({"instruction": ["Why?"], "output": ["So."]}), path)
    assert not has_messages(path)
    assert written_queries(path) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"3\n", b"[]\n", b'{"messages": [3]}\n', b'{"messages": 3}\n', b'{"messages": [\n', b"{}\n"],
)
def test_a_file_that_cannot_be_read_is_no_error(tmp_path: Path, content: bytes) -> None:
    for name in ("train.jsonl", "train.parquet"):
        path = tmp_path / name
        path.write_bytes(content)
        keys = written_keys(path)
        assert keys is None or keys.is_empty()
        written_queries(path)


def test_queries_are_those_of_users(tmp_path: Path) -> None:
    path = tmp_path / "val.jsonl"
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    instag.write(pl.DataFrame({"messages": [turns, turns]}), path)
    found = written_queries(path)
    assert found is not None
    assert found.to_list() == [["Why?"], ["Why?"]]
