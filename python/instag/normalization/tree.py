"""Broader tags as a graph: break circles, find the shortest ways up, and collect what is below each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

import polars as pl

__all__ = ["Parents", "acyclic", "bottom_up", "descendants", "levels", "nearest", "reached", "tree_of"]

Pair = tuple[int, int]
Parents = Mapping[int, list[int]]
"""The broader tags of each tag, the most frequent first."""


def acyclic(edges: Iterable[Pair], place: Mapping[int, int]) -> tuple[dict[int, list[int]], list[Pair]]:
    """The broader tags of each tag, and the pairs that were left out because they close a circle.

    A circle is broken at a pair that leads from a tag to a rarer one.

    Parameters
    ----------
    edges
        Pairs of a tag and a broader one.
    place
        The place of each tag in order of frequency.

    Examples
    --------
    >>> acyclic([(1, 0), (0, 2), (2, 1)], {0: 0, 1: 1, 2: 2})
    ({1: [0], 2: [1]}, [(0, 2)])
    """
    parents: dict[int, list[int]] = defaultdict(list)
    broken = []
    # Pairs that lead to a more frequent tag close no circle among themselves.
    for tag, broader in sorted(
        edges, key=lambda pair: (place[pair[1]] > place[pair[0]], place[pair[0]], place[pair[1]])
    ):
        if tag == broader:
            continue
        if place[broader] > place[tag] and tag in reached(broader, parents):
            broken.append((tag, broader))
        else:
            parents[tag].append(broader)
    return {tag: sorted(some, key=place.__getitem__) for tag, some in parents.items()}, broken


def bottom_up(parents: Parents) -> list[int]:
    """All tags that have a broader tag or are one, each before its broader tags.

    Examples
    --------
    >>> bottom_up({2: [1, 0], 1: [0]})
    [2, 1, 0]
    """
    waiting: dict[int, int] = defaultdict(int)
    for broader in chain.from_iterable(parents.values()):
        waiting[broader] += 1
    ready = [tag for tag in parents if not waiting[tag]]
    ordered = []
    while ready:
        tag = ready.pop()
        ordered.append(tag)
        for broader in parents.get(tag, ()):
            waiting[broader] -= 1
            if not waiting[broader]:
                ready.append(broader)
    return ordered


def nearest(tag: int, parents: Parents, stands: Callable[[int], bool]) -> list[int]:
    """The broader tags for which `stands` is true and that are the fewest steps up; empty if there are none.

    Examples
    --------
    >>> nearest(3, {3: [2, 1], 2: [0], 1: [0]}, lambda tag: tag == 0)
    [0]
    """
    level, seen = parents.get(tag, []), {tag}
    while level:
        standing = list(dict.fromkeys(filter(stands, level)))
        if standing:
            return standing
        seen.update(level)
        level = [broader for each in dict.fromkeys(level) for broader in parents.get(each, ()) if broader not in seen]
    return []


def levels(tags: Iterable[int], parents: Parents) -> dict[int, int]:
    """How many steps each tag is below a tag that has no broader one, by the shortest way.

    Examples
    --------
    >>> levels([0, 1, 2, 3], {1: [0], 2: [1, 0], 3: [1]})
    {0: 0, 1: 1, 2: 1, 3: 2}
    """
    level: dict[int, int] = {}
    # From the top, so that the levels of broader tags are known.
    for tag in reversed(bottom_up(parents)):
        level[tag] = min((level[broader] + 1 for broader in parents.get(tag, ())), default=0)
    return {tag: level.get(tag, 0) for tag in tags}


def descendants(tags: Iterable[int], parents: Parents) -> dict[int, set[int]]:
    """Each tag with all that is below it.

    Examples
    --------
    >>> descendants([0, 1, 2], {1: [0], 2: [1]})
    {0: {0, 1, 2}, 1: {1, 2}, 2: {2}}
    """
    below = {tag: {tag} for tag in tags}
    for tag in bottom_up(parents):
        for broader in parents.get(tag, ()):
            below[broader] |= below[tag]
    return below


def tree_of(tags: pl.DataFrame, hierarchy: pl.DataFrame) -> pl.DataFrame:
    """The frame of :attr:`instag.Vocabulary.tree`: each tag after its first broader one, the most frequent first."""
    names = tags.get_column("tag").to_list()
    place = {tag: nth for nth, tag in enumerate(names)}
    parents = {
        nth: [place[above] for above in broader]
        for nth, broader in enumerate(hierarchy.get_column("broader").to_list())
        if broader
    }
    level = levels(range(len(names)), parents)
    children: dict[int, list[int]] = defaultdict(list)
    for nth in range(len(names)):
        if nth in parents:
            children[parents[nth][0]].append(nth)
    order, waiting = [], [nth for nth in range(len(names)) if nth not in parents][::-1]
    while waiting:
        order.append(waiting.pop())
        waiting += children[order[-1]][::-1]
    lines = hierarchy.select("tag", "broader", "share").with_columns(
        level=pl.Series([level[nth] for nth in range(len(names))], dtype=pl.UInt32), count=tags.get_column("count")
    )
    return lines.select("tag", "broader", "level", "count", "share")[order]


def reached(tag: int, parents: Parents) -> set[int]:
    """A tag, and all that are broader in any number of steps."""
    found, waiting = {tag}, [tag]
    while waiting:
        more = [broader for broader in parents.get(waiting.pop(), ()) if broader not in found]
        found.update(more)
        waiting += more
    return found
