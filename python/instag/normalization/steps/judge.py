"""The judge step: tags that the judge says mean the same become one, unless it contradicts itself.

Judgements of the most frequent tags are applied first, whatever the order of questions and answers. A later one is
refused, and listed, if it would join two tags that the judge kept apart or that are opposites.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.normalization.judging.judgments import Judged
from instag.normalization.matching.clustering import Joined, chained
from instag.normalization.matching.guards import contrary
from instag.normalization.state import Change, State, Step
from instag.normalization.tree import acyclic

__all__ = ["Broader", "Source", "Verdicts", "judge", "verdicts_of"]

Pair = tuple[int, int]
Broader = dict[Pair, "Source"]
"""For pairs of a tag and a broader one, who said so."""


class Source(NamedTuple):
    """Who made a judgement, and the reason."""

    judge: str
    reason: str

    def __str__(self) -> str:
        return f"says {self.judge}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True)
class Verdicts:
    """The judgements of pairs of tags, by their codes.

    Attributes
    ----------
    same
        Pairs that mean the same, the lower code first.
    different
        Pairs that a judge considered and kept apart, the lower code first.
    broader
        Pairs of a tag and a broader one.
    unknown
        Names in judgements that are not tags of these data.
    place
        The place of each tag in order of frequency, when it was judged.
    """

    same: dict[Pair, Source] = field(default_factory=dict)
    different: dict[Pair, Source] = field(default_factory=dict)
    broader: Broader = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    place: dict[int, int] = field(default_factory=dict)

    def add(self, other: "Verdicts") -> None:
        """Add judgements of pairs that have none yet; a pair that was called the same does not become different."""
        known = self.same.keys() | self.different.keys()
        self.same.update({pair: source for pair, source in other.same.items() if pair not in known})
        apart = {pair: source for pair, source in other.different.items() if pair not in known | self.same.keys()}
        self.different.update(apart)
        above = {pair: source for pair, source in other.broader.items() if _pair(*pair) not in self.same}
        self.broader.update(above | self.broader)
        self.unknown.update(+other.unknown)

    def parents(self, ends: NDArray[np.int64]) -> tuple[dict[int, list[int]], list[Pair]]:
        """The broader tags of each tag, after all merges so far, and the pairs that were left out to break circles."""
        now = {(int(ends[tag]), int(ends[above])) for tag, above in self.broader}
        return acyclic([pair for pair in now if self.place.keys() >= {*pair}], self.place)


def verdicts_of(state: State, ends: NDArray[np.int64], judged: Iterable[Judged]) -> Verdicts:
    """Apply judgements to the current tags: a name in them is a tag, a spelling of one, or a tag that became one.

    `ends` is what each raw tag has become.
    """
    codes = _codes(state, ends)
    found = Verdicts(place={tag: nth for nth, tag in enumerate(state.order.tolist())})
    relevant = [(each, tag) for each in judged if (tag := codes(each.tag)) is not None]
    # Judgements of a tag by its current name take precedence over those of tags that have become it.
    own = [state.tags[tag] == each.tag for each, tag in relevant]
    for mine in (True, False):
        verdicts = Verdicts()
        for (each, tag), whether in zip(relevant, own, strict=True):
            if whether == mine:
                _take(verdicts, each, tag, codes)
        found.add(verdicts)
    return found


def _take(found: Verdicts, each: Judged, tag: int, codes: "_codes") -> None:
    """Add the pairs of a judgement."""
    for name in dict.fromkeys((*each.same, *each.broader, *each.candidates)):
        other = codes(name)
        source = Source(each.judge, each.reasons.get(name, ""))
        if other is None:
            found.unknown[name] += name in each.same or name in each.broader
        elif other == tag:
            continue
        elif name in each.same:
            found.same.setdefault(_pair(tag, other), source)
        else:
            found.different.setdefault(_pair(tag, other), source)
            if name in each.broader:
                found.broader.setdefault((tag, other), source)


def judge(state: State, verdicts: Verdicts, *, guards: bool) -> Step:
    """Join the tags that mean the same; each merge is explained by pairs that lead to the most frequent spelling."""
    texts = dict(zip(state.order.tolist(), _core.clean(state.names.gather(state.order).to_list()), strict=True))
    place = verdicts.place
    groups = _Groups(verdicts.different, texts, guards=guards)
    apart = []
    # The most frequent pairs first, ordered by the rarer tag of each.
    for pair in sorted(verdicts.same, key=lambda pair: sorted((place[pair[0]], place[pair[1]]), reverse=True)):
        why = groups.join(*pair)
        if why is not None:
            apart.append((*_by_place(pair, place), f"the same, {verdicts.same[pair]}; {why}"))
    edges: dict[int, dict[int, float]] = defaultdict(dict)
    for one, other in groups.edges(verdicts.same):
        edges[one][other] = edges[other][one] = 0.0
    joined = chained(state.ranked.tolist(), edges, 1)
    return Step(list(_changes(joined, verdicts.same, texts)), apart)


def _changes(joined: Joined, same: dict[Pair, Source], texts: dict[int, str]) -> Iterable[Change]:
    for tag, (centre, via) in joined.items():
        why = f"{texts[tag]} / {texts[via]}: the same, {same[_pair(tag, via)]}"
        yield Change(tag, centre, why, via if via != centre else None)


class _Groups:
    """Groups of joined tags, in none of which two tags are known to differ."""

    def __init__(self, different: dict[Pair, Source], texts: dict[int, str], *, guards: bool) -> None:
        self._different, self._texts, self._guards = different, texts, guards
        self._members: dict[int, list[int]] = {}
        self._group: dict[int, int] = {}

    def join(self, one: int, other: int) -> str | None:
        """Join the groups of two tags, or return why they stay apart."""
        mine, others = self._of(one), self._of(other)
        if mine == others:
            return self._opposed(one, other)
        for left in self._members[mine]:
            for right in self._members[others]:
                why = self._opposed(left, right) or self._kept(left, right)
                if why:
                    return why if {left, right} == {one, other} else f"{why} ({self._shown(left, right)})"
        self._members[mine] += self._members[others]
        for tag in self._members.pop(others):
            self._group[tag] = mine
        return None

    def edges(self, same: Iterable[Pair]) -> list[Pair]:
        """The pairs within one group, without opposites."""
        return [pair for pair in same if self._of(pair[0]) == self._of(pair[1]) and not self._opposed(*pair)]

    def _of(self, tag: int) -> int:
        if tag not in self._group:
            self._group[tag] = tag
            self._members[tag] = [tag]
        return self._group[tag]

    def _opposed(self, one: int, other: int) -> str | None:
        why = contrary(self._texts[one], self._texts[other]) if self._guards else None
        return f"kept apart: {why}" if why else None

    def _kept(self, one: int, other: int) -> str | None:
        source = self._different.get(_pair(one, other))
        return f"kept apart: {source.judge} says that they differ" if source else None

    def _shown(self, one: int, other: int) -> str:
        return " / ".join(sorted((self._texts[one], self._texts[other])))


class _codes:  # noqa: N801 - it is called like a function
    """From a name to the code of the tag that it is now; None if there is no such tag."""

    def __init__(self, state: State, ends: NDArray[np.int64]) -> None:
        names = state.tags
        live = np.flatnonzero(ends >= 0)
        live = live[state.counts[ends[live]] > 0]
        order = live[np.argsort(-state.rows.given[live], kind="stable")].tolist()
        texts = _core.clean([names[code] for code in order])
        self._ends = {names[code]: int(ends[code]) for code in order}
        self._cleaned: dict[str, int] = {}
        for text, code in zip(texts, order, strict=True):
            self._cleaned.setdefault(text, int(ends[code]))

    def __call__(self, name: str) -> int | None:
        code = self._ends.get(name)
        return self._cleaned.get(_core.clean([name])[0]) if code is None else code


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _by_place(pair: Pair, place: dict[int, int]) -> Pair:
    one, other = sorted(pair, key=place.__getitem__)
    return one, other
