"""The supply by itself: how far ahead questions are taken."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from instag.chat import Limits, Question
from instag.chat.request_format import RequestFormat
from instag.chat.scheduler import Scheduler


@pytest.mark.parametrize(("probing", "most"), [(False, 4), (True, 1)])
def test_no_new_question_is_taken_while_many_wait(
    monkeypatch: pytest.MonkeyPatch,
    probing: bool,  # noqa: FBT001 - a parameter of tests
    most: int,
) -> None:
    monkeypatch.setattr("instag.chat.scheduler.MOST_WAITING", 4)
    taken: list[int] = []

    def questions() -> Iterator[Question]:
        for number in count():
            taken.append(number)
            yield Question(number.to_bytes(16), [])

    async def main() -> None:
        form = RequestFormat("m", None, "none", {})
        if not probing:
            form.understood()
        supply = Scheduler(questions(), form, Limits(concurrency=8), asyncio.Event())
        for _ in range(most):
            job = await supply.take()
            assert job is not None
            supply.again(job, 3_600.0)
            supply.done(job)
        more = asyncio.create_task(supply.take())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not more.done()
        assert taken == list(range(most))
        more.cancel()

    asyncio.run(main())
