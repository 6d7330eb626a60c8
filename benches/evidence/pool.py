"""The pool that all methods choose from, and the rows that are kept apart to ask the trained models about."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

import instag
from encoding import Encoder


@dataclass(frozen=True)
class Pool:
    """Rows to choose from, rows held out, and what was left out of both, by reason."""

    train: pl.DataFrame
    held_out: pl.DataFrame
    left_out: dict[str, int]


def read(files: Sequence[str], folder: Path) -> pl.DataFrame:
    """Read files of any layout as conversations in `messages`, with the columns beside them; none: the bundled sample."""
    if not files:
        return instag.load_sample()
    folder.mkdir(parents=True, exist_ok=True)
    drafts = folder / "pool.draft"
    try:
        drafts.mkdir(exist_ok=True)
        instag.convert(files, drafts / "pool.parquet", to="messages")
        return pl.read_parquet(drafts / "pool.parquet")
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def prepare(data: pl.DataFrame, encoder: Encoder, *, tags: str, share: float, least: int) -> Pool:
    """Encode each row, leave out what cannot be compared, and hold a share out, without copies across.

    A row without tags could be taken by some methods and never by others, so none may take it; the same holds for rows
    without an answer to learn from and for rows of fewer than `least` tokens.
    """
    if tags not in data.columns:
        message = f"the pool has no column {tags!r}; name the one with the tags: --tags"
        raise instag.InputError(message)
    encoded = [encoder.encode(messages) for messages in data["messages"].to_list()]
    data = data.rename({tags: "tags"} if tags != "tags" else {}).with_columns(
        source=pl.col("source") if "source" in data.columns else pl.lit("all"),
        ids=pl.Series([ids for ids, _ in encoded], dtype=pl.List(pl.Int64)),
        learned=pl.Series([learned for _, learned in encoded], dtype=pl.List(pl.Boolean)),
    )
    data = data.with_columns(
        tokens=pl.col("ids").list.len().cast(pl.Int64), answer_tokens=pl.col("learned").list.sum().cast(pl.Int64)
    )
    left_out = {}
    for reason, keep in (
        ("without tags", pl.col("tags").list.len().fill_null(0) > 0),
        ("without an answer within --longest", pl.col("answer_tokens") > 0),
        ("too short", pl.col("tokens") >= least),
    ):
        left_out[reason] = data.filter(~keep).height
        data = data.filter(keep)
    parts = instag.split(data, validation=share, query=None)
    if parts.validation is None:
        message = "nothing is held out: give a larger --held-out"
        raise instag.InputError(message)
    return Pool(parts.train.with_row_index("nth"), parts.validation.with_row_index("nth"), left_out)
