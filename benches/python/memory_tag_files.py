"""How much memory tagging takes where the data are read from a file and written to one, by the number of queries.

    python benches/python/memory_tag_files.py 25000 100000

Texts of 2,000 characters in JSON Lines, a server on this machine that answers all alike; each size runs in a process of
its own, and so does the server.
"""

import tempfile
from pathlib import Path
from typing import Any

import polars as pl

import instag
from apart import each_size, run_one
from memory_tagging import serving

WIDTH = 2_000


def made(folder: Path, rows: int) -> None:
    """Write as many queries."""
    number = pl.int_range(rows)
    text = pl.format("{} is a question as long as they are where a document comes with them. ", number)
    pl.select(id=number, prompt=text.str.pad_end(WIDTH, "x")).write_ndjson(folder / "in.jsonl")


def tagged(folder: Path) -> str:
    """Tag all of it, and write it with its tags."""
    source = instag.scan(folder / "in.jsonl")
    with tempfile.TemporaryDirectory() as journals, serving() as url:
        options: dict[str, Any] = {"model": "m", "base_url": url, "concurrency": 64}
        done = instag.tag(source, journal=f"{journals}/journal", **options)
        instag.write(done.data, folder / "out.jsonl")
    assert done.failures.height == 0
    rows = pl.scan_ndjson(folder / "out.jsonl").select(pl.len()).collect().item()
    size = (folder / "in.jsonl").stat().st_size / 1e6
    return f"{rows:,} rows of {size:,.0f} MB tagged and written"


RUNS = {"tag": tagged}


if __name__ == "__main__":
    if not run_one(RUNS):
        for _ in each_size(__file__, RUNS, made):
            pass
