"""Ctrl-C stops long work at once."""

import signal
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from instag import _core

ROWS, TAGS = 400_000, 5_000
Arrays = tuple[NDArray[np.int64], NDArray[np.uint32], int]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    random = np.random.default_rng(0)
    codes = (random.random(ROWS * 6) ** 3 * TAGS).astype(np.uint32)
    return np.arange(0, ROWS * 6 + 1, 6, dtype=np.int64), codes, TAGS


def seconds_to_stop(work: Callable[[], object], after: float) -> float:
    """How long `work` goes on after a SIGINT that comes `after` seconds into it."""
    sent = []

    def interrupt() -> None:
        sent.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(after, interrupt)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
        return time.monotonic() - sent[0]
    finally:
        timer.cancel()


def test_ctrl_c_stops_a_long_ranking(arrays: Arrays) -> None:
    # Ranking all of this by coverage takes many seconds.
    started = time.monotonic()
    took = seconds_to_stop(lambda: _core.rank(*arrays, "coverage", ROWS, None), after=0.5)
    assert took < 0.5
    assert time.monotonic() - started < 2


def test_what_a_signal_handler_raises_comes_through(arrays: Arrays) -> None:
    def handler(*_: object) -> None:
        raise TimeoutError("enough")

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(TimeoutError, match="enough"):
            _core.rank(*arrays, "coverage", ROWS, None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_gil_is_free_meanwhile(arrays: Arrays) -> None:
    done = threading.Event()

    def work() -> None:
        _core.rank(*arrays, "coverage", 20_000, None)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    counted = 0
    while not done.is_set():
        counted += 1
        time.sleep(0.001)
    worker.join()
    assert counted > 10
