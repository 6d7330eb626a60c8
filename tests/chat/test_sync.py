"""Waiting for asynchronous work, inside a loop too, and Ctrl-C."""

import asyncio
import inspect
import signal
import threading
from contextvars import ContextVar

import pytest

from instag.chat.sync import waiting
from patience import LONGEST, wait_for

COLOUR = ContextVar("COLOUR", default="white")


async def aadd(a: int, *, b: int = 1) -> int:
    """Add."""
    await asyncio.sleep(0)
    return a + b


def test_it_looks_like_the_work() -> None:
    add = waiting(aadd)
    assert (add.__name__, add.__doc__, list(inspect.signature(add).parameters)) == ("add", "Add.", ["a", "b"])
    assert not inspect.iscoroutinefunction(add)
    assert add(2, b=3) == 5


def test_it_works_inside_a_running_loop() -> None:
    async def notebook() -> int:
        return waiting(aadd)(1)

    assert asyncio.run(notebook()) == 2


def test_errors_and_context_come_through() -> None:
    async def afail() -> None:
        raise ValueError(COLOUR.get())

    COLOUR.set("green")
    with pytest.raises(ValueError, match="green"):
        waiting(afail)()


class Work:
    """Work that ends `needed` cancellations after it has begun."""

    def __init__(self, needed: int) -> None:
        self.needed, self.begun, self.cancelled = needed, threading.Event(), 0
        self.over = threading.Event()

    async def __call__(self) -> None:
        self.begun.set()
        while not self.over.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                self.cancelled += 1
                if self.cancelled == self.needed:
                    raise asyncio.CancelledError("half done") from None


def interrupted(work: Work, times: int) -> str:
    """Send SIGINT so many times, each when the one before was taken in; the message of the KeyboardInterrupt."""

    async def awork() -> None:
        await work()

    def interrupt() -> None:
        assert work.begun.wait(LONGEST)
        for nth in range(times):
            wait_for(lambda: work.cancelled == min(nth, 2))  # noqa: B023 - it is called at once
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        # If the work were not asked to end, this would wait for ever.
        if not waited.wait(LONGEST):
            work.over.set()

    waited = threading.Event()
    sender = threading.Thread(target=interrupt)
    sender.start()
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            waiting(awork)()
        return str(caught.value)
    finally:
        waited.set()
        sender.join()
        work.over.set()


def test_the_first_ctrl_c_lets_the_work_end_well() -> None:
    work = Work(1)
    assert interrupted(work, 1) == "half done"


def test_the_second_ctrl_c_reaches_the_work_too() -> None:
    work = Work(2)
    assert interrupted(work, 2) == "half done"
    assert work.cancelled == 2


def test_the_third_ctrl_c_waits_for_nothing() -> None:
    work = Work(9)
    assert interrupted(work, 3) == ""
    assert work.cancelled == 2
