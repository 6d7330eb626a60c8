"""Progress of a run of a model."""

from dataclasses import dataclass, field

from instag.errors import InstagError

__all__ = ["EndpointError", "Tally", "amount", "duration"]


@dataclass
class Tally:
    """The progress or the result of a run of a model, in counts; the answers themselves are in the journal.

    Attributes
    ----------
    total
        Questions in all, as the caller counted them; None if it did not.
    kept
        Of those, how many were answered by earlier runs; the caller fills it in.
    answered
        Questions answered in this run.
    failed
        Questions that have no answer after all attempts.
    unread
        Of the answered: how many answers could not be read.
    in_flight, waiting
        Requests in flight, and questions that wait to be asked again.
    concurrency
        How many requests may be in flight at this time.
    retries
        Requests beyond each question's first, other than for "too many requests" and for unreadable answers.
    throttled
        Answers that said "too many requests" (429).
    reasked
        Answers that could not be read, so that the question was asked again.
    refused
        Of the failed: how many questions the server refuses because of their content.
    cut
        Of the unreadable: how many answers were cut off at `max_tokens`.
    faults
        Failures of requests, by reason, with counts.
    last
        The last of these reasons.
    away
        A line for each endpoint that does not answer at this time.
    prompt_tokens, completion_tokens
        As the server counted them.
    cost
        US dollars; None if no price is known. If the server does not count tokens, they are estimated from the length of
        the texts.
    seconds
        Since the first request.
    stopped
        `"max_cost"`, `"interrupted"`, `"patience"`, or None if the run was not stopped.
    structured
        How the server was asked for JSON, once that is known.
    notes
        How requests were adapted to the server, and other decisions of the run.
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
        """Count a failure of a request."""
        self.faults[reason] = self.faults.get(reason, 0) + 1
        self.last = reason

    def note(self, text: str) -> None:
        """Add a note, unless it is there already."""
        if text not in self._said:
            self._said.append(text)

    def changes(self, notes: list[str]) -> None:
        """Set the notes on how requests were adapted."""
        self.notes = list(dict.fromkeys([*notes, *self._said]))

    @property
    def expected(self) -> float | None:
        """US dollars at the end, at the cost of a question so far; None if it is not known.

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
        """Questions that are done in this run: answered, now or earlier, or failed."""
        return self.kept + self.answered + self.failed

    @property
    def rate(self) -> float:
        """Questions done a second, in this run."""
        return (self.answered + self.failed) / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to the end at this rate; None if it is not known.

        Examples
        --------
        >>> Tally(total=100, kept=20, answered=20, seconds=4.0).left
        12.0
        """
        return max(self.total - self.done, 0) / self.rate if self.total is not None and self.rate else None

    @property
    def stage(self) -> str:
        """The stage: asking, or stopping."""
        return "asking" if self.stopped is None else "stopping"

    def __str__(self) -> str:
        """The progress in one line, the most important first.

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
    """The endpoint makes it useless to go on: it refuses all questions, or none of its answers can be used.

    The answers until then are in the journal.

    Attributes
    ----------
    tally
        The progress until then.
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
    """A time, in its two largest units.

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
