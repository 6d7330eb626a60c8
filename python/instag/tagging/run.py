"""A run: what has no answer yet is asked, and all answers are read."""

import asyncio
from collections.abc import Callable

from instag.asking import Journal, Tally
from instag.asking.interruption import Asking, interruptible
from instag.tagging.parsing import read_answer
from instag.tagging.plan import Plan
from instag.tagging.sheet import Sheet

__all__ = ["Run"]


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
        self._plan, self._asking, self._progress = plan, asking, progress

    async def go(
        self, max_tokens: int | None, limit: int | None, *, retry_unread: bool, explanations: bool
    ) -> tuple[Sheet, Tally, str | None]:
        """Ask what is to be asked; the answers, the tally, and why some questions were not tried."""
        plan = self._plan
        with plan.open() as journal:
            unanswered = await asyncio.to_thread(plan.unanswered, journal, max_tokens, retry_unread=retry_unread)
            turns = await asyncio.to_thread(plan.turns, journal, unanswered, limit)
            wanted = sum(map(len, turns))
            kept = int((~unanswered).sum())
            total = kept + wanted
            tally = Tally(total=total, kept=kept)
            if (asking := self._asking) is not None and wanted:
                tally = await interruptible(
                    lambda **told: asking(plan.questions(*turns), journal=journal, total=total, **told),
                    tally,
                    self._progress,
                    plan.path,
                )
            sheet = await asyncio.to_thread(_read, plan, journal, explanations=explanations)
        limited = wanted < unanswered.sum()
        return sheet, tally, tally.stopped or ("limit" if limited else None)


def _read(plan: Plan, journal: Journal, *, explanations: bool) -> Sheet:
    """Take down all that the journal holds."""
    sheet = Sheet(plan.samples.keys, explanations=explanations)
    sheet.read(journal.replies(), read_answer)
    if not (sheet.tagged | sheet.failed).all():
        sheet.miss(journal.faults())
    sheet.close()
    return sheet
