"""What every `progress` is called with: where the work stands, and how that reads; and a bar for notebooks."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

__all__ = ["Bar", "Progress", "Stage", "shown"]

# Seconds between two renewals of a bar.
RENEWED = 0.25


class Progress(Protocol):
    """Where the work stands: what each function with a `progress` calls it with; ``progress=print`` prints lines.

    :class:`instag.Tally` is one, with all that is known of a model-run.
    """

    @property
    def stage(self) -> str:
        """What is being done."""

    @property
    def done(self) -> int:
        """How many of what is counted in this stage are done."""

    @property
    def total(self) -> int | None:
        """How many there are; None where that is not known."""

    def __str__(self) -> str:
        """Where it stands, in a line."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where work without a model stands.

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
    """A bar in a notebook, renewed in place: a progress element of HTML, or where that cannot be shown a line.

    Parameters
    ----------
    display
        What shows it, and gives a handle to renew it: `IPython.display.display`.
    clock
        Gives the time in seconds.

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

    def __call__(self, standing: Progress) -> None:
        """Show where the work stands, four times a second and at the end."""
        now, text = self._clock(), str(standing)
        if now - self._at < RENEWED and standing.done != standing.total:
            return
        self._at = now
        filled = f'value="{standing.done}" max="{standing.total}" ' if standing.total else ""
        bar = f'<progress {filled}style="width: 20em; vertical-align: middle"></progress>'
        data = {"text/plain": text, "text/html": f"{bar} {escape(text)}"}
        if self._handle is None:
            self._handle = self._display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)


def shown(progress: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    """What is called with where the work stands: what the user gave, or else a bar where this is a notebook.

    Examples
    --------
    >>> shown(print) is print, shown(None)
    (True, None)
    """
    if progress is not None or "IPython" not in sys.modules:
        return progress
    from IPython import get_ipython  # noqa: PLC0415 - it is there already, or this is no notebook
    from IPython.display import display  # noqa: PLC0415 - as above

    # Only a shell that has a kernel draws HTML; the one in a terminal has none.
    return Bar(display) if hasattr(get_ipython(), "kernel") else None
