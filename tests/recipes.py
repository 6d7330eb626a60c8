"""A small recipe, rows for it, and what a run of it has written."""

from pathlib import Path

import polars as pl

TOPICS = ["bread", "tides", "chess", "glass", "maps", "wolves", "rust", "lamps"]
RECIPE = """\
version = 1
name = "small"
seed = 7

[[source]]
name = "first"
files = ["first.jsonl"]
license = "mit"

[[source]]
name = "second"
files = ["second-*.jsonl"]
columns = { quality = "score" }
sample = 30

[dedup]
threshold = 0.8

[normalize]
steps = ["rules", "frequency"]
min_count = 2

[select]
budget = 20
method = "coverage"

[split]
validation = 0.2

[write]
format = "messages"
"""


def rows(prefix: str, count: int) -> pl.DataFrame:
    """Conversations with tags, each about another pair of subjects."""
    return pl.DataFrame(
        {
            "messages": [
                [
                    {
                        "role": "user",
                        "content": f"{prefix}: what have {TOPICS[n % 8]} and {TOPICS[n // 8]} in common, case {n}?",
                    },
                    {"role": "assistant", "content": f"Answer {n}."},
                ]
                for n in range(count)
            ],
            "tags": [[TOPICS[n % 8], TOPICS[n // 8 % 8], f"kind {n % 5}"] for n in range(count)],
            "score": [n / count for n in range(count)],
        }
    )


def bytes_of(folder: Path, output: str = "out") -> dict[str, bytes]:
    """All that a run writes but the manifest, which has the time in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / output).rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
