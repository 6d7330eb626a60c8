"""Tags that count for those near them: the label graph of MIG."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.embedding.vectors import Vectors, embedder_of
from instag.errors import InputError
from instag.progress import Progress
from instag.selection.options import Options
from instag.tagsets import TagSets
from instag.warning import warn

__all__ = ["Spread", "spread_of"]

# A share of 1, as the core has it.
WHOLE = 1 << 16
# Similarities are rounded to thousandths: an embedder's last digits, which differ from machine to machine, say nothing.
PARTS = 1_000
# A hundred times as many pairs as there are within 0.1 of each other among 100,000 tags.
MOST = 10_000_000


@dataclass(frozen=True)
class Spread:
    """How much a holder of each tag counts for that tag and for those near it: compressed sparse rows.

    Attributes
    ----------
    offsets, tags
        The tags that a holder of each tag counts for, itself among them.
    shares
        How much, in parts of 2^16 that are 2^16 together.
    """

    offsets: NDArray[np.int64]
    tags: NDArray[np.uint32]
    shares: NDArray[np.uint32]

    @property
    def pairs(self) -> int:
        """How many pairs of tags are near each other."""
        return (len(self.tags) - len(self.offsets) + 1) // 2


def spread_of(tagsets: TagSets, options: Options, progress: Callable[[Progress], None] | None = None) -> Spread | None:
    """The tags that each tag counts for, by `similarity`; None where that is not asked for.

    A tag that is at similarity s to each of some others counts 1 / (1 + Σ s) for itself and s / (1 + Σ s) for each.

    Raises
    ------
    InputError
        If there is no embedder, or too many tags are near each other.
    """
    if options.similarity is None:
        return None
    # Where the offline embedder is missing, the error says how to install it.
    found = embedder_of("minilm" if options.embedder == "auto" else options.embedder)
    if found is None:
        raise InputError(
            "similarity: it needs an embedder, to tell which tags are near each other; found embedder=None"
        )
    vectors = Vectors(*found, progress)
    covered = np.flatnonzero([vectors.covers(text) for text in tagsets.cleaned])
    if unknown := tagsets.n_tags - len(covered):
        warn(
            f"embedder {vectors.name}: {unknown:,} tags are in a script that it does not know; they count for no others"
        )
    points = vectors.of([tagsets.cleaned[tag] for tag in covered])
    ones, others, near = _near(points, float(options.similarity))
    if not len(ones):
        warn(
            f"similarity: no two of {tagsets.n_tags:,} tags are as near as {options.similarity:g} by embedder "
            f"{vectors.name}, so it changes nothing: ask for less"
        )
    return _spread(tagsets.n_tags, covered[ones], covered[others], near)


def _near(
    points: NDArray[np.float32], similarity: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """Every two points that are near, and how near, in thousandths."""
    if len(points) < 2:  # noqa: PLR2004 - a pair
        nothing = np.empty(0, np.intp)
        return nothing, nothing, nothing.astype(np.int64)
    try:
        # Half a thousandth further, for the similarity is rounded.
        distance = min(1 - similarity + 1 / PARTS, 2.0)
        offsets, others, similarities = _core.neighbours(np.ascontiguousarray(points), distance, MOST)
    except OverflowError:
        raise InputError(
            f"similarity: more than {MOST:,} pairs of tags are as near as {similarity:g}: ask for more, or merge tags first"
        ) from None
    near = np.rint(similarities * PARTS).astype(np.int64)
    ones = np.repeat(np.arange(len(points)), np.diff(offsets))
    kept = near >= round(similarity * PARTS)
    return ones[kept], others[kept].astype(np.intp), np.minimum(near[kept], PARTS)


def _spread(n_tags: int, ones: NDArray[np.intp], others: NDArray[np.intp], near: NDArray[np.int64]) -> Spread:
    """Shares in whole numbers: what rounding leaves stays with the tag itself."""
    every = np.arange(n_tags)
    tags = np.concatenate([every, ones, others])
    targets = np.concatenate([every, others, ones])
    weights = np.concatenate([np.full(n_tags, PARTS), near, near])
    order = np.lexsort((targets, tags))
    tags, targets, weights = tags[order], targets[order], weights[order]
    totals = np.zeros(n_tags, np.int64)
    np.add.at(totals, tags, weights)
    shares = weights * WHOLE // totals[tags]
    left = np.full(n_tags, WHOLE, np.int64)
    np.subtract.at(left, tags, shares)
    shares[tags == targets] += left
    offsets = np.concatenate([[0], np.cumsum(np.bincount(tags, minlength=n_tags))])
    return Spread(offsets.astype(np.int64), targets.astype(np.uint32), shares.astype(np.uint32))
