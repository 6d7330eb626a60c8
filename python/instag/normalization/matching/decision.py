"""Decide whether two tags are the same, and why: by guards first, then by the rules of spelling, then by meaning.

Normalising and applying a vocabulary both decide here, so that a tag becomes the same in both.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from instag import _core
from instag.choices import Stem
from instag.embedding.vectors import Vectors
from instag.normalization.matching.guards import refusal
from instag.normalization.matching.languages import accents, is_english, unaccented
from instag.normalization.matching.lexicon import FILLERS, GENERIC
from instag.normalization.matching.words import (
    Words,
    content,
    difference,
    joined,
    kind_of_inflection,
    particles,
    respaced,
    stems,
    unlike,
    unrelated,
    words,
)

__all__ = [
    "ACCENTS",
    "Exchange",
    "Likeness",
    "Matching",
    "Spelling",
    "Stem",
    "compare",
    "reach",
    "shown",
    "spelling",
    "spelt",
    "unsettled",
]


# How far apart two tags may be, by how they differ: the caller's `distance` times this factor, and no more than CAP. The
# numbers belong to the model all-MiniLM-L6-v2; docs/normalizing.md says where they were measured.
TIMES = {
    "order": 2.0,
    "order of many words": 1.0,
    "derived": 2.0,
    "close words": 3.0,
    "other words": 2.0,
    "generic word": 1.5,
    "added words": 0.8,
    "word of its own": 0.8,
    "contained": 1.0,
    "far words": 0.8,
}
CAP = {"order": 0.10, "derived": 0.10, "close words": 0.15, "other words": 0.10, "generic word": 0.075}
# Two words by which tags differ are close from a similarity of CLOSE on, and have little in common below FAR.
CLOSE = 0.60
FAR = 0.42
# Tags of fewer letters, not counting spaces, are too short for two of them to be the same by spelling.
SHORT = 5
# The reason for joining two tags that differ in nothing else.
ACCENTS = "differ only by accents"


@dataclass(frozen=True)
class Spelling:
    """The result of comparing the spelling of two tags: a reason to join them, or not to join them by spelling."""

    joins: bool
    why: str
    rank: int


@dataclass(frozen=True)
class Likeness:
    """The result of comparing the meaning of two tags: the decision, the reason, and the distance allowed."""

    joins: bool
    why: str
    limit: float


@dataclass(frozen=True)
class Matching:
    """The settings that decide whether two tags are the same.

    Attributes
    ----------
    stem
        Whether inflections of one word are joined, or all words of one Porter stem (`"paper"`).
    guards
        Whether tags that only look alike are kept apart.
    distance
        The cosine distance within which tags are merged; None if meaning is not considered.
    """

    stem: Stem
    guards: bool
    distance: float | None

    @property
    def by_stem_alone(self) -> bool:
        """Whether tags of one Porter stem are always joined, right or wrong, as in the paper."""
        return bool(self.stem) and (self.stem == "paper" or not self.guards)

    def keys(self, texts: Sequence[str]) -> list[list[str]]:
        """Columns with a key for each cleaned text: only texts with the same key in some column can match by spelling.

        Examples
        --------
        >>> Matching(stem=True, guards=True, distance=None).keys(["role plays", "roleplay"])
        [['roleplays', 'roleplay'], ['roleplay', 'roleplay']]
        """
        if self.by_stem_alone:
            return [_core.stem_keys(list(texts))]
        if not self.guards:
            return []
        keys = [list(map(unaccented, texts))]
        if self.stem:
            keys.append([key.replace(" ", "") for key in _core.stem_keys(list(texts))])
        return keys

    @property
    def reach(self) -> float:
        """The largest distance at which any two tags may be merged."""
        return reach(self.distance or 0.0, guards=self.guards)

    def exchange(self, vectors: Vectors, pairs: Iterable[tuple[str, str]]) -> "Exchange":
        """The similarity of the words by which the tags of each pair differ, all embedded at once."""
        unknown = (unsettled(one, other) for one, other in pairs) if self.guards else ()
        return Exchange(vectors, filter(None, unknown))

    def why(self, one: str, other: str, similarity: float, exchange: "Exchange") -> str | None:
        """Why two texts of a similarity within reach are the same; None if they are not."""
        if not self.guards:
            return "alike"
        found = compare(one, other, similarity, self.distance or 0.0, exchange)
        return found.why if found.joins else None


def spelt(why: str, one: str, other: str) -> str:
    """The reason for a merge by spelling, as users read it."""
    return f"{why}: {one} / {other}"


def shown(one: str, other: str, similarity: float, why: str) -> str:
    """The reason for a merge by meaning, as users read it."""
    return f"{one} / {other}: similarity {similarity:.2f}; {why}"


def spelling(one: str, other: str) -> Spelling | None:
    """Compare the spelling of two cleaned tags; None if it decides nothing.

    Examples
    --------
    >>> spelling("java script", "javascript")
    Spelling(joins=True, why='differ only by spaces', rank=0)
    >>> spelling("code reviews", "code review").why
    'plural'
    >>> spelling("organ", "organization")
    Spelling(joins=False, why='kept apart: same stem only', rank=3)
    >>> spelling("safe", "not safe")
    """
    if joined(one) == joined(other):
        spaces = one.replace(" ", "") == other.replace(" ", "")
        return Spelling(joins=True, why=f"differ only by spaces{'' if spaces else ' or full stops'}", rank=0)
    twins = accents(one, other)
    if twins is not None:
        why = ACCENTS if twins else "kept apart: accents differ"
        return Spelling(joins=twins, why=why, rank=0 if twins else 3)
    # The rules of inflection are those of English.
    if refusal(one, other) or not (is_english(one) and is_english(other)):
        return None
    return _inflection(one, other)


def _inflection(one: str, other: str) -> Spelling | None:
    kind = kind_of_inflection(words(one), words(other))
    if kind is not None:
        return Spelling(joins=True, why=kind, rank=1 if kind == "plural" else 2)
    if min(len(one), len(other)) >= SHORT and respaced(one, other):
        return Spelling(joins=True, why="differ only by spaces and inflection", rank=2)
    if stems(one) == stems(other):
        return Spelling(joins=False, why="kept apart: same stem only", rank=3)
    return None


def reach(distance: float, *, guards: bool) -> float:
    """The largest distance at which any two tags may be merged."""
    return max(distance, *(_limit(kind, distance) for kind in TIMES)) if guards else distance


def unsettled(one: str, other: str) -> tuple[Words, Words] | None:
    """The words by which two tags differ, if the decision depends on the similarity of these words; otherwise None."""
    left, right = unlike(*difference(one, other))
    return (left, right) if left and right else None


def compare(
    one: str, other: str, similarity: float, distance: float, likeness: Callable[[Words, Words], float]
) -> Likeness:
    """Decide whether two cleaned tags of a given similarity are the same.

    `likeness` gives the similarity of the words by which they differ.

    Examples
    --------
    >>> compare("email writing", "writing emails", 0.93, 0.05, lambda left, right: 0.0)
    Likeness(joins=True, why='inflections of the same words in another order', limit=0.1)
    >>> compare("data analysis", "data analysis methods", 0.93, 0.05, lambda left, right: 0.0).joins
    False
    """
    guarded = refusal(one, other)
    if guarded:
        return Likeness(joins=False, why=guarded, limit=0.0)
    kind, why = _kind(one, other, likeness)
    limit = _limit(kind, distance)
    # A distance that single precision cannot tell from the limit is within it.
    return Likeness(joins=1 - similarity <= limit + 1e-6, why=why, limit=limit)


class Exchange:
    """The similarity of the words by which two tags differ, all embedded at once."""

    def __init__(self, vectors: Vectors, pairs: Iterable[tuple[Words, Words]]) -> None:
        texts = sorted({" ".join(side) for pair in pairs for side in pair})
        self._vectors = dict(zip(texts, vectors.of(texts), strict=True))

    def __call__(self, left: Words, right: Words) -> float:
        """The similarity of the two sides of one of the pairs."""
        return float(self._vectors[" ".join(left)] @ self._vectors[" ".join(right)])


def _kind(one: str, other: str, likeness: Callable[[Words, Words], float]) -> tuple[str, str]:
    left, right = difference(one, other)
    if not left and not right:
        return _kind_of_order(one, other)
    apart, apart_too = unlike(left, right)
    if not apart and not apart_too:
        other_word = any(unrelated(word, against) for word in left for against in right)
        kind = "word of its own" if other_word else "derived"
        return kind, f"one word derived from the other: {_exchange(left, right)}"
    if not apart or not apart_too:
        added = apart or apart_too
        generic = all(word in GENERIC for word in added)
        return "generic word" if generic else "added words", f"added: {' '.join(added)}"
    return _kind_of_exchange(one, other, (apart, apart_too), likeness)


def _kind_of_order(one: str, other: str) -> tuple[str, str]:
    """How tags with the same meaningful words differ: by inflection, order, or small words."""
    if kind_of_inflection(words(one), words(other)):
        return "derived", "inflection"
    found, found_too = particles(one), particles(other)
    if found != found_too:
        return "added words", f"particles differ: {_exchange(found, found_too).strip('/')}"
    counts, counts_too = Counter(words(one)), Counter(words(other))
    gone = sorted(word for word in (counts - counts_too) + (counts_too - counts) if word in FILLERS)
    why = []
    if not gone or not kind_of_inflection(content(one), content(other)):
        same = sorted(content(one)) == sorted(content(other))
        why.append(f"{'' if same else 'inflections of '}the same words in another order")
    if gone:
        why.append(f"without: {' '.join(gone)}")
    few = len(content(one)) <= len(("two", "words"))
    return "order" if few else "order of many words", "; ".join(why)


def _kind_of_exchange(
    one: str, other: str, exchanged: tuple[Words, Words], likeness: Callable[[Words, Words], float]
) -> tuple[str, str]:
    apart, apart_too = exchanged
    short, long = sorted((joined(one), joined(other)), key=len)
    if long.startswith(short) or long.endswith(short):
        return "contained", f"{short} in {long}"
    alike = likeness(apart, apart_too)
    why = f"alike: {_exchange(apart, apart_too)}"
    single = len(content(one)) == 1 and len(content(other)) == 1
    if alike >= CLOSE and not single and len(apart) == len(apart_too):
        return "close words", why
    return "far words" if alike < FAR else "other words", why


def _exchange(left: Words, right: Words) -> str:
    return "/".join(sorted((" ".join(left), " ".join(right))))


def _limit(kind: str, distance: float) -> float:
    times = TIMES[kind] * distance
    return times if TIMES[kind] <= 1 else max(distance, min(times, CAP[kind]))
