"""The rules step: one tag for every way to write it."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Literal

from instag import _core
from instag.normalization.decision import spelling
from instag.normalization.difference import joined
from instag.normalization.linkage import star
from instag.normalization.state import DROPPED, Change, State, Step, named

__all__ = ["Stem", "rules"]

Stem = bool | Literal["paper"]


def rules(state: State, stem: Stem, *, guards: bool) -> Step:
    """Clean tags, then join those that differ by spaces or inflection.

    With `stem` "paper", or without guards, tags of one Porter stem are joined, as in the paper, right or wrong.
    """
    changes = _same_when_cleaned(state)
    rest = state.after(named(len(state.tags), changes))
    live = rest.live
    texts = _core.clean([rest.tags[tag] for tag in live])
    if stem and (stem == "paper" or not guards):
        return Step(changes + _same_stem(live, texts))
    if not guards:
        return Step(changes)
    joins, apart = _same_spelling(live, texts, stem=bool(stem))
    return Step(changes + joins, apart)


def _same_when_cleaned(state: State) -> list[Change]:
    live = state.live
    cleaned = _core.clean([state.tags[tag] for tag in live])
    first: dict[str, int] = {}
    changes = []
    # The most frequent spelling comes first, and is the one to show.
    for tag, text in zip(live, cleaned, strict=True):
        if not text:
            changes.append(Change(tag, DROPPED, "blank: nothing but white space"))
        elif first.setdefault(text, tag) != tag:
            changes.append(Change(tag, first[text], f"the same once cleaned: {text}"))
    return changes


def _same_stem(live: list[int], texts: list[str]) -> list[Change]:
    first: dict[str, int] = {}
    changes = []
    for tag, key in zip(live, _core.stem_keys(texts), strict=True):
        if first.setdefault(key, tag) != tag:
            changes.append(Change(tag, first[key], f"the same stem: {key}"))
    return changes


def _same_spelling(live: list[int], texts: list[str], *, stem: bool) -> tuple[list[Change], list[tuple[int, int, str]]]:
    text = dict(zip(live, texts, strict=True))
    edges: dict[int, dict[int, float]] = defaultdict(dict)
    why: dict[tuple[int, int], str] = {}
    apart = []
    for one, other in _candidates(live, texts, stem=stem):
        said = spelling(text[one], text[other])
        if said is None:
            continue
        if said.joins:
            edges[one][other] = edges[other][one] = float(said.rank)
            why[one, other] = why[other, one] = said.why
        else:
            apart.append((one, other, said.why))
    joins = [
        Change(tag, centre, f"{why[tag, centre]}: {text[tag]} / {text[centre]}")
        for tag, (centre, _) in star(live, edges).items()
    ]
    return joins, apart


def _candidates(live: list[int], texts: list[str], *, stem: bool) -> Iterable[tuple[int, int]]:
    """Pairs of tags that are the same without spaces, or whose stems are."""
    keys = [[joined(text) for text in texts]]
    if stem:
        keys.append([key.replace(" ", "") for key in _core.stem_keys(texts)])
    pairs: dict[tuple[int, int], None] = {}
    for key in keys:
        groups = defaultdict(list)
        for tag, part in zip(live, key, strict=True):
            groups[part].append(tag)
        pairs |= dict.fromkeys(pair for group in groups.values() for pair in combinations(group, 2))
    return pairs
