"""Subsets of equal tokens, one for each method and seed."""

from collections.abc import Callable
from typing import Any

import polars as pl

import instag

Method = Callable[[pl.DataFrame, int, int], pl.DataFrame]


def filled(ordered: pl.DataFrame, budget: int) -> pl.DataFrame:
    """Take rows in order, each that still fits, until less than half a percent of the budget is left."""
    taken, left = [], budget
    for n, tokens in enumerate(ordered["tokens"]):
        if tokens <= left:
            taken.append(n)
            left -= tokens
        if left < budget / 200:
            break
    return ordered[taken]


def ranked(**options: Any) -> Method:
    """Take rows by one of instag's rankings."""
    return lambda pool, budget, seed: filled(instag.rank(pool, seed=seed, **options), budget)


def gain(**options: Any) -> Method:
    """Take rows by what they add for their tokens, and fill up what is left of the budget in the same way."""

    def take(pool: pl.DataFrame, budget: int, seed: int) -> pl.DataFrame:
        return instag.select(pool, budget, method="gain", cost="tokens", seed=seed, **options)

    return take


def longest(pool: pl.DataFrame, budget: int, seed: int) -> pl.DataFrame:
    """Take the longest rows first, those of one length in random order."""
    shuffled = pool.sample(fraction=1, shuffle=True, seed=seed)
    return filled(shuffled.sort("tokens", descending=True, maintain_order=True), budget)


def methods(quality: str | None) -> dict[str, Method]:
    """List the methods that are compared; one with quality only where a column has it."""
    found: dict[str, Method] = {
        "random": ranked(method="random"),
        "longest": longest,
        "complexity-first": ranked(method="complexity-first"),
        "gain": gain(),
    }
    if quality is not None:
        found["gain-quality"] = gain(quality=quality)
    return found
