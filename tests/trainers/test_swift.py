"""Data and a configuration for ms-swift, read by its own loader and its own arguments."""

import dataclasses
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag

pytest.importorskip("swift")
yaml = pytest.importorskip("yaml")

TOOL = {"type": "function", "function": {"name": "rain", "description": "Rain?", "parameters": {"type": "object"}}}
CALL = {"id": "c", "type": "function", "function": {"name": "rain", "arguments": '{"town": "Oslo"}'}}
CHATS = [
    {"messages": [{"role": "user", "content": f"Count to {n}."}, {"role": "assistant", "content": str(n)}]}
    for n in range(6)
]
CALLS = [
    {
        "messages": [
            {"role": "user", "content": "Does it rain in Oslo?"},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "content": "yes"},
            {"role": "assistant", "content": "It does."},
        ],
        "tools": [TOOL],
    }
]


@pytest.mark.parametrize("rows", [CHATS, CALLS], ids=["chats", "tools"])
def test_every_row_is_read(rows: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    dataset = pytest.importorskip("swift.dataset", exc_type=Exception)  # type: ignore[arg-type]
    frame = pl.DataFrame(rows)
    instag.write(frame, tmp_path, trainers="swift", model="Qwen/Qwen3-4B", validation=frame)
    monkeypatch.chdir(tmp_path)
    keys = yaml.safe_load(Path("swift.yaml").read_text())
    for files in (keys["dataset"], keys["val_dataset"]):
        found, _ = dataset.load_dataset(files, split_dataset_ratio=keys["split_dataset_ratio"])
        assert len(found) == len(rows)
        for row, given in zip(found, rows, strict=True):
            said = [turn["content"] for turn in row["messages"] if turn["role"] == "user"]
            assert said == [turn["content"] for turn in given["messages"] if turn["role"] == "user"]
            answer = row["messages"][-1]
            assert (answer["role"], answer["content"]) == ("assistant", given["messages"][-1]["content"])


def test_every_key_is_known(tmp_path: Path) -> None:
    arguments = pytest.importorskip("swift.arguments", exc_type=Exception)  # type: ignore[arg-type]
    frame = pl.DataFrame(CHATS)
    instag.write(frame, tmp_path, trainers="swift", model="Qwen/Qwen3-4B", validation=frame)
    known = {field.name for field in dataclasses.fields(arguments.SftArguments)}
    assert set(yaml.safe_load((tmp_path / "swift.yaml").read_text())) <= known
