"""What `similarity` does to a selection by gain: the table of docs/selecting.md.

`python benches/python/similarity.py [FILE] [EMBEDDER]`, the file as for frontier.py. Near coverage is the share of tags
that are covered, or at a cosine of .8 or more to a tag that is.
"""

import sys
import warnings
from typing import Any

import numpy as np

import instag
from frontier import BUDGETS, pool, table
from instag.embedding.vectors import Vectors, embedder_of
from instag.tagsets import encode

NEAR = 0.8
ROWS: dict[str, dict[str, Any]] = {
    "gain, x^.5": {},
    "similarity .9": {"similarity": 0.9},
    "similarity .8": {"similarity": 0.8},
    "similarity .7": {"similarity": 0.7},
    "similarity .6": {"similarity": 0.6},
}


def main() -> None:
    """Print it."""
    data = pool(sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] != "-" else None)
    embedder = sys.argv[2] if len(sys.argv) > 2 else "minilm"
    sets = encode(data.get_column("tags"))
    found = embedder_of(embedder)
    assert found is not None
    vectors = Vectors(*found).of(sets.cleaned)
    near = vectors @ vectors.T >= NEAR
    every = np.repeat(np.arange(sets.samples), sets.lengths)
    print(
        f"{data.height:,} samples, {sets.n_tags:,} tags, {(near.sum() - sets.n_tags) // 2:,} pairs at {NEAR} or more\n"
    )
    lines = []
    for name, options in ROWS.items():
        cells = []
        for budget in BUDGETS:
            given = options | ({"embedder": embedder} if options else {})
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", instag.InstagWarning)
                rows: Any = instag.select(data, budget, method="gain", details=True, **given).get_column("row")
            covered = np.zeros(sets.n_tags, np.bool_)
            covered[sets.codes[np.isin(every, rows)]] = True
            nearly = near[covered].any(axis=0)
            cells.append(f"{covered.mean():.1%} · {nearly.mean():.1%} · {sets.lengths[rows].mean():.2f}")
        lines.append([name, *cells])
    table(["coverage · near coverage · complexity", *map(str, BUDGETS)], lines)


if __name__ == "__main__":
    main()
