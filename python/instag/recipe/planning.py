"""The plan of a run: what it would do, and why."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from instag.chat.progress import duration
from instag.recipe.counts import budget_of
from instag.recipe.outcome import ASKING, Done, foreseen, work_of
from instag.recipe.road import Road
from instag.recipe.steps.job import parts_of
from instag.recipe.wording import cached

__all__ = ["foresee"]


def foresee(road: Road, until: str | None) -> None:
    """Print for each step whether it is up to date, or why it must be done, and what that would take; nothing is done."""
    most: int | None = None
    with TemporaryDirectory() as nowhere:
        raw: dict[str, Path] = {}
        for step in road.steps(until):
            data = road.data_of(step)
            if step != "read" and not data:
                road.say(f"{step}: to do, after what comes before{_at_most(most)}{_questions(road, step, raw)}")
                most = _left(road, step, most)
                road.take(Done(step, None))
                continue
            done = road.known(step, data)
            if done.folder is not None:
                road.say(f"{step}: cached, {cached(done.meta)}")
                most, raw = done.rows if done.rows is not None else most, parts_of(done.folder) or raw
            elif step == "read":
                work_of("read")(road.job("read", {}, Path(nowhere)))
                raw = parts_of(Path(nowhere))
                most = _height(raw["data"])
                road.say(f"read: to do ({road.why(done)}): {most:,} rows")
            else:
                road.say(f"{step}: to do ({road.why(done)}){_at_most(most)}{_questions(road, step, raw)}")
                most = _left(road, step, most)
            road.take(done)


def _at_most(most: int | None) -> str:
    return "" if most is None else f"; at most {most:,} rows"


def _left(road: Road, step: str, most: int | None) -> int | None:
    """The most rows that a step can leave."""
    if step != "select" or most is None:
        return most
    table = road.recipe.steps["select"]
    if "cost" in table:
        return most
    return min(most, budget_of(table, most))


def _questions(road: Road, step: str, raw: Mapping[str, Path]) -> str:
    """The questions to a model and their cost; from the rows that are known, if those that will be left are not."""
    data = road.tables if "data" in road.tables else raw
    if step not in ASKING or "data" not in data:
        return ""
    if step == "normalize" and road.recipe.steps[step].get("tags", "tags") not in _columns(data["data"]):
        return "; the judge's questions are known when the data have tags" if "judge" in road.recipe.steps[step] else ""
    found = foreseen(step, replace(road.job(step, data, Path()), target=road.target_for(step)))
    if found is None:
        return ""
    if not found.questions:
        return ": no questions"
    about = "" if found.exact else "about "
    money = "at a price that is not known" if found.cost is None else f"about ${found.cost:,.2f}"
    return f": {about}{found.questions:,} questions, {money}, {duration(found.seconds)}"


def _columns(path: Path) -> list[str]:
    import polars as pl  # noqa: PLC0415 - only where there are rows to look at

    return pl.scan_parquet(path).collect_schema().names()


def _height(path: Path) -> int:
    import polars as pl  # noqa: PLC0415 - only where there are rows to count

    return int(pl.scan_parquet(path).select(pl.len()).collect().item())
