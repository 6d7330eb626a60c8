"""Tags that also count for similar tags: the label graph of MIG."""

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

# A share of 1, as the core represents it.
WHOLE = 1 << 16
# Similarities are rounded to thousandths: an embedder's last digits differ from machine to machine and mean nothing.
PARTS = 1_000
# The most pairs of similar tags: a hundred times as many as are within 0.1 of each other among 100,000 tags.
MOST = 10_000_000


@dataclass(frozen=True)
class Spread:
    """How much a row with a tag counts for that tag and for similar ones, as compressed sparse rows.

    Attributes
    ----------
    offsets, tags
        The tags that a row with each tag counts for, that tag among them.
    shares
        How much it counts for each, in parts of 2^16; for every tag they add up to 2^16.
    """

    offsets: NDArray[np.int64]
    tags: NDArray[np.uint32]
    shares: NDArray[np.uint32]

    @property
    def pairs(self) -> int:
        """How many pairs of tags are similar."""
        return (len(self.tags) - len(self.offsets) + 1) // 2


def spread_of(tagsets: TagSets, options: Options, progress: Callable[[Progress], None] | None = None) -> Spread | None:
    """The tags that each tag counts for, by `similarity`; None if that is not set.

    A tag with similarities s to some others counts 1 / (1 + Σ s) for itself and s / (1 + Σ s) for each of them.

    Raises
    ------
    InputError
        If there is no embedder, or too many pairs of tags are similar.
    """
    if options.similarity is None:
        return None
    # If the offline embedder is missing, the error says how to install it.
    found = embedder_of("minilm" if options.embedder == "auto" else options.embedder)
    if found is None:
        raise InputError("similarity: it needs an embedder, which decides which tags are similar; found embedder=None")
    vectors = Vectors(*found, progress)
    covered = np.flatnonzero([vectors.covers(text) for text in tagsets.cleaned])
    if unknown := tagsets.n_tags - len(covered):
        warn(
            f"embedder {vectors.name}: {unknown:,} tags are in a script that it does not know; they count only for themselves"
        )
    points = vectors.of([tagsets.cleaned[tag] for tag in covered])
    ones, others, near = _near(points, float(options.similarity))
    if not len(ones):
        warn(
            f"similarity: no two of {tagsets.n_tags:,} tags are as similar as {options.similarity:g} by embedder "
            f"{vectors.name}, so it changes nothing: lower it"
        )
    return _spread(tagsets.n_tags, covered[ones], covered[others], near)


def _near(
    points: NDArray[np.float32], similarity: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """All pairs of similar points, and their similarity in thousandths."""
    if len(points) < 2:  # noqa: PLR2004 - a pair
        nothing = np.empty(0, np.intp)
        return nothing, nothing, nothing.astype(np.int64)
    try:
        # A thousandth further, since similarities are rounded.
        distance = min(1 - similarity + 1 / PARTS, 2.0)
        offsets, others, similarities = _core.neighbours(np.ascontiguousarray(points), distance, MOST)
    except OverflowError:
        raise InputError(
            f"similarity: more than {MOST:,} pairs of tags are as similar as {similarity:g}: raise it, or merge tags first"
        ) from None
    near = np.rint(similarities * PARTS).astype(np.int64)
    ones = np.repeat(np.arange(len(points)), np.diff(offsets))
    kept = near >= round(similarity * PARTS)
    return ones[kept], others[kept].astype(np.intp), np.minimum(near[kept], PARTS)


def _spread(n_tags: int, ones: NDArray[np.intp], others: NDArray[np.intp], near: NDArray[np.int64]) -> Spread:
    """Shares as integers; the remainder of rounding goes to the tag itself."""
    codes = np.arange(n_tags)
    tags = np.concatenate([codes, ones, others])
    targets = np.concatenate([codes, others, ones])
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
