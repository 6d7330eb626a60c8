"""Folders of data: saved by Hugging Face ``datasets``, or cloned from a hub."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.io.files import reading
from instag.io.filetypes import endings
from instag.io.formats.arrow import scan_arrow
from instag.io.options import ReadOptions
from instag.io.part import Part, is_data, opened

SPLITS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
}


def parts_of(folder: Path, options: ReadOptions) -> Iterator[Part]:
    """Open a folder that Hugging Face ``datasets`` saved, a split at a time; or the data files in any other."""
    splits, state = folder / "dataset_dict.json", folder / "state.json"
    if splits.is_file():
        for split in _manifest(splits)["splits"]:
            yield Part(folder, split, _shards(folder / split), split=True)
    elif state.is_file():
        yield Part(folder, str(folder), _shards(folder))
    else:
        yield from _cloned(folder, options)


def _cloned(folder: Path, options: ReadOptions) -> Iterator[Part]:
    """Open the data files of a folder cloned from a hub, marked with their splits."""
    found = []
    for base, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(base, name) for name in sorted(names) if not name.startswith(".") and is_data(Path(name))]
    if not found:
        raise InputError(
            f"{folder}: expected data files in the folder, or one saved by datasets.save_to_disk: found no file that ends in "
            f"one of {', '.join(endings())}; to read others give a glob such as {str(folder / '*.data')!r} and format= / --format"
        )
    # A split is read from one type of file, since a hub may keep the same rows in several types.
    splits = {path: _split(path.relative_to(folder)) for path in found}
    known = len(set(splits.values()) - {None}) > 1 and None not in splits.values()
    for path in found:
        for part in opened(path, str(path), options):
            yield replace(part, name=str(splits[path]), split=True) if known else part


def _split(path: Path) -> str | None:
    """Name the split of a file by its name, or by that of its folder."""
    for name in (path.name.partition(".")[0], *(folder.name for folder in path.parents)):
        words = name.lower().replace("_", "-").split("-")
        found = next((SPLITS[word] for word in words if word in SPLITS), None)
        if found is not None:
            return found
    return None


def _shards(folder: Path) -> pl.LazyFrame:
    names = [shard["filename"] for shard in _manifest(folder / "state.json")["_data_files"]]
    with reading(folder, "a saved dataset"):
        return pl.concat([scan_arrow(folder / name) for name in names])


def _manifest(path: Path) -> dict[str, Any]:
    with reading(path, "the list of a saved dataset"):
        try:
            return dict(json.loads(path.read_bytes()))
        except ValueError as error:
            raise InputError(f"{path}: not valid JSON: {error}") from error
