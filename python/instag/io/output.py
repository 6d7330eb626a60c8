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

from instag.io.failures import explained
from instag.io.paths import check_encoding, is_standard_output, is_stream

try:
    import fcntl
except ImportError:  # Windows removes no file that is open
    fcntl = None  # type: ignore[assignment]

# The beginning of the names of folders in which several files are drafted.
DRAFTS = ".instag-"
# How often a draft is removed that is still written to, and the seconds between.
TRIES, QUIET, PAUSE = 50, 5, 0.1
# Longer names leave no room for the beginning of a draft's name.
LONGEST = 240


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
