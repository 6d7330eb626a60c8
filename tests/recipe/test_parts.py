"""Conversations read back from the files of a result: the same keys as before they were written."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
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
PARTS = st.fixed_dictionaries({"type": st.just("text"), "text": WORDS}) | st.just({"type": "image", "image": "a.png"})
FUNCTIONS = st.fixed_dictionaries(
    {"name": WORDS},
    optional={
        "arguments": WORDS | st.dictionaries(WORDS, WORDS | st.integers() | st.none(), max_size=2),
        "strict": st.booleans(),
        "tags": st.lists(WORDS, max_size=2),
    },
)
CALLS = st.fixed_dictionaries({"function": FUNCTIONS}, optional={"id": WORDS, "type": st.just("function")})
TURNS = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": st.none() | WORDS | st.lists(PARTS, max_size=2)},
    optional={"tool_calls": st.lists(CALLS, max_size=2)},
)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(TURNS, min_size=1, max_size=3), min_size=1, max_size=6), st.data())
def test_keys_are_the_same_in_any_part(tmp_path: Path, conversations: list[Any], data: st.DataObject) -> None:
    source = tmp_path / "source.jsonl"
    source.write_text("".join(json.dumps({"messages": turns}) + "\n" for turns in conversations))
    whole = instag.read(source).select("messages")
    keys = keys_of(whole.get_column("messages").to_list())
    chosen = data.draw(st.lists(st.sampled_from(range(len(keys))), unique=True, min_size=1))
    for name in ("train.jsonl", "train.parquet"):
        path = tmp_path / name
        instag.write(whole[chosen], path)
        found = written_keys(path)
        assert found is not None
        assert found.to_list() == plain(pl.Series(keys, dtype=pl.String))[chosen].to_list()


def call(name: str, **more: Any) -> list[Any]:
    return [{"type": "function", "function": {"name": name, **more}}]


def said(text: str) -> list[Any]:
    return [{"type": "text", "text": text}]


HERON = {"type": "image_url", "image_url": {"url": "https://example.org/heron.png"}}


@pytest.mark.parametrize("write", ['format = "messages"', 'trainers = ["trl"]\nmodel = "Qwen/Qwen3-4B"'])
@pytest.mark.parametrize(
    "answer",
    [
        # Only one call has the field, so that one part does not know of it.
        lambda n: {"content": None, "tool_calls": call("look", arguments="{}", **({"strict": True} if n == 3 else {}))},
        lambda n: {"content": None, "tool_calls": call("look", arguments={"at": n} if n % 2 else {"at": f"no. {n}"})},
        lambda n: {"content": None, "tool_calls": call("look", arguments={} if n == 3 else {"at": n, "in": None})},
        lambda n: {"content": said(f"Answer {n}")},
        lambda n: {"content": [*said(f"Answer {n}"), *([HERON] if n == 3 else [])]},
        lambda n: {"content": said(f"Answer {n}") if n % 2 else f"Answer {n}"},
        lambda n: {"content": f"Answer {n}", **({"reasoning_content": "Well."} if n == 3 else {})},
    ],
)
def test_rows_of_any_content_are_found_again(folder: Path, answer: Callable[[int], Any], write: str) -> None:
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"Question {n}, of its own kind {n * n}"},
                {"role": "assistant", **answer(n)},
            ],
            "tags": [f"kind {n % 7}"],
        }
        for n in range(40)
    ]
    (folder / "first.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    recipe = folder / "recipe.toml"
    recipe.write_text(recipe.read_text().replace('format = "messages"', write))
    instag.run(recipe, say=lambda _: None)
    found = {check.what: check.holds for check in instag.verify(folder / "out", replay=True)}
    assert {what for what, holds in found.items() if not holds} == set()


@pytest.mark.parametrize("write", ['[write]\nformat = "messages"', '[write]\ntrainers = ["trl"]\nmodel = "m"', ""])
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (lambda n: Decimal(n) / 4, pl.Decimal(10, 2)),
        (lambda n: Decimal(10**20 + n), pl.Decimal(38, 0)),
        (lambda n: 2**70 + n, pl.Int128),
        (lambda n: 2**63 + n, pl.UInt64),
        (lambda n: math.nan if n % 2 else n / 3, pl.Float64),
        (lambda n: [math.inf, n / 3], pl.List(pl.Float32)),
        (lambda n: {"at": datetime(2024, 1, 1, 1, n, tzinfo=UTC), "price": Decimal("1.50")}, None),
        (lambda n: {str(n): n, "b": n + 1}, pl.Map(pl.String, pl.Int64)),
    ],
)
def test_rows_with_values_of_any_type_are_found_again(
    folder: Path, value: Callable[[int], Any], kind: Any, write: str
) -> None:
    turns = pl.read_ndjson(folder / "first.jsonl")
    more = pl.Series([value(n) for n in range(turns.height)], dtype=kind)
    made = turns.with_columns(
        messages=pl.concat_list(
            pl.col("messages").list.get(nth).struct.with_fields(more=more if nth else pl.lit(None, more.dtype))
            for nth in (0, 1)
        )
    )
    made.write_parquet(folder / "first.parquet")
    recipe = folder / "recipe.toml"
    recipe.write_text(
        recipe.read_text().replace("first.jsonl", "first.parquet").replace('[write]\nformat = "messages"', write)
    )
    instag.run(recipe, say=lambda _: None)
    found = {check.what: check.holds for check in instag.verify(folder / "out", replay=True)}
    assert {what for what, holds in found.items() if not holds} == set()


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
