"""Where the asking stands, while it goes on."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from instag.chat import Tally

__all__ = ["Display", "amount", "duration", "standing"]

# Seconds between two lines where there is no terminal.
INTERVAL = 30.0


class Display:
    """A line about a tally: renewed in place on a terminal, elsewhere a new one every 30 seconds.

    Parameters
    ----------
    console
        Where it is shown: on standard error, unless told.
    interval
        Seconds between two lines where there is no terminal.
    clock
        Tells the seconds.

    Attributes
    ----------
    tally
        The last one seen, None before the first.
    """

    def __init__(
        self,
        console: Console | None = None,
        *,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self.tally: Tally | None = None
        self._console, self._interval, self._clock = console, interval, clock
        self._shown, self._stopping = clock(), False
        columns = (SpinnerColumn(), BarColumn(20), TextColumn("{task.description}", markup=False))
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, tally: Tally) -> None:
        """Show a tally."""
        # The tally seen before may be this very object.
        news = tally.stopped is not None and not self._stopping
        self._stopping = self._stopping or news
        self.tally = tally
        if self._console.is_terminal:
            self._bar.update(self._task, description=standing(tally), completed=tally.done, total=tally.total)
        elif news or self._clock() - self._shown >= self._interval:
            self._shown = self._clock()
            self._console.print(standing(tally), markup=False)


def standing(tally: Tally) -> str:
    """Where it stands, in a line.

    Examples
    --------
    >>> standing(Tally(total=2000, answered=500, failed=2, in_flight=32, throttled=3, seconds=10.0, cost=0.0123))
    '502 of 2,000; 50.2 a second; 32 in flight; 3 times 429; 2 failed; $0.0123; 30 s left'
    """
    tokens = tally.prompt_tokens + tally.completion_tokens
    parts = [
        f"{tally.done:,}" if tally.total is None else f"{tally.done:,} of {tally.total:,}",
        f"{tally.rate:,.1f} a second",
        f"{tally.in_flight:,} in flight",
        f"{tally.throttled:,} times 429" if tally.throttled else "",
        f"{tally.failed + tally.unread:,} failed" if tally.failed + tally.unread else "",
        f"{amount(tokens)} tokens" if tokens else "",
        "" if tally.cost is None else f"${tally.cost:,.4g}",
        _ending(tally),
    ]
    return "; ".join(part for part in parts if part)


def _ending(tally: Tally) -> str:
    if tally.stopped == "interrupted":
        return "stopping: waiting for what is in flight, Ctrl-C again stops at once"
    if tally.stopped is not None:
        return f"stopping: {tally.stopped}"
    return "" if tally.left is None else f"{duration(tally.left)} left"


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
