"""Progress: where the asking stands."""

from dataclasses import dataclass, field

from instag.errors import InstagError

__all__ = ["EndpointError", "Tally", "amount", "duration"]


@dataclass
class Tally:
    """Where the asking stands, or stood at its end; the answers themselves are in the journal.

    Attributes
    ----------
    total
        Questions in all, by the count of the caller; None where there is none.
    kept
        Of those: answered by earlier runs. Whoever asks fills it in.
    answered
        Questions answered in this run.
    failed
        Questions that have no answer after all attempts.
    unread
        Of those answered: how many answers could not be read.
    in_flight, waiting
        Requests under way, and questions that wait to be asked again.
    concurrency
        How many requests may be in flight at this time.
    retries
        Requests beyond each question's first, other than for "too many requests" and for unreadable answers.
    throttled
        Answers that said "too many requests" (429).
    reasked
        Answers that could not be read, and whose question was asked again.
    refused
        Of those failed: how many questions the server refuses for what they are.
    cut
        Of those unread: how many answers were cut off at `max_tokens`.
    faults
        What went wrong with requests, each reason with its count.
    last
        The last of these reasons.
    away
        A line for each endpoint that does not answer at this time.
    prompt_tokens, completion_tokens
        As the server counted them.
    cost
        US dollars; None where no price is known. Where the server does not count tokens, estimated from the texts'
        length.
    seconds
        Since the first request.
    stopped
        `"max_cost"`, `"interrupted"`, `"patience"`, or None where it went to the end.
    structured
        How the server was asked for JSON, once that is known.
    notes
        What was changed of the request because the server wanted it so, and what else was decided on the way.
    """

    total: int | None = None
    kept: int = 0
    answered: int = 0
    failed: int = 0
    unread: int = 0
    in_flight: int = 0
    waiting: int = 0
    concurrency: int = 0
    retries: int = 0
    throttled: int = 0
    reasked: int = 0
    refused: int = 0
    cut: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    last: str | None = None
    away: list[str] = field(default_factory=list)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0
    stopped: str | None = None
    structured: str | None = None
    notes: list[str] = field(default_factory=list)
    _said: list[str] = field(default_factory=list, repr=False)

    def trouble(self, reason: str) -> None:
        """Count what went wrong with a request."""
        self.faults[reason] = self.faults.get(reason, 0) + 1
        self.last = reason

    def note(self, text: str) -> None:
        """Say what was decided, once."""
        if text not in self._said:
            self._said.append(text)

    def changes(self, notes: list[str]) -> None:
        """Take down how requests were changed."""
        self.notes = list(dict.fromkeys([*notes, *self._said]))

    @property
    def expected(self) -> float | None:
        """US dollars at the end, at what a question has cost until now; None where it cannot be known.

        Examples
        --------
        >>> Tally(total=100, kept=20, answered=20, cost=0.5).expected
        2.0
        """
        if self.cost is None or self.total is None or not self.answered:
            return None
        return self.cost * (self.total - self.kept) / (self.answered + self.failed)

    @property
    def done(self) -> int:
        """Questions that need no more asking in this run: answered, now or earlier, or failed."""
        return self.kept + self.answered + self.failed

    @property
    def rate(self) -> float:
        """Questions done a second, in this run."""
        return (self.answered + self.failed) / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to the end at this rate; None where it cannot be known.

        Examples
        --------
        >>> Tally(total=100, kept=20, answered=20, seconds=4.0).left
        12.0
        """
        return max(self.total - self.done, 0) / self.rate if self.total is not None and self.rate else None

    @property
    def stage(self) -> str:
        """What is being done: asking, or stopping after that."""
        return "asking" if self.stopped is None else "stopping"

    def __str__(self) -> str:
        """Where it stands, in a line: what tells most comes first.

        Examples
        --------
        >>> print(Tally(total=2000, answered=500, in_flight=32, seconds=10.0, cost=0.5, faults={"http 500": 3}, last="http 500"))
        500 of 2,000; 50/s; 30 s left; $0.5 of $2; 32 in flight; 3 x http 500
        """
        away = self.away if self.stopped is None else []
        if away and self.in_flight <= len(away):
            return f"{self._done()}; {'; '.join(away)}"
        parts = [
            self._done(),
            f"{amount(self.rate)}/s",
            self._ending(),
            self._money(),
            f"{self.in_flight:,} in flight",
            f"{self.faults.get(self.last, 0):,} x {self.last}" if self.last else "",
            f"{self.failed + self.unread:,} failed" if self.failed + self.unread else "",
            *away,
        ]
        return "; ".join(part for part in parts if part)

    def _done(self) -> str:
        return f"{self.done:,}" if self.total is None else f"{self.done:,} of {self.total:,}"

    def _money(self) -> str:
        if self.cost is None:
            return ""
        expected = self.expected
        return f"${self.cost:,.3g}" + ("" if expected is None else f" of ${expected:,.3g}")

    def _ending(self) -> str:
        if self.stopped == "interrupted":
            return "stopping: waiting for what is in flight, Ctrl-C again stops at once"
        if self.stopped is not None:
            return f"stopping: {self.stopped}"
        return "" if self.left is None else f"{duration(self.left)} left"


class EndpointError(InstagError):
    """The endpoint ends all asking: it said so itself, or nothing that it says is of use.

    What was answered until then is in the journal.

    Attributes
    ----------
    tally
        Where it stood then.
    """

    def __init__(self, message: str, tally: Tally) -> None:
        super().__init__(message)
        self.tally = tally


def amount(number: float) -> str:
    """A number to three digits.

    Examples
    --------
    >>> amount(950), amount(12_345), amount(1_234_567)
    ('950', '12.3 K', '1.23 M')
    """
    for unit, size in (("G", 1e9), ("M", 1e6), ("K", 1e3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"


def duration(seconds: float) -> str:
    """A time, in the two units that tell most.

    Examples
    --------
    >>> duration(0.4), duration(75), duration(4000), duration(200_000)
    ('0 s', '1 min 15 s', '1 h 6 min', '2 d 7 h')
    """
    whole = round(seconds)
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts = []
    for unit, size in units:
        if whole >= size:
            parts.append(f"{whole // size} {unit}")
            whole %= size
    return " ".join(parts[:2]) or "0 s"
