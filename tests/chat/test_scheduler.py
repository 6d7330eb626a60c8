"""The scheduler by itself: how far ahead questions are taken."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from instag.chat import Endpoint, Limits, Question
from instag.chat.lane import Lane
from instag.chat.request_format import RequestFormat
from instag.chat.scheduler import Scheduler


@pytest.mark.parametrize(("probing", "most"), [(False, 4), (True, 2)])
def test_no_new_question_is_taken_while_many_wait(
    monkeypatch: pytest.MonkeyPatch,
    probing: bool,  # noqa: FBT001 - a parameter of tests
    most: int,
) -> None:
    monkeypatch.setattr("instag.chat.scheduler.MOST_WAITING", 4)
    monkeypatch.setattr("instag.chat.scheduler.MOST_WHILE_PROBING", 2)
    taken: list[int] = []

    def questions() -> Iterator[Question]:
        for number in count():
            taken.append(number)
            yield Question(number.to_bytes(16), [])

    async def main() -> None:
        form = RequestFormat("m", None, "none", {})
        if not probing:
            form.understood()
        limits = Limits(concurrency=8)
        lane = Lane(Endpoint.of("m", "http://127.0.0.1:1/v1"), form, limits, 0.0)
        supply = Scheduler(questions(), [lane], limits, asyncio.Event())
        for _ in range(most):
            found = await supply.take()
            assert found is not None
            supply.again(found[0], 3_600.0)
            supply.done(*found)
        more = asyncio.create_task(supply.take())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not more.done()
        assert taken == list(range(most))
        more.cancel()

    asyncio.run(main())


def test_of_several_endpoints_the_one_with_the_fewest_in_flight_is_asked() -> None:
    async def main() -> list[str]:
        limits = Limits(concurrency=3)
        lanes = []
        for port in (1, 2):
            form = RequestFormat("m", None, "none", {})
            form.understood()
            lanes.append(Lane(Endpoint.of("m", f"http://127.0.0.1:{port}/v1"), form, limits, 0.0))
        scheduler = Scheduler((Question(bytes(16), []) for _ in range(9)), lanes, limits, asyncio.Event())
        asked = []
        for _ in range(6):
            found = await scheduler.take()
            assert found is not None
            asked.append(found[1].endpoint.base_url[-4])
        return asked

    assert asyncio.run(main()) == ["1", "2"] * 3
