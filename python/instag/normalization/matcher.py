"""Match tags that a vocabulary has not seen to those that it has."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.embedding.vectors import Vectors
from instag.errors import InputError
from instag.normalization.matching.acronyms import LEAST, Acronyms, reason
from instag.normalization.matching.decision import shown, spelling, spelt
from instag.normalization.settings import Settings

__all__ = ["HIERARCHY", "Known", "Match", "Matcher", "stand_ins_of"]


HIERARCHY: dict[str, Any] = {
    "tag": pl.String,
    "broader": pl.List(pl.String),
    "share": pl.Float64,
    "narrower": pl.List(pl.String),
}


class Known(Protocol):
    """What matching needs to know of a vocabulary; :class:`instag.Vocabulary` is one."""

    @property
    def tags(self) -> pl.DataFrame:
        """A row for each tag: `tag`, `count`, `members`."""

    @property
    def dropped(self) -> list[str]:
        """The raw tags that were dropped."""

    @property
    def settings(self) -> Settings:
        """The options of the normalisation."""

    @property
    def embedder(self) -> str | None:
        """The name of the embedder."""

    @property
    def vectors(self) -> NDArray[np.float32] | None:
        """The vector of each tag."""

    @property
    def hierarchy(self) -> pl.DataFrame | None:
        """The broader tags of each tag, and the rare raw tags that it replaces."""


@dataclass(frozen=True)
class Match:
    """What an unseen tag becomes: the place of a tag of the vocabulary, or None if it is new or dropped."""

    place: int | None
    step: str = ""
    why: str = ""
    nearest: int | None = None
    similarity: float | None = None
    # More tags of the vocabulary, if a rare tag is replaced by several broader ones.
    others: tuple[int, ...] = ()

    @property
    def places(self) -> tuple[int, ...]:
        """All tags that it becomes."""
        return () if self.place is None else (self.place, *self.others)


class Matcher:
    """Finds tags of a vocabulary for raw tags.

    Each raw tag is matched by itself, so that its match does not depend on the others.
    """

    def __init__(self, vocabulary: Known, vectors: Vectors | None) -> None:
        self._settings = vocabulary.settings
        self._matching = vocabulary.settings.matching
        self._vectors, self._embedder = vectors, vocabulary.embedder
        self._found = vocabulary.vectors
        self._centres = _core.clean(vocabulary.tags.get_column("tag").to_list())
        members = vocabulary.tags.get_column("members").to_list()
        raws = [(raw, place) for place, some in enumerate(members) for raw in some]
        texts = _core.clean([raw for raw, _ in raws])
        # The place of each cleaned text. If several tags have a member of the same text, the most frequent tag keeps
        # it, since it comes first. Then come the texts of rare tags that are replaced by broader ones, and last those
        # of dropped tags.
        self._cleaned: dict[str, int] = {}
        for text, (_, place) in zip(texts, raws, strict=True):
            self._cleaned.setdefault(text, place)
        stand_ins = stand_ins_of(vocabulary)
        self._stand_ins = list(stand_ins.values())
        for nth, text in enumerate(_core.clean(list(stand_ins))):
            self._cleaned.setdefault(text, len(self._centres) + 1 + nth)
        for text in _core.clean(vocabulary.dropped):
            self._cleaned.setdefault(text, len(self._centres))
        self._acronyms = Acronyms(self._centres)
        self._keys = [_holders(keys, list(self._cleaned)) for keys in self._matching.keys(list(self._cleaned))]

    def match(self, raws: Sequence[str]) -> list[Match]:
        """What each raw tag becomes."""
        texts = _core.clean(list(raws))
        matches = self._by_rules(texts)
        rest = [nth for nth, match in enumerate(matches) if match is None]
        by_meaning = dict(zip(rest, self._by_meaning([texts[nth] for nth in rest]), strict=True))
        return [match or by_meaning[nth] for nth, match in enumerate(matches)]

    def _by_rules(self, texts: list[str]) -> list[Match | None]:
        if not self._settings.takes("rules"):
            return [None for _ in texts]
        columns = self._matching.keys(texts)
        alike: list[set[str]] = [set() for _ in texts]
        for known, keys in zip(self._keys, columns, strict=True):
            for some, key in zip(alike, keys, strict=True):
                some.update(known.get(key, ()))
        return [self._by_rule(text, sorted(some)) for text, some in zip(texts, alike, strict=True)]

    def _by_rule(self, text: str, candidates: list[str]) -> Match | None:
        if text in self._cleaned:
            return self._ruled(self._cleaned[text], f"the same once cleaned: {text}")
        if self._matching.by_stem_alone:
            places = [self._cleaned[member] for member in candidates]
            return self._ruled(min(places), "the same stem") if places else None
        joins = [
            (place == len(self._centres), word.rank, place, member, word.why)
            for member in candidates
            for place, word in ((self._cleaned[member], spelling(text, member)),)
            if word and word.joins
        ]
        if not joins:
            return None
        _, _, place, member, why = min(joins)
        return self._ruled(place, spelt(why, text, member))

    def _ruled(self, place: int, why: str) -> Match:
        if place == len(self._centres):
            return Match(None, "rules", f"a spelling of a dropped tag; {why}")
        if place > len(self._centres):
            first, *others = self._stand_ins[place - len(self._centres) - 1]
            return Match(first, "rules", f"a spelling of a rare tag, which it replaces; {why}", others=(*others,))
        return Match(place, "rules", why)

    def _by_meaning(self, texts: list[str]) -> list[Match]:
        new = [Match(None) for _ in texts]
        vectors, centres = self._vectors, self._found
        if vectors is None or centres is None or not self._settings.takes("semantic") or not len(centres):
            return new
        known = [nth for nth, text in enumerate(texts) if vectors.covers(text)]
        found = vectors.of([texts[nth] for nth in known])
        if known and found.shape[1:] != centres.shape[1:]:
            raise InputError(
                f"embedder {vectors.name}: expected vectors of {centres.shape[1]} numbers, as the vocabulary has them "
                f"from {self._embedder}; found {found.shape[1]}"
            )
        for nth, vector in zip(known, found, strict=True):
            similarities = centres @ vector
            match = self._nearest(texts[nth], similarities, vectors)
            new[nth] = match if match.step else self._acronym(texts[nth], similarities, match)
        return new

    def _acronym(self, text: str, similarities: NDArray[np.float32], match: Match) -> Match:
        """The tag that the text is an acronym of, or that is an acronym of the text, if there is just one."""
        if not self._settings.guards:
            return match
        place = self._acronyms.partner(text)
        if place is None or similarities[place] < LEAST:
            return match
        similarity = float(similarities[place])
        why = shown(text, self._centres[place], similarity, reason(text, self._centres[place]))
        return Match(place, "semantic", why, match.nearest, similarity)

    def _nearest(self, text: str, similarities: NDArray[np.float32], vectors: Vectors) -> Match:
        """The nearest tag that is accepted; places are in order of frequency, so a tie goes to the most frequent."""
        order = np.argsort(-similarities, kind="stable")
        nearest, best = int(order[0]), float(similarities[order[0]])
        within = similarities >= 1 - self._matching.reach - 1e-6
        for place in order[: int(within.sum())].tolist():
            similarity, centre = float(similarities[place]), self._centres[place]
            why = self._matching.why(text, centre, similarity, self._matching.exchange(vectors, [(text, centre)]))
            if why is not None:
                return Match(place, "semantic", shown(text, centre, similarity, why), nearest, similarity)
        return Match(None, "", "", nearest, best)


def _holders(keys: list[str], texts: list[str]) -> dict[str, list[str]]:
    """The texts that have each key."""
    holders: dict[str, list[str]] = defaultdict(list)
    for key, text in zip(keys, texts, strict=True):
        holders[key].append(text)
    return holders


def stand_ins_of(vocabulary: Known) -> dict[str, list[int]]:
    """The raw tags that were dropped as rare, and the places of the broader tags that replace them."""
    found: dict[str, list[int]] = defaultdict(list)
    if vocabulary.hierarchy is not None:
        for place, raws in enumerate(vocabulary.hierarchy.get_column("narrower").to_list()):
            for raw in raws:
                found[raw].append(place)
    return found
