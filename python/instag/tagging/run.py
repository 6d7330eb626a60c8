"""A run: what has no answer yet is asked, and all answers are read."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from instag.asking import EndpointError, Journal, Tally
from instag.tagging.answer import read_answer
from instag.tagging.plan import Plan
from instag.tagging.sheet import Sheet

__all__ = ["Run"]

Asking = Callable[..., Coroutine[Any, Any, Tally]]


class Run:
    """One run of :func:`instag.tag`.

    Parameters
    ----------
    plan
        What is to be asked.
    asking
        :func:`instag.asking.ask` with its options; None asks nothing.
    progress
        Told the tally.
    """

    def __init__(self, plan: Plan, asking: Asking | None, progress: Callable[[Tally], None] | None) -> None:
        self._plan, self._asking = plan, asking
        self._progress = progress or (lambda _: None)
        self._tally = Tally()
        self._stop = asyncio.Event()

    async def go(
        self, max_tokens: int | None, limit: int | None, *, retry_unread: bool, explanations: bool
    ) -> tuple[Sheet, Tally, str | None]:
        """Ask what is to be asked; the answers, the tally, and why some questions were not tried."""
        plan = self._plan
        with plan.open() as journal:
            unanswered = await asyncio.to_thread(plan.unanswered, journal, max_tokens, retry_unread=retry_unread)
            wanted = plan.samples.asked(unanswered, limit)
            kept = int((~unanswered).sum())
            self._tally = Tally(total=kept + len(wanted), kept=kept)
            if (asking := self._asking) is not None and len(wanted):
                total = kept + len(wanted)
                await self._ask(lambda **told: asking(plan.questions(wanted), journal=journal, total=total, **told))
            sheet = await asyncio.to_thread(_read, plan, journal, explanations=explanations)
        limited = len(wanted) < unanswered.sum()
        return sheet, self._tally, self._tally.stopped or ("limit" if limited else None)

    async def _ask(self, asking: Asking) -> None:
        """Ask; cancelled once, let what is in flight end; cancelled twice, end at once."""
        task = asyncio.ensure_future(asking(stop=self._stop, watch=self._watch))
        try:
            self._watch(await asyncio.shield(task))
        except asyncio.CancelledError:
            self._stop.set()
            self._watch(self._tally)
            with suppress(asyncio.CancelledError, EndpointError):
                self._watch(await task)
            raise asyncio.CancelledError(
                f"interrupted with {self._tally.done:,} of {self._tally.total:,} done; they are in {self._plan.path}, "
                "and the same again goes on"
            ) from None

    def _watch(self, tally: Tally) -> None:
        tally.kept = self._tally.kept
        if self._stop.is_set():
            tally.stopped = "interrupted"
        self._tally = tally
        self._progress(tally)


def _read(plan: Plan, journal: Journal, *, explanations: bool) -> Sheet:
    """Take down all that the journal holds."""
    sheet = Sheet(plan.samples.keys, explanations=explanations)
    sheet.read(journal.replies(), read_answer)
    if not (sheet.tagged | sheet.failed).all():
        sheet.miss(journal.faults())
    sheet.close()
    return sheet
