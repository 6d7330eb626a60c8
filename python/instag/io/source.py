"""Sources: the files that a path, a glob, a list of them or a saved dataset stands for, and several as one."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError, MissingFileError
from instag.io import files, jsonl
from instag.io.files import Type, reading, type_of
from instag.io.records import JSON, decode, dump, plain, wrap

Source = str | Path | Sequence[str | Path]

OPENERS: dict[Type, Callable[[Path], pl.LazyFrame]] = {
    "json": jsonl.array,
    "jsonl": jsonl.scan,
    "csv": partial(files.table, separator=","),
    "tsv": partial(files.table, separator="\t"),
    "parquet": partial(pl.scan_parquet, glob=False),
    "arrow": files.arrow,
    "text": files.text,
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
        raise MissingFileError(f"{source}: there is no such file: expected a path, a glob or a list of them")
    found = glob(str(source), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    matches = [match for match in sorted(found) if Path(match).is_file()]
    if not matches:
        raise MissingFileError(f"{source}: the glob matches no file: expected at least one")
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
        return pl.concat([files.arrow(folder / name) for name in names])


def _manifest(path: Path) -> dict[str, Any]:
    with reading(path, "the list of a saved dataset"):
        try:
            return dict(json.loads(path.read_bytes()))
        except ValueError as error:
            raise InputError(f"{path}: not valid JSON: {error}") from error


PLAIN = (pl.Null, pl.Boolean, pl.String, pl.List, pl.Struct)


def union(parts: Sequence[Part]) -> pl.LazyFrame:
    """Put the rows of several parts under one another, and mark them with where they are from.

    Parameters
    ----------
    parts
        The files or splits.

    Returns
    -------
    polars.LazyFrame
        Every column of every part, null where a part lacks it; and ``source``, unless the data have one.
    """
    frames = [part.frame for part in parts]
    schemas = [frame.collect_schema() for frame in frames]
    if len(parts) == 1 and not parts[0].split:
        return frames[0]
    if not any("source" in schema for schema in schemas):
        frames = [part.frame.with_columns(source=pl.lit(part.name)) for part in parts]
        schemas = [frame.collect_schema() for frame in frames]
    columns = list(dict.fromkeys(name for schema in schemas for name in schema))
    whole = {
        name: reduce(
            lambda one, other: _merge(name, one, other), [schema[name] for schema in schemas if name in schema]
        )
        for name in columns
    }
    return pl.concat(
        [
            frame.select(
                _fit(pl.col(name), schema[name], whole[name]).alias(name)
                if name in schema
                else pl.lit(None, dtype=whole[name]).alias(name)
                for name in columns
            )
            for frame, schema in zip(frames, schemas, strict=True)
        ]
    )


def _merge(column: str, one: Any, other: Any) -> Any:
    """Find the type that holds the values of both."""
    if other in (one, pl.Null()):
        return one
    if one == pl.Null:
        return other
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        return pl.List(_merge(column, one.inner, other.inner))
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct) and JSON not in (one, other):
        types = {field.name: field.dtype for field in one.fields}
        for field in other.fields:
            types[field.name] = _merge(column, types.get(field.name, pl.Null()), field.dtype)
        return pl.Struct(types)
    if JSON in (one, other) or _mixed(one, other):
        return JSON
    try:
        empty = [pl.Series(column, [], dtype=dtype).to_frame() for dtype in (one, other)]
        return pl.concat(empty, how="vertical_relaxed").schema[column]
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"column {column!r}: found {one} in one file and {other} in another: expected one type; read them apart"
        ) from error


def _mixed(one: Any, other: Any) -> bool:
    """Whether two types are of JSON, and differ there too."""
    of_json = all(isinstance(dtype, PLAIN) or dtype.is_numeric() for dtype in (one, other))
    return of_json and not (one.is_numeric() and other.is_numeric())


def _fit(value: pl.Expr, dtype: Any, target: Any) -> pl.Expr:
    """Hold the values of one type in a wider one."""
    if dtype == target:
        return value
    if wrap(target) is None:
        return value.cast(target, strict=False)
    return value.map_batches(lambda values: _wrapped(values, target), return_dtype=target, is_elementwise=True)


def _wrapped(values: pl.Series, target: Any) -> pl.Series:
    put = wrap(pl.Struct({"value": target}))
    records = [{"value": plain(value)} for value in values.to_list()]
    lines = pl.LazyFrame(
        {"line": [dump(put(record) if put else record) for record in records]}, schema={"line": pl.String}
    )
    return decode(lines, {"value": target}).collect()["value"]
