# The Rust core: integer-encoded tag sets in, rows out.

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DEBUG",
    "METHODS",
    "__version__",
    "associate",
    "clean",
    "cluster",
    "diameters",
    "measure",
    "novelty",
    "rank",
    "relabel",
    "stem_keys",
    "stem_words",
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
