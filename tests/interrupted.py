"""Work that is stopped from within: by a signal, while other threads go on."""

import signal
import threading
from collections.abc import Callable
from itertools import count

import pytest


def stopped_midway(work: Callable[[], object]) -> None:
    """Check that long work hears of signals while it goes on, without the GIL, and lets through what a handler raises.

    The handler ends the work, but not before it has been called three times, and a thread has gone on between the
    first and the last of them. Work that hears of signals at its end alone calls the handler once; work that keeps the
    GIL lets no thread go on: either then comes to its end.
    """
    over = threading.Event()
    steps = count()
    calls: list[int] = []

    def go_on() -> None:
        while not over.wait(0.001):
            next(steps)

    def handler(*_: object) -> None:
        calls.append(next(steps))
        # Each call has taken a step itself.
        if not over.is_set() and len(calls) > 2 and calls[-1] - calls[0] > len(calls) + 5:
            over.set()
            raise TimeoutError("enough")

    before = signal.signal(signal.SIGALRM, handler)
    thread = threading.Thread(target=go_on)
    thread.start()
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    try:
        with pytest.raises(TimeoutError, match="enough"):
            work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        over.set()
        thread.join()
