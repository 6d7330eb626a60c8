"""Sources: the files that a path, a glob, a folder or a list of them stands for, and several as one."""

import errno
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from glob import glob, has_magic
from pathlib import Path
from typing import Any, get_args

import polars as pl

from instag.choices import FileType
from instag.errors import InputError, MissingFileError
from instag.frame.path import JSON
from instag.io import arrow_form, csv_form, files, hub, json_array, jsonl, spool
from instag.io.files import BINARY, EXTENSIONS, PACKED, SEPARATORS, Type, reading, type_of
from instag.io.options import ReadOptions
from instag.io.records import decode, dump, plain, wrap

Source = str | Path | Sequence[str | Path]

PLAIN = (pl.Null, pl.Boolean, pl.String, pl.List, pl.Struct)
STANDARD_INPUT = "-"
# So many files are opened as one, if they are no larger than this in the mean.
MANY, SMALL = 16, 1 << 20
# What a folder may hold beside data.
BESIDE = ("readme", "license", "dataset_info", "dataset_infos", "dataset_dict", "state", "config", "requirements")
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
# What the first bytes say of a file that is not what its name says.
LFS, FEATHER = b"version https://git-lfs", b"FEA1"
PAGES = (b"<!doctype html", b"<html")
MAGIC: dict[bytes, str] = {
    b"PAR1": ".parquet",
    b"ARROW1": ".arrow",
    b"\x1f\x8b": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"PK\x03\x04": ".zip",
}

# Stores that Polars reads by itself, with the credentials that are in the environment.
REMOTE = re.compile(r"(s3a?|gs|gcs|az|adl|abfss?|https?)://")
REMOTES: dict[str, Callable[[str], pl.LazyFrame]] = {
    "parquet": pl.scan_parquet,
    "jsonl": pl.scan_ndjson,
    "csv": pl.scan_csv,
}


@dataclass(frozen=True)
class Part:
    """One file or split: where it is, what its rows are marked with, and its columns."""

    path: Path
    name: str
    frame: pl.LazyFrame
    split: bool = False


