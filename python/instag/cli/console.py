"""The command line's output: results on standard output, all else on standard error."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import instag
from instag.errors import InstagWarning
from instag.surrogates import show_controls

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "INTERRUPTED",
    "MAX_COST",
    "PATIENCE",
    "compare",
    "error",
    "give_way",
    "note",
    "noted",
    "one_line",
    "rows",
    "say",
    "stage",
    "table",
]


# The width of tables if there is no terminal that they have to fit into.
WIDEST = 100_000
# How many characters of a query, a reason or a message are shown on one line.
SHOWN = 100
# The exit code after Ctrl-C, as Typer has it.
INTERRUPTED = 130
# Exit codes of a command that ended before everything was asked: at its maximum cost, or after its maximum wait.
MAX_COST, PATIENCE = 3, 4


@cache
def _out() -> "Console":
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


@cache
def _err() -> "Console":
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def one_line(text: str) -> str:
    """A text as one line, cut if it is long; characters that cannot be printed become spaces."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def say(text: str = "") -> None:
    """Print a line."""
    from rich.text import Text

    _out().print(Text(show_controls(text)))


def give_way() -> None:
    """Print results on standard error from now on, because the data go to standard output."""
    globals()["_out"] = _err


def note(text: str) -> None:
    """Print a note."""
    from rich.text import Text

    _err().print(Text.assemble(("note: ", "bold yellow"), show_controls(text)))


@contextmanager
def noted() -> Iterator[None]:
    """Show warnings as notes when they come, because some announce what is about to be done."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", InstagWarning)
        otherwise = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **options: Any) -> None:
            if issubclass(category, InstagWarning):
                note(str(message))
            else:
                otherwise(message, category, *place, **options)

        warnings.showwarning = show
        yield


def error(text: str) -> None:
    """Print an error."""
    from rich.text import Text

    _err().print(Text.assemble(("error: ", "bold red"), show_controls(text)))


@contextmanager
def stage(text: str) -> Iterator[Callable[[object], None]]:
    """Show a spinner with the time while the block runs; call the function it yields to show progress."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=_err(), transient=True, disable=not _err().is_terminal) as progress:
        task = progress.add_task(text)
        yield lambda standing: progress.update(task, description=f"{text}: {standing}")


@contextmanager
def rows(text: str) -> Iterator[Callable[["instag.Progress"], None]]:
    """Show a bar of rows with rows a second and the time left while the block runs."""
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[pace]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Progress(*columns, console=_err(), transient=True, disable=not _err().is_terminal) as progress:
        task = progress.add_task(text, total=None, pace="")
        last = ""

        def tell(standing: "instag.Progress") -> None:
            nonlocal last
            stage = standing.stage.partition(":")[0]
            if stage != last:
                last = stage
                progress.reset(task, total=standing.total, description=stage, pace="")
            progress.update(task, completed=standing.done, total=standing.total)
            speed = progress.tasks[0].finished_speed or progress.tasks[0].speed
            of = f" of {standing.total:,}" if standing.total is not None else ""
            a_second = f", {speed:,.0f} a second" if speed else ""
            left = " left" if standing.total is not None and standing.done < standing.total else ""
            progress.update(task, pace=f"{standing.done:,}{of} rows{a_second}{left and ', left:'}")

        yield tell


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: names to the left, numbers to the right.

    Nothing is cut: in a terminal long names wrap, elsewhere lines are as long as they need to be.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    first, *others = header
    drawn.add_column(first, overflow="fold")
    for name in others:
        drawn.add_column(name, justify="right", overflow="fold", no_wrap=True)
    for row in rows:
        drawn.add_row(*map(Text, show_controls(list(row))))
    out = _out() if _out().is_terminal else Console(file=_out().file, highlight=False, width=WIDEST)
    out.print(drawn)


def compare(read: "instag.Measures", taken: "instag.Measures") -> None:
    """Print the measures of a pool beside those of a subset of it."""
    table(
        ("", "read", "taken"),
        (
            ("samples", f"{read.samples:,}", f"{taken.samples:,}"),
            ("  with null tags", f"{read.null:,}", f"{taken.null:,}"),
            ("  with no tags", f"{read.empty:,}", f"{taken.empty:,}"),
            ("tags a sample (complexity)", f"{read.complexity:.2f}", f"{taken.complexity:.2f}"),
            ("distinct tags", f"{read.tags:,}", f"{taken.tags:,}"),
            ("coverage", "", f"{taken.coverage or 0:.1%}"),
        ),
    )
