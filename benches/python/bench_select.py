"""`instag.select` beside Polars' own encoding, a careful Python Algorithm 1, and submodlib: `make bench`.

Results are asserted: the Python algorithm must choose the same rows, and submodlib must cover no more.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture as Benchmark

import instag
from instag.selection.ranking import rank_tags
from instag.tagsets import encode
from synthetic import synthetic

BUDGET = 6_000


@pytest.fixture(scope="module")
def million() -> pl.DataFrame:
    return synthetic(1_000_000)


def python_algorithm(tags: list[list[str]], budget: int) -> list[int]:
    """Algorithm 1 with sets, walking each round only over what remains."""
    sets = [frozenset(row) for row in tags]
    remaining = sorted((row for row, held in enumerate(sets) if held), key=lambda row: -len(sets[row]))
    rows: list[int] = []
    while remaining and len(rows) < budget:
        covered: set[str] = set()
        passed_over = []
        for row in remaining:
            if len(rows) < budget and not sets[row] <= covered:
                covered |= sets[row]
                rows.append(row)
            else:
                passed_over.append(row)
        remaining = passed_over
    return rows


@pytest.mark.benchmark(group="6 K of 1 M, strings")
def test_polars_explode_and_cast(benchmark: Benchmark, million: pl.DataFrame) -> None:
    tags = million.get_column("tags")
    encoded = benchmark.pedantic(lambda: tags.explode().cast(pl.Categorical), rounds=9, warmup_rounds=1)
    assert len(encoded) == tags.list.len().sum()


@pytest.mark.benchmark(group="6 K of 1 M, strings")
@pytest.mark.parametrize("method", ["complexity-first", "coverage"])
def test_instag(benchmark: Benchmark, million: pl.DataFrame, method: instag.Method) -> None:
    chosen = benchmark.pedantic(lambda: instag.select(million, BUDGET, method=method), rounds=9, warmup_rounds=1)
    assert chosen.height == BUDGET
    assert instag.measure(chosen, of=million).coverage == 1.0


@pytest.mark.benchmark(group="6 K of 1 M, strings")
def test_python(benchmark: Benchmark, million: pl.DataFrame) -> None:
    tags = million.get_column("tags").to_list()
    rows = benchmark.pedantic(lambda: python_algorithm(tags, BUDGET), rounds=1)
    assert instag.select(million, BUDGET, details=True).get_column("row").to_list() == rows


@pytest.mark.benchmark(group="measures of 1 M, encoded")
@pytest.mark.parametrize("which", ["all", "rows"])
def test_measure(benchmark: Benchmark, million: pl.DataFrame, which: str) -> None:
    tagsets = encode(million.get_column("tags"))
    rows = None if which == "all" else np.arange(million.height, dtype=np.uint32)
    pairs, distinct = benchmark.pedantic(lambda: tagsets.measure(rows), rounds=9, warmup_rounds=1)
    assert (pairs, distinct) == (len(tagsets.codes), tagsets.n_tags)


@pytest.mark.benchmark(group="measures of 1 M, encoded")
def test_measure_numpy(benchmark: Benchmark, million: pl.DataFrame) -> None:
    tagsets = encode(million.get_column("tags"))
    counts = benchmark.pedantic(lambda: np.bincount(tagsets.codes), rounds=9, warmup_rounds=1)
    assert counts.tolist() == tagsets.holders.tolist()


@pytest.mark.benchmark(group="6 K of 306 K, codes")
def test_submodlib(benchmark: Benchmark) -> None:
    submodlib = pytest.importorskip("submodlib", reason="submodlib-py is not installed: make bench installs it")
    encoded = encode(synthetic(306_000).get_column("tags"))
    cover = [set(row.tolist()) for row in np.split(encoded.codes, encoded.offsets[1:-1])]
    function = submodlib.SetCoverFunction(n=encoded.samples, cover_set=cover, num_concepts=encoded.n_tags)

    def maximise() -> list[tuple[int, float]]:
        picks: list[tuple[int, float]] = function.maximize(
            budget=BUDGET, optimizer="LazyGreedy", stopIfZeroGain=False, stopIfNegativeGain=False, show_progress=False
        )
        return picks

    picks = benchmark.pedantic(maximise, rounds=3)
    first = np.array([row for row, gain in picks if gain > 0], np.uint32)
    ours = rank_tags(encoded, "coverage", BUDGET, None)
    # Greedy covers are equally good up to ties; once all is covered, submodlib's picks gain nothing.
    assert encoded.measure(first)[1] == encoded.measure(ours.rows)[1]


@pytest.mark.benchmark(group="6 K of 306 K, codes")
@pytest.mark.parametrize("method", ["complexity-first", "coverage"])
def test_instag_on_codes(benchmark: Benchmark, method: str) -> None:
    encoded = encode(synthetic(306_000).get_column("tags"))
    ranking = benchmark.pedantic(lambda: rank_tags(encoded, method, BUDGET, None), rounds=9, warmup_rounds=1)
    assert len(ranking.rows) == BUDGET


# Whole processes, so that peak memory is each one's own.
READ = "import polars as pl; df = pl.read_parquet({path!r}); "
WHOLE = {
    "polars reads and encodes": READ + "e = df['tags'].explode().cast(pl.Categorical)",
    "instag reads and selects": READ + f"import instag; s = instag.select(df, {BUDGET})",
}
CLI = "import sys; from instag.cli import main; sys.argv[1:] = ['select', {path!r}, '--budget', '%d', '-o', {out!r}]; \ntry: main()\nexcept SystemExit: pass\n0"
FILES = {
    "polars reads and encodes": WHOLE["polars reads and encodes"],
    "instag, 6 K": CLI % BUDGET,
    "instag, 1 M": CLI % 1_000_000,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("bench")
    synthetic(1_000_000).write_parquet(folder / "1.parquet")
    ten = folder / "10.parquet"
    pl.concat([synthetic(1_000_000, seed) for seed in range(10)], rechunk=False).write_parquet(ten)
    yield folder
    ten.unlink()


def run(code: str) -> int:
    """Run Python code in a process of its own; its peak memory in MiB."""
    # The kernel's mark of this address space: what a parent once held, as in getrusage, does not count.
    code += "; import re; print(re.search(r'VmHWM:\\s*([0-9]+)', open('/proc/self/status').read())[1])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return int(done.stdout.split()[-1]) // 1024


@pytest.mark.benchmark(group="process, 6 K of 1 M")
@pytest.mark.parametrize("name", WHOLE)
def test_peak_memory(benchmark: Benchmark, files: Path, name: str) -> None:
    code = WHOLE[name].format(path=str(files / "1.parquet"))
    peaks: list[int] = []
    benchmark.pedantic(lambda: peaks.append(run(code)), rounds=5, warmup_rounds=1)
    print(f"\n{name}: peak {min(peaks)} MiB")


@pytest.mark.benchmark(group="process, Parquet of 10 M to Parquet")
@pytest.mark.parametrize("name", FILES)
def test_ten_million(benchmark: Benchmark, files: Path, name: str) -> None:
    out = files / f"{name}.parquet"
    code = FILES[name].format(path=str(files / "10.parquet"), out=str(out))
    peaks: list[int] = []
    benchmark.pedantic(lambda: peaks.append(run(code)), rounds=3, warmup_rounds=1)
    if "instag" in name:
        assert pl.scan_parquet(out).select(pl.len()).collect().item() == (BUDGET if "6 K" in name else 1_000_000)
    print(f"\n{name}: peak {min(peaks)} MiB")
