"""What is said where the endpoint or Ctrl-C ends a command."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from instag.asking import EndpointError
from instag.cli import console
from instag.cli.account import asked

__all__ = ["INTERRUPTED", "leaving"]

# What Typer leaves with after Ctrl-C.
INTERRUPTED = 130


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
    except EndpointError as error:
        console.table(("", ""), asked(error.tally))
        console.error(f"{error}; {kept}{after}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt as error:
        console.note(f"{str(error) or 'interrupted'}{after}")
        raise typer.Exit(INTERRUPTED) from None
