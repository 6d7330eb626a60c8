"""What has been trained already: a file a run, and the settings that all of them share."""

import json
from pathlib import Path
from typing import Any

import polars as pl

import instag


class Runs:
    """A folder of finished runs. One that was killed leaves nothing behind, and is done again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "runs").mkdir(parents=True, exist_ok=True)

    def begin(self, settings: dict[str, Any]) -> None:
        """Keep the settings, or refuse those that differ from the ones that runs were made with."""
        path = self.folder / "settings.json"
        if path.exists():
            kept = json.loads(path.read_text("utf-8"))
            differ = [
                f"{name}: {kept.get(name)!r} → {settings.get(name)!r}"
                for name in sorted(kept.keys() | settings.keys())
                if kept.get(name) != settings.get(name)
            ]
            if differ:
                message = (
                    f"{self.folder} holds runs with other settings ({'; '.join(differ)}); "
                    "their losses cannot be compared: name another folder with -o"
                )
                raise instag.InputError(message)
        write(path, json.dumps(settings, indent=2))

    def path(self, method: str, seed: int) -> Path:
        """Where a run's answers are; beside it, with the ending .json, what it was."""
        return self.folder / "runs" / f"{method}-{seed}.parquet"

    def done(self, method: str, seed: int) -> bool:
        """Whether a run has come to its end."""
        return self.path(method, seed).with_suffix(".json").exists()

    def keep(self, method: str, seed: int, losses: pl.DataFrame, facts: dict[str, Any]) -> None:
        """Write what a run gave; the facts come last, and say that it is whole."""
        path = self.path(method, seed)
        draft = path.with_suffix(".draft")
        losses.write_parquet(draft)
        draft.replace(path)
        write(path.with_suffix(".json"), json.dumps({"method": method, "seed": seed, **facts}, indent=2))

    def losses(self, method: str, seed: int) -> pl.DataFrame:
        """Give the held-out rows in order: `source`, `loss` (the sum over the answer), `tokens` and `answer`."""
        return pl.read_parquet(self.path(method, seed))

    def facts(self, method: str, seed: int) -> dict[str, Any]:
        """Give what a run chose and how it was trained."""
        found: dict[str, Any] = json.loads(self.path(method, seed).with_suffix(".json").read_text("utf-8"))
        return found


def write(path: Path, text: str) -> None:
    """Write a text beside its final name, and rename it."""
    draft = path.with_suffix(path.suffix + ".draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)
