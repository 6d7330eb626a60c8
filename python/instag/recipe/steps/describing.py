"""The report: a page on the tags of the pool and of the selection."""

from pathlib import Path
from typing import Any

import polars as pl

from instag.analysis import analyze
from instag.recipe.steps.job import Job
from instag.reporting import report as reported

__all__ = ["report"]


def report(job: Job) -> dict[str, Any]:
    """Draw the pool, the selection, and the vocabulary if there is one."""
    chosen = {"selection": _selected(job.data["selected"])} if "selected" in job.data else None
    options = {name: job.given[name] for name in ("by", "tags", "gain") if name in job.given}
    analysis = analyze(job.frame, **options, selections=chosen)
    reported(analysis, job.path("report.html"), vocabulary=job.vocabulary, title=job.given.get("title"))
    return {}


def _selected(path: Path) -> pl.DataFrame:
    """The rows that were selected, with the reasons."""
    rows, why = pl.read_parquet(path), pl.read_parquet(path.with_name("why.parquet"))
    return pl.concat([rows.drop(why.columns, strict=False), why], how="horizontal")
