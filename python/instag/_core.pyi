# The Rust core: integer-encoded tag sets in, rows out.

from typing import Final, Protocol, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DEBUG",
    "METHODS",
    "Strings",
    "__version__",
    "associate",
    "clean",
    "cluster",
    "count_groups",
    "diameters",
    "encode",
    "firsts",
    "measure",
    "neighbours",
    "novelty",
    "overlap",
    "prefixes",
    "rank",
    "rarefy",
    "relabel",
    "rounds",
    "stem_keys",
    "stem_words",
    "together",
    "trace",
]

__version__: Final[str]
METHODS: Final[tuple[str, ...]]
DEBUG: Final[bool]

def rank(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    method: str,
    budget: int,
    seed: int | None,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]: ...
def novelty(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    rows: NDArray[np.uint32],
    rounds: NDArray[np.uint32],
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]: ...
def measure(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    rows: NDArray[np.uint32] | None,
) -> tuple[int, int]: ...

@final
class Strings:
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _Column(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

def encode(column: _Column) -> tuple[NDArray[np.int64], NDArray[np.uint32], Strings, int, int]: ...
def clean(tags: list[str]) -> list[str]: ...
def stem_words(words: list[str]) -> list[str]: ...
def stem_keys(tags: list[str]) -> list[str]: ...
def relabel(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    names: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32], tuple[int, int, int, int]]: ...
def associate(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    min_support: int,
    min_confidence: float,
    max_antecedent: int,
) -> tuple[
    NDArray[np.uint32],
    NDArray[np.int64],
    NDArray[np.uint32],
    NDArray[np.uint32],
    NDArray[np.uint32],
    NDArray[np.uint32],
]: ...
def cluster(
    vectors: NDArray[np.float32],
    eps: float,
    min_samples: int,
    max_diameter: float | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64], NDArray[np.float64]]: ...
def diameters(
    vectors: NDArray[np.float32],
    labels: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.uint32], NDArray[np.uint32]]: ...
def count_groups(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    groups: NDArray[np.uint32],
    n_groups: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32]]: ...
def overlap(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    counts: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]: ...
def together(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    least: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]: ...
def rarefy(
    counts: NDArray[np.uint32],
    samples: int,
    sizes: NDArray[np.uint32],
) -> NDArray[np.float64]: ...
def prefixes(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    rows: NDArray[np.uint32],
    sizes: NDArray[np.uint32],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]: ...
def trace(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    method: str,
    seeds: list[int | None],
    sizes: NDArray[np.uint32],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]: ...
def firsts(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
    rows: NDArray[np.uint32] | None,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]: ...
def rounds(
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint32],
    n_tags: int,
) -> NDArray[np.uint32]: ...
def neighbours(
    vectors: NDArray[np.float32],
    distance: float,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float64]]: ...
