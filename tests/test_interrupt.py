"""Ctrl-C stops long work while it goes on."""

import signal
import threading

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from instag import _core
from interrupted import stopped_midway

ROWS, TAGS = 400_000, 5_000
Arrays = tuple[NDArray[np.int64], NDArray[np.uint32], int]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    random = np.random.default_rng(0)
    codes = (random.random(ROWS * 6) ** 3 * TAGS).astype(np.uint32)
    return np.arange(0, ROWS * 6 + 1, 6, dtype=np.int64), codes, TAGS


@pytest.fixture(scope="module")
def sets(arrays: Arrays) -> _core.TagSets:
    return _core.TagSets(*arrays)


def test_ctrl_c_stops_a_ranking(sets: _core.TagSets) -> None:
    # Ranking all of this by coverage takes many seconds.
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        _core.rank(sets, "coverage", ROWS, None)
    timer.join()


def test_a_ranking_hears_of_signals(sets: _core.TagSets) -> None:
    stopped_midway(lambda: _core.rank(sets, "coverage", ROWS, None))


def test_an_encoding_hears_of_signals() -> None:
    # Every tag is another one, so that the table grows all the time.
    tags = pl.int_range(6_000_000, eager=True).cast(pl.String)
    column = tags.reshape((2_000_000, 3)).arr.to_list()
    stopped_midway(lambda: _core.Encoder().push(column))


def test_sorting_many_tags_hears_of_signals() -> None:
    encoder = _core.Encoder()
    encoder.push(pl.int_range(3_000_000, eager=True).cast(pl.String).reshape((1_000_000, 3)).arr.to_list())
    stopped_midway(lambda: encoder.finish("name"))


def test_reading_many_items_hears_of_signals() -> None:
    # The items of a benchmark may be more than the texts that are looked at.
    number = pl.int_range(300_000, eager=True).cast(pl.String)
    items = pl.select("what is " + number + " and who says that " + number + " is not " + number.reverse()).to_series()
    stopped_midway(lambda: _core.contamination(items[:10], items, any_numbers=False))
