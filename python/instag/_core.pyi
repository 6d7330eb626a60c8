# The Rust core: integer-encoded tag sets in, rows out.

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEBUG", "METHODS", "__version__", "measure", "novelty", "rank"]

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
