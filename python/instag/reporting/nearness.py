"""Near coverage: the share of tags that a selection covers, counting tags that mean nearly the same as covered."""

import numpy as np
import polars as pl

from instag import _core
from instag.analysis import Analysis
from instag.normalization import Vocabulary

__all__ = ["NEAR", "near_coverage"]

# The least cosine at which two tags are near.
NEAR = 0.8
# With more near pairs than this, nearly everything is near everything and the number would be meaningless.
MOST = 10_000_000


def near_coverage(analysis: Analysis, vocabulary: Vocabulary) -> dict[str, float] | None:
    """Compute the near coverage of each selection; None without vectors, or with too many near pairs."""
    tags = analysis.tags.get_column("tag").cast(pl.String).to_list()
    if vocabulary.vectors is None or not tags:
        return None
    place = {tag: nth for nth, tag in enumerate(vocabulary.tags.get_column("tag").to_list())}
    vectors = np.zeros((len(tags), vocabulary.vectors.shape[1]), np.float32)
    for nth, tag in enumerate(tags):
        if tag in place:
            vectors[nth] = vocabulary.vectors[place[tag]]
    try:
        offsets, others, _ = _core.neighbours(vectors, 1 - NEAR, MOST)
    except OverflowError:
        return None
    ones = np.repeat(np.arange(len(tags)), np.diff(offsets))
    code = {tag: nth for nth, tag in enumerate(tags)}
    found = {}
    for name, picked in analysis.selections.items():
        own = picked.get_column("tags").explode().drop_nulls().unique().to_list()
        covered = np.zeros(len(tags), np.bool_)
        covered[[code[tag] for tag in own if tag in code]] = True
        near = covered.copy()
        near[others[covered[ones]]] = True
        near[ones[covered[others]]] = True
        found[name] = float(near.mean())
    return found
