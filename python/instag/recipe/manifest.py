"""What was made of what: written beside the result, and checked against it by anybody."""

import csv
import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from instag._core import __version__
from instag.errors import InputError, file_error
from instag.recipe.cache import Cache, digest
from instag.recipe.conversation import keys_of
from instag.recipe.recipe import Recipe
from instag.recipe.steps import arguments, invoke

__all__ = ["Check", "verify", "write_manifest"]

VERSION = 1
PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    what
        What it is.
    holds
        Whether it is as the manifest says; None where it could not be looked at.
    said
        Why not, or how many.
    """

    what: str
    holds: bool | None
    said: str

    def __str__(self) -> str:
        return f"{ {True: '✓', False: '✗', None: '?'}[self.holds] } {self.what}: {'not checked: ' if self.holds is None else ''}{self.said}"


def write_manifest(
    recipe: Recipe,
    output: Path,
    done: Sequence[Any],
    written: Sequence[Path],
    pool: Path | None,
    cache: Cache,
) -> Path:
    """Write `rows.csv`, `pool.parquet` and `manifest.json`."""
    _write_rows(output, done)
    also = [output / "rows.csv"]
    chosen = next((each for each in done if each.step == "select"), None)
    if chosen is not None and pool is not None:
        frame = pl.read_parquet(pool)
        frame.drop([name for name in ("messages", "tools", "queries") if name in frame.columns]).write_parquet(
            output / "pool.parquet"
        )
        also.append(output / "pool.parquet")
    base = recipe.path.parent
    manifest = {
        "manifest": VERSION,
        "name": recipe.name,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "instag": __version__,
        "python": platform.python_version(),
        "polars": pl.__version__,
        "platform": platform.platform(),
        "seed": recipe.seed,
        "recipe": recipe.text,
        "overrides": list(recipe.overrides),
        "sources": [
            {
                "name": source.name,
                **source.about,
                "files": [
                    {"path": _relative(file, base), "bytes": file.stat().st_size, "sha256": cache.hash(file)}
                    for file in source.files
                    if file.is_file()
                ],
            }
            for source in recipe.sources
        ],
        "steps": [
            {
                "step": each.step,
                "options": each.options,
                "inputs": each.meta.get("inputs", {}),
                "rows": each.meta.get("rows", {}),
                "dropped": each.meta.get("dropped", {}),
                "seconds": each.meta.get("seconds"),
            }
            for each in done
        ],
        "outputs": [
            {"path": path.relative_to(output).as_posix(), "bytes": path.stat().st_size, "sha256": digest(path)}
            for path in (*written, *also)
        ],
    }
    path = output / "manifest.json"
    draft = path.with_name(".manifest.json.draft")
    draft.write_text(json.dumps(manifest, indent=1, ensure_ascii=False, default=str) + "\n", "utf-8")
    draft.replace(path)
    return path


def verify(manifest: str | Path, *, data: str | Path | None = None, replay: bool = False) -> list[Check]:
    """Check a result against its manifest: files unchanged, rows where they were, the selection the same again.

    Parameters
    ----------
    manifest
        The `manifest.json` of a run.
    data
        Where the sources are, by the names of their files; by default where they were, beside the recipe.
    replay
        Select again, from the tags that stand beside the manifest: no model and no network is needed.

    Returns
    -------
    A line for each thing that was looked at.

    Raises
    ------
    InputError
        Where there is no manifest, or it is of a newer instag.
    """
    path = Path(manifest)
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise file_error(f"{path}: expected a manifest in JSON; it cannot be read: {error}", error) from error
    if not isinstance(read, dict) or not isinstance(read.get("manifest"), int):
        raise InputError(f"{path}: expected a manifest of instag; found other JSON")
    if read["manifest"] > VERSION:
        raise InputError(f"{path}: manifest {read['manifest']} is of a newer instag; this one reads up to {VERSION}")
    return [
        *_outputs(path.parent, read),
        *_sources(path.parent, read, None if data is None else Path(data)),
        *_written(path.parent),
        *(_replayed(path.parent, read) if replay else ()),
    ]


def _outputs(folder: Path, read: dict[str, Any]) -> Iterator[Check]:
    wrong = []
    for each in read["outputs"]:
        file = folder / each["path"]
        if not file.is_file():
            wrong.append(f"{each['path']} is missing")
        elif digest(file) != each["sha256"]:
            wrong.append(f"{each['path']} is another")
    yield Check("outputs", not wrong, "; ".join(wrong) or f"{len(read['outputs']):,} files unchanged")


def _sources(folder: Path, read: dict[str, Any], data: Path | None) -> Iterator[Check]:
    for source in read["sources"]:
        wrong, missing = [], []
        for each in source["files"]:
            places = (
                [data / Path(each["path"]).name, data / each["path"]]
                if data is not None
                else [folder.parent / each["path"], Path(each["path"])]
            )
            file = next((place for place in places if place.is_file()), None)
            if file is None:
                missing.append(each["path"])
            elif digest(file) != each["sha256"]:
                wrong.append(each["path"])
        what = f"source {source['name']}"
        if wrong:
            yield Check(what, holds=False, said=f"{', '.join(wrong)}: not as it was")
        elif missing:
            yield Check(what, holds=None, said=f"{', '.join(missing)}: not there; --data says where")
        else:
            yield Check(what, holds=True, said=f"{len(source['files']):,} files unchanged")


def _written(folder: Path) -> Iterator[Check]:
    """Whether every row that was written is the row that it was, in its part."""
    rows = _read_rows(folder)
    for part in PARTS:
        expected = [row["key"] for row in rows if row["part"] == part]
        frame = _part(folder, part)
        if frame is None:
            if expected:
                yield Check(
                    f"rows of {part}", holds=False, said=f"{len(expected):,} rows, and no file that can be read"
                )
        elif "messages" not in frame.columns:
            yield Check(f"rows of {part}", holds=None, said="keys are of messages, and the file holds another format")
        else:
            # Which of several equal rows stands in a part is not to be seen in it.
            plain = [key.partition("-")[0] for key in expected]
            found = [key.partition("-")[0] for key in keys_of(frame.get_column("messages").to_list())]
            yield _compared(f"rows of {part}", plain, found)


def _replayed(folder: Path, read: dict[str, Any]) -> Iterator[Check]:
    """Select and split again from the pool's tags, by the options that the recipe had."""
    pool = folder / "pool.parquet"
    steps = {each["step"]: each["options"] for each in read["steps"]}
    if "select" not in steps or not pool.is_file():
        yield Check("selection", holds=None, said="the recipe selects nothing, or pool.parquet is not there")
        return
    files = next(each["inputs"] for each in read["steps"] if each["step"] == "select").keys() - {"its input"}
    if files:
        yield Check("selection", holds=None, said=f"it used files of its own: {', '.join(sorted(files))}")
        return
    rows = _read_rows(folder)
    before = [row["key"] for row in sorted(rows, key=lambda row: int(row["rank"]))]
    with TemporaryDirectory() as between:
        try:
            again = _again("select", pool, Path(between), steps["select"])["data"]
        except InputError as error:
            yield Check("selection", holds=None, said=f"it cannot be made of pool.parquet alone: {error}")
            return
        yield _compared("selection", before, again)
        if "split" in steps:
            texts = _texts(folder, rows)
            if texts is None:
                yield Check("split", holds=None, said="copies are found in messages, and the files hold another format")
                return
            frame = pl.DataFrame({"key": before}).join(
                pl.read_parquet(pool), on="key", how="left", maintain_order="left"
            )
            chosen = Path(between) / "chosen.parquet"
            frame.join(texts, on="key", how="left", maintain_order="left").write_parquet(chosen)
            parts = _again("split", chosen, Path(between), steps["split"])
            for part, keys in parts.items():
                yield _compared(f"split into {part}", [row["key"] for row in rows if row["part"] == part], keys)


