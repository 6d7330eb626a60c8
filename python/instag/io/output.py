"""Outputs: a file is written whole or not at all; pipes and devices are written into."""

import errno
import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import md5
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import polars as pl

from instag.errors import InputError

try:
    import fcntl
except ImportError:  # Windows removes no file that is open
    fcntl = None  # type: ignore[assignment]

# Standard output, by all of its names; the first is standard input as well.
STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
# The beginning of the names of folders in which several files are drafted.
DRAFTS = ".instag-"
# How often a draft is removed that is still written to, and the seconds between.
TRIES, QUIET, PAUSE = 50, 5, 0.1
# Longer names leave no room for the beginning of a draft's name.
LONGEST = 240
# The text that Polars adds to errors of functions that it calls.
CONTEXT = "\n\nThis error occurred"


@contextmanager
def atomic_write(target: Path, kind: str) -> Iterator[Path]:
    """Write to a draft beside the target, which replaces it only at the end.

    The target of a link is replaced, not the link. The new file has the mode and the owner of the one that it replaces.
    Drafts that a killed run left are removed.

    Parameters
    ----------
    target
        The file to write; ``-`` is standard output. A pipe or a device is written into when the draft is complete.
    kind
        The type of file, for errors.

    Yields
    ------
    pathlib.Path
        The path to write to.

    Raises
    ------
    InputError
        If it cannot be written; an existing file is unchanged.
    """
    check_encoding(target)
    with explained(target, kind):
        if is_stream(target):
            with TemporaryDirectory(prefix="instag-") as folder:
                draft = Path(folder, f"draft{target.suffix}")
                yield draft
                _pour(draft, target)
        else:
            with _beside(target) as draft:
                yield draft


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


def _pour(draft: Path, target: Path) -> None:
    """Write a complete draft into a pipe or a device; it is not an error if the reader closes it early."""
    with suppress(BrokenPipeError), draft.open("rb") as source:
        if is_standard_output(target):
            sys.stdout.flush()
            with os.fdopen(os.dup(sys.__stdout__.fileno() if sys.__stdout__ else 1), "wb") as out:
                shutil.copyfileobj(source, out)
        else:
            with target.open("wb") as out:
                shutil.copyfileobj(source, out)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    final = target.resolve()
    before = final.stat() if final.exists() else None
    if before is not None and not os.access(final, os.W_OK):
        raise PermissionError(errno.EACCES, "the file may not be written")
    name = final.name if len(os.fsencode(final.name)) <= LONGEST else md5(final.name.encode()).hexdigest()  # noqa: S324 - a name, no secret
    _clean(final.parent, name)
    draft = final.with_name(f".{token_hex(4)}.{name}")
    lock = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
    try:
        if fcntl is not None:
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield draft
        if before is not None:
            draft.chmod(stat.S_IMODE(before.st_mode))
            with suppress(OSError, AttributeError):
                os.chown(draft, before.st_uid, before.st_gid)
        draft.replace(final)
    except KeyboardInterrupt:
        _remove(draft)
        raise
    finally:
        os.close(lock)
        draft.unlink(missing_ok=True)


@contextmanager
def draft_folder(where: Path) -> Iterator[Path]:
    """A folder for drafts of several files, removed at the end; folders that killed runs left are removed now.

    Parameters
    ----------
    where
        The folder that it is in.
    """
    for left in where.glob(f"{DRAFTS}*"):
        if left.is_dir():
            with _unheld(left) as mine:
                if mine:
                    shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=DRAFTS, dir=where, ignore_cleanup_errors=True) as name, _held(Path(name)):
        try:
            yield Path(name)
        except BaseException:
            _remove(Path(name))
            raise


def _remove(draft: Path) -> None:
    """Remove a draft, or a folder of them, after an error that has not reached all threads yet.

    They may even make it again, so it has to be seen gone several times.
    """
    gone = 0
    for _ in range(TRIES):
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):
            draft.unlink()
        gone = 0 if draft.exists() else gone + 1
        if gone == QUIET:
            return
        time.sleep(PAUSE)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Lock a folder, so that others know that it is in use."""
    if fcntl is None:
        yield
        return
    lock = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


@contextmanager
def _unheld(path: Path) -> Iterator[bool]:
    """Whether no process has locked a file or a folder; this one locks it while it checks."""
    if fcntl is None:
        yield False
        return
    try:
        lock = os.open(path, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)


def _clean(folder: Path, name: str) -> None:
    """Remove the drafts of killed runs, which no process has locked."""
    pattern = re.compile(rf"\.[0-9a-f]{{8}}\.{re.escape(name)}")
    for draft in folder.iterdir():
        if pattern.fullmatch(draft.name) and draft.is_file():
            with _unheld(draft) as mine:
                if mine:
                    draft.unlink(missing_ok=True)


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
