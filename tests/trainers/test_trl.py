"""A configuration for TRL, trained with for three steps on a tiny random model: only the assistant's words are learned."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import instag

pytest.importorskip("trl")
pytest.importorskip("peft")
datasets = pytest.importorskip("datasets")
transformers = pytest.importorskip("transformers")

ROWS = [
    {
        "messages": [
            {"role": "user", "content": f"Count to {n}."},
            {"role": "assistant", "content": ", ".join(map(str, range(n)))},
        ]
    }
    for n in range(2, 40)
]


def test_three_steps(model: Path, tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS)
    instag.write(frame, tmp_path, trainers="trl", model=str(model), validation=frame.head(4))
    trl = Path(sys.executable).with_name("trl")
    options = ["--max_steps", "3", "--use_cpu", "true", "--bf16", "false", "--report_to", "none"]
    done = subprocess.run(
        [trl, "sft", "--config", "trl.yaml", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "train_loss" in done.stdout
    assert (tmp_path / "output" / "trl" / "adapter_config.json").is_file()


def test_only_the_assistant_is_learned_from(model: Path, tmp_path: Path) -> None:
    instag.write(pl.DataFrame(ROWS), tmp_path, trainers="trl", model=str(model))
    assert "assistant_only_loss: true" in (tmp_path / "trl.yaml").read_text()
    rows = datasets.load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "cache"))["train"]
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    found = tokenizer.apply_chat_template(
        rows[0]["messages"], return_dict=True, return_assistant_tokens_mask=True, tokenize=True
    )
    learned = [token for token, mask in zip(found["input_ids"], found["assistant_masks"], strict=True) if mask]
    assert tokenizer.decode(learned) == "0, 1<|im_end|>"