def _again(step: str, source: Path, folder: Path, options: dict[str, Any]) -> dict[str, list[str]]:
    """Do a step again; the keys of its rows, by part."""
    home = folder / step
    home.mkdir()
    given = {key: value for key, value in options.items() if value not in (None, False)}
    out = [str(home), "--to", "parquet"] if step == "split" else [str(home / "data.parquet")]
    invoke(step, [str(source), "-o", *out, *arguments(step, given)])
    return {each.stem: pl.read_parquet(each).get_column("key").to_list() for each in sorted(home.glob("*.parquet"))}


def _compared(what: str, before: list[str], again: list[str]) -> Check:
    same = len(set(again) & set(before))
    other = "" if again == before else f", the first other is number {_first_other(before, again):,}"
    return Check(what, again == before, f"{same:,} of {len(before):,} rows the same{other}")


def _first_other(before: list[str], again: list[str]) -> int:
    pairs = zip(before, again, strict=False)
    return next((nth for nth, (one, other) in enumerate(pairs, 1) if one != other), min(len(before), len(again)) + 1)


def _texts(folder: Path, rows: list[dict[str, str]]) -> pl.DataFrame | None:
    """The conversations that were written, with their keys; None where the files hold them in another format."""
    found = []
    for part in PARTS:
        frame = _part(folder, part)
        if frame is None:
            continue
        keys = [row["key"] for row in rows if row["part"] == part]
        if "messages" not in frame.columns or len(keys) != frame.height:
            return None
        found.append(frame.select(pl.Series("key", keys), "messages"))
    return pl.concat(found, how="diagonal_relaxed") if found else None


def _part(folder: Path, part: str) -> pl.DataFrame | None:
    """What was written of a part; None where there is no file, or it cannot be read."""
    for path in (folder / "data" / f"{part}.jsonl", folder / "data" / f"{part}.parquet"):
        if path.is_file():
            try:
                return (
                    pl.read_ndjson(path, infer_schema_length=None) if path.suffix == ".jsonl" else pl.read_parquet(path)
                )
            except pl.exceptions.PolarsError:
                return None
    return None


def _write_rows(output: Path, done: Sequence[Any]) -> None:
    """Every row that was written: where it came from, where it went, in which order it was taken."""
    folders = {each.step: each.folder for each in done if each.folder is not None}
    chosen = folders.get("select")
    rank = (
        {}
        if chosen is None
        else {key: nth for nth, key in enumerate(pl.read_parquet(chosen / "data.parquet").get_column("key"), 1)}
    )
    home = folders.get("split", chosen)
    if home is None:
        home = folders[[each.step for each in done if each.step not in ("write", "report")][-1]]
    with (output / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("key", "source", "row", "part", "rank"))
        for name, part in (("data", "train"), ("train", "train"), ("val", "val"), ("test", "test")):
            if (home / f"{name}.parquet").exists():
                frame = pl.read_parquet(home / f"{name}.parquet").select("key", "source", "source_row")
                for nth, (key, source, row) in enumerate(frame.iter_rows(), 1):
                    writer.writerow((key, source, row, part, rank.get(key, nth)))


def _read_rows(folder: Path) -> list[dict[str, str]]:
    try:
        with (folder / "rows.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise file_error(f"{folder / 'rows.csv'}: expected the rows that were written: {error}", error) from error


def _relative(path: Path, base: Path) -> str:
    try:
        return path.absolute().relative_to(base.absolute()).as_posix()
    except ValueError:
        return str(path)
