"""The card of a data set: what is in a folder, its sources and how it was made, for people and for the Hub."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from instag._core import __version__
from instag.errors import InputError, MissingFileError
from instag.io.folder import SPLITS
from instag.io.options import ReadOptions
from instag.io.source import parts
from instag.io.trainers.files import is_edited, write_marked
from instag.io.trainers.yaml_text import yaml

__all__ = ["card"]

NAME = "README.md"
# Data files in the folder, and where else they may be.
PLACES = ("*", "data/*")
KINDS = (".jsonl", ".parquet", ".json", ".csv")
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
LABELS = ("1K", "10K", "100K", "1M", "10M")
# How many tags the card lists.
NAMED = 20
MIXED = "other"


def card(
    folder: str | Path,
    *,
    title: str | None = None,
    license: str | None = None,
    sources: Mapping[str, str | None] | Sequence[str] = (),
    language: Sequence[str] = (),
    steps: Sequence[tuple[str, int, int]] = (),
    command: str | None = None,
    write: bool = True,
) -> str:
    """Describe the data in a folder as a dataset card, `README.md`.

    Parameters
    ----------
    folder
        A folder with data files, in itself or in `data/`, such as :func:`instag.write` makes for trainers. A
        `manifest.json` there gives sources, licences and steps that are not given here.
    title
        The heading; by default the folder's name.
    license
        The licence of the data set, by its identifier on the Hub. By default that of the sources if they have one in common,
        else ``"other"``; the card lists the licences of the sources, and the sources without one.
    sources
        The sources of the data, with the licence of each, None if it is not known.
    language
        Codes of the languages.
    steps
        What was done, in order: a name, and the rows before and after.
    command
        The command that reproduces the data.
    write
        Write the file, unless a person has edited the one that is there.

    Returns
    -------
    str
        The text of the card.

    Raises
    ------
    InputError
        If there is no such folder or it has no data, or its card was edited by a person and would be overwritten.

    Examples
    --------
    >>> import instag, polars as pl
    >>> folder = getfixture("tmp_path")
    >>> instag.write(pl.DataFrame({"prompt": ["Why?", "How?"]}), folder / "train.jsonl")
    >>> print(instag.card(folder, title="Two questions", sources={"mine": "mit"}, write=False))
    ---
    pretty_name: "Two questions"
    license: mit
    size_categories:
      - "n<1K"
    task_categories:
      - text-generation
    tags:
      - instag
    configs:
      - config_name: default
        data_files:
          - split: train
            path: train.jsonl
    ---
    <BLANKLINE>
    # Two questions
    <BLANKLINE>
    | split | file | rows |
    |---|---|---:|
    | train | `train.jsonl` | 2 |
    <BLANKLINE>
    ## Sources
    <BLANKLINE>
    | source | licence |
    |---|---|
    | mine | mit |
    """
    target = Path(folder).expanduser()
    if not target.is_dir():
        raise MissingFileError(f"{target}: there is no such folder: expected one with data files")
    found = _found(target)
    if not found:
        raise InputError(f"{target}: expected data files ({', '.join(KINDS)}) in it or in data/; found none")
    manifest = _manifest(target / "manifest.json")
    known = dict(sources) if isinstance(sources, Mapping) else dict.fromkeys(sources)
    known = known or {each["name"]: each.get("license") for each in manifest.get("sources", []) if "name" in each}
    done = list(steps) or [
        (each["name"], each["rows_in"], each["rows_out"])
        for each in manifest.get("steps", [])
        if {"name", "rows_in", "rows_out"} <= each.keys()
    ]
    text = _text(target, title or target.resolve().name, license, known, language, done, command, found)
    path = target / NAME
    if write and is_edited(path):
        raise InputError(f"{path}: it was written or edited by a person: move it away to write a new one")
    if write:
        write_marked(path, text)
    return text


def _text(
    folder: Path,
    title: str,
    license: str | None,
    sources: Mapping[str, str | None],
    language: Sequence[str],
    steps: Sequence[tuple[str, int, int]],
    command: str | None,
    found: Sequence[tuple[str, Path, pl.LazyFrame]],
) -> str:
    rows = {path: int(frame.select(pl.len()).collect().item()) for _, path, frame in found}
    files = [(split, path.relative_to(folder).as_posix(), rows[path]) for split, path, _ in found]
    licences = set(sources.values())
    common = next(iter(licences)) if len(licences) == 1 else None
    whole = license or common or (MIXED if sources else None)
    head: dict[str, Any] = {"pretty_name": title}
    if whole is not None:
        head["license"] = whole
    if language:
        head["language"] = list(language)
    head |= {
        "size_categories": [_size(sum(rows.values()))],
        "task_categories": ["text-generation"],
        "tags": ["instag"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": path} for split, path, _ in files],
            }
        ],
    }
    lines = [f"---\n{yaml(head)}---", "", f"# {title}", "", "| split | file | rows |", "|---|---|---:|"]
    lines += [f"| {split} | `{path}` | {count:,} |" for split, path, count in files]
    if sources:
        lines += ["", "## Sources", "", "| source | licence |", "|---|---|"]
        lines += [f"| {_cell(name)} | {_cell(each or 'not given')} |" for name, each in sources.items()]
        if None in licences and len(licences) > 1:
            lines += [
                "",
                "For some sources no licence is given: ask whoever published them before you pass the data on.",
            ]
        elif len(licences) > 1:
            lines += ["", "The licences differ: each row is under that of its source."]
    if steps:
        lines += ["", "## How it was made", "", "| step | rows before | rows after |", "|---|---:|---:|"]
        lines += [f"| {_cell(name)} | {before:,} | {after:,} |" for name, before, after in steps]
    if tags := _tags([frame for _, _, frame in found]):
        lines += ["", "## Tags", "", ", ".join(f"{_cell(tag)} ({count:,})" for tag, count in tags)]
    if command:
        lines += ["", "## Doing it again", "", "```console", f"$ {command}", "```", "", f"With instag {__version__}."]
    return "\n".join(lines)


def _found(folder: Path) -> list[tuple[str, Path, pl.LazyFrame]]:
    """The data files with their splits, by their names; the train split comes first."""
    found = []
    for pattern in PLACES:
        for path in sorted(folder.glob(pattern)):
            words = path.name.partition(".")[0].lower().replace("_", "-").split("-")
            split = next((SPLITS[word] for word in words if word in SPLITS), None)
            if path.suffix in KINDS and path.is_file() and split is not None:
                found.append((split, path))
    order = {"train": 0, "validation": 1, "test": 2}
    return [
        (split, path, parts(path, ReadOptions())[0].frame)
        for split, path in sorted(found, key=lambda each: order[each[0]])
    ]


def _manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON: {error}") from None
    return found if isinstance(found, dict) else {}


def _tags(frames: Sequence[pl.LazyFrame]) -> list[tuple[str, int]]:
    """The most frequent tags, if the rows have tags."""
    columns = [
        frame.select(pl.col("tags").list.unique()).collect().explode("tags").drop_nulls()
        for frame in frames
        if frame.collect_schema().get("tags") == pl.List(pl.String)
    ]
    if not columns:
        return []
    counts = pl.concat(columns).group_by("tags").len().sort("len", "tags", descending=[True, False])
    return list(counts.head(NAMED).iter_rows())


def _size(rows: int) -> str:
    """The Hub's name for how many rows there are.

    Examples
    --------
    >>> _size(2), _size(1000), _size(54_321), _size(20_000_000)
    ('n<1K', '1K<n<10K', '10K<n<100K', 'n>10M')
    """
    nth = sum(rows >= size for size in SIZES)
    if nth == len(SIZES):
        return f"n>{LABELS[-1]}"
    return f"n<{LABELS[0]}" if not nth else f"{LABELS[nth - 1]}<n<{LABELS[nth]}"


def _cell(text: str) -> str:
    """Text that cannot break a table."""
    return " ".join(text.replace("|", "\\|").split())
