"""The state of a run, which all that handle a question share."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from instag.chat.circuit_breaker import CircuitBreaker
from instag.chat.journal import Journal
from instag.chat.lane import Job, Lane
from instag.chat.options import Limits
from instag.chat.progress import Tally
from instag.chat.question import Fault, KeySet, Reply
from instag.chat.refusal import Trouble
from instag.chat.scheduler import Scheduler

__all__ = ["RunState"]


@dataclass(eq=False)
class RunState:
    """The state of a run; see :func:`instag.chat.ask` for its options.

    Attributes
    ----------
    replied, failed
        The questions with a reply or a fault in the journal before this run.
    words
        Why nothing more is asked.
    ended_at
        When that was decided.
    """

    lanes: Sequence[Lane]
    journal: Journal
    limits: Limits
    read: Callable[[Reply], object]
    scheduler: Scheduler
    tally: Tally
    words: str | None = None
    ended_at: float = float("inf")
    replied: KeySet = field(init=False)
    failed: KeySet = field(init=False)
    breaker: CircuitBreaker = field(init=False)

    def __post_init__(self) -> None:
        self.replied, self.failed = self.journal.replied(), self.journal.failed()
        self.breaker = CircuitBreaker(self.limits.max_unread, ever=len(self.replied) > 0)

    def settle(self, lane: Lane) -> None:
        """Record questions that were refused while others are answered: each was refused because of its content."""
        for job, trouble in lane.aside.values():
            self.refuse(job, trouble)
        lane.aside.clear()

    def refuse(self, job: Job, trouble: Trouble) -> None:
        """Record that a question was refused because of its content."""
        fault = Fault(job.key, trouble.reason, trouble.detail, job.tries + 1, final=True)
        job.fault = fault
        self.tally.refused += 1
        self.give_up(job)
        words = self.breaker.failed(fault, refused=True, known=self.known(job))
        self.end(words)

    def close(self, lane: Lane, words: str, *, patience: bool = False) -> None:
        """Stop asking an endpoint; if it was the last, end the run."""
        if lane.gone is not None:
            return
        lane.gone = words
        whole = f"{self.whose(lane)}: {words}"
        if any(other.gone is None for other in self.lanes):
            self.tally.note(f"no more questions go to {whole}")
            self.scheduler.wake()
        else:
            if patience:
                self.tally.stopped = "patience"
            self.end(whole)

    def whose(self, lane: Lane) -> str:
        """The name of an endpoint in messages."""
        return f"{lane.endpoint.model} at {lane.endpoint.base_url}"

    def known(self, job: Job) -> bool:
        """Whether the journal had a record of a question before this run."""
        return job.key in self.replied or job.key in self.failed

    def give_up(self, job: Job) -> None:
        """Record the end of a job that is not asked again; one that only got "too many requests" was not tried."""
        if job.unread:
            # The journal has its answers so far; the next run asks again.
            self.tally.answered += 1
            self.tally.unread += 1
        elif job.fault is not None:
            self.journal.append(job.fault)
            self.tally.failed += 1

    def end(self, words: str | None) -> None:
        """End the run if there is a message that says why."""
        if words is not None and self.words is None:
            self.words = words
            self.ended_at = time.monotonic()
            self.scheduler.end("stopped")
