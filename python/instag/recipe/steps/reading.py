"""Sources become one table: conversations as messages, the origin of each, and a key by which it is found again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from instag import io
from instag.errors import InputError
from instag.frame.batches import batches
from instag.frame.generated import generated
from instag.io.union import stacked
from instag.recipe.conversation import Keys
from instag.recipe.faults import Faults
from instag.recipe.manifest import relative
from instag.recipe.recipe import Source
from instag.recipe.sources import add_unread
from instag.recipe.steps.job import Job

__all__ = ["read"]

# How many keys are made at a time.
BATCH = 20_000


def read(job: Job) -> dict[str, Any]:
    """Read all sources, one after the other."""
    counts: dict[str, int] = {}
    whole = stacked([_source(source, job, counts) for source in job.recipe.sources])
    if not sum(counts.values()):
        raise InputError("no source has a row: see the files, and `where`")
    io.write(_keyed(whole), job.path("data.parquet"))
    for each in job.folder.glob("source-*.parquet"):
        each.unlink()
    return {"sources": counts}


def _source(source: Source, job: Job, counts: dict[str, int]) -> pl.LazyFrame:
    """The rows to take from a source."""
    path = job.path(f"source-{len(counts)}.parquet")
    files = [str(file) for file in source.files]
    try:
        named = io.convert_placed(files if len(files) > 1 else files[0], path, progress=job.progress, **source.options)
    except InputError as error:
        faults = Faults(job.recipe.path, job.recipe.text, job.recipe.overrides)
        add_unread(faults, job.recipe, source, error)
        raise type(error)(str(faults)) from error
    frame = pl.scan_parquet(path)
    counts[source.name] = rows = int(frame.select(pl.len()).collect().item())
    if source.quality not in (None, "quality"):
        columns = frame.collect_schema().names()
        if source.quality not in columns:
            raise InputError(f"[[source]] quality: no column {source.quality!r}; the columns are: {', '.join(columns)}")
        frame = frame.drop("quality", strict=False).rename({str(source.quality): "quality"})
    taken = _taken(rows, source.sample, job)
    if len(taken) < rows:
        chosen = pl.LazyFrame({"nth": pl.Series(taken, dtype=pl.UInt32)})
        frame = frame.with_row_index("nth").join(chosen, on="nth", how="semi", maintain_order="left").drop("nth")
    paths = [relative(Path(name), job.home) for name in named]
    place = pl.col("source_file").replace_strict(range(len(paths)), paths, return_dtype=pl.String)
    frame = frame.with_columns(place, source=pl.lit(source.name))
    return frame.select(pl.exclude("source_file", "source_row"), "source_file", "source_row")


def _taken(rows: int, sample: int | None, job: Job) -> np.ndarray[Any, Any]:
    """The numbers of the rows to take, from 0."""
    chosen = np.arange(rows)
    if sample is not None and sample < rows:
        chosen = np.sort(np.random.default_rng(job.recipe.seed).choice(rows, sample, replace=False))
    return chosen if job.limit is None else chosen[: job.limit]


def _keyed(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with their keys, which are made as the rows are read."""

    def read(wanted: list[str], rows: int | None) -> Iterator[pl.DataFrame]:
        keys = Keys()
        for batch in batches(frame if rows is None else frame.head(rows), BATCH):
            key = pl.Series("key", list(keys.of(batch.get_column("messages").to_list())), dtype=pl.String)
            yield batch.with_columns(key).select(wanted)

    return generated(read, {**frame.collect_schema(), "key": pl.String})
