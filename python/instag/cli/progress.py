"""The display of progress while a command runs."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import instag

if TYPE_CHECKING:
    from rich.console import Console


__all__ = ["Display"]

# Seconds between two lines where there is no terminal.
INTERVAL = 30.0
# Columns of a terminal in which there is room for a bar beside the line.
WIDE = 110


class Display:
    """A line of progress: renewed in place on a terminal, printed every 30 seconds elsewhere.

    Parameters
    ----------
    console
        Where to show it; by default standard error.
    title
        The text until the first progress arrives.
    interval
        Seconds between two lines where there is no terminal.
    clock
        Gives the time in seconds.

    """

    def __init__(
        self,
        console: "Console | None" = None,
        *,
        title: str = "reading",
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._console, self._interval, self._clock = console, interval, clock
        self._shown, self._stopping = clock(), False
        wide = console.width >= WIDE
        columns = (SpinnerColumn(), *([BarColumn(20)] if wide else []), TextColumn("{task.description}", markup=False))
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(title, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, standing: "instag.Progress") -> None:
        """Show progress."""
        news = standing.stage == "stopping" and not self._stopping
        self._stopping = self._stopping or news
        if self._console.is_terminal:
            self._bar.update(self._task, description=str(standing), completed=standing.done, total=standing.total)
        elif news or self._clock() - self._shown >= self._interval:
            self._shown = self._clock()
            self._console.print(str(standing), markup=False)
