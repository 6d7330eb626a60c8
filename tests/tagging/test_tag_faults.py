"""What goes wrong on the way, and what of it is asked again."""

import asyncio
import warnings
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from aiohttp import web

import chaos
from instag.chat import EndpointError, Tally
from instag.errors import InstagWarning
from instag.tagging import atag, tag
from patience import until
from tagged import FRAME, answered, expected, many, options_of


@pytest.mark.slow
def test_every_query_ends_tagged_or_with_a_reason(tmp_path: Path) -> None:
    faults = dict.fromkeys(chaos.ALL, 0.3 / len(chaos.ALL)) | {"refusal": 0.05, "prose": 0.05, "length": 0.05}
    frame = many(600)
    with chaos.running(faults=faults, closed=0.02) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", InstagWarning)
        options = options_of(server, tmp_path)
        tagged = tag(frame, **options, attempts=2, reask=0)
        missing = tagged.failures["row"].to_list()
        assert {"refused", "length"} < set(tagged.failures["reason"]) - {None}
        assert set(tagged.failures["status"]) == {"failed"}
        assert tagged.failures["reason"].null_count() == 0
        assert tagged.data["tags"].is_null().arg_true().to_list() == missing
        assert [
            tags is None or tags == wanted
            for tags, wanted in zip(tagged.data["tags"].to_list(), expected(frame), strict=True)
        ] == [True] * 600
        # The next run asks only where nothing was paid for.
        before = server.answered
        again = tag(frame, **options, attempts=9, reask=0)
    assert again.tally.answered == tagged.tally.failed == server.answered - before
    assert again.tally.kept == tagged.tally.answered
    assert again.failures.height == tagged.tally.unread + again.tally.unread
    assert set(again.failures["reason"]) == {"refused", "length", "not JSON"}


@pytest.mark.parametrize(("fault", "reason"), [("refusal", "refused"), ("prose", "not JSON"), ("length", "length")])
def test_an_answer_that_cannot_be_read_is_null(fault: str, reason: str, tmp_path: Path) -> None:
    with chaos.running(faults={fault: 0.3}, seed=4) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", InstagWarning)
        options = options_of(server, tmp_path) | {"reask": 0}
        frame = many(20)
        with pytest.warns(InstagWarning, match="`failures` / --failures FILE lists them") as warned:
            tagged = tag(frame, **options)
        assert ("a larger max_tokens / --max-tokens" in str(warned[0].message)) == (fault == "length")
        failed = tagged.failures.height
        assert 0 < failed < 20
        assert set(tagged.failures.select("status", "reason").rows()) == {("failed", reason)}
        assert tagged.data["tags"].null_count() == failed
        asked = server.requests
        tag(frame, **options)
        assert server.requests == asked
        tag(frame, **options, max_tokens=2048)
        assert server.requests == asked + (failed if fault == "length" else 0)
        asked = server.requests
        server.faults = {}
        mended = tag(frame, **options, max_tokens=2048, retry_unread=True)
    assert server.requests == asked + failed
    assert mended.data["tags"].to_list() == expected(frame)


def test_a_part_of_the_tags_of_a_sample_is_null(options: dict[str, Any]) -> None:
    with pytest.warns(InstagWarning, match=r"2 of 3 queries have no tags \(2 not tried: limit\)"):
        tagged = tag(FRAME[:2], **options, limit=1)
    assert tagged.data["query_tags"].to_list() == [[answered("Why is the sky blue?"), None], [None]]
    assert tagged.data["tags"].to_list() == [None, None]
    assert tagged.failures.rows() == [
        (0, 1, "And at night?", "not tried", "limit", None),
        (1, 0, "Add 2 and 2.", "not tried", "limit", None),
    ]


