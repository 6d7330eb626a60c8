"""The options of an audit, and what it warns of."""

import asyncio
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag.auditing import Audit, Share, aaudit, audit
from instag.auditing.cases import Case, cases_of
from instag.auditing.result import warn_of_judge
from instag.chat import EndpointError
from instag.warning import warn

FEW = pl.DataFrame(
    {
        "id": range(60),
        "queries": [[f"Question {nth}?"] for nth in range(60)],
        "tags": [["a", f"tag {nth}"] for nth in range(60)],
    }
)


@pytest.fixture
def options(judge: Any, tmp_path: Path) -> dict[str, Any]:
    sizes = {"precision": 40, "consistency": 0, "probes": 0}
    return {"model": "judge", "base_url": judge.url, "api_key": "none", "journal": tmp_path / "journal"} | sizes


@pytest.fixture
def run(options: dict[str, Any]) -> Callable[..., Audit]:
    return lambda **more: audit(**({"data": FEW} | options | more))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"precision": -1}, "precision: expected a whole number of 0 or more; found -1"),
        ({"consistency": 1.5}, "consistency: expected a whole number of 0 or more; found 1.5"),
        ({"precision": True}, "precision: expected a whole number of 0 or more; found True"),
        ({"group": 1}, "group: expected a whole number of 2 or more; found 1"),
        ({"probes": 2}, "probes: expected a share from 0 to 1; found 2"),
        ({"seed": None}, "seed: expected a whole number of 0 or more; found None"),
        ({"precision": 0, "consistency": 0}, "expected one case or more of either kind"),
        ({"limit": -1}, "limit: expected a count of 0 or more, or None; found -1"),
        ({"limit": 1.5}, "limit: expected a count of 0 or more, or None; found 1.5"),
        ({"max_tokens": 0}, "max_tokens / --max-tokens: expected a count of 1 or more, or None; found 0"),
        ({"temperature": -1}, "temperature / --temperature: expected a number of 0 or more, or None; found -1"),
        ({"extra_body": {"model": "m"}}, "extra_body / --extra-body: model cannot be set there"),
        ({"max_cost": 1.0}, "max_cost / --max-cost: the price of this model is not known: give price="),
        ({"patience": "long"}, "patience: expected a number of 0 or more; found 'long'"),
        ({"max_unread": 2}, "max_unread: expected a share from 0 to 1; found 2"),
        ({"model": ""}, "model: expected the model's name"),
        ({"tags": "labels"}, "no column 'labels'"),
        ({"tags": "id"}, "expected a list of tags"),
        ({"query": "asked"}, "no column 'asked'"),
        (
            {"data": pl.DataFrame({"queries": [["a"], []], "tags": [[], ["b"]]})},
            "expected queries with tags; found none",
        ),
        ({"data": 7}, "data: expected a Polars"),
    ],
)
def test_errors(judge: Any, run: Callable[..., Audit], wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(instag.InputError, match=message):
        run(**wrong)
    assert judge.asked == []


def test_how_much_may_be_unreadable_is_an_option(judge: Any, run: Callable[..., Audit]) -> None:
    judge.rule = lambda _: "I do not know."
    with pytest.raises(EndpointError, match="answers cannot be read"):
        run(concurrency=1)
    with pytest.warns(instag.InstagWarning, match="40 of 40 cases have no verdict"):
        assert run(max_unread=1.0).failures.height == 40


def test_how_long_it_waits_is_an_option(judge: Any, run: Callable[..., Audit]) -> None:
    judge.rule = lambda _: (429, '{"error": {"message": "Slow down"}}')
    with pytest.raises(EndpointError, match="http 429, and nothing else for 0 s: Slow down"):
        run(patience=0)


def lines(work: Callable[[], object]) -> set[tuple[str, str]]:
    """Where warnings point to: the file, and what stands there."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        work()
    assert len(caught) == 3
    return {(each.filename, Path(each.filename).read_text("utf-8").splitlines()[each.lineno - 1]) for each in caught}


def test_warnings_point_to_who_calls(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def drawing(*given: Any) -> list[Case]:
        warn("from another thread")
        return cases_of(*given)

    monkeypatch.setattr("instag.auditing.auditor.cases_of", drawing)
    options |= {"limit": 0, "precision": 999}
    assert lines(lambda: audit(FEW, **options)) == {
        (__file__, "    assert lines(lambda: audit(FEW, **options)) == {"),
    }

    async def work() -> None:
        await aaudit(FEW, **options)  # here

    assert lines(lambda: asyncio.run(work())) == {(__file__, "        await aaudit(FEW, **options)  # here")}


@pytest.mark.parametrize(("caught", "of", "warned"), [(84, 100, True), (79, 94, False)])
def test_a_judge_is_warned_of_where_it_surely_catches_too_few(caught: int, of: int, warned: bool) -> None:  # noqa: FBT001 - a case
    # The upper ends are 0.8990 and 0.9008.
    high = Share.from_counts(caught, of).high
    frame = pl.DataFrame({"kind": ["precision"], "probes": [of], "caught": [caught], "high": [high]})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        warn_of_judge(frame)
    message = (
        f"precision: the judge caught only {caught} of {of} probes, which are wrong on purpose: do not trust its share"
    )
    assert [str(each.message) for each in told] == ([message] if warned else [])
