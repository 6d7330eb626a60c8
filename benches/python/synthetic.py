"""Tagged samples like those of real collections: Zipf's law over the tags, 4.5 tags a sample with a long tail."""

import numpy as np
import polars as pl

TAGS = 6_600
MEAN = 4.5


def synthetic(samples: int, seed: int = 0) -> pl.DataFrame:
    """A frame with an `id`, a `text` of about 200 characters, and `tags`."""
    random = np.random.default_rng(seed)
    lengths = random.geometric(1 / MEAN, samples)
    weights = np.cumsum(1 / np.arange(1, TAGS + 1))
    codes = np.searchsorted(weights, random.random(lengths.sum()) * weights[-1])
    names = pl.Series([f"{'a general subject' if code % 3 else 'topic'} {code}" for code in range(TAGS)])
    row = np.repeat(np.arange(samples), lengths)
    pairs = pl.DataFrame({"id": row, "tags": names.gather(codes)})
    tags = pairs.group_by("id", maintain_order=True).agg(pl.col("tags").unique(maintain_order=True))
    text = pl.concat_str(pl.lit("What is to be done about number "), pl.col("id").cast(pl.String), pl.lit("? " * 80))
    return tags.select("id", text.alias("text"), "tags")