def parts(source: Source, options: ReadOptions) -> list[Part]:
    """Open everything that a source stands for.

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
            return list(_folder(path, options))
        return list(_open(path, str(source), options))
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
    return [part for match in matches for part in _open(Path(match), match, options)] if pooled is None else [pooled]


def _pooled(names: Sequence[str], options: ReadOptions) -> Part | None:
    """Open many small files as one, for each by itself costs more than what is in it; None where they are not that."""
    if len(names) < MANY or options.encoding or options.skip_bad_lines or options.format in get_args(FileType):
        return None
    paths = [Path(name).expanduser() for name in names]
    endings = {path.suffix.lower() for path in paths}
    if len(endings) > 1 or not all(path.is_file() for path in paths):
        return None
    kind = EXTENSIONS.get(endings.pop())
    if kind == "parquet":
        return _pooled_parquet(paths, names)
    if kind != "jsonl" or sum(path.stat().st_size for path in paths) > SMALL * len(paths):
        return None
    values: list[Any] = []
    for path, name in zip(paths, names, strict=True):
        found = jsonl.records(path)
        if found is None:
            return None
        values += [value if "source" in value else value | {"source": name} for value in found]
    return Part(paths[0], names[0], jsonl.held(values), split=False)


def _pooled_parquet(paths: Sequence[Path], names: Sequence[str]) -> Part | None:
    """Scan files of the same columns at once."""
    try:
        schemas = [pl.read_parquet_schema(path) for path in paths]
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return None
    if "source" in schemas[0] or any(schema != schemas[0] for schema in schemas):
        return None
    frame = pl.scan_parquet(list(paths), glob=False, include_file_paths="source")
    return Part(paths[0], names[0], frame)


def _check_circle(path: Path, source: str | Path) -> None:
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise InputError(f"{source}: expected a file: this is a link that goes round in a circle") from None


def metadata_of(source: Source) -> dict[str, str]:
    """Find what Parquet files say of their columns beside their types.

    Parameters
    ----------
    source
        As for :func:`instag.read`.

    Returns
    -------
    dict
        The features of Hugging Face ``datasets``, the index of pandas and whatever else there is; of several files
        what all of them say alike.

    Examples
    --------
    >>> metadata_of("train.jsonl")
    {}
    """
    if not isinstance(source, str | Path):
        found = [metadata_of(each) for each in source]
        return (
            {key: text for key, text in found[0].items() if all(each.get(key) == text for each in found)}
            if found
            else {}
        )
    path = Path(source).expanduser()
    if path.is_dir():
        return metadata_of(
            [
                each
                for each in sorted(path.rglob("*"))
                if each.is_file() and not each.name.startswith(".") and _is_data(each)
            ]
        )
    if not path.exists() and has_magic(str(source)):
        return metadata_of(sorted(glob(str(path), recursive=True)))  # noqa: PTH207 - as below
    if EXTENSIONS.get(path.suffix.lower()) != "parquet" or not path.is_file():
        return {}
    try:
        return dict(pl.read_parquet_metadata(path))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return {}  # what reads the file says what is wrong with it


def _standard_input(options: ReadOptions) -> Part:
    """Keep standard input in a file, of the type that its first bytes tell."""
    path = spool.standard_input("")
    with path.open("rb") as file:
        head = file.read(4096)
    ending = next((ending for mark, ending in MAGIC.items() if head.startswith(mark)), None)
    if ending is None:
        text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        ending = ".json" if text.startswith("[") else ".jsonl" if text.startswith("{") else ""
    if not ending and options.format not in files.TYPES and head:
        raise InputError(
            f"-: found no JSON, Parquet or Arrow: say what it is with format= / --format: {', '.join(files.TYPES)}"
        )
    named = path.rename(path.with_suffix(ending or ".txt"))
    if ending in PACKED:
        # What is within says what it is.
        named = named.rename(named.with_suffix(f".jsonl{ending}"))
    return _member(named, STANDARD_INPUT, options)


def _open(path: Path, name: str, options: ReadOptions) -> Iterator[Part]:
    """Open a file, or every file in an archive."""
    if path.suffix.lower() == ".zip":
        yield from _archive(path, name, options)
        return
    kind = type_of(path, options.format, packed=True)
    with reading(name, kind):
        if path.is_file() and path.stat().st_size == 0:
            raise InputError(f"{name}: the file is empty: expected at least one record")
        if not path.is_file():
            # A pipe or a device is read once, and from its beginning.
            path = spool.kept(path, f"data{path.suffix}")
        frame = _opened(path, kind, name, options)
        frame.collect_schema()
    yield Part(Path(name), name, frame)


def _opened(path: Path, kind: Type, name: str, options: ReadOptions) -> pl.LazyFrame:
    head = spool.head_of(path)
    _check_head(head, name)
    if kind in BINARY:
        return _binary(path, kind, name, head)
    if path.suffix.lower() in spool.UNPACKERS:
        path = spool.unpacked(path)
        head = spool.head_of(path)
    encoding = options.encoding or spool.encoding_of(head)
    if encoding is not None:
        path = spool.recoded(path, encoding, name)
        head = spool.head_of(path)
        if kind == "text" and b"\t" in head.partition(b"\n")[0]:
            kind = "tsv"  # what Excel calls Unicode text
    try:
        return _texts(path, kind, name, head, options)
    except pl.exceptions.PolarsError:
        spool.check_utf8(path, name)
        raise


def _texts(path: Path, kind: Type, name: str, head: bytes, options: ReadOptions) -> pl.LazyFrame:
    if kind == "jsonl":
        return jsonl.scan(path, name, skip=options.skip_bad_lines)
    if kind == "json":
        return json_array.read(path, name, skip=options.skip_bad_lines, field=options.field)
    return _checked(files.text(path)) if kind == "text" else _table(path, kind, name, head)


def _check_head(head: bytes, name: str) -> None:
    """Recognise what often lies where data should be."""
    if head.startswith(LFS):
        raise InputError(
            f"{name}: this is a Git LFS pointer, not the data: fetch them with `git lfs pull` in its folder"
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(PAGES):
        raise InputError(
            f"{name}: this is a web page (HTML), not data: download the file itself, by its raw or resolve address"
        )


def _binary(path: Path, kind: Type, name: str, head: bytes) -> pl.LazyFrame:
    if kind == "parquet":
        return pl.scan_parquet(path, glob=False)
    if head.startswith(FEATHER):
        raise InputError(
            f"{name}: this is Feather of version 1, which is no Arrow file: write it anew, with pandas "
            "pd.read_feather(…).to_parquet(…)"
        )
    arrow_form.check(path, name)
    return files.arrow(path)


def _table(path: Path, kind: Type, name: str, head: bytes) -> pl.LazyFrame:
    plain_file = path.suffix.lower() not in PACKED
    separator = (
        csv_form.separator_of(head.decode("utf-8-sig", "replace"), SEPARATORS[kind]) if head else SEPARATORS[kind]
    )
    header = csv_form.header_of(path, separator, name) if plain_file else []
    try:
        frame = _checked(files.table(path, separator))
    except pl.exceptions.PolarsError:
        if plain_file:
            spool.check_utf8(path, name)
            csv_form.find_fault(path, separator, name)
        raise
    names = frame.collect_schema().names()
    # Polars leaves quotes in a name twice.
    return (
        frame.rename(dict(zip(names, header, strict=True))) if names != header and len(names) == len(header) else frame
    )


def _checked(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Read through what Polars checks only as it reads, so that no fault turns up later."""
    frame.select(pl.all().null_count()).collect(engine="streaming")
    return frame


