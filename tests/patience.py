"""Waiting for what another thread or process does, and not for ever."""

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

# Seconds: no result depends on them, but a test does not hang if what it waits for never comes.
LONGEST = 120.0


def wait_for(happened: Callable[[], bool], process: subprocess.Popen[Any] | None = None) -> None:
    """Wait until it has happened, as long as a process goes on."""
    for pause in _pauses(happened):
        if process is not None:
            assert process.poll() is None, process.communicate()
        time.sleep(pause)


async def until(happened: Callable[[], bool]) -> None:
    """Wait until it has happened, and let other tasks go on."""
    for pause in _pauses(happened):
        await asyncio.sleep(pause)


def _pauses(happened: Callable[[], bool]) -> Iterator[float]:
    end = time.monotonic() + LONGEST
    while not happened():
        assert time.monotonic() < end, f"it has not happened in {LONGEST:g} s"
        yield 0.002
