"""Checks of output files, made before anything is read, paid for or written."""

from collections.abc import Iterable
from glob import glob
from pathlib import Path
from typing import NamedTuple

from instag.cli import console
from instag.errors import InputError

__all__ = ["Out", "apart", "data", "file", "folder", "numbered"]

# The files in a folder saved by Hugging Face datasets; a split may have a folder of its own.
SAVED = ("*.arrow", "*/*.arrow", "dataset_dict.json", "state.json", "*/state.json")


# Types of files that --to may name instead of a layout.
TYPES = ("json", "jsonl", "csv", "tsv", "parquet", "arrow")


class Out(NamedTuple):
    """A file to be written, and the option that names it."""

    option: str
    path: Path


def data(
    option: str,
    path: Path | None,
    to: str = "auto",
    *,
    lists: str | None = "tags",
    rows_per_file: int | None = None,
) -> Out | None:
    """Check a file of data, or several of so many rows, and that its type can hold lists; None if no file is wanted.

    Examples
    --------
    >>> data("-o", Path("subset.csv"))
    Traceback (most recent call last):
    ...
    instag.errors.InputError: -o: subset.csv: csv cannot hold lists of tags: write .jsonl or .parquet
    """
    if path is None:
        return None
    from instag.io.files import holds_lists, type_of
    from instag.io.paths import is_standard_output
    from instag.io.shards import shards_of
    from instag.io.writer import FORMATS

    if is_standard_output(path):
        console.give_way()
    if to not in FORMATS:
        raise InputError(f"--to: expected one of {', '.join(FORMATS)}; found {to!r}")
    try:
        kind = type_of(path, to, option="--to" if option == "-o" else None)
    except InputError as error:
        raise InputError(f"{option}: {error}") from None
    if lists is not None and not holds_lists(kind):
        raise InputError(f"{option}: {path}: {kind} cannot hold lists of {lists}: write .jsonl or .parquet")
    out = _placed(option, path)
    shards_of(path, rows_per_file)
    if rows_per_file is not None and kind == "json":
        raise InputError(f"{option}: {path}: a .json file is one list: write .jsonl or .parquet with --rows-per-file")
    return out


def ending_of(to: str) -> str:
    """The ending of the files in a folder: that of their type, JSON Lines for layouts.

    Examples
    --------
    >>> ending_of("parquet"), ending_of("sharegpt")
    ('parquet', 'jsonl')
    """
    return to if to in TYPES else "jsonl"


def numbered(name: str, rows_per_file: int | None) -> str:
    """The name of a file, with a place for a number if there are to be several of so many rows.

    Examples
    --------
    >>> numbered("train.jsonl", None), numbered("train.jsonl", 1_000)
    ('train.jsonl', 'train-{:05d}.jsonl')
    """
    stem, dot, ending = name.rpartition(".")
    return name if rows_per_file is None else f"{stem}-{{:05d}}{dot}{ending}"


def file(option: str, path: Path | None, *endings: str) -> Out | None:
    """Check another file, and that it has one of the endings, if any are given; None if no file is wanted.

    Examples
    --------
    >>> file("-o", Path("report.pdf"), ".html", ".htm")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: -o: report.pdf: expected a file that ends in .html or .htm
    """
    if path is None:
        return None
    if endings and path.suffix.lower() not in endings:
        raise InputError(f"{option}: {path}: expected a file that ends in {' or '.join(endings)}")
    return _placed(option, path)


def folder(option: str, path: Path | None) -> None:
    """Check that a folder exists or can be made; None is no folder."""
    if path is None:
        return
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise InputError(f"{option}: {there} is a file: expected a folder, or room for one")


def apart(sources: Iterable[str | Path | None], *outs: Out | None) -> None:
    """Check that no two output files are the same, and that none of them is read, because it would be overwritten.

    Parameters
    ----------
    sources
        Files, folders and globs that are read; None and what does not exist are left out.
    outs
        The files to be written; None is left out.
    """
    wanted = [out for out in outs if out is not None]
    read = [path for source in sources if source is not None for path in _expanded(Path(source))]
    for nth, (option, path) in enumerate(wanted):
        if any(_same(path, source) for source in read):
            raise InputError(f"{option}: {path} is one of the files that are read: name another")
        for first, other in wanted[:nth]:
            if _same(path, other):
                what = "the output" if first == "-o" else f"the file of {first}"
                raise InputError(f"{option}: {path} is {what}: name another file")


def _placed(option: str, path: Path) -> Out:
    try:
        taken = path.is_dir()
    except OSError as error:
        raise InputError(f"{option}: {path}: cannot be written: {error.strerror}") from None
    if taken:
        raise InputError(f"{option}: {path}: this is a folder: expected a file to write")
    if not path.parent.is_dir():
        raise InputError(f"{option}: {path}: there is no folder {path.parent}: expected one to write {path.name} to")
    return Out(option, path)


def _expanded(source: Path) -> list[Path]:
    try:
        if source.is_dir():
            return [path for pattern in SAVED for path in source.glob(pattern)]
        if source.exists():
            return [source]
    except OSError:  # reading it raises an error that says why
        return []
    return [Path(match) for match in glob(str(source), recursive=True)]  # noqa: PTH207 - Path.glob takes no absolute pattern


def _same(path: Path, other: Path) -> bool:
    """Whether two names are of one file, also through links or because the case of letters does not matter."""
    try:
        return path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other))
    except (OSError, RuntimeError):  # links in a circle: reading or writing them raises an error that says so
        return False