def _archive(path: Path, name: str, options: ReadOptions) -> Iterator[Part]:
    """Open the data files in a zip archive."""
    found = [(member, inner) for member, inner in spool.members(path) if _is_data(Path(member))]
    if not found:
        raise InputError(f"{name}: no file in the archive ends in one of {', '.join(EXTENSIONS)}")
    for member, inner in found:
        label = name if len(found) == 1 else f"{name}/{member}"
        yield _member(inner, label, options)


def _member(path: Path, label: str, options: ReadOptions) -> Part:
    kind = type_of(path, options.format, packed=True)
    with reading(label, kind):
        if path.stat().st_size == 0:
            raise InputError(f"{label}: the file is empty: expected at least one record")
        frame = _opened(path, kind, label, options)
        frame.collect_schema()
    return Part(Path(label), label, frame)


def _is_data(path: Path) -> bool:
    stem = path.with_suffix("") if path.suffix.lower() in PACKED else path
    return stem.suffix.lower() in EXTENSIONS and stem.stem.lower() not in BESIDE


def _elsewhere(address: str, options: ReadOptions) -> list[Part]:
    """Open standard input; files on the Hub; or a file, or a glob of them, in a store that Polars reads."""
    if address == STANDARD_INPUT:
        return [_standard_input(options)]
    if address.startswith(hub.SCHEME):
        found = hub.fetched(address)
        if isinstance(found, Path):
            return list(_folder(found, options))
        return [replace(part, name=name) for path, name in found for part in _open(path, name, options)]
    if not REMOTE.match(address):
        raise InputError(
            f"{address}: expected a path, or an address that begins with hf://, s3://, gs://, az:// or https://"
        )
    kind = type_of(Path(address.partition("?")[0]), options.format)
    if kind not in REMOTES:
        raise InputError(f"{address}: expected parquet, jsonl or csv there; found {kind}: fetch it first")
    with reading(address, kind):
        frame = REMOTES[kind](address)
        frame.collect_schema()
    return [Part(Path(address), address, frame)]


def _folder(folder: Path, options: ReadOptions) -> Iterator[Part]:
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
    """Open the data files of a folder as it is cloned from a hub, marked with their splits."""
    found = []
    for base, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(base, name) for name in sorted(names) if not name.startswith(".") and _is_data(Path(name))]
    if not found:
        raise InputError(
            f"{folder}: expected data files in the folder, or one saved by datasets.save_to_disk: found no file that ends in "
            f"one of {', '.join(EXTENSIONS)}; to read others give a glob such as {str(folder / '*.data')!r} and format= / --format"
        )
    # What a split is made of: one type of file, for a hub may keep the same rows in several.
    splits = {path: _split(path.relative_to(folder)) for path in found}
    known = len(set(splits.values()) - {None}) > 1 and None not in splits.values()
    for path in found:
        for part in _open(path, str(path), options):
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
        return pl.concat([files.arrow(folder / name) for name in names])


def _manifest(path: Path) -> dict[str, Any]:
    with reading(path, "the list of a saved dataset"):
        try:
            return dict(json.loads(path.read_bytes()))
        except ValueError as error:
            raise InputError(f"{path}: not valid JSON: {error}") from error


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
