"""From accepted pairs of tags to groups with a centre."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

__all__ = ["Edges", "Joined", "components", "star"]

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


def components(order: Sequence[int], edges: Edges, min_samples: int) -> Joined:
    """Join all that are connected through tags with at least `min_samples` tags near, themselves included.

    This is DBSCAN on accepted pairs. The centre of a group is its first tag in `order`; each tag is led there by the
    shortest chain.

    Examples
    --------
    >>> components([0, 1, 2], {0: {1: 0.1}, 1: {0: 0.1, 2: 0.1}, 2: {1: 0.1}}, 2)
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
        # What is not dense itself hangs on to the nearest that is, and holds nothing together.
        near = [(distance, place[other], other) for other, distance in edges.get(tag, {}).items() if other in core]
        if tag not in core and near:
            group[tag] = group[min(near)[2]]
    return _led(order, edges, group, core)


def _led(order: Sequence[int], edges: Edges, group: Mapping[int, int], core: AbstractSet[int]) -> Joined:
    """The first tag of each group, and the way there from each other of it."""

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
