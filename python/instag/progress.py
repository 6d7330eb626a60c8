"""Progress reports, which every `progress` callback is called with, and a progress bar for notebooks."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

__all__ = ["Bar", "Progress", "Stage", "shown"]

# Seconds between two updates of a bar.
INTERVAL = 0.25


class Progress(Protocol):
    """A progress report, the argument of every `progress` callback; ``progress=print`` prints each on a line.

    :class:`instag.Tally` is the report of a run of a model.
    """

    @property
    def stage(self) -> str:
        """What is being done."""

    @property
    def done(self) -> int:
        """How many items of this stage are done."""

    @property
    def total(self) -> int | None:
        """How many items this stage has; None if that is not known."""

    def __str__(self) -> str:
        """The report in one line."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The progress report of work that asks no model.

    Examples
    --------
    >>> print(Stage("embedding", 1024, 3_000)), print(Stage("rules: 6,600 tags"))
    embedding: 1,024 of 3,000
    rules: 6,600 tags
    (None, None)
    """

    stage: str
    done: int = 0
    total: int | None = None

    def __str__(self) -> str:
        return self.stage if self.total is None else f"{self.stage}: {self.done:,} of {self.total:,}"


class Bar:
    """A progress bar in a notebook, updated in place: an HTML element, or a line of text where HTML cannot be shown.

    Parameters
    ----------
    display
        Shows the bar and returns a handle to update it, as `IPython.display.display` does.
    clock
        Returns the time in seconds.

    Examples
    --------
    >>> bar = Bar(lambda data, **options: print(data["text/html"]))
    >>> bar(Stage("embedding", 1, 4))
    <progress value="1" max="4" style="width: 20em; vertical-align: middle"></progress> embedding: 1 of 4
    """

    def __init__(self, display: Callable[..., Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._display, self._clock = display, clock
        self._handle: Any = None
        self._at = float("-inf")

    def __call__(self, report: Progress) -> None:
        """Show a report, at most four times a second and at the end."""
        now, text = self._clock(), str(report)
        if now - self._at < INTERVAL and report.done != report.total:
            return
        self._at = now
        filled = f'value="{report.done}" max="{report.total}" ' if report.total else ""
        bar = f'<progress {filled}style="width: 20em; vertical-align: middle"></progress>'
        data = {"text/plain": text, "text/html": f"{bar} {escape(text)}"}
        if self._handle is None:
            self._handle = self._display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)


def shown(progress: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    """The callback for progress reports: the user's own, or else a bar if this is a notebook.

    Examples
    --------
    >>> shown(print) is print, shown(None)
    (True, None)
    """
    if progress is not None or "IPython" not in sys.modules:
        return progress
    from IPython import get_ipython  # noqa: PLC0415 - a notebook has loaded it already
    from IPython.display import display  # noqa: PLC0415 - as above

    # Only a shell that has a kernel draws HTML; the one in a terminal has none.
    return Bar(display) if hasattr(get_ipython(), "kernel") else None
