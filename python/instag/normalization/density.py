"""DBSCAN as the paper has it, and the splitting of groups that are too wide."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.normalization.linkage import Edges, Joined, components
from instag.warning import warn

__all__ = ["paper", "split"]

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
        apart |= components(members, kept, 2)
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
