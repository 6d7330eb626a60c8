"""Warnings: they point to the line that called, whatever thread they come from."""

import asyncio
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chaos
from instag.tagging import atag, tag
from tagged import FRAME


def lines(work: Callable[[], object]) -> list[tuple[str, str]]:
    """Where each warning points to: the file, and what stands there."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        work()
    return [(each.filename, Path(each.filename).read_text("utf-8").splitlines()[each.lineno - 1]) for each in caught]


def test_of_one_who_waits(options: dict[str, Any]) -> None:
    (place,) = lines(lambda: tag(FRAME, **options, limit=0))
    assert place == (__file__, "    (place,) = lines(lambda: tag(FRAME, **options, limit=0))")


def test_of_one_who_awaits(options: dict[str, Any]) -> None:
    async def work() -> None:
        await atag(FRAME, **options, limit=0)  # here

    (place,) = lines(lambda: asyncio.run(work()))
    assert place == (__file__, "        await atag(FRAME, **options, limit=0)  # here")


def test_of_one_who_has_a_loop_do_it(options: dict[str, Any]) -> None:
    (place,) = lines(lambda: asyncio.run(atag(FRAME, **options, limit=0)))
    assert place == (__file__, "    (place,) = lines(lambda: asyncio.run(atag(FRAME, **options, limit=0)))")


def test_a_torn_journal_is_reported(server: chaos.Chaos, options: dict[str, Any]) -> None:
    tag(FRAME, **options)
    with options["journal"].open("ab") as file:
        file.write(b'{"key":"torn')
    with pytest.warns(UserWarning, match=r"journal: a crash had torn its last line: 12 bytes were dropped"):
        tag(FRAME, **options)
    assert server.requests == 3