def test_a_limit_of_0_asks_nothing(
    server: chaos.Chaos, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tag(FRAME[:1], **options)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    del options["base_url"]
    with pytest.warns(InstagWarning, match="2 of 5 queries have no tags"):
        tagged = tag(FRAME, **options, limit=0)
    assert tagged.data["tags"].to_list() == [expected(FRAME)[0], None, [], None, []]
    assert server.requests == 2


def test_it_stops_before_it_costs_too_much(server: chaos.Chaos, options: dict[str, Any]) -> None:
    # 100 tokens asked and 20 answered are 120 dollars at this price.
    with pytest.warns(InstagWarning, match="not tried: max_cost"):
        tagged = tag(many(50), **options, price=(1e6, 1e6), max_cost=3000.0, max_tokens=500, concurrency=1)
    assert 0 < server.requests < 50
    assert tagged.tally.stopped == "max_cost"
    assert tagged.tally.cost == 120 * server.answered <= 3000
    assert tagged.data["tags"].null_count() == 50 - server.answered


def test_cancelled_once_it_keeps_what_is_in_flight(tmp_path: Path) -> None:
    frame = many(200)
    seen: list[Tally] = []

    async def cancelled(server: chaos.Chaos, options: dict[str, Any]) -> str:
        task = asyncio.create_task(atag(frame, **options, concurrency=8, progress=seen.append))
        await until(lambda: server.answered >= 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return str(caught.value)

    with chaos.running(latency=0.05) as server:
        options = options_of(server, tmp_path)
        words = asyncio.run(cancelled(server, options))
        stopped_at = server.answered
        assert 20 <= stopped_at < 200
        assert f"interrupted with {stopped_at} of 200 done" in words
        assert seen[-1].stopped == "interrupted"
        tagged = tag(frame, **options)
        assert server.answered == server.requests == 200
    assert tagged.tally.kept == stopped_at
    assert tagged.data["tags"].to_list() == expected(frame)


def refusing(word: str) -> chaos.Script:
    """Refuse every query with this word."""

    def script(body: dict[str, Any], _: int) -> web.Response | None:
        said = body["messages"][-1]["content"]
        return chaos.failure(400, "This model's maximum context length is 9 tokens") if word in said else None

    return script


def test_what_failed_before_is_asked_last(tmp_path: Path) -> None:
    texts = [f"{'Bad' if number < 25 else 'Good'} question {number}?" for number in range(60)]
    frame = pl.DataFrame({"queries": [[text] for text in texts]})
    with chaos.running(script=refusing("Bad question")) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", InstagWarning)
        options = options_of(server, tmp_path) | {"concurrency": 1}
        # One good answer first: then what is refused stops nothing.
        tag(frame[40:41], **options)
        tagged = tag(frame, **options)
        assert (tagged.tally.answered, tagged.tally.failed) == (34, 25)
        more = pl.concat([frame, pl.DataFrame({"queries": [[f"New question {number}?"] for number in range(20)]})])
        before = server.requests
        limited = tag(more, **options, limit=22)
        asked = [body["messages"][-1]["content"] for body in server.bodies[before:]]
        assert ["New" if "New question" in said else "Bad" for said in asked] == ["New"] * 20
        assert (limited.tally.answered, limited.tally.failed) == (20, 0)
        again = tag(more, **options, retry_unread=True)
        assert (again.tally.answered, again.tally.failed, again.tally.stopped) == (0, 25, None)
    assert again.data["tags"].is_null().arg_true().to_list() == list(range(25))


def test_how_much_may_be_unreadable_is_an_option(tmp_path: Path) -> None:
    frame = many(40)
    with chaos.running(faults={"prose": 1.0}) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", InstagWarning)
        options = options_of(server, tmp_path)
        with pytest.raises(EndpointError, match="answers cannot be read"):
            tag(frame, **options, concurrency=1)
        tagged = tag(frame, **options, max_unread=1.0)
    assert tagged.failures.height == 40
    assert set(tagged.failures["reason"]) == {"not JSON"}


def test_how_long_it_waits_is_an_option(tmp_path: Path) -> None:
    def script(_: dict[str, Any], number: int) -> web.Response | None:
        return chaos.failure(429, "Slow down", **{"Retry-After": "5000"}) if number > 3 else None

    with (
        chaos.running(script=script) as server,
        pytest.raises(EndpointError, match=r"asks to wait 1.39 h, and patience ends after 1.11 h: Slow down"),
    ):
        tag(many(9), **options_of(server, tmp_path), patience=4000.0)


def test_the_endpoint_ends_it(tmp_path: Path) -> None:
    frame = many(30)
    with chaos.running(key="sesame") as server:
        options = options_of(server, tmp_path)
        with pytest.raises(EndpointError, match="401") as caught:
            tag(frame, **options, api_key="very secret")
        assert "very secret" not in "".join(map(str, [caught.value, caught.value.tally]))
        assert tag(frame, **options, api_key="sesame").tally.answered == 30
    for file in tmp_path.iterdir():
        assert b"sesame" not in file.read_bytes()
        assert b"very secret" not in file.read_bytes()
