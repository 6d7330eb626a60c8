"""The summary that a command prints at its end, and its exit code."""

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import typer

import instag
from instag.cli import console

__all__ = ["asked", "counted", "estimated", "exit_at_cost", "leaving"]

# A shell's exit code for a command that a signal ended is the signal's number and this.
SIGNALLED = 128


def estimated(found: "instag.Estimate") -> list[tuple[str, str]]:
    """The lines of an estimate."""
    from instag.chat.progress import amount, duration
    from instag.chat.spending import unpriced

    price = unpriced("--price IN,OUT") if found.cost is None else f"${found.cost:,.4g}"
    return [
        ("samples", f"{found.samples:,}"),
        ("queries", f"{found.queries:,}"),
        ("  distinct", f"{found.distinct:,}"),
        ("  answered before", f"{found.kept:,}{_spent(found)}"),
        ("  to be cut", f"{found.cuts:,}"),
        ("requests", f"{found.asked:,}"),
        ("tokens asked", amount(found.prompt_tokens)),
        ("tokens answered", f"{amount(found.completion_tokens)} ({found.answer:.0f} an answer, {_basis(found)})"),
        ("cost", price),
        ("time", "up to 24 h" if found.seconds is None else duration(found.seconds) + _pace(found)),
    ]


def _basis(found: "instag.Estimate") -> str:
    return "as until now" if found.measured else "assumed"


def _spent(found: "instag.Estimate") -> str:
    return f" (for ${found.spent:,.4g})" if found.spent else ""


def _pace(found: "instag.Estimate") -> str:
    return " (at the pace so far)" if found.paced else ""


def counted(tagged: "instag.Tagged[Any]") -> list[tuple[str, str]]:
    """Lines about what became of samples and queries."""
    failures = tagged.failures
    why = failures.group_by("status", "reason").len().sort("status", "len", "reason", descending=[False, True, False])
    return [
        ("samples", f"{tagged.samples:,}"),
        ("  tagged", f"{tagged.samples - failures.get_column('row').n_unique():,}"),
        ("queries", f"{tagged.queries:,}"),
        ("  tagged", f"{tagged.queries - tagged.blank - failures.height:,}"),
        *(
            (f"  {': '.join(filter(None, (status, reason)))}", f"{count:,}")
            for status, reason, count in why.iter_rows()
        ),
        *_line("  blank", tagged.blank),
        *_line("  cut", tagged.cuts.height),
        ("distinct queries", f"{tagged.distinct:,}"),
        *((f"  answers: {note}", f"{count:,}") for note, count in tagged.notes.iter_rows()),
    ]


def asked(tally: "instag.Tally") -> list[tuple[str, str]]:
    """Lines about the requests of this run."""
    from instag.chat.progress import amount, duration

    return [
        *_line("  answered before", tally.kept),
        ("  answered now", f"{tally.answered:,}"),
        *_line("    of which unreadable", tally.unread),
        *_line("    of which cut off", tally.cut),
        *_line("  refused", tally.refused),
        *_line("  failed otherwise", tally.failed - tally.refused),
        *_line("  asked again, unreadable at first", tally.reasked),
        *_line("  asked again after a fault", tally.retries),
        *_line("  too many requests (429)", tally.throttled),
        *((f"    {reason}", f"{count:,}") for reason, count in tally.faults.items()),
        ("tokens asked", amount(tally.prompt_tokens)),
        ("tokens answered", amount(tally.completion_tokens)),
        *([] if tally.cost is None else [("cost", f"${tally.cost:,.4g}")]),
        ("time", f"{duration(tally.seconds)}, {tally.rate:,.1f} a second"),
        *([] if tally.structured is None else [("JSON asked for by", tally.structured)]),
        *(("  request changed", console.one_line(note)) for note in tally.notes),
    ]


def _line(name: str, count: int) -> list[tuple[str, str]]:
    return [(name, f"{count:,}")] if count else []


def exit_at_cost(tally: "instag.Tally | None") -> None:
    """Exit with a code of its own if a run reached its maximum cost; None is no run."""
    if tally is not None and tally.stopped == "max_cost":
        console.note("--max-cost was reached: raise it and run the same command to go on")
        raise typer.Exit(console.MAX_COST)


@contextmanager
def leaving(kept: str, lost: str = "") -> Iterator[None]:
    """Print what was done if the endpoint or Ctrl-C ends the block, and exit.

    Parameters
    ----------
    kept
        What was done with the answers.
    lost
        What was not written, if anything.
    """
    after = f"; {lost}" if lost else ""
    with _signals() as received:
        try:
            yield
        except instag.EndpointError as error:
            console.table(("", ""), asked(error.tally))
            impatient = error.tally.stopped == "patience"
            console.error(f"{error}; {kept}{after}")
            if impatient:
                console.note(f"go on with: {_command()}")
            raise typer.Exit(console.PATIENCE if impatient else 1) from None
        except KeyboardInterrupt as error:
            console.note(f"{str(error) or 'interrupted'}{after}")
            console.note(f"go on with: {_command()}")
            raise typer.Exit(SIGNALLED + received[-1] if received else console.INTERRUPTED) from None


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Treat SIGTERM and SIGHUP like Ctrl-C; yields the signals that came."""
    received: list[int] = []

    def interrupt(number: int, _: object) -> None:
        received.append(number)
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # A signal that the process was started to ignore stays ignored: `nohup` outlives its terminal, for instance.
    mine = [number for number in map(partial(getattr, signal), names) if signal.getsignal(number) == signal.SIG_DFL]
    before = {number: signal.signal(number, interrupt) for number in mine}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _command() -> str:
    """The command that is running, as it would be typed again."""
    return shlex.join(["instag", *sys.argv[1:]])
