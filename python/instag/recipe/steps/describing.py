"""The report: a page on the tags of the pool and of the selection."""

from pathlib import Path
from typing import Any

import polars as pl

from instag.analysis import analyze
from instag.recipe.objective import objective_of
from instag.recipe.steps.job import Job
from instag.recipe.steps.selecting import kept_beside
from instag.reporting import report as reported

__all__ = ["report"]


def report(job: Job) -> dict[str, Any]:
    """Draw the pool, the selection, and the vocabulary if there is one."""
    chosen = {"selection": _selected(job.data["selected"])} if "selected" in job.data else None
    options = {name: job.given[name] for name in ("by", "tags", "gain") if name in job.given}
    frame = job.frame
    if objective := objective_of(job.recipe.steps):
        options["gain"] = objective | kept_beside(job.data, objective, job.data.get("tree", job.vocabulary))
        frame = _with_cost(job, objective.get("cost"))
    analysis = analyze(frame, **options, selections=chosen)
    reported(analysis, job.path("report.html"), vocabulary=job.vocabulary, title=job.given.get("title"))
    return {}


def _with_cost(job: Job, cost: str | None) -> pl.LazyFrame:
    """The pool, with the column of costs if `[select]` added it."""
    if cost is None or cost in job.frame.collect_schema():
        return job.frame
    counted = pl.scan_parquet(job.data["pool_tags"])
    if cost not in counted.collect_schema():
        return job.frame
    return pl.concat([job.frame, counted.select(cost)], how="horizontal")


def _selected(path: Path) -> pl.DataFrame:
    """The rows that were selected, with the reasons."""
    rows, why = pl.read_parquet(path), pl.read_parquet(path.with_name("why.parquet"))
    return pl.concat([rows.drop(why.columns, strict=False), why], how="horizontal")
