"""The pool: tags as codes that go by frequency, the same from run to run."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import relabel
from instag.tagsets import encode

__all__ = ["Pool", "pool_of"]


@dataclass(frozen=True)
class Pool:
    """The tags of all samples as compressed sparse rows, each tag once a sample.

    Attributes
    ----------
    offsets, codes
        The tags of each sample. Code 0 is the most frequent tag; ties go by name.
    names
        The tag of each code, as a string.
    counts
        The number of samples that hold each tag.
    null
        Which samples have null tags.
    """

    offsets: NDArray[np.int64]
    codes: NDArray[np.uint32]
    names: pl.Series
    counts: NDArray[np.uint32]
    null: NDArray[np.bool_]

    @property
    def samples(self) -> int:
        """The number of samples, with and without tags."""
        return len(self.null)

    @property
    def tagged(self) -> int:
        """The number of samples with a tag."""
        return int(np.count_nonzero(self.lengths))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of tags of each sample."""
        return np.diff(self.offsets)

    @property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.uint32], int]:
        """What the core takes: offsets, codes and the number of tags."""
        return self.offsets, self.codes, len(self.names)

    def codes_of(self, names: pl.Series) -> NDArray[np.int64]:
        """The codes of tags by name; the number of tags for those that the pool has not."""
        known = pl.DataFrame({"tag": self.names, "code": np.arange(len(self.names))})
        wanted = names.alias("tag").to_frame()
        found = wanted.join(known, on="tag", how="left", maintain_order="left").get_column("code")
        return found.fill_null(len(self.names)).to_numpy()


def pool_of(column: pl.Series) -> Pool:
    """Encode a column of lists of tags.

    Raises
    ------
    InputError
        Where the column holds anything else.

    Examples
    --------
    >>> pool = pool_of(pl.Series("tags", [["math", "proof", "math"], None, ["proof"]]))
    >>> pool.names.to_list(), pool.counts.tolist(), pool.codes.tolist()
    (['proof', 'math'], [2, 1], [1, 0, 0])
    """
    tags = encode(column)
    every = np.arange(tags.n_tags)
    offsets, codes, counts, _ = relabel(tags.offsets, tags.codes, every)
    names = tags.tags.cast(pl.String)
    listed = pl.DataFrame({"code": every, "tag": names, "count": counts}).filter(pl.col("count") > 0)
    listed = listed.sort("count", "tag", descending=[True, False])
    places = np.zeros(tags.n_tags, np.uint32)
    places[listed.get_column("code").to_numpy()] = np.arange(listed.height, dtype=np.uint32)
    return Pool(
        offsets=_fixed(offsets),
        codes=_fixed(places[codes]),
        names=listed.get_column("tag"),
        counts=listed.get_column("count").to_numpy(),
        null=column.is_null().to_numpy(),
    )


def _fixed(array: NDArray[Any]) -> NDArray[Any]:
    # The core reads it without the GIL: nobody may write to it meanwhile.
    array.flags.writeable = False
    return array
