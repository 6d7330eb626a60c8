"""The step that asks a model for tags, also for the target of a selection."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from instag import io
from instag.chat.truncate import Cut
from instag.errors import InputError
from instag.recipe.steps.asking import Foreseen, account, allowed, asking_of, check_spent, unanswered
from instag.recipe.steps.job import Job
from instag.tagging import Tagged
from instag.tagging import estimate as estimated
from instag.tagging import tag as tagged
from instag.tagging.estimation import Estimate
from instag.tagging.plan import Plan

__all__ = ["asking", "foreseen", "journal_of", "tag"]

PLAN = ("model", "prompt", "examples", "vocabulary", "tags_in", "query")


def tag(job: Job) -> dict[str, Any]:
    """Tag the data, and the target if it has no tags."""
    given = asking(job.given, job.home)
    journal = journal_of(job)
    ledger = account(job, "tag")
    facts: dict[str, Any] = {"model": job.given["model"], "journal": journal.name}
    targets = [job.target] if job.target is not None else []
    for path, name in [(job.data["data"], "data"), *((each, "target") for each in targets)]:
        frame = pl.scan_parquet(path) if name == "data" else io.scan(str(path))
        options, price, before = allowed(ledger, journal, str(job.given["model"]), given)
        if _keyless(options) and not _left(frame, job, given):
            options["limit"] = 0
        columns = {"replace": True} if name == "target" else {"replace": job.given.get("replace", True)}
        with ledger.writing(journal):
            result = tagged(
                frame,
                **options,
                **columns,
                explanations=job.given.get("explanations", False),
                journal=_journals(job, journal),
                progress=job.progress,
            )
        spent = ledger.spent(journal, price)
        check_spent("tag", result.tally, given.get("max_cost"), spent)
        io.write(result.data.drop("queries", strict=False), job.path(f"{name}.parquet"))
        result.failures.write_parquet(job.path("failures.parquet" if name == "data" else "target_failures.parquet"))
        facts[name] = _counts(result)
        facts["unanswered"] = facts.get("unanswered", 0) + unanswered(result.tally)
        facts |= {"spent": None if price is None else round(spent, 6), "before": round(before, 6)}
    return facts


def foreseen(job: Job) -> Foreseen:
    """The questions left about the data, and about the target if it has no tags."""
    given = asking(job.given, job.home)
    frames = [job.frame] if job.target is None else [job.frame, io.scan(str(job.target))]
    found = [_estimated(frame, job, given) for frame in frames]
    costs = [each.cost for each in found]
    cost = None if None in costs else sum(each or 0.0 for each in costs)
    return Foreseen(sum(each.asked for each in found), cost, sum(each.seconds or 0.0 for each in found))


def journal_of(job: Job) -> Path:
    """The journal of this model and prompt: recipes that ask the same share it."""
    options = {name: value for name, value in asking(job.given, job.home).items() if name in PLAN and name != "query"}
    return job.cache.journal(Plan.of(pl.DataFrame({"queries": [["?"]]}), **options).task.written.stem)


def asking(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The options of the table as the function takes them."""
    others = ("explanations", "replace", "max_query", "max_query_tokens", "journal")
    options = asking_of({name: value for name, value in given.items() if name not in others}, folder)
    characters, tokens = given.get("max_query"), given.get("max_query_tokens")
    if characters is not None and tokens is not None:
        raise InputError("max_query_tokens: not with max_query: queries are cut by one of them")
    if characters is not None or tokens is not None:
        options["cut"] = Cut(tokens, "tokens") if tokens is not None else Cut(int(characters or 0))
    return options


def _estimated(frame: pl.LazyFrame, job: Job, given: Mapping[str, Any]) -> Estimate:
    known = {name: value for name, value in given.items() if name not in ("api_key", "headers", "max_cost")}
    return estimated(frame, **known, journal=_journals(job, journal_of(job)))


def _left(frame: pl.LazyFrame, job: Job, given: Mapping[str, Any]) -> int:
    """How many questions no journal has an answer to."""
    return _estimated(frame, job, given).asked


def _keyless(options: Mapping[str, Any]) -> bool:
    """Whether no key was found for an endpoint that requires one; if nothing is left to ask, none is needed."""
    elsewhere = options.get("base_url") or os.environ.get("OPENAI_BASE_URL") or options["model"].endswith(".gguf")
    return not elsewhere and not options.get("api_key") and not os.environ.get("OPENAI_API_KEY")


def _journals(job: Job, own: Path) -> Path | list[Path]:
    """The journals that the recipe names, and last the one that is written."""
    more = job.given.get("journal") or []
    return [*(Path(each) for each in ([more] if isinstance(more, str) else more)), own] if more else own


def _counts(result: Tagged[Any]) -> dict[str, Any]:
    tally = result.tally
    without = result.failures.group_by("status").len().sort("status")
    return {
        "queries": result.queries,
        "distinct": result.distinct,
        "answered": tally.answered,
        "answered before": tally.kept,
        "prompt_tokens": tally.prompt_tokens,
        "completion_tokens": tally.completion_tokens,
        "without tags": dict(without.iter_rows()),
    }
