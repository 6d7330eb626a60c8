"""Vocabularies in files: Parquet, a row for each tag with all that became it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from instag.errors import InputError
from instag.io.files import atomic_write
from instag.normalization.history import MERGES, STEPS
from instag.normalization.options import Settings
from instag.normalization.vocabulary import Vocabulary

__all__ = ["load", "save"]

# The name of the settings in a file's metadata, and the form of the file.
KEY = "instag vocabulary"
FORM = 1
VECTOR = pl.List(pl.Float32)
# What a tag's merges are told by; `to` is the tag, and `nth` their place among all.
TOLD = {"nth": pl.UInt32} | {name: dtype for name, dtype in MERGES.items() if name != "to"}

SCHEMA = {
    "tag": pl.String,
    "count": pl.UInt32,
    "members": pl.List(pl.String),
    "vector": VECTOR,
    "merges": pl.List(pl.Struct(TOLD)),
}


def save(vocabulary: Vocabulary, path: Path) -> None:
    """Write a vocabulary; see :meth:`Vocabulary.save`."""
    merges = vocabulary.merges.with_row_index("nth").group_by("to").agg(pl.struct(*TOLD).alias("merges"))
    vectors = pl.lit(None, VECTOR) if vocabulary.vectors is None else pl.Series(vocabulary.vectors, dtype=VECTOR)
    kept = vocabulary.tags.with_columns(vectors.alias("vector"))
    # The last row is that of the tags that went away.
    rows = pl.concat([kept, pl.DataFrame([{"members": vocabulary.dropped}], kept.schema)])
    told = rows.join(merges, left_on="tag", right_on="to", how="left", nulls_equal=True, maintain_order="left")
    settings = {"form": FORM, "embedder": vocabulary.embedder, **asdict(vocabulary.settings)}
    metadata = {KEY: orjson.dumps(settings | {"history": vocabulary.steps.to_dicts()}).decode()}
    with atomic_write(path, "parquet") as draft:
        told.write_parquet(draft, metadata=metadata)


def load(path: Path) -> Vocabulary:
    """Read a vocabulary; see :meth:`Vocabulary.load`."""
    try:
        written = pl.read_parquet_metadata(path).get(KEY)
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path}: expected a vocabulary; it cannot be read: {error}") from error
    try:
        settings = orjson.loads(written or "{}")
        whose = settings.pop("form", None)
        if whose == FORM:
            return _made(frame, settings)
    except (LookupError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{path}: expected a vocabulary; found a damaged one ({type(error).__name__}: {error}): make it again with "
            "instag normalize"
        ) from error
    raise InputError(f"{path}: expected a vocabulary that this version of instag saved; found other data")


def _made(frame: pl.DataFrame, settings: dict[str, Any]) -> Vocabulary:
    if dict(frame.schema) != SCHEMA:
        raise TypeError(f"its columns are {dict(frame.schema)}")
    embedder, history = settings.pop("embedder"), settings.pop("history")
    settings["steps"] = tuple(settings["steps"])
    tags = frame.head(-1)
    return Vocabulary(
        tags=tags.select("tag", "count", "members"),
        dropped=frame.tail(1).get_column("members")[0].to_list(),
        merges=_merges(frame),
        steps=pl.DataFrame(history, STEPS),
        settings=Settings(**settings),
        embedder=embedder,
        vectors=None if embedder is None else _vectors(tags.get_column("vector")),
    )


def _merges(frame: pl.DataFrame) -> pl.DataFrame:
    told = frame.select(pl.col("tag").alias("to"), "merges").explode("merges")
    return told.drop_nulls("merges").unnest("merges").sort("nth").select(*MERGES)


def _vectors(column: pl.Series) -> Any:
    width = int(column.list.len().max() or 1)  # type: ignore[arg-type]
    return column.explode().to_numpy().reshape(len(column), width).astype(np.float32)
