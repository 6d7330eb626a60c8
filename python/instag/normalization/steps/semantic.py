"""The semantic step: tags that mean the same become one."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.embedding.vectors import Vectors
from instag.errors import InputError
from instag.normalization.matching.acronyms import acronyms, reason
from instag.normalization.matching.clustering import Joined, chained, paper, split, star
from instag.normalization.matching.decision import shown
from instag.normalization.settings import Settings
from instag.normalization.state import Change, State, Step
from instag.warning import warn

__all__ = ["semantic"]

# The most pairs: a hundred times as many as 100,000 tags have. Each accepted pair takes half a kilobyte.
MOST = 10_000_000
# How many pairs are converted to Python numbers at a time.
BLOCK = 1 << 14
# Longer chains than this are reported in a warning.
LINKS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Why two tags are accepted as the same, and their distance."""

    distance: float
    why: str


def semantic(state: State, vectors: Vectors, settings: Settings, *, again: bool) -> Step:
    """Join tags by their meaning.

    If the step is repeated (`again`), only acronyms can have changed: an acronym is joined if it has exactly one
    expansion, and another expansion may have been merged since.
    """
    assert settings.distance is not None  # noqa: S101 - otherwise the step would not run
    live = state.ranked.tolist()
    texts = [state.cleaned[tag] for tag in live]
    covered = [vectors.covers(text) for text in texts]
    known = [nth for nth, whether in enumerate(covered) if whether]
    if not again:
        warn_of_unknown(vectors.name, [text for text, whether in zip(texts, covered, strict=True) if not whether])
    points, texts = [live[nth] for nth in known], [texts[nth] for nth in known]
    found = vectors.of(texts)
    if settings.linkage == "dbscan" and not settings.guards:
        led = {} if again else paper(found, settings.distance, settings.min_samples, settings.max_diameter)
        return Step([_change(points, texts, found, "in a cluster", tag, *ends) for tag, ends in led.items()])
    pairs: dict[tuple[int, int], Pair] = {}
    if not again:
        pairs = accepted(texts, found, vectors, settings)
    if settings.guards:
        for one, other, similarity in acronyms(texts, found):
            # Farther than every other neighbour: a tag that is similar to an acronym is nearer to it than its
            # expansion.
            pairs.setdefault((one, other), Pair(3 - similarity, reason(texts[one], texts[other])))
    joined = _linked(len(points), pairs, found, settings)
    whys = {tag: pairs[min(tag, via), max(tag, via)].why for tag, (_, via) in joined.items()}
    return Step([_change(points, texts, found, whys[tag], tag, *ends) for tag, ends in joined.items()])


def accepted(
    texts: Sequence[str], found: NDArray[np.float32], vectors: Vectors, settings: Settings
) -> dict[tuple[int, int], Pair]:
    """The pairs of texts that are accepted as the same, the lower place first."""
    matching = settings.matching
    near = Near(found, matching.reach)
    exchange = matching.exchange(vectors, ((texts[one], texts[other]) for one, other, _ in near))
    pairs = {}
    for one, other, similarity in near:
        why = matching.why(texts[one], texts[other], similarity, exchange)
        if why is not None:
            pairs[one, other] = Pair(1 - similarity, why)
    return pairs


class Near:
    """All pairs of vectors within a distance, the lower place first, with their similarity."""

    def __init__(self, found: NDArray[np.float32], distance: float) -> None:
        # Distances that single precision cannot tell from the limit are included; the caller decides.
        limit = min(distance + 1e-6, 2.0)
        try:
            offsets, self._others, self._similarities = _core.neighbours(np.ascontiguousarray(found), limit, MOST)
        except OverflowError:
            raise InputError(
                f"distance: more than {MOST:,} pairs of tags are within {distance:g} of each other; expected fewer: "
                "choose a smaller `distance`, or a higher `min_count`"
            ) from None
        self._ones = np.repeat(np.arange(len(found), dtype=np.uint32), np.diff(offsets))

    def __iter__(self) -> Iterator[tuple[int, int, float]]:
        for start in range(0, len(self._ones), BLOCK):
            block = slice(start, start + BLOCK)
            columns = (self._ones, self._others, self._similarities)
            yield from zip(*(column[block].tolist() for column in columns), strict=True)


def _linked(size: int, pairs: dict[tuple[int, int], Pair], found: NDArray[np.float32], settings: Settings) -> Joined:
    edges: dict[int, dict[int, float]] = defaultdict(dict)
    for (one, other), pair in pairs.items():
        edges[one][other] = edges[other][one] = pair.distance
    if settings.linkage == "star":
        return star(range(size), edges)
    joined = chained(range(size), edges, settings.min_samples)
    if settings.max_diameter is not None:
        joined = split(joined, edges, found, settings.max_diameter)
    warn_of_chains(joined)
    return joined


def _change(
    points: Sequence[int],
    texts: Sequence[str],
    found: NDArray[np.float32],
    why: str,
    tag: int,
    centre: int,
    via: int,
) -> Change:
    similarity = float(found[tag] @ found[via])
    text = shown(texts[tag], texts[via], similarity, why)
    through = points[via] if via != centre else None
    return Change(points[tag], points[centre], text, through, {"similarity": similarity})


def warn_of_unknown(name: str, texts: Sequence[str]) -> None:
    """Warn of tags that took no part."""
    if texts:
        some = ", ".join(map(repr, texts[:3])) + (", ..." if len(texts) > 3 else "")  # noqa: PLR2004 - a few
        message = (
            f"embedder {name}: {len(texts):,} tags are in a script that it does not know ({some}); they take no part "
            "in the semantic step"
        )
        warn(message)


def warn_of_chains(joined: Joined) -> None:
    """Warn of clusters in which tags joined their centre through several others."""
    links: Counter[int] = Counter()
    for tag, (centre, via) in joined.items():
        length, step = 1, via
        while step != centre:
            length, step = length + 1, joined[step][1]
        links[tag] = length
    long = {joined[tag][0] for tag, length in links.items() if length > LINKS}
    if long:
        message = (
            f"linkage 'dbscan': {len(long):,} clusters hold tags more than {LINKS} links away from their centre; "
            "`via` in `merges` shows the links, `max_diameter` splits them, and linkage 'star' has no chains"
        )
        warn(message)
