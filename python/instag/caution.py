"""Cautions: warnings that point outside of this package, to the line that led to them, in whatever thread they arise."""

import asyncio
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from instag.errors import InstagWarning

__all__ = ["caution", "pointing"]

# What may stand between a caution and whoever called: this package, and what runs its coroutines and contexts.
BETWEEN = (
    f"{Path(__file__).parent}{os.sep}",
    f"{Path(asyncio.__file__).parent}{os.sep}",
    contextmanager.__code__.co_filename,
)


class Place(NamedTuple):
    """A line of code, and what its module has been warned of."""

    file: str
    line: int
    registry: dict[Any, Any]


CALLER: ContextVar[Place | None] = ContextVar("CALLER", default=None)


def caution(text: str) -> None:
    """Warn of something that deserves a look.

    Examples
    --------
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     caution("the tags are few")
    >>> print(caught[0].category.__name__, caught[0].message)
    InstagWarning the tags are few
    """
    place = CALLER.get() or _outside()
    warnings.warn_explicit(text, InstagWarning, place.file, place.line, registry=place.registry)


@contextmanager
def pointing() -> Iterator[None]:
    """Let cautions from within point to who calls now, other threads' with a copy of the context among them."""
    token = CALLER.set(CALLER.get() or _outside())
    try:
        yield
    finally:
        CALLER.reset(token)


def _outside() -> Place:
    """The nearest line that called."""
    frame = sys._getframe(1)  # noqa: SLF001 - the public ways read source files
    while frame.f_back is not None and frame.f_code.co_filename.startswith(BETWEEN):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_globals.setdefault("__warningregistry__", {}))
