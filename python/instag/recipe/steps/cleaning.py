"""Steps that remove rows or split them into parts; removed rows are listed with the reason."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from instag import cleaning, io
from instag.cleaning.estimation import estimate_pairs
from instag.cleaning.judge import journal_of
from instag.errors import InputError
from instag.recipe.steps.asking import Foreseen, account, allowed, asking_of, check_spent, facts_of
from instag.recipe.steps.job import Job

__all__ = ["clean", "decontaminate", "dedup", "foreseen", "judging", "split"]

# The options of decontaminating that have nothing to do with asking a model.
JUDGING = frozenset(["against", "query", "numbers", "action", "judge", "judge_from", "judgments", "embedder"])
# The usual name on disk of the part that functions call `validation`.
FILES = {"train": "train", "validation": "val", "test": "test"}
# Beginnings or ends of reasons, and the options that they belong to.
SAYING = {"fewer tha": "min_", "more than": "max_", "the writing": "script", " is missing": "answered"}


def _drop(function: Callable[..., cleaning.Cleaned[Any]], job: Job) -> dict[str, Any]:
    """Remove rows, and list them by their keys."""
    return _listed(function(job.frame, **job.given), job)


def _listed(result: cleaning.Cleaned[Any], job: Job) -> dict[str, Any]:
    """Write the rows that stay, and list those that were removed."""
    reasons = dict(result.reasons.iter_rows())
    if not result.kept and job.given.get("action") != "mark":
        listed = "; ".join(f"{count:,} went: {reason}" for reason, count in reasons.items())
        see = ", ".join(_responsible(reasons, job.given))
        raise InputError(
            f"no row is left of {result.samples:,} ({listed or 'there were none'})"
            + (f"; look at {see}" if see else "")
        )
    io.write(result.data, job.path("data.parquet"))
    rows = job.frame.select("key", "source", "source_file", "source_row").with_row_index("row")
    listed_rows = result.dropped.lazy().join(rows, on="row", how="left", maintain_order="left")
    if "of" in result.dropped.columns:
        of = rows.select(of="row", of_key="key", of_source="source", of_file="source_file", of_row="source_row")
        listed_rows = listed_rows.join(of, on="of", how="left", maintain_order="left").drop("of")
    if result.candidates is not None:
        # The pairs that were compared, to read and correct them.
        result.candidates.write_ndjson(job.path("candidates.jsonl"))
    first = ("reason", "key", "source", "source_file", "source_row")
    listed_rows.select(*first, pl.exclude(*first, "row")).sink_parquet(job.path("dropped.parquet"))
    return {"dropped": reasons}


clean = partial(_drop, cleaning.clean)
dedup = partial(_drop, cleaning.dedup)


def decontaminate(job: Job) -> dict[str, Any]:
    """Remove rows that ask an item of a benchmark, and with a judge also those that ask it in other words."""
    own = {name: value for name, value in job.given.items() if name in JUDGING}
    model = job.given.get("judge")
    if model is None:
        return _listed(cleaning.decontaminate(job.frame, **own), job)
    journal, ledger = job.cache.journal(Path(journal_of(model)).stem), account(job, "decontaminate")
    given = judging(job.given, job.home)
    options, price, _ = allowed(ledger, journal, model, given)
    with ledger.writing(journal):
        result = cleaning.decontaminate(job.frame, **own, **options, journal=journal, progress=job.progress)
    spent = ledger.spent(journal, price)
    check_spent("decontaminate", result.tally, given.get("max_cost"), spent)
    facts = facts_of(model, journal, result.tally, price, spent)
    return facts | _listed(result, job)


def judging(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The options of asking the judge of paraphrases, in the form that functions take."""
    return asking_of({name: value for name, value in given.items() if name not in JUDGING}, folder)


def foreseen(job: Job) -> Foreseen | None:
    """The questions to the judge of paraphrases; None if there is none."""
    model = job.given.get("judge")
    if model is None:
        return None
    own = {name: value for name, value in job.given.items() if name in JUDGING and name != "action"}
    given = judging(job.given, job.home)
    asking = {name: value for name, value in given.items() if name not in ("api_key", "headers", "max_cost")}
    journal = job.cache.journal(Path(journal_of(model)).stem)
    found = estimate_pairs(job.frame, **own, **asking, journal=journal)
    return Foreseen(found.asked, found.cost, found.seconds, found.exact)


def _responsible(reasons: Mapping[str, int], given: Mapping[str, Any]) -> list[str]:
    """The options that removed the most rows, at most three.

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
    """Split the rows into parts that have no copies in common."""
    result = cleaning.split(job.frame, **({"seed": job.recipe.seed} | dict(job.given)))
    for part, name in FILES.items():
        if (rows := getattr(result, part)) is not None:
            io.write(rows, job.path(f"{name}.parquet"))
    return {"distances": result.distances.to_dicts()}
