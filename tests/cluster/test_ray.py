"""Data sets of Ray give the rows that the same data in memory give."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import instag
from instag import InputError

ray = pytest.importorskip("ray", reason="ray[data] is not installed: hundreds of megabytes, so a job of its own has it")

pytestmark = pytest.mark.usefixtures("cluster")

ROWS, TAGS = 3_000, 120


@pytest.fixture(scope="module")
def pool() -> pl.DataFrame:
    random = np.random.default_rng(7)
    counts = random.integers(0, 6, ROWS)
    tags = [[f"tag {nth}" for nth in random.zipf(1.4, count) % TAGS] for count in counts]
    return pl.DataFrame(
        {
            "id": random.permutation(ROWS),
            "name": [f"sample {nth}" for nth in range(ROWS)],
            "tags": pl.Series([None if nth % 50 == 0 else each for nth, each in enumerate(tags)]),
            "reward": random.random(ROWS).round(3),
            "tokens": random.integers(10, 500, ROWS),
            "source": random.choice(["math", "chat", "code"], ROWS),
            "before": random.random(ROWS) < 0.02,
        }
    )


def on_ray(frame: pl.DataFrame, parts: int = 7) -> Any:
    size = -(-frame.height // parts)
    return ray.data.from_arrow([frame[start : start + size].to_arrow() for start in range(0, frame.height, size)])


def read(data: Any) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(table) for table in data.iter_batches(batch_size=None, batch_format="pyarrow")])


@pytest.mark.parametrize(
    "options",
    [
        {"budget": 100},
        {"budget": 1_500},
        {"budget": "5%"},
        {"budget": 100, "seed": 3},
        {"budget": 200, "method": "coverage"},
        {"budget": 200, "method": "complexity", "seed": 1},
        {"budget": 50, "method": "random"},
        {"budget": 200, "method": "gain"},
        {"budget": 200, "method": "gain", "curve": "match"},
        {"budget": 20_000, "method": "gain", "cost": "tokens"},
        {"budget": 200, "method": "gain", "quality": "reward", "group": "source", "at_least": {"math": 90}},
        {"budget": 200, "method": "gain", "start": "before", "group": "source", "at_most": 0.4},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_the_rows_are_those_of_memory(pool: pl.DataFrame, options: dict[str, Any]) -> None:
    chosen = read(instag.select(on_ray(pool), key="id", **options))

    assert chosen.equals(instag.select(pool, key="id", **options))
    assert chosen.equals(instag.select(pool.sort("id"), **options))


@pytest.mark.parametrize("method", ["complexity-first", "coverage"])
@pytest.mark.parametrize("tags", [None, []])
def test_a_part_without_tags_is_a_part_like_others(method: Any, tags: list[str] | None) -> None:
    frame = pl.DataFrame({"id": [0, 1, 2], "tags": pl.Series([tags, ["math", "art"], ["math"]])})

    assert read(instag.select(on_ray(frame, 3), 1, method=method, key="id")).get_column("id").to_list() == [1]


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.parametrize("whole", [0, 10_000])
def test_chosen_rows_are_handed_on_or_read_again_and_keep_their_types(
    pool: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr("instag.frame.ray.WHOLE", whole)
    frame = pool.with_columns(
        pl.struct("name", "reward").alias("said"),
        pl.from_epoch("tokens").dt.replace_time_zone("Europe/Paris").alias("when"),
        pl.col("reward").cast(pl.Decimal(10, 3)).alias("price"),
        pl.col("source").cast(pl.Categorical).alias("kind"),
        pl.concat_list(pl.struct("id", "source")).alias("turns"),
        pl.col("name").cast(pl.Binary).alias("bytes"),
    )
    data = on_ray(frame)

    chosen = instag.select(data, 80, key="id")

    assert chosen.schema().base_schema.equals(data.schema().base_schema)
    assert read(chosen).equals(instag.select(frame, 80, key="id"))


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_tensors_stay_what_they_are(pool: pl.DataFrame) -> None:
    image = np.repeat(pool.get_column("id").to_numpy(), 6).reshape(-1, 2, 3)
    table = pool.to_arrow().append_column("image", pa.FixedShapeTensorArray.from_numpy_ndarray(image))
    data = ray.data.from_arrow([table.slice(start, 500) for start in range(0, ROWS, 500)])

    chosen = instag.select(data, 40, key="id").take_all()

    assert [row["id"] for row in chosen] == instag.select(pool, 40, key="id").get_column("id").to_list()
    assert all(row["image"].tolist() == [[row["id"]] * 3] * 2 for row in chosen)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_details_say_why_but_for_the_number_of_the_row(pool: pl.DataFrame) -> None:
    chosen = read(instag.select(on_ray(pool), 60, key="name", details=True))

    assert chosen.equals(instag.select(pool, 60, key="name", details=True).drop("row"))


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_a_ranking_has_every_row_with_tags(pool: pl.DataFrame) -> None:
    ranked = read(instag.rank(on_ray(pool), key="id"))

    assert ranked.equals(instag.rank(pool, key="id").drop("row"))


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_measures_are_those_of_memory(pool: pl.DataFrame) -> None:
    chosen = instag.select(on_ray(pool), 60, key="id")

    assert instag.measure(chosen, of=on_ray(pool)) == instag.measure(instag.select(pool, 60, key="id"), of=pool)


def test_a_budget_beyond_the_tagged_rows_takes_them_all_and_says_so(pool: pl.DataFrame) -> None:
    with pytest.warns(instag.InstagWarning) as ours:
        chosen = instag.select(on_ray(pool), ROWS, key="id")
    with pytest.warns(instag.InstagWarning) as memory:
        wanted = instag.select(pool, ROWS, key="id")

    assert [str(each.message) for each in ours] == [str(each.message) for each in memory]
    assert read(chosen).equals(wanted)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {}, "name the column that tells the rows apart"),
        ({}, {"key": "ident"}, "key: no column 'ident'; the columns are: id, name"),
        ({"id": pl.lit(4)}, {"key": "id"}, "found 4 more than once"),
        ({"id": pl.lit(None, pl.Int64)}, {"key": "id"}, "rows have none in column 'id'"),
        ({"id": pl.col("reward")}, {"key": "id"}, "expected texts or whole numbers in column 'id'; found Float64"),
        ({}, {"key": "id", "method": "gain", "start": [1, 2]}, "have no numbers: name a column of booleans"),
        ({}, {"key": "id", "method": "gain", "cost": "words"}, "a cost must be one of its"),
        ({}, {"key": "id", "tags": "labels"}, "no column 'labels'"),
        ({"reward": -pl.col("reward")}, {"key": "id", "method": "gain", "quality": "reward"}, "in the row whose id is"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said(
    pool: pl.DataFrame, change: dict[str, pl.Expr], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        instag.select(on_ray(pool.with_columns(**change)), 10, **options)


def test_a_vocabulary_is_applied_where_the_rows_are(pool: pl.DataFrame) -> None:
    vocabulary = instag.normalize(pool.head(500), embedder=None, min_count=2).vocabulary

    applied = vocabulary.apply(on_ray(pool), embedder=None)

    memory = vocabulary.apply(pool, embedder=None)
    assert read(applied.data).sort("id").equals(memory.data.sort("id"))
    for name in ("new", "merges", "drift"):
        assert getattr(applied, name).equals(getattr(memory, name)), name


def test_rows_that_do_not_fit_here_are_refused_before_they_come(
    pool: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = on_ray(pool.with_columns(text=pl.lit("x" * 2_000)))
    monkeypatch.setenv("INSTAG_MEMORY", "300K")

    with pytest.raises(InputError, match=r"choosing 100 rows of a Ray data set .* drop columns that are not needed"):
        instag.select(data, 100, key="id")

    with pytest.warns(instag.InstagWarning, match="choosing 100 rows of a Ray data set by complexity-first will take"):
        instag.select(data.select_columns(["id", "tags"]), 100, key="id")


def test_other_functions_say_what_to_do(pool: pl.DataFrame) -> None:
    with pytest.raises(InputError, match="write it with its write_parquet"):
        instag.normalize(on_ray(pool))


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_a_worker_that_is_killed_loses_nothing(pool: pl.DataFrame, tmp_path: Path) -> None:
    marker = tmp_path / "killed"

    def die_once(table: Any) -> Any:
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            return table
        os.kill(os.getpid(), 9)
        return table

    data = on_ray(pool).map_batches(die_once, batch_format="pyarrow")

    chosen = read(instag.select(data, 100, key="id"))

    assert marker.exists()
    assert chosen.equals(instag.select(pool, 100, key="id"))


def test_tags_are_asked_for_where_the_rows_are_and_kept_there(tmp_path: Path) -> None:
    data = pl.DataFrame(
        {"id": range(40), "question": [f"What is {n} + 1?" for n in range(40)], "answer": ["Ask me."] * 40}
    )
    journal = tmp_path / "answers.journal"

    def model(queries: Sequence[str]) -> list[list[str]]:
        return [["sum", f"number {query.split()[2]}"] for query in queries]

    tagged = instag.tag(on_ray(data, 4), model=model, journal=journal)

    assert read(tagged.data).sort("id").get_column("tags").to_list() == [["sum", f"number {n}"] for n in range(40)]
    assert (tagged.samples, tagged.tally.answered, tagged.failures.height) == (40, 40, 0)
    again = instag.tag(on_ray(data, 3), model=model, journal=journal)
    assert (again.tally.kept, again.tally.answered) == (40, 0)
    assert read(again.data).sort("id").equals(read(tagged.data).sort("id"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "journal: expected a path that all workers can write to"),
        ({"journal": "a", "max_cost": 1.0}, "max_cost: not supported for a Ray data set"),
        ({"journal": "a", "tags_in": ""}, "tags_in"),
    ],
    ids=str,
)
def test_tagging_says_what_workers_cannot_do(pool: pl.DataFrame, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        instag.tag(on_ray(pool.select("id", query="name")), model=len, **options)


def test_the_command_gives_the_rows_of_memory(pool: pl.DataFrame, tmp_path: Path) -> None:
    pool.write_parquet(tmp_path / "pool.parquet")
    common = ["-m", "instag", "select", "pool.parquet", "--budget", "50", "--key", "id", "-o"]

    for more in (["here.parquet"], ["there.parquet", "--ray", "local"]):
        done = subprocess.run(
            [sys.executable, *common, *more], cwd=tmp_path, capture_output=True, text=True, check=True
        )

    assert "50 samples, complexity-first, by Ray; written to there.parquet" in done.stdout
    assert pl.read_parquet(tmp_path / "there.parquet").equals(pl.read_parquet(tmp_path / "here.parquet"))


def test_the_command_writes_several_files(pool: pl.DataFrame, tmp_path: Path) -> None:
    pool.write_parquet(tmp_path / "pool.parquet")
    command = ["select", "pool.parquet", "--budget", "50", "--key", "id", "--ray", "local", "--rows-per-file", "30"]

    subprocess.run([sys.executable, "-m", "instag", *command, "-o", "out-{}.parquet"], cwd=tmp_path, check=True)

    assert sorted(pl.read_parquet(path).height for path in tmp_path.glob("out-*.parquet")) == [20, 30]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pool.parquet", "--ray", "local"], "name a column with --key COLUMN"),
        (
            ["pool.csv", "--ray", "local", "--key", "id"],
            "expected Parquet or JSON Lines files, of one kind; found pool.csv",
        ),
        (["*.parquet", "--ray", "local", "--key", "id"], "the glob matches no file"),
        (["pool.parquet", "--ray", "local", "--key", "id"], "pool.parquet: there is no such file"),
        (["pool.parquet", "--ray", "local", "--key", "id", "--format", "parquet"], "Ray reads the files as they are"),
    ],
    ids=str,
)
def test_the_command_says_what_it_cannot_do(tmp_path: Path, arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "instag", "select", *arguments, "--budget", "5", "-o", "out.parquet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert message in " ".join(done.stderr.split())
