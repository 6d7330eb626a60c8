"""What an analysis finds, counted by its definitions: slow, plain, and what the product is held against."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

from reference import Tags, tag_sets

Sets = list[set[str | int]]


def held(sets: Iterable[set[str | int]]) -> Counter[str | int]:
    """How many samples hold each tag."""
    return Counter(tag for tags in sets for tag in tags)


def by_group(rows: Sequence[Tags], groups: Sequence[str]) -> dict[str, list[Tags]]:
    """The samples of each group, the largest first, ties by name."""
    members: dict[str, list[Tags]] = {}
    for row, group in zip(rows, groups, strict=True):
        members.setdefault(group, []).append(row)
    return dict(sorted(members.items(), key=lambda item: (-len(item[1]), item[0])))


def quantile(numbers: Sequence[int], share: float) -> float:
    """Between the two nearest of the sorted numbers, in proportion."""
    ordered = sorted(numbers)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def effective(counts: Iterable[int]) -> float:
    known = list(counts)
    total = sum(known)
    return math.exp(-sum(n / total * math.log(n / total) for n in known)) if known else 0.0


def expected(rows: Sequence[Tags], size: int) -> Fraction:
    """The mean of the distinct tags over all ways to draw so many of the samples that have tags."""
    sets = [tags for tags in tag_sets(rows) if tags]
    ways = math.comb(len(sets), size)
    counts = held(sets).values()
    return sum((1 - Fraction(math.comb(len(sets) - count, size), ways) for count in counts), Fraction(0))


def expected_of_all_draws(rows: Sequence[Tags], size: int) -> Fraction:
    """The same, by drawing."""
    draws = list(combinations([tags for tags in tag_sets(rows) if tags], size))
    return Fraction(sum(len(set().union(*draw)) for draw in draws), len(draws))


def recall(ours: Counter[str | int], theirs: Counter[str | int]) -> tuple[int, float | None, float | None]:
    """The tags shared, their share of ours, and weighted by how often they are ours."""
    shared = ours.keys() & theirs.keys()
    if not ours:
        return 0, None, None
    return len(shared), len(shared) / len(ours), sum(ours[tag] for tag in shared) / ours.total()


def pairs(rows: Sequence[Tags], floor: int) -> dict[tuple[str, str], tuple[int, float, float]]:
    """For each pair above chance, the more frequent tag first: samples that hold both, lift and NPMI."""
    sets = [tags for tags in tag_sets(rows) if tags]
    counts = held(sets)
    both = Counter(pair for tags in sets for pair in combinations(sorted(tags, key=str), 2))
    found = {}
    for pair, n in both.items():
        a, b = sorted(pair, key=lambda tag: (-counts[tag], str(tag)))
        lift = Fraction(n * len(sets), counts[a] * counts[b])
        if n >= floor and lift > 1:
            found[str(a), str(b)] = n, float(lift), math.log(lift) / -math.log(n / len(sets))
    return found


def prefix(rows: Sequence[Tags], order: Sequence[int]) -> tuple[int, float]:
    """The distinct tags of some samples, and their tags a sample."""
    sets = [tag_sets([rows[row]])[0] for row in order]
    return len(set().union(*sets)), sum(map(len, sets)) / len(sets)
