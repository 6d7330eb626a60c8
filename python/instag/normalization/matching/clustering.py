"""Form groups with a centre from accepted pairs of tags, or from vectors: stars, chains, DBSCAN, and splitting."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.warning import warn

__all__ = ["Edges", "Joined", "chained", "paper", "split", "star"]

Edges = Mapping[int, Mapping[int, float]]
"""For each tag, the tags that it may join, with their distances."""
Joined = dict[int, tuple[int, int]]
"""For each tag that joined a group, the centre, and the neighbour through which it joined."""


def star(order: Sequence[int], edges: Edges) -> Joined:
    """Let each tag join its nearest centre; a tag with no centre among its neighbours becomes a centre itself.

    Every tag is a neighbour of its centre, so there are no chains, and no two centres have an edge, so a second run
    changes nothing.

    Parameters
    ----------
    order
        The tags; earlier ones become centres first.
    edges
        In both directions.

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
    """Join tags that are connected by chains of accepted pairs, through tags with at least `min_samples` neighbours.

    A tag counts as its own neighbour. :func:`paper` groups vectors by one distance, with the labels of scikit-learn,
    and leads each to its centre through the most similar pairs. Here, pairs were accepted by rules and perhaps by a
    judge, so similarity means little: each merge is explained by the fewest pairs that lead to the centre, which is the
    first tag of the group in `order`, and a tag that is not dense itself joins the nearest that is.

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
    """For each tag, the first tag of its group as the centre, and the next tag on the way there."""

    def inside(tag: int, other: int) -> bool:
        return group.get(tag) == group.get(other) and (tag in core or other in core)

    joined: Joined = {}
    for centre in order:
        if centre in group and centre not in joined:
            joined |= {tag: (centre, way) for tag, way in _reached(centre, edges, inside).items()}
    return joined


def _reached(first: int, edges: Edges, passes: Callable[[int, int], bool]) -> dict[int, int]:
    """All tags that can be reached from the first, and the one before each on the shortest way."""
    ways: dict[int, int] = {}
    waiting = deque((first,))
    while waiting:
        tag = waiting.popleft()
        for other in sorted(edges.get(tag, {}), key=lambda other: (edges[tag][other], other)):
            if other != first and other not in ways and passes(tag, other):
                ways[other] = tag
                waiting.append(other)
    return ways


# A cluster of more tags than this counts as a chain if it is more than twice as wide as the distance.
FEW = 3


def paper(found: NDArray[np.float32], distance: float, min_samples: int, max_diameter: float | None) -> Joined:
    """Cluster vectors by DBSCAN; the first of each cluster is its centre, and each other is led there.

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
    """Split groups until no two tags of a group are farther apart; each part is still connected."""
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
            tag: {other: distance for other, distance in edges[tag].items() if part.get(other, -1) == part[tag]}
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
            "apart; `via` in `merges` shows how they are connected, and `max_diameter` splits them"
        )
        warn(message)
