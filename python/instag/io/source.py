"""Sources: the files that a path, a glob, a list of them or a saved dataset stands for."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.io import file, jsonl
from instag.io.file import Type, reading, type_of

Source = str | Path | Sequence[str | Path]

OPENERS: dict[Type, Callable[[Path], pl.LazyFrame]] = {
    "json": jsonl.array,
    "jsonl": jsonl.scan,
    "csv": partial(file.table, separator=","),
    "tsv": partial(file.table, separator="\t"),
    "parquet": partial(pl.scan_parquet, glob=False),
    "arrow": file.arrow,
    "text": file.text,
}
# Polars checks these as it reads; they are read through once so that no fault turns up later.
UNCHECKED: tuple[Type, ...] = ("csv", "tsv", "text")


@dataclass(frozen=True)
class Part:
    """One file or split: where it is, what its rows are marked with, and its columns."""

    path: Path
    name: str
    frame: pl.LazyFrame
    split: bool = False


def parts(source: Source, format: str) -> list[Part]:
    """Open everything that a source stands for.

    Parameters
    ----------
    source
        A path, a glob, a list of them, or a folder saved by ``datasets.save_to_disk``.
    format
        A file type; any other format leaves it to each file's extension.

    Returns
    -------
    list of Part
        One a file or split, in order; those of a glob are sorted.
    """
    if not isinstance(source, str | Path):
        if not source:
            raise InputError("source: found an empty list: expected at least one path")
        return [part for each in source for part in parts(each, format)]
    path = Path(source)
    try:
        there = path.exists()
    except OSError as error:
        raise InputError(f"{source}: expected a path, a glob or a list of them: {error.strerror}") from None
    if there:
        return list(_saved(path)) if path.is_dir() else [_open(path, str(source), format)]
    if not has_magic(str(source)):
        raise InputError(f"{source}: there is no such file: expected a path, a glob or a list of them")
    found = glob(str(source), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    matches = [match for match in sorted(found) if Path(match).is_file()]
    if not matches:
        raise InputError(f"{source}: the glob matches no file: expected at least one")
    return [_open(Path(match), match, format) for match in matches]


def _open(path: Path, name: str, format: str) -> Part:
    kind = type_of(path, format)
    with reading(path, kind):
        if path.stat().st_size == 0:
            raise InputError(f"{path}: the file is empty: expected at least one record")
        frame = OPENERS[kind](path)
        frame.collect_schema()
        if kind in UNCHECKED:
            frame.select(pl.all().null_count()).collect(engine="streaming")
    return Part(path, name, frame)


def _saved(folder: Path) -> Iterator[Part]:
    """Open a folder that Hugging Face ``datasets`` saved, a split at a time."""
    splits, state = folder / "dataset_dict.json", folder / "state.json"
    if splits.is_file():
        for split in _manifest(splits)["splits"]:
            yield Part(folder, split, _shards(folder / split), split=True)
    elif state.is_file():
        yield Part(folder, str(folder), _shards(folder))
    else:
        raise InputError(
            f"{folder}: expected a file, or a folder saved by datasets.save_to_disk; "
            f"to read the files in a folder give a glob such as {str(folder / '*.jsonl')!r}"
        )


def _shards(folder: Path) -> pl.LazyFrame:
    names = [shard["filename"] for shard in _manifest(folder / "state.json")["_data_files"]]
    with reading(folder, "a saved dataset"):
        return pl.concat([file.arrow(folder / name) for name in names])


def _manifest(path: Path) -> dict[str, Any]:
    with reading(path, "the list of a saved dataset"):
        try:
            return dict(json.loads(path.read_bytes()))
        except ValueError as error:
            raise InputError(f"{path}: not valid JSON: {error}") from error
