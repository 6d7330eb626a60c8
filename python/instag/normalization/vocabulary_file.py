"""A vocabulary's file: one Parquet file, a row for each tag and one for the dropped tags, the settings as metadata."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from instag.errors import InputError, file_error, unread_file
from instag.io.failures import reason_of
from instag.io.formats import parquet as parquet_form
from instag.io.output import atomic_write
from instag.normalization.history import MERGES, STEPS
from instag.normalization.matcher import HIERARCHY
from instag.normalization.settings import Settings

__all__ = ["merges_of", "read", "write"]

# The key of the settings in a file's metadata, and the version of the format.
KEY = "instag vocabulary"
FORM = 1
VECTOR = pl.List(pl.Float32)
# The fields of each merge, which are kept in the row of the tag that it made (its `to`), with its place among all
# merges.
MERGED = {"nth": pl.UInt32} | {name: dtype for name, dtype in MERGES.items() if name != "to"}

SCHEMA = {
    "tag": pl.String,
    "count": pl.UInt32,
    "members": pl.List(pl.String),
    "vector": VECTOR,
    "merges": pl.List(pl.Struct(MERGED)),
}


def write(path: Path, vocabulary: Mapping[str, Any]) -> None:
    """Write the attributes of a vocabulary to one Parquet file, completely or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    known = vocabulary["vectors"]
    vectors = pl.lit(None, VECTOR) if known is None else pl.Series(known, dtype=VECTOR)
    kept = vocabulary["tags"].with_columns(vectors.alias("vector"))
    # The last row has the dropped tags.
    rows = pl.concat([kept, pl.DataFrame([{"members": vocabulary["dropped"]}], kept.schema)])
    rows = rows.with_columns(merges_of(rows.get_column("tag"), vocabulary["merges"]))
    if vocabulary["hierarchy"] is not None:
        rows = rows.join(vocabulary["hierarchy"], on="tag", how="left", maintain_order="left")
    settings = asdict(vocabulary["settings"])
    options = {name: value for name, value in settings.items() if name != "judge" or value is not None}
    edits = {"edits": vocabulary["edits"]} if vocabulary["edits"] else {}
    history = {"history": vocabulary["steps"].to_dicts()}
    head = {"form": FORM, "embedder": vocabulary["embedder"], **options, **edits, **history}
    with atomic_write(path, "parquet") as draft:
        rows.write_parquet(draft, metadata={KEY: orjson.dumps(head).decode()})


def merges_of(tags: pl.Series, merges: pl.DataFrame) -> pl.Series:
    """The merges that made each tag, null where there are none.

    A left join with lists would do, but for each row without a match Polars makes room for as many values as the first
    list has: gigabytes, if that list has all tags that were dropped.
    """
    rows = tags.alias("to").to_frame().with_row_index("row")
    made = rows.join(merges.with_row_index("nth"), on="to", nulls_equal=True)
    made = made.sort("row", "nth").group_by("row", maintain_order=True).agg(pl.struct(*MERGED).alias("merges"))
    unmade = rows.join(made, on="row", how="anti").select("row", merges=pl.lit(None, made.schema["merges"]))
    return pl.concat([made, unmade]).sort("row").get_column("merges")


def read(path: Path) -> dict[str, Any]:
    """Read the attributes of a vocabulary from its file.

    Raises
    ------
    InputError
        If there is no such file, or it is not a vocabulary.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(parquet_form.MAGIC)) != parquet_form.MAGIC:
                raise InputError(f"{path}: expected a vocabulary; it cannot be read: it is not a Parquet file")
        parquet_form.check(path, f"{path}: expected a vocabulary")
        written = pl.read_parquet_metadata(path).get(KEY)
        frame = pl.read_parquet(path)
    except FileNotFoundError as error:
        raise unread_file(path, "a vocabulary", error) from error
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise file_error(f"{path}: expected a vocabulary; it cannot be read: {reason_of(error)}", error) from error
    try:
        settings = orjson.loads(written or "{}")
        form = settings.pop("form", None)
        if form == FORM:
            return _attributes(frame, settings)
    except (LookupError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{path}: expected a vocabulary; found a damaged one ({type(error).__name__}: {error}): make it again with "
            "instag normalize"
        ) from error
    raise InputError(f"{path}: expected a vocabulary that this version of instag saved; found other data")


def _attributes(frame: pl.DataFrame, settings: dict[str, Any]) -> dict[str, Any]:
    judged = dict(frame.schema) == SCHEMA | {name: dtype for name, dtype in HIERARCHY.items() if name != "tag"}
    if not judged and dict(frame.schema) != SCHEMA:
        raise TypeError(f"its columns are {dict(frame.schema)}")
    embedder, history, edits = settings.pop("embedder"), settings.pop("history"), settings.pop("edits", ())
    settings["steps"] = tuple(settings["steps"])
    tags = frame.head(-1)
    return {
        "tags": tags.select("tag", "count", "members"),
        "dropped": frame.tail(1).get_column("members")[0].to_list(),
        "merges": _merges(frame),
        "steps": pl.DataFrame(history, STEPS),
        "settings": Settings(**settings),
        "embedder": embedder,
        "vectors": None if embedder is None else _vectors(tags.get_column("vector")),
        "hierarchy": tags.select(*HIERARCHY) if judged else None,
        "edits": tuple(edits),
    }


def _merges(frame: pl.DataFrame) -> pl.DataFrame:
    merges = frame.select(pl.col("tag").alias("to"), "merges").explode("merges")
    return merges.drop_nulls("merges").unnest("merges").sort("nth").select(*MERGES)


def _vectors(column: pl.Series) -> Any:
    width = int(column.list.len().max() or 1)  # type: ignore[arg-type]
    return column.explode().to_numpy().reshape(len(column), width).astype(np.float32)
