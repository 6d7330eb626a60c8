"""Candidates for paraphrases: for each row, the turn that is nearest in meaning to an item of a benchmark."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from instag.checks import is_number
from instag.embedding.minilm import HINT, MiniLM
from instag.embedding.vectors import Embed, Vectors, embedder_of
from instag.errors import InputError
from instag.progress import Progress, Stage
from instag.warning import warn

__all__ = ["check_from", "nearest"]

# The tokens of a text that the offline embedder reads, which are more than for tags.
TOKENS = 256
# Texts that are embedded and compared at a time.
BATCH = 512


def check_from(least: Any) -> None:
    """Check that a value is a cosine from 0 to 1, or None.

    Examples
    --------
    >>> check_from(7)
    Traceback (most recent call last):
    ...
    instag.errors.InputError: judge_from / --judge-from: expected a cosine from 0 to 1, such as 0.7; found 7
    """
    if least is not None and not (is_number(least) and 0 <= least <= 1):
        raise InputError(f"judge_from / --judge-from: expected a cosine from 0 to 1, such as 0.7; found {least!r}")


def nearest(
    turns: pl.DataFrame,
    items: pl.Series,
    embedder: str | Embed,
    least: float,
    progress: Callable[[Progress], object] | None,
) -> pl.DataFrame:
    """Find the turn of each row that is nearest to an item, leaving out rows without a turn that is near enough.

    Parameters
    ----------
    turns
        The user's turns: `row`, `turn` and `text`.
    items
        The texts of the items.
    embedder
        An embedder, as for :func:`instag.normalize`.
    least
        The least cosine.
    progress
        Called with the progress of embedding.

    Returns
    -------
    polars.DataFrame
        `row`, `turn`, `text`, `nth` (the item) and `likeness` (the cosine), in order of rows.
    """
    name, embed = _embedder(embedder)
    covers: Callable[[str], bool] = getattr(embed, "covers", lambda _: True)
    wanted = [nth for nth, text in enumerate(items.to_list()) if covers(text)]
    texts = turns.get_column("text").unique(maintain_order=True)
    read = [text for text in texts.to_list() if covers(text)]
    if len(read) < len(texts):
        warn(
            f"embedder {name}: {len(texts) - len(read):,} of {len(texts):,} texts are in a script that it does not know, "
            "and are not compared by meaning: choose another embedder, such as embedder='use'"
        )
    places, likeness = np.empty(len(read), np.uint32), np.full(len(read), -1.0)
    if wanted:
        asked = Vectors(name, embed).of(items.gather(wanted).to_list())
        numbers = np.array(wanted, np.uint32)
        for start in range(0, len(read), BATCH):
            if progress is not None:
                progress(Stage("embedding", start, len(read)))
            some = read[start : start + BATCH]
            # Vectors are compared right away and not kept, because those of all texts would take much memory.
            near = Vectors(name, embed).of(some) @ asked.T
            best = near.argmax(axis=1)
            places[start : start + len(some)] = numbers[best]
            likeness[start : start + len(some)] = near[np.arange(len(some)), best]
    known = pl.DataFrame({"text": pl.Series(read, dtype=pl.String), "nth": places, "likeness": likeness})
    found = turns.join(known.filter(pl.col("likeness") >= least), on="text", how="inner", maintain_order="left")
    found = found.sort("row", "likeness", "turn", descending=[False, True, False], maintain_order=True)
    return found.unique("row", keep="first", maintain_order=True).select("row", "turn", "text", "nth", "likeness")


def _embedder(wanted: str | Embed) -> tuple[str, Embed]:
    if wanted == "minilm":
        try:
            return "minilm", MiniLM(TOKENS)
        except ImportError:
            raise InputError(f"embedder: {HINT}") from None
    found = embedder_of(wanted)
    if found is None:
        raise InputError("embedder: expected an embedder, because candidates are found by meaning; found None")
    return found
