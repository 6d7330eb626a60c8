"""Data for LLaMA-Factory, read by its own parser and converter: no row is skipped."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

import instag

datasets = pytest.importorskip("datasets")
pytest.importorskip("llamafactory")

CALL = {"id": "c", "type": "function", "function": {"name": "rain", "arguments": '{"town": "Oslo"}'}}
CHATS = [
    {"messages": [{"role": "user", "content": f"Count to {n}."}, {"role": "assistant", "content": str(n)}]}
    for n in range(4)
]
CALLS = [
    {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Does it rain in Oslo?"},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "yes"},
            {"role": "assistant", "content": "It does."},
        ],
        "tools": json.dumps([{"type": "function", "function": {"name": "rain", "parameters": {"type": "object"}}}]),
    },
    {"messages": CHATS[2]["messages"], "tools": None},
]
PICTURES = [
    {
        "messages": [
            {
                "role": "user",
                "content": [{"type": "image", "image": "heron.png"}, {"type": "text", "text": "Which bird is this?"}],
            },
            {"role": "assistant", "content": [{"type": "text", "text": "A heron."}]},
        ]
    }
]
PAIRS = [{"prompt": "Name a bird.", "chosen": "A heron.", "rejected": "A cow."}]


@pytest.mark.parametrize(
    ("rows", "answers"),
    [(CHATS, 1), (CALLS, 1), (PAIRS, 2), (PICTURES, 1)],
    ids=["chats", "tools", "preferences", "images"],
)
def test_every_row_is_read(rows: list[Any], answers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISABLE_VERSION_CHECK", "1")
    converter = pytest.importorskip("llamafactory.data.converter", exc_type=Exception)  # type: ignore[arg-type]
    parser = pytest.importorskip("llamafactory.data.parser", exc_type=Exception)  # type: ignore[arg-type]
    instag.write(pl.DataFrame(rows), tmp_path, trainers="llama-factory", model="Qwen/Qwen3-4B")
    monkeypatch.chdir(tmp_path)
    (entry,) = parser.get_dataset_list(list(json.loads(Path("data/dataset_info.json").read_text())), "data")
    convert = converter.get_dataset_converter(entry.formatting, entry, SimpleNamespace(media_dir="data"))
    path = str(Path("data", entry.dataset_name))
    found = datasets.load_dataset("json", data_files=path, split="train", cache_dir=str(tmp_path / "cache"))
    made = [convert(row) for row in found]
    assert len(made) == len(rows)
    assert all(row["_prompt"] and len(row["_response"]) == answers for row in made)
    if rows is PICTURES:
        assert made[0]["_prompt"][0]["content"] == "<image>Which bird is this?"
        assert [Path(path).name for path in made[0]["_images"]] == ["heron.png"]
