"""The script for unsloth, run as it is, but for the number of epochs, with a tiny random model."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import instag

if importlib.util.find_spec("unsloth") is None:
    pytest.skip("unsloth is not installed", allow_module_level=True)

ROWS = [
    {"messages": [{"role": "user", "content": f"Count to {n}."}, {"role": "assistant", "content": str(n)}]}
    for n in range(16)
]


def test_the_script_trains(model: Path, tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS)
    instag.write(frame, tmp_path, trainers="unsloth", model=str(model), validation=frame.head(2))
    script = tmp_path / "unsloth_sft.py"
    script.write_text(re.sub(r"num_train_epochs=\d+", "num_train_epochs=1", script.read_text()))
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "UNSLOTH_DISABLE_STATISTICS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "train_loss" in done.stdout
