"""Failures: why a file cannot be read or written, in one line."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from instag.errors import InputError

__all__ = ["explained", "reason_of"]

# The text that Polars adds to errors of functions that it calls.
CONTEXT = "\n\nThis error occurred"


@contextmanager
def explained(target: Path, kind: str) -> Iterator[None]:
    """Turn any error in writing into an InputError that names the target.

    Parameters
    ----------
    target
        What is written.
    kind
        What it is written as.
    """
    try:
        yield
    except InputError as error:
        raise InputError(f"{target}: {str(error).split(CONTEXT, maxsplit=1)[0]}") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, RuntimeError) as error:
        raise InputError(f"{target}: cannot be written as {kind}: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """The reason why something cannot be written, in one line."""
    if isinstance(error, OSError) and error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{error.strerror}: write to another folder, or see to its permissions"
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "No space left" in str(error):
        return "the disk is full"
    if (isinstance(error, OSError) and error.errno == errno.EFBIG) or "File too large" in str(error):
        return "it would be larger than files may be here (see ulimit -f)"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return reason_of(error)


def reason_of(error: BaseException) -> str:
    """An error in one line, without the text of a panic.

    Parameters
    ----------
    error
        What was raised.

    Examples
    --------
    >>> reason_of(OSError(28, "No space left on device"))
    '[Errno 28] No space left on device'
    """
    if "KeyboardInterrupt" in str(error):
        # Ctrl-C while Polars was about to create a Python object.
        raise KeyboardInterrupt from error
    if isinstance(error, pl.exceptions.PanicException):
        return "the file is damaged, or cut short"
    return (str(error).strip() or type(error).__name__).splitlines()[0]
