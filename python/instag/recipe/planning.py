"""What a run would do, and why: said before anything is done."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from instag.chat.progress import duration
from instag.recipe.road import Road
from instag.recipe.steps import Done, work_of
from instag.recipe.wording import counts
from instag.recipe.work.job import parts_of
from instag.selection.amounts import amount_of, is_share

__all__ = ["foresee"]


def foresee(road: Road, until: str | None) -> None:
    """Say of each step whether it is done, or why it has to be done, and what that would take; do nothing."""
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
                road.say(f"{step}: cached, {counts(done.meta)}")
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
    budget = table["budget"]
    return min(most, round(amount_of("budget", budget, most)) if is_share(budget) else int(budget))


def _questions(road: Road, step: str, raw: Mapping[str, Path]) -> str:
    """What tagging would ask and cost; by the rows that are known, where those that will be left are not."""
    if step != "tag" or "data" not in (raw or road.tables):
        return ""
    from instag.recipe.work.tagging import estimate  # noqa: PLC0415 - only where something is to be tagged

    data = road.tables if "data" in road.tables else raw
    job = replace(road.job("tag", data, Path()), target=road.target_for("tag"))
    found = estimate(job)
    costs = [each.cost for each in found]
    asked, seconds = sum(each.asked for each in found), sum(each.seconds or 0 for each in found)
    if not asked:
        return ": no questions"
    money = "at a price that is not known" if None in costs else f"about ${sum(each or 0 for each in costs):,.2f}"
    return f": {asked:,} questions, {money}, {duration(seconds)}"


def _height(path: Path) -> int:
    import polars as pl  # noqa: PLC0415 - only where there are rows to count

    return int(pl.scan_parquet(path).select(pl.len()).collect().item())
