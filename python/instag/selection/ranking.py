"""Samples in order of selection, and why each was taken."""

from numbers import Integral
from typing import get_args

import numpy as np
import polars as pl

from instag.choices import Method
from instag.errors import InputError
from instag.tagsets import Ranking, TagSets

__all__ = ["Method", "explain", "rank_tags"]


def rank_tags(tagsets: TagSets, method: str, budget: int, seed: int | None) -> Ranking:
    """Rank encoded tags, the options checked."""
    if method not in get_args(Method):
        raise InputError(f"method: expected one of {', '.join(get_args(Method))}; found {method!r}")
    if seed is not None and not (isinstance(seed, Integral) and 0 <= seed < 2**64):
        raise InputError(f"seed: expected an integer from 0 to 2**64 - 1, or None; found {seed!r}")
    return tagsets.rank(method, budget, seed)


def explain(tagsets: TagSets, ranking: Ranking) -> pl.DataFrame:
    """Why each sample was taken, as columns."""
    return pl.DataFrame(
        {
            "rank": np.arange(1, len(ranking.rows) + 1, dtype=np.uint32),
            "round": ranking.rounds,
            "row": ranking.rows,
            "new_tags": tagsets.novelty(ranking),
        }
    )
