# The Rust core: integer-encoded tag sets in, rows out.

from typing import Final, Protocol, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DEBUG",
    "METHODS",
    "Constraint",
    "Encoder",
    "Problem",
    "Shapes",
    "Strings",
    "TagSets",
    "__version__",
    "associate",
    "certify",
    "choose",
    "clean",
    "cluster",
    "contamination",
    "cooccurrences",
    "count_groups",
    "diameters",
    "duplicate_groups",
    "duplicates",
    "examples",
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
    "stratify",
    "trace",
]

__version__: Final[str]
METHODS: Final[tuple[str, ...]]
DEBUG: Final[bool]

@final
class TagSets:
    def __new__(cls, offsets: NDArray[np.int64], codes: NDArray[np.uint32], n_tags: int) -> TagSets: ...
    def __len__(self) -> int: ...
    @property
    def n_tags(self) -> int: ...
    @property
    def offsets(self) -> NDArray[np.int64]: ...
    @property
    def codes(self) -> NDArray[np.uint32]: ...
    @property
    def holders(self) -> NDArray[np.uint32]: ...
    @property
    def given(self) -> NDArray[np.int64]: ...

@final
class Strings:
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _Column(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Encoder:
    def __new__(cls) -> Encoder: ...
    def __len__(self) -> int: ...
    @property
    def size(self) -> int: ...
    def push(self, column: _Column) -> None: ...
    def so_far(self, order: str) -> tuple[TagSets, Strings, int, int]: ...
    def finish(self, order: str) -> tuple[TagSets, Strings, int, int]: ...

_Found: TypeAlias = tuple[list[str], tuple[int, int] | None, _Found | None, dict[str, _Found] | None]

@final
class Shapes:
    def __new__(cls) -> Shapes: ...
    def push(self, column: _Column) -> None: ...
    @property
    def unread(self) -> int: ...
    @property
    def doubtful(self) -> bool: ...
    @property
    def repeating(self) -> int: ...
    @property
    def repeated(self) -> list[tuple[int, str]]: ...
    def found(self) -> _Found: ...

@final
class Problem:
    def __new__(
        cls,
        sets: TagSets,
        curve: str,
        parameter: float,
        *,
        weights: NDArray[np.float64] | None = None,
        quality: NDArray[np.float64] | None = None,
        before: NDArray[np.float64] | None = None,
        spread: tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32]] | None = None,
        available: NDArray[np.bool_] | None = None,
        wanted: list[tuple[int, int]] = ...,
        seed: int | None = None,
    ) -> Problem: ...

@final
class Constraint:
    def __new__(
        cls,
        budget: int,
        *,
        cost: NDArray[np.uint64] | None = None,
        exponent: float = 1.0,
        groups: NDArray[np.uint32] | None = None,
        at_least: NDArray[np.uint64] | None = None,
        at_most: NDArray[np.uint64] | None = None,
        before: NDArray[np.uint64] | None = None,
    ) -> Constraint: ...

def choose(problem: Problem, constraint: Constraint) -> tuple[NDArray[np.uint32], NDArray[np.float64], bool]: ...
def certify(problem: Problem, constraint: Constraint, rows: NDArray[np.uint32], steps: int) -> tuple[float, float]: ...
def rank(
    sets: TagSets, method: str, budget: int, seed: int | None
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]: ...
def novelty(
    sets: TagSets, rows: NDArray[np.uint32], rounds: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]: ...
def measure(sets: TagSets, rows: NDArray[np.uint32] | None) -> tuple[int, int]: ...
def clean(tags: list[str]) -> list[str]: ...
def stem_words(words: list[str]) -> list[str]: ...
def stem_keys(tags: list[str]) -> list[str]: ...
def relabel(sets: TagSets, names: NDArray[np.int64]) -> tuple[TagSets, tuple[int, int, int, int]]: ...
def associate(
    sets: TagSets,
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
    sets: TagSets,
    groups: NDArray[np.uint32],
    n_groups: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32]]: ...
def overlap(
    sets: TagSets,
    counts: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]: ...
def cooccurrences(
    sets: TagSets,
    least: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]: ...
def rarefy(
    counts: NDArray[np.uint32],
    samples: int,
    sizes: NDArray[np.uint32],
) -> NDArray[np.float64]: ...
def prefixes(
    sets: TagSets,
    rows: NDArray[np.uint32],
    sizes: NDArray[np.uint32],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]: ...
def trace(
    sets: TagSets,
    method: str,
    seeds: list[int | None],
    sizes: NDArray[np.uint32],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]: ...
def examples(
    sets: TagSets,
    rows: NDArray[np.uint32] | None,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]: ...
def rounds(
    sets: TagSets,
) -> NDArray[np.uint32]: ...
def neighbours(
    vectors: NDArray[np.float32],
    distance: float,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float64]]: ...
def contamination(
    texts: _Column, items: _Column, any_numbers: bool
) -> tuple[
    NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool], list[str]
]: ...
def duplicates(
    texts: _Column, order: NDArray[np.uint32], threshold: float | None
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64]]: ...
def duplicate_groups(texts: _Column, threshold: float) -> NDArray[np.uint32]: ...
def stratify(labels: TagSets, groups: NDArray[np.uint32], sizes: list[int], seed: int) -> NDArray[np.uint32]: ...
