"""Verification of a result by its manifest, for which the folder is enough."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError, file_error, unread_file
from instag.recipe.cache import digest
from instag.recipe.manifest import VERSION, seal
from instag.recipe.parts import UNREADABLE, has_messages, part_of, plain, written_keys, written_queries
from instag.recipe.steps.job import PARTS

__all__ = ["Check", "verify"]

# How many changed rows are listed.
SHOWN = 3
# The numbers of a selection, and what each belongs to.
NUMBERS = {"of": "pool", "tagged": "pool", "samples": "selection", "reached": "selection"} | dict.fromkeys(
    ("value", "bound"), "certificate"
)
# What every manifest lists.
LISTS = ("sources", "steps", "outputs")


@dataclass(frozen=True)
class Check:
    """A single check.

    Attributes
    ----------
    what
        What was checked.
    holds
        Whether it agrees with the manifest; None if it could not be checked.
    said
        Why it does not agree or could not be checked, or how much agrees.
    """

    what: str
    holds: bool | None
    said: str

    def __str__(self) -> str:
        mark = {True: "✓", False: "✗", None: "?"}[self.holds]
        return f"{mark} {self.what}: {'not checked: ' if self.holds is None else ''}{self.said}"


def verify(manifest: str | Path, *, data: str | Path | None = None, replay: bool = False) -> list[Check]:
    """Check a result against its manifest: files, rows and, with `replay`, the selection itself.

    Parameters
    ----------
    manifest
        The `manifest.json` of a run, or the folder that it is in.
    data
        The folder with the sources, by the names of their files; by default where they were, beside the recipe.
    replay
        Also select and split again, from the tags beside the manifest; this needs neither a model nor a network.

    Returns
    -------
    A line for each check.

    Raises
    ------
    InputError
        If there is no manifest, it is of a newer instag, or there is no such folder.
    """
    path = Path(manifest)
    path = path / "manifest.json" if path.is_dir() else path
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise unread_file(path, "a manifest in JSON", error) from error
    if not isinstance(read, dict) or not isinstance(read.get("manifest"), int):
        raise InputError(f"{path}: expected a manifest of instag; found other JSON")
    if read["manifest"] > VERSION:
        raise InputError(f"{path}: manifest {read['manifest']} is of a newer instag; this one reads up to {VERSION}")
    for name in LISTS:
        if not isinstance(read.get(name), list):
            raise InputError(
                f"{path}: expected a list of {name}; found none: it has been edited: take it as it was written"
            )
    if data is not None and not Path(data).is_dir():
        raise InputError(f"data: expected the folder with the sources; {data} is none")
    folder = path.parent
    return [
        *_sealed(read),
        *_made("outputs", _outputs(folder, read)),
        *_made("sources", _sources(folder, read, None if data is None else Path(data))),
        *_made("rows", _written(folder)),
        *(_made("selection", _replayed(folder, read)) if replay else ()),
    ]


def _made(what: str, checks: Iterator[Check]) -> Iterator[Check]:
    """The checks that can be made; what they need and is not there, or damaged, does not agree either."""
    try:
        yield from checks
    except InputError as error:
        yield Check(what, holds=False, said=str(error))
    except (*UNREADABLE, KeyError) as error:
        reason = str(error).partition("\n")[0]
        yield Check(
            what, holds=False, said=f"the manifest or a file beside it is damaged ({reason}): take it as it was written"
        )


def _sealed(read: Mapping[str, Any]) -> Iterator[Check]:
    """Whether the manifest itself was edited; earlier versions have no hash of it."""
    if read.get("sha256") not in (None, seal(read)):
        yield Check("manifest", holds=False, said="it is not as it was written: somebody has edited it")


def _outputs(folder: Path, read: Mapping[str, Any]) -> Iterator[Check]:
    wrong = []
    for each in read["outputs"]:
        file = folder / each["path"]
        if not file.is_file():
            wrong.append(f"{each['path']} is missing")
        elif digest(file) != each["sha256"]:
            wrong.append(f"{each['path']} is not as it was written")
    yield Check("outputs", not wrong, "; ".join(wrong) or _unchanged(len(read["outputs"])))


def _sources(folder: Path, read: Mapping[str, Any], data: Path | None) -> Iterator[Check]:
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
            yield Check(what, holds=True, said=_unchanged(len(source["files"])))


def _unchanged(files: int) -> str:
    return f"{files:,} {'file' if files == 1 else 'files'} unchanged"


def _written(folder: Path) -> Iterator[Check]:
    """Check that every row is unchanged, and in its part."""
    rows = _read_rows(folder)
    for part in PARTS:
        expected = rows.filter(pl.col("part") == part).get_column("key")
        path = part_of(folder, part)
        if path is not None and not has_messages(path):
            yield Check(f"rows of {part}", holds=None, said="keys are of messages, and the file holds another format")
            continue
        found = None if path is None else written_keys(path)
        if found is not None:
            # It cannot be seen which of several equal rows is in a part.
            yield _compared(f"rows of {part}", plain(expected), found)
        elif path is not None or len(expected):
            said = f"{len(expected):,} rows, and no file that can be read"
            yield Check(f"rows of {part}", holds=False, said=said)


def _replayed(folder: Path, read: Mapping[str, Any]) -> Iterator[Check]:
    """Select and split again from the files beside the manifest, with the options of the recipe."""
    steps = {each["name"]: each for each in read["steps"]} if read["manifest"] > 1 else {}
    if "select" not in steps or not (folder / "pool_tags.parquet").is_file():
        yield Check("selection", holds=None, said="the recipe selects nothing, or pool_tags.parquet is not there")
        return
    from instag.recipe.steps.selecting import chosen_again, facts_of  # noqa: PLC0415 - only where it is done again

    rows = _read_rows(folder)
    before = rows.sort(pl.col("rank").cast(pl.Int64), maintain_order=True).get_column("key")
    try:
        chosen, again = chosen_again(folder, steps["select"]["options"])
    except InputError as error:
        yield Check("selection", holds=False, said=f"it cannot be made again: {error}")
        return
    facts = facts_of(chosen)
    good = f", {facts['certificate']}" if "certificate" in facts else ""
    check = _compared("selection", before, again)
    yield Check(check.what, check.holds, f"{check.said}{good}")
    recorded = read.get("selection") or {}
    for name, what in NUMBERS.items():
        found = facts.get(name, math.nan)
        if name in recorded and not math.isclose(recorded[name], found, rel_tol=1e-9):
            said = f"the manifest says {name} {recorded[name]:,.10g}; it is {found:,.10g}"
            yield Check(what, holds=False, said=said)
            break
    if "split" in steps:
        yield from _split_again(folder, rows, before, steps["split"]["options"])


def _split_again(folder: Path, rows: pl.DataFrame, before: pl.Series, options: Mapping[str, Any]) -> Iterator[Check]:
    from instag.cleaning import split  # noqa: PLC0415 - only where it is done again

    texts = _texts(folder, rows)
    query = options.get("query")
    unknown = None
    if query not in (None, "messages"):
        unknown = f"copies are found in the column {query!r}, and it is not kept"
    elif texts is None:
        unknown = "copies are found in messages, and the files hold another format"
    elif left_out := rows.filter(pl.col("part") == "").height:
        unknown = f"{left_out:,} rows are in no file, and copies are found in their messages"
    if texts is None or unknown is not None:
        yield Check("split", holds=None, said=str(unknown))
        return
    pool = pl.scan_parquet(folder / "pool_tags.parquet")
    chosen = pl.LazyFrame({"key": before}).join(pool, on="key", how="left", maintain_order="left")
    frame = chosen.join(texts.lazy(), on="key", how="left", maintain_order="left").collect()
    del texts
    try:
        parts = split(
            frame, **{name: value for name, value in options.items() if value is not None and name != "query"}
        )
    except InputError as error:
        yield Check("split", holds=False, said=f"it cannot be made again: {error}")
        return
    for part, found in (("train", parts.train), ("val", parts.validation), ("test", parts.test)):
        if found is not None:
            keys = rows.filter(pl.col("part") == part).get_column("key")
            yield _compared(f"split into {part}", keys, found.get_column("key"))


def _compared(what: str, before: pl.Series, again: pl.Series) -> Check:
    if again.equals(before):
        return Check(what, holds=True, said=f"{len(before):,} of {len(before):,} rows the same")
    same = len(set(again) & set(before))
    least = min(len(before), len(again))
    others = [*(before.head(least) != again.head(least)).arg_true(), *range(least, max(len(before), len(again)))]
    shown = ", ".join(f"{nth + 1:,}" for nth in others[:SHOWN])
    return Check(what, holds=False, said=f"{same:,} of {len(before):,} rows the same; the first others: {shown}")


def _texts(folder: Path, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The keys and queries of the conversations that were written; None if the files have them in another format."""
    found = []
    for part in PARTS:
        path = part_of(folder, part)
        if path is None:
            continue
        keys = rows.filter(pl.col("part") == part).get_column("key")
        queries = written_queries(path)
        if queries is None or len(queries) != len(keys):
            return None
        found.append(pl.DataFrame({"key": keys, "queries": queries}))
    return pl.concat(found) if found else None


def _read_rows(folder: Path) -> pl.DataFrame:
    """The key, part and rank of each row that was written, as text."""
    path = folder / "rows.csv"
    names = ["key", "part", "rank"]
    try:
        return pl.read_csv(path, columns=names, infer_schema=False).select(pl.col(names).fill_null(""))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise file_error(f"{path}: expected the rows that were written: {error}", error) from error
