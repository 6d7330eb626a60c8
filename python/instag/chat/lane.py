"""A lane: one endpoint of a run, with its limits, its format of requests and its failures."""

from dataclasses import dataclass, field

from instag.chat.concurrency import LearnedRate, Pace, Window
from instag.chat.endpoint import Endpoint
from instag.chat.gate import Gate
from instag.chat.options import Limits
from instag.chat.outage import Outage
from instag.chat.question import Fault
from instag.chat.refusal import Trouble
from instag.chat.request_format import RequestFormat
from instag.chat.transport import Transport

__all__ = ["Job", "Lane", "lower_way"]


@dataclass(slots=True, eq=False)
class Job:
    """A question on its way.

    Attributes
    ----------
    key
        The question's.
    messages
        Its messages, as JSON.
    tries
        Attempts without an answer; attempts during an outage do not count.
    suspect
        Whether it failed while other questions were answered: then the question itself may be the cause.
    alone
        How often it got "too many requests" while others did not.
    fault
        The fault of the last attempt.
    unread
        How many answers to it could not be read.
    way, temperature, limit
        How it is asked, if that differs from other questions.
    cost
        The money set aside while it is asked.
    """

    key: bytes
    messages: bytes
    tries: int = 0
    suspect: bool = False
    alone: int = 0
    fault: Fault | None = None
    unread: int = 0
    way: int | None = None
    temperature: float | None = None
    limit: int | None = None
    cost: float = 0.0


@dataclass(eq=False)
class Lane:
    """An endpoint, with limits of its own.

    Attributes
    ----------
    ever
        Whether it gave an answer in this run.
    heard
        When it last gave an answer.
    searched
        Whether all ways to ask were tried without an answer.
    gone
        Why it is no longer asked.
    faults
        The jobs that failed since the last answer, once for each failure.
    resting
        The jobs that failed when an outage began or during it, for another reason than a lack of connection.
    spent
        The jobs that failed at their last attempt since the last answer; the next answer shows that they were the cause.
    closing
        The jobs that were refused with "too many requests" since the last answer.
    aside
        The jobs that were refused since the last answer, with the refusals, which may be about them or about all.
    ending
        Refusals since the last answer of a kind that concerns all questions.
    odd
        Answers before the first good one that are not those of a chat endpoint, or were late.
    lower
        The questions that were answered only with a lower way to ask for JSON, and with which.
    """

    endpoint: Endpoint
    form: RequestFormat
    limits: Limits
    now: float
    in_flight: int = 0
    ever: bool = False
    heard: float = float("-inf")
    searched: bool = False
    gone: str | None = None
    faults: list[Job] = field(default_factory=list)
    resting: list[Job] = field(default_factory=list)
    spent: dict[bytes, Job] = field(default_factory=dict)
    closing: dict[bytes, Job] = field(default_factory=dict)
    aside: dict[bytes, tuple[Job, Trouble]] = field(default_factory=dict)
    ending: int = 0
    odd: int = 0
    lower: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits = self.limits
        self.window = Window(limits.concurrency, limits.timeout)
        self.gate, self.outage = Gate(limits.patience, limits.backoff), Outage(limits.patience, limits.backoff)
        self.pace, self.learned = Pace(limits, self.now), LearnedRate()
        self.transport = Transport(self.endpoint, self.window.most, limits.timeout)

    @property
    def capacity(self) -> int:
        """How many requests may be in flight now: one while the format is still to be found out."""
        unsure = self.form.probing or self.outage.since is not None or self.gate.doubtful or self.ending
        return 1 if unsure else self.window.size

    def wait(self, now: float) -> float:
        """Seconds until it may be asked anything."""
        return max(self.gate.wait(now), self.outage.wait(now), self.learned.wait(now))


def lower_way(job: Job, lane: Lane) -> int | None:
    """The next way to ask for JSON, None if there is none."""
    return next((way for way in lane.form.lower if job.way is None or way > job.way), None)
