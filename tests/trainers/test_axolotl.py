"""A configuration for axolotl, read by its own schema, and data by its own prompt strategies: only the assistant's words are learned."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag

pytest.importorskip("axolotl")
transformers = pytest.importorskip("transformers")

CALL = {"id": "c", "type": "function", "function": {"name": "rain", "arguments": '{"town": "Oslo"}'}}
TOOL = {"type": "function", "function": {"name": "rain", "description": "Rain?", "parameters": {"type": "object"}}}
CHATS = [
    {"messages": [{"role": "user", "content": f"Count to {n}."}, {"role": "assistant", "content": str(n)}]}
    for n in range(1, 9)
]
CALLS = [
    {
        "messages": [
            {"role": "user", "content": "Does it rain in Oslo?"},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "content": "yes", "tool_call_id": "c"},
            {"role": "assistant", "content": "It does."},
        ],
        "tools": [TOOL],
    }
]
PAIRS = [{"prompt": "Name a bird.", "chosen": "A heron.", "rejected": "A cow."}]


def configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The configuration as axolotl reads it."""
    monkeypatch.setenv("AXOLOTL_DO_NOT_TRACK", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(folder)
    config = pytest.importorskip("axolotl.cli.config", exc_type=Exception)  # type: ignore[arg-type]
    return config.load_cfg("axolotl.yaml", dataset_num_proc=1)


def test_every_key_is_known(model: Path, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    schema = pytest.importorskip("axolotl.utils.schemas.config", exc_type=Exception)  # type: ignore[arg-type]
    cases: dict[str, list[Any]] = {"chats": CHATS, "tools": CALLS, "preferences": PAIRS}
    for name, rows in cases.items():
        frame, folder = pl.DataFrame(rows), tmp_path / name
        instag.write(frame, folder, trainers="axolotl", model=str(model), validation=frame)
        keys = yaml.safe_load((folder / "axolotl.yaml").read_text())
        assert set(keys) <= set(schema.AxolotlInputConfig.model_fields)
        read = schema.AxolotlInputConfig.model_validate(keys).model_dump()
        for part in ("datasets", "test_datasets"):
            assert set(keys[part][0]) <= set(read[part][0])


def test_only_the_assistant_is_learned_from(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame(CHATS)
    instag.write(frame, tmp_path, trainers="axolotl", model=str(model), validation=frame.head(2))
    settings = configuration(tmp_path, monkeypatch)
    datasets = pytest.importorskip("axolotl.common.datasets", exc_type=Exception)  # type: ignore[arg-type]
    found = datasets.load_datasets(cfg=settings)
    assert (len(found.train_dataset), len(found.eval_dataset)) == (8, 2)
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    learned = [
        tokenizer.decode([token for token, label in zip(row["input_ids"], row["labels"], strict=True) if label >= 0])
        for row in found.train_dataset
    ]
    assert sorted(text.removesuffix("<|im_end|>").strip() for text in learned) == [str(n) for n in range(1, 9)]


def test_preferences_are_read(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instag.write(pl.DataFrame(PAIRS), tmp_path, trainers="axolotl", model=str(model))
    settings = configuration(tmp_path, monkeypatch)
    datasets = pytest.importorskip("axolotl.common.datasets", exc_type=Exception)  # type: ignore[arg-type]
    (row,) = datasets.load_preference_datasets(cfg=settings).train_dataset
    assert "Name a bird." in str(row["prompt"])
    assert "A heron." in str(row["chosen"])
    assert "A cow." in str(row["rejected"])
