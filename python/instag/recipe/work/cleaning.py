"""Steps that take rows out or deal them to parts: what goes is listed with the reason."""

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

from instag import cleaning, io
from instag.errors import InputError
from instag.recipe.work.job import Job

__all__ = ["clean", "decontaminate", "dedup", "split"]

# What people call the part on disk that functions call `validation`.
FILES = {"train": "train", "validation": "val", "test": "test"}


def _drop(function: Callable[..., cleaning.Cleaned[Any]], job: Job) -> dict[str, Any]:
    """Take rows out, and list them by their keys."""
    result = function(job.frame, **job.given)
    reasons = dict(result.reasons.iter_rows())
    if not result.kept and job.given.get("action") != "mark":
        listed = "; ".join(f"{count:,} went: {reason}" for reason, count in reasons.items())
        raise InputError(f"no row is left of {result.samples:,} ({listed or 'there were none'})")
    io.write(result.data, job.path("data.parquet"))
    rows = job.frame.select("key", "source", "source_row").with_row_index("row")
    listed_rows = result.dropped.lazy().join(rows, on="row", how="left", maintain_order="left")
    if "of" in result.dropped.columns:
        of = rows.select(of="row", of_key="key", of_source="source", of_row="source_row")
        listed_rows = listed_rows.join(of, on="of", how="left", maintain_order="left").drop("of")
    first = ("reason", "key", "source", "source_row")
    listed_rows.select(*first, pl.exclude(*first, "row")).sink_parquet(job.path("dropped.parquet"))
    return {"dropped": reasons}


clean = partial(_drop, cleaning.clean)
dedup = partial(_drop, cleaning.dedup)
decontaminate = partial(_drop, cleaning.decontaminate)


def split(job: Job) -> dict[str, Any]:
    """Deal the rows to parts that have no copies in common."""
    result = cleaning.split(job.frame, **({"seed": job.recipe.seed} | dict(job.given)))
    for part, name in FILES.items():
        if (rows := getattr(result, part)) is not None:
            io.write(rows, job.path(f"{name}.parquet"))
    return {"distances": result.distances.to_dicts()}
