"""Sources: the files that a path, a glob, a folder or a list of them stands for."""

import errno
import re
from collections.abc import Sequence
from dataclasses import replace
from glob import glob, has_magic
from pathlib import Path

from instag.errors import InputError, MissingFileError
from instag.io import hub
from instag.io.files import reading, type_of
from instag.io.filetypes import TYPES, endings, type_called
from instag.io.folder import parts_of
from instag.io.options import ReadOptions
from instag.io.part import STANDARD_INPUT, Part, opened, standard_input

Source = str | Path | Sequence[str | Path]
# From this many on, files are opened as one, if their type supports that.
MANY = 16
# Stores that Polars reads itself, with the credentials in the environment.
REMOTE = re.compile(r"(s3a?|gs|gcs|az|adl|abfss?|https?)://")


def parts(source: Source, options: ReadOptions) -> list[Part]:
    """Open all files of a source.

    Parameters
    ----------
    source
        A path, a glob, a list of them, a folder of data files or one saved by ``datasets.save_to_disk``; an address
        such as ``"hf://datasets/org/name"`` or ``"s3://bucket/file.parquet"``; or ``"-"`` for standard input.
    options
        How files are read.

    Returns
    -------
    list of Part
        One a file or split, in order; those of a glob are sorted.
    """
    if not isinstance(source, str | Path):
        if not source:
            raise InputError("source: found an empty list: expected at least one path")
        pooled = _pooled([str(each) for each in source], options)
        return [part for each in source for part in parts(each, options)] if pooled is None else [pooled]
    if "://" in str(source) or str(source) == STANDARD_INPUT:
        return _elsewhere(str(source), options)
    path = Path(source).expanduser()
    try:
        there = path.exists()
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it goes round in a circle of links"
        raise InputError(f"{source}: expected a path, a glob or a list of them: {reason}") from None
    if there:
        if path.is_dir():
            return list(parts_of(path, options))
        return list(opened(path, str(source), options))
    if path.is_symlink():
        _check_circle(path, source)
        raise MissingFileError(
            f"{source}: there is no such file: the link points to {path.readlink()}, which is not there"
        )
    if not has_magic(str(source)):
        raise MissingFileError(f"{source}: there is no such file: expected a path, a glob or a list of them")
    found = glob(str(path), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    matches = [match for match in sorted(found) if Path(match).is_file()]
    if not matches:
        raise MissingFileError(f"{source}: the glob matches no file: expected at least one")
    pooled = _pooled(matches, options)
    return [part for match in matches for part in opened(Path(match), match, options)] if pooled is None else [pooled]


def _pooled(names: Sequence[str], options: ReadOptions) -> Part | None:
    """Open many small files as one, since opening each costs more than reading it; None if that is not possible."""
    if len(names) < MANY or options.encoding or options.skip_bad_lines or options.format in TYPES:
        return None
    paths = [Path(name).expanduser() for name in names]
    found = {path.suffix.lower() for path in paths}
    if len(found) > 1 or not all(path.is_file() for path in paths):
        return None
    kind = endings().get(found.pop())
    pool = None if kind is None else type_called(kind).pool
    pooled = None if pool is None else pool(paths, names)
    if pooled is None:
        return None
    frame, counts = pooled
    return Part(paths[0], names[0], frame, files=tuple(zip(names, counts, strict=True)))


def _check_circle(path: Path, source: str | Path) -> None:
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise InputError(f"{source}: expected a file: this is a link that goes round in a circle") from None


def _elsewhere(address: str, options: ReadOptions) -> list[Part]:
    """Open standard input; files on the Hub; or a file, or a glob of them, in a store that Polars reads."""
    if address == STANDARD_INPUT:
        return [standard_input(options)]
    if address.startswith(hub.SCHEME):
        found = hub.fetched(address)
        if isinstance(found, Path):
            return list(parts_of(found, options))
        return [replace(part, name=name) for path, name in found for part in opened(path, name, options)]
    if not REMOTE.match(address):
        raise InputError(
            f"{address}: expected a path, or an address that begins with hf://, s3://, gs://, az:// or https://"
        )
    kind = type_of(Path(address.partition("?")[0]), options.format)
    scan = type_called(kind).address
    if scan is None:
        able = ", ".join(each for each in TYPES if type_called(each).address)
        raise InputError(f"{address}: expected one of {able} there; found {kind}: fetch it first")
    with reading(address, kind):
        frame = scan(address)
        frame.collect_schema()
    return [Part(Path(address), address, frame)]
