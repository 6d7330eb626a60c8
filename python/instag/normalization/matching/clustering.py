"""From accepted pairs of tags, or vectors, to groups with a centre: stars, chains, DBSCAN, and splitting."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.warning import warn

__all__ = ["Edges", "Joined", "chained", "paper", "split", "star"]

Edges = Mapping[int, Mapping[int, float]]
"""For each tag the tags it may join, with the distance."""
Joined = dict[int, tuple[int, int]]
"""For each tag that joined a group, its centre and the neighbour that led there."""


def star(order: Sequence[int], edges: Edges) -> Joined:
    """Let each tag join its nearest centre; one that has none near becomes a centre itself.

    Every tag stands beside its centre, so that nothing is joined by a chain, and no two centres have an edge: doing it
    again changes nothing.

    Parameters
    ----------
    order
        The tags, those that are to be centres first.
    edges
        Both ways.

    Examples
    --------
    >>> star([0, 1, 2], {0: {1: 0.1}, 1: {0: 0.1, 2: 0.1}, 2: {1: 0.1}})
    {1: (0, 0)}
    """
    place = {tag: nth for nth, tag in enumerate(order)}
    centres: set[int] = set()
    joined: Joined = {}
    for tag in order:
        near = [(distance, place[other], other) for other, distance in edges.get(tag, {}).items() if other in centres]
        if near:
            centre = min(near)[2]
            joined[tag] = (centre, centre)
        else:
            centres.add(tag)
    return joined


def chained(order: Sequence[int], edges: Edges, min_samples: int) -> Joined:
    """Join all that hang together by chains of accepted pairs, through tags with at least `min_samples` near them.

    A tag counts itself among those near. :func:`paper` groups vectors by one distance, labelled as scikit-learn does,
    and leads each to its centre by the most similar pairs. Here rules have said which pairs are one and a judge may
    have, so that similarity says little: each merge is explained by the fewest pairs that lead to the centre, the first
    tag of the group in `order`, and a tag that is not dense itself goes to the nearest that is.

    Examples
    --------
    >>> chained([0, 1, 2], {0: {1: 0.1}, 1: {0: 0.1, 2: 0.1}, 2: {1: 0.1}}, 2)
    {1: (0, 0), 2: (0, 1)}
    """
    core = {tag for tag in order if len(edges.get(tag, {})) + 1 >= min_samples}
    place = {tag: nth for nth, tag in enumerate(order)}
    group: dict[int, int] = {}
    for first in order:
        if first in core and first not in group:
            reached = _reached(first, edges, lambda _, other: other in core)
            group |= dict.fromkeys((first, *reached), first)
    for tag in order:
        # A tag that is not dense itself joins the nearest that is, and connects nothing else.
        near = [(distance, place[other], other) for other, distance in edges.get(tag, {}).items() if other in core]
        if tag not in core and near:
            group[tag] = group[min(near)[2]]
    return _led(order, edges, group, core)


def _led(order: Sequence[int], edges: Edges, group: Mapping[int, int], core: AbstractSet[int]) -> Joined:
    """The first tag of each group, and the way to it from each other tag of the group."""

    def inside(tag: int, other: int) -> bool:
        return group.get(tag) == group.get(other) and (tag in core or other in core)

    joined: Joined = {}
    for centre in order:
        if centre in group and centre not in joined:
            joined |= {tag: (centre, way) for tag, way in _reached(centre, edges, inside).items()}
    return joined


def _reached(first: int, edges: Edges, passes: Callable[[int, int], bool]) -> dict[int, int]:
    """All tags that lead from one to the next, and the one before each on the shortest way."""
    ways: dict[int, int] = {}
    waiting = deque((first,))
    while waiting:
        tag = waiting.popleft()
        for other in sorted(edges.get(tag, {}), key=lambda other: (edges[tag][other], other)):
            if other != first and other not in ways and passes(tag, other):
                ways[other] = tag
                waiting.append(other)
    return ways


# A cluster of more tags than this that is wider than any two neighbours is a chain.
FEW = 3


def paper(found: NDArray[np.float32], distance: float, min_samples: int, max_diameter: float | None) -> Joined:
    """Join the vectors of each cluster of DBSCAN: the first is its centre, and each other is led there.

    Examples
    --------
    >>> paper(np.array([[1, 0], [1, 0.2], [1, 0.1]], np.float32), 0.01, 2, None)
    {1: (0, 2), 2: (0, 0)}
    """
    found = np.ascontiguousarray(found)
    labels, _, via, _ = _core.cluster(found, distance, min_samples, max_diameter)
    _warn_of_chains(found, labels, distance)
    centres: dict[int, int] = {}
    for nth, label in enumerate(labels.tolist()):
        centres.setdefault(label, nth)
    return {nth: (centres[labels[nth]], way) for nth, way in enumerate(via.tolist()) if way >= 0}


def split(joined: Joined, edges: Edges, found: NDArray[np.float32], max_diameter: float) -> Joined:
    """Split groups until no two tags of one are farther apart; what is left of a group still hangs together."""
    groups: dict[int, list[int]] = defaultdict(list)
    for tag, (centre, _) in joined.items():
        groups[centre].append(tag)
    apart: Joined = {}
    for centre, tags in groups.items():
        members = sorted((centre, *tags))
        # Complete linkage bounds the width of each part.
        labels = _core.cluster(np.ascontiguousarray(found[members]), max_diameter, 1, max_diameter)[0]
        part = dict(zip(members, labels.tolist(), strict=True))
        kept = {
            tag: {other: far for other, far in edges[tag].items() if part.get(other, -1) == part[tag]}
            for tag in members
        }
        apart |= chained(members, kept, 2)
    return apart


def _warn_of_chains(found: NDArray[np.float32], labels: NDArray[np.int64], distance: float) -> None:
    wide, _, _ = _core.diameters(found, labels)
    sizes = np.bincount(labels[labels >= 0], minlength=len(wide))
    chains = int(((wide > 2 * distance) & (sizes > FEW)).sum())
    if chains:
        message = (
            f"linkage 'dbscan': {chains:,} clusters are chains, with tags more than twice the distance {distance} "
            "apart; `via` in `merges` says by which way they hang together, and `max_diameter` splits them"
        )
        warn(message)
