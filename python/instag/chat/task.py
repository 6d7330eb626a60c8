"""A task for a model, which somebody may stop: once gently, and twice at once."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from instag.chat.progress import EndpointError, Tally

__all__ = ["Asking", "interruptible"]

Asking = Callable[..., Coroutine[Any, Any, Tally]]
"""A call of :func:`instag.chat.ask` with some of its options."""


async def interruptible(asking: Asking, tally: Tally, progress: Callable[[Tally], None] | None, journal: Path) -> Tally:
    """Ask; cancelled once, let what is in flight end; cancelled twice, end at once.

    Parameters
    ----------
    asking
        :func:`instag.chat.ask` with all but its options `stop` and `watch`.
    tally
        Where it stands before.
    progress
        Told where it stands.
    journal
        Where the answers are.

    Raises
    ------
    asyncio.CancelledError
        Where it was cancelled, with words on where it stands.
    """
    stop, now = asyncio.Event(), tally

    def watch(seen: Tally) -> None:
        nonlocal now
        now = seen
        now.kept = tally.kept
        if stop.is_set():
            now.stopped = "interrupted"
        if progress is not None:
            progress(now)

    task = asyncio.ensure_future(asking(stop=stop, watch=watch))
    try:
        watch(await asyncio.shield(task))
    except asyncio.CancelledError:
        stop.set()
        watch(now)
        with suppress(asyncio.CancelledError, EndpointError):
            watch(await task)
        raise asyncio.CancelledError(
            f"interrupted with {now.done:,} of {tally.total:,} done; they are in {journal}, and the same again goes on"
        ) from None
    return now
