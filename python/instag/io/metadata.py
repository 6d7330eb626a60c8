"""Metadata of columns, which Parquet files can have."""

from collections.abc import Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any

from instag.io.filetypes import endings, type_called
from instag.io.part import is_data


def metadata_of(source: Any) -> dict[str, str]:
    """Find the metadata of the columns of files.

    Parameters
    ----------
    source
        As for :func:`instag.read`.

    Returns
    -------
    dict
        The features of Hugging Face ``datasets``, the index of pandas and all else there is; for several files the metadata
        that is the same in all of them.

    Examples
    --------
    >>> metadata_of("train.jsonl")
    {}
    """
    if not isinstance(source, str | Path):
        # Anything but a list of files is a frame.
        found = [metadata_of(each) for each in source] if isinstance(source, Sequence) else []
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
                if each.is_file() and not each.name.startswith(".") and is_data(each)
            ]
        )
    if not path.exists() and has_magic(str(source)):
        return metadata_of(sorted(glob(str(path), recursive=True)))  # noqa: PTH207 - Path.glob takes no absolute pattern
    kind = endings().get(path.suffix.lower())
    said = None if kind is None else type_called(kind).metadata
    return dict(said(path)) if said is not None and path.is_file() else {}
