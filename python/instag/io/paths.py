"""Paths: whether one stands for a file, or for standard output, a pipe or a device; and whether Polars takes its name."""

import stat
from pathlib import Path

from instag.errors import InputError

__all__ = ["check_encoding", "is_standard_output", "is_stream"]

# Standard output, by all of its names; the first is standard input as well.
STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def check_encoding(path: Path) -> None:
    """Check that the name of a file is UTF-8, because Polars takes no other.

    Raises
    ------
    InputError
        If it is not.

    Examples
    --------
    >>> check_encoding(Path("train.jsonl"))
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{str(path)!r}: the name of this file is not UTF-8, and Polars takes no other: rename it"
        ) from None


def is_stream(target: Path) -> bool:
    """Tell whether a target is written into rather than replaced.

    Parameters
    ----------
    target
        What to write.

    Returns
    -------
    bool
        True for standard output, pipes, sockets and devices.

    Examples
    --------
    >>> import os
    >>> is_stream(Path("-")), is_stream(Path(os.devnull)), is_stream(Path("new.jsonl"))
    (True, True, False)
    """
    if is_standard_output(target):
        return True
    try:
        mode = target.stat().st_mode
    except (OSError, RuntimeError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def is_standard_output(target: Path) -> bool:
    """Tell whether a target is standard output, by any of its names.

    Parameters
    ----------
    target
        What to write.
    """
    return str(target) in STANDARD_OUTPUT
