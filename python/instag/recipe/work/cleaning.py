"""Steps that take rows out or deal them to parts: what goes is listed with the reason."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import polars as pl

from instag import cleaning, io
from instag.errors import InputError
from instag.recipe.work.job import Job

__all__ = ["clean", "decontaminate", "dedup", "split"]

# What people call the part on disk that functions call `validation`.
FILES = {"train": "train", "validation": "val", "test": "test"}
# How reasons begin or end, and the options that they are of.
SAYING = {"fewer tha": "min_", "more than": "max_", "the writing": "script", " is missing": "answered"}


def _drop(function: Callable[..., cleaning.Cleaned[Any]], job: Job) -> dict[str, Any]:
    """Take rows out, and list them by their keys."""
    result = function(job.frame, **job.given)
    reasons = dict(result.reasons.iter_rows())
    if not result.kept and job.given.get("action") != "mark":
        listed = "; ".join(f"{count:,} went: {reason}" for reason, count in reasons.items())
        see = ", ".join(_responsible(reasons, job.given))
        raise InputError(
            f"no row is left of {result.samples:,} ({listed or 'there were none'})"
            + (f"; look at {see}" if see else "")
        )
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


def _responsible(reasons: Mapping[str, int], given: Mapping[str, Any]) -> list[str]:
    """The options that took most rows, at most three.

    Examples
    --------
    >>> _responsible({"fewer than 3 turns": 40, "the writing is not ru": 2}, {"script": "ru", "min_turns": 3})
    ['min_turns = 3', "script = 'ru'"]
    """
    found = [
        name
        for reason in reasons
        for name in given
        if (name.startswith(SAYING.get(reason[:9], "?")) and reason.endswith(name.partition("_")[2]))
        or SAYING.get(reason[-11:], SAYING.get(reason[:11])) == name
    ]
    return [f"{name} = {given[name]!r}" for name in dict.fromkeys([*found, *given])][:3]


def split(job: Job) -> dict[str, Any]:
    """Deal the rows to parts that have no copies in common."""
    result = cleaning.split(job.frame, **({"seed": job.recipe.seed} | dict(job.given)))
    for part, name in FILES.items():
        if (rows := getattr(result, part)) is not None:
            io.write(rows, job.path(f"{name}.parquet"))
    return {"distances": result.distances.to_dicts()}
