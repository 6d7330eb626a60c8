"""The step that selects the rows to train on, with all that is needed to select them again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from instag import io
from instag.errors import InputError
from instag.frame import wrap
from instag.recipe.steps.job import Job
from instag.selection import count_tokens
from instag.selection.choice import Selection, selection_of
from instag.selection.options import Gain, Options, read_options

__all__ = ["KEPT", "chosen_again", "facts_of", "kept_beside", "select"]

# The files beside the pool with target, earlier rows and weights, so that nothing else is needed.
KEPT = {"target": "target_tags.parquet", "start": "start_tags.parquet", "weights": "weights.parquet"}
LONG = ("messages", "tools", "queries")


@dataclass(frozen=True)
class Choice:
    """The inputs of a selection."""

    budget: Any
    tags: str
    method: Any
    seed: int | None
    options: Options


def select(job: Job) -> dict[str, Any]:
    """Select rows, and keep the inputs of the selection."""
    data = _counted(job)
    choice = _choice(job.given, _others(job))
    chosen = selection_of(
        wrap(data), choice.budget, tags=choice.tags, method=choice.method, seed=choice.seed, options=choice.options,
        progress=job.progress,
    )  # fmt: skip
    if not len(chosen.rows):
        raise InputError(f"no row is chosen of {chosen.counts.samples:,}: {chosen.counts.tagged:,} have tags")
    chosen.warn_of_missing()
    io.write(chosen.data(), job.path("data.parquet"))
    chosen.details.write_parquet(job.path("why.parquet"))
    _pool(job, data, chosen).sink_parquet(job.path("pool_tags.parquet"))
    _keep(job, choice)
    return facts_of(chosen)


def facts_of(chosen: Selection[Any]) -> dict[str, Any]:
    """The selected rows, and how good they are."""
    found: dict[str, Any] = {"samples": len(chosen.rows), "of": chosen.counts.samples, "tagged": chosen.counts.tagged}
    if chosen.problem is None:
        return found
    constraint = chosen.problem.constraint
    found["budget"] = constraint.budget
    found["reached"] = constraint.amount(chosen.rows)
    found["in"] = "samples" if constraint.cost is None else constraint.cost.name
    found["at_least"] = [
        {"of": name, "asked": asked, "reached": reached}
        for name, asked, _, reached in chosen.quotas.drop_nulls("at_least").iter_rows()
    ]
    if chosen.match is not None:
        found["curve"] = str(chosen.match)
    if (certificate := chosen.certificate()) is not None:
        found |= {"value": certificate.value, "bound": certificate.bound, "certificate": str(certificate)}
    return found


def chosen_again(folder: Path, options: Mapping[str, Any]) -> tuple[Selection[Any], pl.Series]:
    """Select again from the files beside a manifest; returns the keys of the rows, in order."""
    held = {name: folder / file for name, file in KEPT.items() if (folder / file).is_file()}
    tree = folder / "tree.parquet"
    beside = kept_beside(held, options, tree if tree.is_file() else folder / "vocabulary.parquet")
    pool = pl.scan_parquet(folder / "pool_tags.parquet")
    given = {name: value for name, value in options.items() if value is not None}
    choice = _choice(given, beside)
    chosen = selection_of(
        wrap(pool), choice.budget, tags=choice.tags, method=choice.method, seed=choice.seed, options=choice.options
    )
    return chosen, pool.select("key").collect().to_series().gather(chosen.rows)


def kept_beside(held: Mapping[str, Path], options: Mapping[str, Any], tree: Path | None) -> dict[str, Any]:
    """The inputs of a selection other than the pool, from the files in which they were kept."""
    found: dict[str, Any] = {}
    for name in KEPT:
        if name in held:
            frame = pl.read_parquet(held[name])
            found[name] = dict(frame.select("tag", "share").iter_rows()) if name == "target" else frame
    if options.get("tree"):
        found["tree"] = str(tree)
    return found


def _choice(given: Mapping[str, Any], others: Mapping[str, Any]) -> Choice:
    """The options of a table, with frames instead of files."""
    gain = {name: given[name] for name in Gain.__annotations__ if name in given} | dict(others)
    if gain.get("tree") is False:
        del gain["tree"]
    method = given.get("method", "complexity-first")
    return Choice(given["budget"], given.get("tags", "tags"), method, given.get("seed"), read_options(method, **gain))


def _others(job: Job) -> dict[str, Any]:
    """The inputs of the selection other than the data."""
    found: dict[str, Any] = {}
    if job.target is not None:
        found["target"] = io.load(str(job.target)).collect()
    start = job.given.get("start")
    if start is not None and start not in job.frame.collect_schema():
        if not Path(start).is_file():
            raise InputError(f"start: {start!r} is neither a column of the data nor a file")
        found["start"] = io.load(str(start)).collect()
    if job.given.get("weights") is not None:
        found["weights"] = io.load(str(job.given["weights"])).collect()
    if job.given.get("tree") is True:
        if job.vocabulary is None:
            raise InputError("tree: true is for a recipe with [normalize] and a judge; there is no vocabulary")
        found["tree"] = str(job.vocabulary)
    return found


def _counted(job: Job) -> pl.LazyFrame:
    """The data with their tokens, if the step counts them."""
    tokenizer = job.given.get("tokenizer")
    return job.frame if tokenizer is None else count_tokens(job.frame, tokenizer, progress=job.progress)


def _pool(job: Job, data: pl.LazyFrame, chosen: Selection[Any]) -> pl.LazyFrame:
    """The columns by which rows are selected and split: tags, costs, quality, groups, but no texts."""
    names = data.collect_schema().names()
    split = job.recipe.steps.get("split", {})
    by = split.get("by", ["source", "tags"])
    start = job.given.get("start")
    wanted = [
        "key", "source", "source_row", job.given.get("tags", "tags"), job.given.get("quality"), job.given.get("cost"),
        job.given.get("group"), start, *([by] if isinstance(by, str) else by),
    ]  # fmt: skip
    held = data.select([name for name in dict.fromkeys(wanted) if name in names])
    cost = None if chosen.problem is None else chosen.problem.constraint.cost
    if cost is None or cost.name in names:
        return held
    return pl.concat([held, pl.LazyFrame({cost.name: cost.values})], how="horizontal")


def _keep(job: Job, choice: Choice) -> None:
    """The other frames, to be stored beside the pool."""
    options = choice.options
    if options.target is not None:
        tags = options.target.select(tag=pl.col(choice.tags))
        while isinstance(tags.schema["tag"], pl.List):
            tags = tags.explode("tag")
        counts = tags.drop_nulls().group_by("tag").len("share").sort("share", "tag", descending=[True, False])
        counts.with_columns(pl.col("share").cast(pl.Float64)).write_parquet(job.path(KEPT["target"]))
    for name in ("start", "weights"):
        if isinstance(frame := getattr(options, name), pl.DataFrame):
            frame.drop(LONG, strict=False).write_parquet(job.path(KEPT[name]))
    if isinstance(job.given.get("tree"), str):
        pl.read_parquet(job.given["tree"]).write_parquet(job.path("tree.parquet"))
