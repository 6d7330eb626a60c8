"""Files for trainers, and a card that describes them."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from instag import io
from instag.errors import InputError
from instag.io.trainers import write_folder
from instag.io.trainers.files import write_marked
from instag.recipe.cache import lines_in
from instag.recipe.steps.job import Job, texts

__all__ = ["card", "write"]

# How many tags the card lists.
NAMED = 20
# The numbers of rows in an error.
ROWS = re.compile(r"(?<=\brow )[\d,]*\d(?:, [\d,]*\d)*")


def write(job: Job) -> dict[str, Any]:
    """Write the parts for trainers: conversations, tools, and the columns to keep."""
    # A trainer's files use the folder's name for the data.
    folder = job.path(job.recipe.name)
    (folder / "data").mkdir(parents=True)
    keep = texts(job.given.get("keep") or [])
    left_out: dict[str, pl.DataFrame] = {}
    parts = {"train" if name == "data" else name: _wanted(path, keep) for name, path in job.data.items()}
    try:
        if "trainers" in job.given:
            training = {name: job.given[name] for name in ("model", "chat_template", "skip") if name in job.given}
            training |= {"validation": parts.pop("val")} if "val" in parts else {}
            left_out = write_folder(parts.pop("train"), folder, texts(job.given["trainers"]), **training)
        for name, frame in parts.items():
            io.write(frame, folder / "data" / f"{name}.jsonl", format=job.given.get("format", "messages"))
    except InputError as error:
        raise InputError(_traced(str(error).replace(f"{folder}{os.sep}", ""), job)) from error
    counts = {path.stem: lines_in(path) for path in sorted(folder.glob("data/*.jsonl"))}
    written = {"rows": {name: counts[name] for name in ("train", "val", "test") if name in counts}}
    return written | _listed(left_out, job)


def _listed(left_out: Mapping[str, pl.DataFrame], job: Job) -> dict[str, Any]:
    """List the rows that no trainer's file has, by their keys."""
    found = [
        pl.scan_parquet(path)
        .select("key", "source", "source_file", "source_row")
        .with_row_index("row")
        .join(left_out[name].lazy(), on="row", maintain_order="left")
        .collect()
        for part, path in job.data.items()
        if (name := "train" if part == "data" else part) in left_out
    ]
    if not any(each.height for each in found):
        return {}
    rows = pl.concat(found).select("reason", pl.exclude("row", "reason"))
    rows.write_parquet(job.path("dropped.parquet"))
    counts = rows.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return {"dropped": dict(counts.iter_rows())}


def card(job: Job) -> dict[str, Any]:
    """Describe the files as a dataset card: what was selected from what, what was removed, how to reproduce it."""
    with_files = job.path("with_files")
    (with_files / "data").mkdir(parents=True)
    for path in job.data.values():
        name = "train" if path.stem == "data" else path.stem
        _linked(path, with_files / "data" / f"{name}{path.suffix}")
    text = io.card(
        with_files,
        title=job.given.get("title", job.recipe.name),
        license=job.given.get("license"),
        sources={source.name: source.about.get("license") for source in job.recipe.sources},
        language=texts(job.given.get("language") or []),
        steps=[(each["step"], each["before"], each["after"]) for each in job.history if each["after"] is not None],
        command=f"instag run {job.recipe.path.name}",
        write=False,
    )
    shutil.rmtree(with_files)
    # The section on how to reproduce it comes last.
    text, again, rest = text.partition("\n\n## Doing it again\n")
    parts = [text, *_left_out(job), *_chosen(job), *_tags(job)]
    write_marked(job.path("README.md"), "\n\n".join(parts) + again + rest)
    return {}


def _traced(error: str, job: Job) -> str:
    """An error with the places in the sources of the rows that it is about: nobody has the files that were not written."""
    part = next((name for name in job.data if f"{name}.jsonl" in error), None)
    part = part or ("val" if error.startswith("validation") else next(iter(job.data)))

    def placed(found: re.Match[str]) -> str:
        rows = [int(each.replace(",", "")) - 1 for each in found[0].split(", ")]
        places = pl.scan_parquet(job.data[part]).select("source_file", "source_row").collect()[rows].iter_rows()
        return ", ".join(
            f"{row + 1:,} ({file}, row {there:,})" for row, (file, there) in zip(rows, places, strict=True)
        )

    return ROWS.sub(placed, error)


def _wanted(path: Path, keep: list[str]) -> pl.LazyFrame:
    frame = pl.scan_parquet(path)
    names = frame.collect_schema().names()
    held = [name for name in ("messages", "tools", "chosen", "rejected") if name in names]
    return frame.select(list(dict.fromkeys([*held, *keep])))


def _left_out(job: Job) -> list[str]:
    rows = [
        f"| {each['step']} | {reason} | {count:,} |"
        for each in job.history
        for reason, count in sorted(each.get("dropped", {}).items(), key=lambda drop: (-drop[1], drop[0]))
    ]
    return ["## What was left out", "\n".join(["| step | reason | rows |", "|---|---|---:|", *rows])] if rows else []


def _chosen(job: Job) -> list[str]:
    """How the rows were selected, in a sentence."""
    found = next((each for each in job.history if each["step"] == "select"), None)
    if found is None:
        return []
    facts = found["facts"]
    method = job.recipe.steps["select"].get("method", "complexity-first")
    spent = f", {facts['reached']:,.10g} of {facts['budget']:,.10g} {facts['in']}" if "reached" in facts else ""
    good = f"; {facts['certificate']}" if "certificate" in facts else ""
    said = f"{facts['samples']:,} of {facts['of']:,} rows by their tags, with the method `{method}`{spent}{good}."
    return [
        "## How the rows were chosen",
        said,
        "`instag verify manifest.json --replay` chooses them again and compares.",
    ]


def _tags(job: Job) -> list[str]:
    """The most frequent tags of the selection."""
    if "select" not in job.made:
        return []
    tags = pl.scan_parquet(job.made["select"] / "data.parquet").select(
        tag=job.recipe.steps["select"].get("tags", "tags")
    )
    while isinstance(tags.collect_schema()["tag"], pl.List):
        tags = tags.select(pl.col("tag").list.unique()).explode("tag")
    counts = (
        tags.drop_nulls().group_by(pl.col("tag").cast(pl.String)).len().sort("len", "tag", descending=[True, False])
    )
    shown = [f"{' '.join(tag.split())} ({count:,})" for tag, count in counts.head(NAMED).collect().iter_rows()]
    return ["## Tags", ", ".join(shown)] if shown else []


def _linked(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
