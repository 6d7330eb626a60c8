"""The rules step: different spellings of a tag become one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import count

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.normalization.matching.clustering import star
from instag.normalization.matching.decision import ACCENTS, Matching, spelling, spelt
from instag.normalization.state import DROPPED, Change, Changes, State, Step

__all__ = ["rules"]


def rules(state: State, matching: Matching) -> Step:
    """Clean tags, then join those that differ by spaces or inflection or, as in the paper, those of one Porter stem."""
    order = state.ranked
    texts = np.array(state.cleaned, object)[order]
    cleaned = _same_when_cleaned(order, texts)
    stays = ~np.isin(order, cleaned.source)
    live, left = order[stays], texts[stays].tolist()
    keys = matching.keys(left)
    if matching.by_stem_alone:
        return Step(Changes.all([cleaned, _same_stem(live, *keys)]))
    joins, apart = _same_spelling(live.tolist(), left, keys)
    return Step(Changes.all([cleaned, Changes.of(joins)]), apart)


def _same_when_cleaned(order: NDArray[np.int64], texts: NDArray[np.object_]) -> Changes:
    # The most frequent spelling comes first; it is the one that is kept.
    first = _first(texts.tolist())
    blank = texts == ""
    changed = blank | (first != np.arange(len(first)))
    text = pl.Series(texts[changed], dtype=pl.String)
    why = pl.select(
        pl.when(text == "").then(pl.lit("blank: nothing but white space")).otherwise("the same once cleaned: " + text)
    )
    return Changes.plain(order[changed], np.where(blank, DROPPED, order[first])[changed], why.to_series())


def _same_stem(live: NDArray[np.int64], keys: list[str]) -> Changes:
    first = _first(keys)
    changed = np.flatnonzero(first != np.arange(len(first)))
    why = "the same stem: " + pl.Series([keys[nth] for nth in changed], dtype=pl.String)
    return Changes.plain(live[changed], live[first[changed]], why)


def _first(keys: list[str]) -> NDArray[np.int64]:
    """For each key, the place where it occurs first."""
    seen: dict[str, int] = {}
    return np.fromiter(map(seen.setdefault, keys, count()), np.int64, len(keys))


def _same_spelling(
    live: list[int], texts: list[str], keys: list[list[str]]
) -> tuple[list[Change], list[tuple[int, int, str]]]:
    edges: dict[int, dict[int, float]] = defaultdict(dict)
    why: dict[tuple[int, int], str] = {}
    apart = []
    for one, other in _candidates(keys):
        verdict = spelling(texts[one], texts[other])
        if verdict is None:
            continue
        if verdict.joins:
            edges[one][other] = edges[other][one] = float(verdict.rank)
            why[one, other] = why[other, one] = verdict.why
        else:
            apart.append((live[one], live[other], verdict.why))
    _only_one_accented(edges, why)
    joins = [
        Change(live[nth], live[centre], spelt(why[nth, centre], texts[nth], texts[centre]))
        for nth, (centre, _) in star(sorted(edges), edges).items()
    ]
    return joins, apart


def _only_one_accented(edges: dict[int, dict[int, float]], why: dict[tuple[int, int], str]) -> None:
    """Do not join a word that could be several words without their accents: "releve" is "relève" or "relevé"."""
    by_accents = [pair for pair, reason in why.items() if reason == ACCENTS]
    twins = Counter(one for one, _ in by_accents)
    for one, other in by_accents:
        if twins[one] > 1 or twins[other] > 1:
            edges[one].pop(other, None)


def _candidates(keys: list[list[str]]) -> Iterable[tuple[int, int]]:
    """The places of pairs of tags with a common key, the lower place first."""
    if not keys:
        return ()
    ones, others = np.divmod(np.unique(np.concatenate(list(map(_pairs, keys)))), max(len(keys[0]), 1))
    return zip(ones.tolist(), others.tolist(), strict=True)


def _pairs(keys: list[str]) -> NDArray[np.int64]:
    """All pairs of places with the same key, each as the lower place times the number of keys, plus the other place."""
    first = _first(keys)
    several = np.flatnonzero(np.bincount(first, minlength=len(first))[first] > 1)
    # The places of a key are next to each other, so every pair is found at some gap.
    places = several[np.argsort(first[several], kind="stable")]
    found = [np.empty(0, np.int64)]
    for gap in range(1, len(places)):
        one, other = places[:-gap], places[gap:]
        same = first[one] == first[other]
        if not same.any():
            break
        found.append(one[same] * len(keys) + other[same])
    return np.concatenate(found)
