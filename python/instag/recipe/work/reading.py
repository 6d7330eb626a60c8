"""Sources become one table: conversations as messages, where each came from, and a key that finds it again."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from instag import io
from instag.errors import InputError
from instag.recipe.conversation import Keys
from instag.recipe.recipe import Source
from instag.recipe.work.job import Job

__all__ = ["read"]

# Rows whose keys are made at a time.
BATCH = 20_000


def read(job: Job) -> dict[str, Any]:
    """Read all sources, one after the other."""
    counts: dict[str, int] = {}
    frames = [_source(source, job, counts) for source in job.recipe.sources]
    between = job.path("between.parquet")
    pl.concat(frames, how="diagonal_relaxed").sink_parquet(between)
    whole = pl.scan_parquet(between)
    key = pl.Series("key", list(_keys(whole)), dtype=pl.String)
    if not len(key):
        raise InputError("no source has a row: see the files, and `where`")
    pl.concat([whole, key.to_frame().lazy()], how="horizontal").sink_parquet(job.path("data.parquet"))
    for each in job.folder.glob("between*.parquet"):
        each.unlink()
    return {"sources": counts}


def _source(source: Source, job: Job, counts: dict[str, int]) -> pl.LazyFrame:
    """The rows of a source that are taken."""
    path = job.path(f"between-{len(counts)}.parquet")
    files = [str(file) for file in source.files]
    io.convert(files if len(files) > 1 else files[0], path, to="messages", **source.options)
    frame = pl.scan_parquet(path)
    counts[source.name] = rows = int(frame.select(pl.len()).collect().item())
    taken = _taken(rows, source.sample, job)
    if source.quality not in (None, "quality"):
        columns = frame.collect_schema().names()
        if source.quality not in columns:
            raise InputError(f"[[source]] quality: no column {source.quality!r}; the columns are: {', '.join(columns)}")
        frame = frame.drop("quality", strict=False).rename({str(source.quality): "quality"})
    frame = frame.with_columns(source=pl.lit(source.name)).drop("source_row", strict=False)
    frame = frame.with_row_index("source_row", 1)
    if len(taken) < rows:
        chosen = pl.LazyFrame({"source_row": pl.Series(taken + 1, dtype=pl.UInt32)})
        frame = frame.join(chosen, on="source_row", how="semi", maintain_order="left")
    return frame.select(pl.exclude("source_row"), "source_row")


def _taken(rows: int, sample: int | None, job: Job) -> np.ndarray[Any, Any]:
    """The numbers of the rows that are taken, from 0."""
    chosen = np.arange(rows)
    if sample is not None and sample < rows:
        chosen = np.sort(np.random.default_rng(job.recipe.seed).choice(rows, sample, replace=False))
    return chosen if job.limit is None else chosen[: job.limit]


def _keys(frame: pl.LazyFrame) -> Iterator[str]:
    keys = Keys()
    rows = int(frame.select(pl.len()).collect().item())
    for start in range(0, rows, BATCH):
        yield from keys.of(frame.select("messages").slice(start, BATCH).collect().get_column("messages").to_list())
