"""A lane: one of the endpoints that a run asks, how it is asked, and how it fares."""

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
        Attempts that brought no answer; those of an outage do not count.
    suspect
        Whether it failed while other questions were answered: then it may be its own fault.
    alone
        How often it alone was "too many requests", and others were not.
    fault
        What came of the last attempt.
    unread
        How many answers to it could not be read.
    way, temperature, limit
        How it is asked, where that is another way than for all questions.
    cost
        Money set aside while it is asked.
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
        When it last did.
    searched
        Whether all ways to ask were tried, and not one was answered.
    gone
        Why it is asked no more.
    faults
        The jobs that failed since the last answer, each as often as it did.
    resting
        Those that failed when it went away, and while it was, for more than want of a connection.
    spent
        Those that failed at their last attempt, since the last answer: the next answer says that it was they.
    closing
        The jobs that were refused with "too many requests" since the last answer.
    aside
        Jobs that were refused since the last answer, each with the refusal: about them, or about all.
    ending
        Refusals since the last answer of the kind that no question escapes.
    odd
        Answers before the first good one that were none of a chat endpoint, or did not come in time.
    lower
        The questions that were answered only in a lower way to ask for JSON, and in which.
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
        """How many may be in flight now: one while something is still to be found out."""
        unsure = self.form.probing or self.outage.since is not None or self.gate.doubtful or self.ending
        return 1 if unsure else self.window.size

    def wait(self, now: float) -> float:
        """Seconds until it may be asked anything."""
        return max(self.gate.wait(now), self.outage.wait(now), self.learned.wait(now))


def lower_way(job: Job, lane: Lane) -> int | None:
    """The next way to ask a question for JSON, None where there is none."""
    return next((way for way in lane.form.lower if job.way is None or way > job.way), None)
