"""Warnings that point to the line that called this package, from whatever depth or thread they come."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from instag.errors import InstagWarning

__all__ = ["keep_caller", "warn"]

# Files whose frames are skipped to find the caller: this package, and what runs its coroutines and context managers.
BETWEEN = (
    f"{Path(__file__).parent}{os.sep}",
    # The folder of asyncio, which is not imported here: that takes as long as all the rest of a command's help.
    f"{Path(os.__file__).with_name('asyncio')}{os.sep}",
    contextmanager.__code__.co_filename,
)


class Place(NamedTuple):
    """A line of code, and the registry of warnings that its module has already shown."""

    file: str
    line: int
    registry: dict[Any, Any]


CALLER: ContextVar[Place | None] = ContextVar("CALLER", default=None)


def warn(text: str) -> None:
    """Warn of something in the data that deserves a look.

    Examples
    --------
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn("the tags are few")
    >>> print(caught[0].category.__name__, caught[0].message)
    InstagWarning the tags are few
    """
    place = CALLER.get() or _outside()
    warnings.warn_explicit(text, InstagWarning, place.file, place.line, registry=place.registry)


@contextmanager
def keep_caller() -> Iterator[None]:
    """Let warnings within the block point to the line that calls now, also from threads that copy this context."""
    token = CALLER.set(CALLER.get() or _outside())
    try:
        yield
    finally:
        CALLER.reset(token)


def _outside() -> Place:
    """The nearest line of the call stack outside these files."""
    frame = sys._getframe(1)  # noqa: SLF001 - the public functions for this read source files
    while frame.f_back is not None and frame.f_code.co_filename.startswith(BETWEEN):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_globals.setdefault("__warningregistry__", {}))
