"""Notes on the pace: how fast the questions of a run are answered, from which the time for the rest is estimated."""

import time

from instag.chat.journal import Journal
from instag.chat.progress import Tally

__all__ = ["PaceNotes"]


class PaceNotes:
    """Writes to a journal, now and then, how fast the questions of a run are answered."""

    def __init__(self, journal: Journal, now: float) -> None:
        self._journal, self._at, self._done = journal, now, 0

    def note(self, tally: Tally, seconds: float = 0.0) -> None:
        """Write how many questions were done since the last note, if that is long enough ago."""
        done, now = tally.answered + tally.failed, time.monotonic()
        if now - self._at >= seconds:
            self._journal.note_pace(done - self._done, now - self._at)
            self._at, self._done = now, done
