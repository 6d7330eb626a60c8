"""What a command says at its end, and how it exits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

import instag
from instag.cli import console

__all__ = ["asked", "counted", "estimated", "leaving"]

# Characters of a server's words that are shown.
WIDTH = 100


def estimated(found: "instag.Estimate") -> list[tuple[str, str]]:
    """Lines about what it would take."""
    from instag.chat.progress import amount, duration
    from instag.chat.spending import unpriced

    price = unpriced("--price IN,OUT") if found.cost is None else f"${found.cost:,.4g}"
    return [
        ("samples", f"{found.samples:,}"),
        ("queries", f"{found.queries:,}"),
        ("  distinct", f"{found.distinct:,}"),
        ("  answered before", f"{found.kept:,}"),
        ("  to be cut", f"{found.cuts:,}"),
        ("requests", f"{found.asked:,}"),
        ("tokens asked", amount(found.prompt_tokens)),
        ("tokens answered", f"{amount(found.completion_tokens)} ({found.answer:.0f} an answer, {_basis(found)})"),
        ("cost", price),
        ("time", "up to 24 h" if found.seconds is None else duration(found.seconds)),
    ]


def _basis(found: "instag.Estimate") -> str:
    return "as until now" if found.measured else "assumed"


def counted(tagged: "instag.Tagged[Any]") -> list[tuple[str, str]]:
    """Lines about what came of the data."""
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
    """Lines about what this run asked."""
    from instag.chat.progress import amount, duration

    return [
        *_line("  answered before", tally.kept),
        ("  answered now", f"{tally.answered:,}"),
        *_line("  asked again after a fault", tally.retries),
        *_line("  too many requests (429)", tally.throttled),
        ("tokens asked", amount(tally.prompt_tokens)),
        ("tokens answered", amount(tally.completion_tokens)),
        *([] if tally.cost is None else [("cost", f"${tally.cost:,.4g}")]),
        ("time", f"{duration(tally.seconds)}, {tally.rate:,.1f} a second"),
        *([] if tally.structured is None else [("JSON asked for by", tally.structured)]),
        *(("  request changed", _short(note)) for note in tally.notes),
    ]


def _short(text: str) -> str:
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def _line(name: str, count: int) -> list[tuple[str, str]]:
    return [(name, f"{count:,}")] if count else []


@contextmanager
def leaving(kept: str, lost: str = "") -> Iterator[None]:
    """Say where it stands where the endpoint or Ctrl-C ends it.

    Parameters
    ----------
    kept
        What becomes of the answers.
    lost
        What is not there, if anything.
    """
    after = f"; {lost}" if lost else ""
    try:
        yield
    except instag.EndpointError as error:
        console.table(("", ""), asked(error.tally))
        console.error(f"{error}; {kept}{after}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt as error:
        console.note(f"{str(error) or 'interrupted'}{after}")
        raise typer.Exit(console.INTERRUPTED) from None
