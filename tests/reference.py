"""The algorithms in the words of their definitions: slow, plain, and what the product is held against."""

import math
from collections.abc import Sequence

Tags = Sequence[str | int | None] | None


def tag_sets(rows: Sequence[Tags]) -> list[set[str | int]]:
    return [{tag for tag in row or () if tag is not None} for row in rows]


def by_complexity(sets: list[set[str | int]]) -> list[int]:
    tagged = [row for row, tags in enumerate(sets) if tags]
    return sorted(tagged, key=lambda row: (-len(sets[row]), row))


def complexity_first(rows: Sequence[Tags], budget: int) -> list[tuple[int, int]]:
    """Algorithm 1 of the InsTag paper: pairs of row and round, in order of selection."""
    sets = tag_sets(rows)
    remaining = by_complexity(sets)
    picks: list[tuple[int, int]] = []
    round_ = 0
    while remaining and len(picks) < budget:
        round_ += 1
        covered: set[str | int] = set()
        passed_over = []
        for row in remaining:
            if len(picks) < budget and not sets[row] <= covered:
                covered |= sets[row]
                picks.append((row, round_))
            else:
                passed_over.append(row)
        remaining = passed_over
    return picks


def coverage(rows: Sequence[Tags], budget: int) -> list[tuple[int, int]]:
    """Greedy maximum coverage, begun anew once all is covered."""
    sets = tag_sets(rows)
    remaining = by_complexity(sets)
    picks: list[tuple[int, int]] = []
    round_ = 1
    covered: set[str | int] = set()
    while remaining and len(picks) < budget:
        # The first of the best: `remaining` is in the order of ties.
        best = max(remaining, key=lambda row: len(sets[row] - covered))
        if not sets[best] - covered:
            covered, round_ = set(), round_ + 1
            continue
        remaining.remove(best)
        covered |= sets[best]
        picks.append((best, round_))
    return picks


def complexity(rows: Sequence[Tags], budget: int) -> list[tuple[int, int]]:
    return [(row, 1) for row in by_complexity(tag_sets(rows))[:budget]]


def gain(rows: Sequence[Tags], budget: int) -> list[tuple[int, int]]:
    """The most of Σ √n, n being how often the picks hold a tag, in parts of 2^32; ties by row. All in one round."""
    sets = tag_sets(rows)
    counts: dict[str | int, int] = {}
    remaining = [row for row, tags in enumerate(sets) if tags]
    picks: list[tuple[int, int]] = []

    def added(tag: str | int) -> int:
        count = counts.get(tag, 0)
        return round(math.sqrt(count + 1) * 2**32) - round(math.sqrt(count) * 2**32)

    while remaining and len(picks) < budget:
        best = max(remaining, key=lambda row: (sum(map(added, sets[row])), -row))
        remaining.remove(best)
        for tag in sets[best]:
            counts[tag] = counts.get(tag, 0) + 1
        picks.append((best, 1))
    return picks


METHODS = {"complexity-first": complexity_first, "coverage": coverage, "complexity": complexity, "gain": gain}


def new_tags(rows: Sequence[Tags], picks: list[tuple[int, int]]) -> list[list[str | int]]:
    """The tags that each pick was the first of its round to hold, in the order it holds them."""
    covered: dict[int, set[str | int]] = {}
    news = []
    for row, round_ in picks:
        seen = covered.setdefault(round_, set())
        new = [tag for tag in dict.fromkeys(rows[row] or ()) if tag is not None and tag not in seen]
        seen.update(new)
        news.append(new)
    return news
