"""Splits: sizes, copies together, values spread alike."""

import re
from collections import Counter
from statistics import mean
from typing import Any

import polars as pl
import pytest

import instag
from instag.sample import load_sample


def tagged() -> pl.DataFrame:
    flat = pl.col("query_tags").list.eval(pl.element().explode().str.to_lowercase()).list.unique(maintain_order=True)
    return pl.DataFrame(load_sample()).with_columns(tags=flat)


def distance(frame: pl.DataFrame, part: pl.DataFrame | None) -> float:
    """Half the differences of the shares of all tags with five holders."""
    assert part is not None
    counts = frame.get_column("tags").explode().value_counts().filter(pl.col("count") >= 5)
    there = Counter(part.get_column("tags").explode().to_list())
    all_of, here = sum(counts.get_column("count")), sum(there[tag] for tag in counts.get_column("tags"))
    return float(sum(abs(count / all_of - there[tag] / here) for tag, count in counts.iter_rows()) / 2)


def test_tags_are_spread_alike() -> None:
    frame = tagged()
    splits = [instag.split(frame, validation=78, seed=seed) for seed in range(10)]
    assert all(split.sizes == {"train": 702, "validation": 78} for split in splits)
    assert mean(distance(frame, split.validation) for split in splits) <= 0.15
    assert mean(distance(frame, frame.sample(78, seed=seed)) for seed in range(10)) > 0.4
    first = splits[0]
    assert not first.parts.equals(splits[1].parts)
    assert first.parts.equals(instag.split(frame, validation=78, seed=0).parts)
    assert first.distances.get_column("by").to_list() == ["source", "tags"]
    assert max(first.distances.get_column("distance").to_list()) < 0.15


def test_copies_stay_on_one_side() -> None:
    tasks = [
        "The mayor of a small town walks {} kilometres every morning; how far is that in a year?",
        "Bake {} loaves of bread for the whole village: which ingredients are needed, and how much of each?",
        "Translate this sentence about the weather in the mountains into {} languages that you know well.",
        "My garden has {} trees. Plan a year of work for them, month by month, with the tools it takes.",
        "Give {} reasons why people who live by the sea like to talk about ships, storms and the catch.",
    ]
    rows = [(task.format(n), nth) for nth, task in enumerate(tasks) for n in range(4)]
    frame = pl.DataFrame({"prompt": [text for text, _ in rows] + [f"{n * n} other {n}" * 3 for n in range(60)]})
    split = instag.split(frame, validation=0.2)
    assert split.sizes == {"train": 64, "validation": 16}
    sides = split.parts.head(20).with_columns(pl.Series("task", [nth for _, nth in rows]))
    assert sides.group_by("task").agg(pl.col("part").n_unique()).get_column("part").to_list() == [1] * 5
    assert sides.get_column("group").n_unique() == 5


def test_a_group_larger_than_the_room_is_said() -> None:
    frame = pl.DataFrame({"prompt": ["The same question, again and again"] * 9 + ["Another one"]})
    with pytest.warns(instag.InstagWarning, match=re.escape("train has 9 rows where 5 were requested")):
        split = instag.split(frame, validation=5)
    assert split.sizes == {"train": 9, "validation": 1}


@pytest.mark.parametrize(("validation", "size"), [(0.25, 5), (5, 5), ("25%", 5), ("5", 5), ("0.25", 5)])
def test_sizes_are_counts_or_shares(validation: Any, size: int) -> None:
    frame = pl.DataFrame({"prompt": [f"Question {n}?" * (n + 1) for n in range(20)]})
    assert instag.split(frame, validation=validation).sizes["validation"] == size
    three = instag.split(frame, validation=validation, test=2)
    assert three.sizes == {"train": 13, "validation": 5, "test": 2}
    assert three.test is not None
    assert three.validation is not None
    assert pl.concat([three.train, three.validation, three.test]).sort("prompt").equals(frame.sort("prompt"))


def test_half_a_row_is_rounded_up() -> None:
    assert instag.split(pl.DataFrame({"kind": ["a", "b"] * 5}), validation=0.25).sizes["validation"] == 3


def test_a_part_without_any_value_has_nothing_in_common_with_the_data() -> None:
    # The only rows with a value are copies of one another, and too many for the part.
    copies = ["The same question, asked over and over again in just these words."] * 6
    others = [f"{n} is another question, number {n * n}, about {chr(97 + n) * 9}" for n in range(14)]
    frame = pl.DataFrame({"prompt": copies + others, "source": ["one"] * 6 + [None] * 14})
    assert instag.split(frame, validation=3).distances.rows() == [("validation", "source", 1.0)]


def test_without_texts_values_are_spread_all_the_same() -> None:
    split = instag.split(pl.DataFrame({"kind": ["a"] * 50 + ["b"] * 50}), validation=10, by="kind")
    assert split.validation is not None
    assert Counter(split.validation.get_column("kind")) == {"a": 5, "b": 5}
    assert split.test is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"validation": 10}, "validation: 10 rows for validation leave no rows for training: there are 10 rows"),
        ({"validation": 20}, "validation: 20 rows for validation leave no rows for training: there are 10 rows"),
        (
            {"validation": 5, "test": 5},
            "validation: 5 rows for validation and 5 for testing leave no rows for training: there are 10 rows",
        ),
        ({"validation": None}, "validation: expected at least one of 10 rows to hold out; found none"),
        ({"validation": 0.01}, "validation: expected at least one of 10 rows to hold out; found none"),
        (
            {"validation": "some"},
            "validation: expected a count such as 500, or a share such as 0.02 or 2%; found 'some'",
        ),
        ({"validation": 1.5}, "validation: expected a count such as 500, or a share such as 0.02 or 2%; found 1.5"),
        ({"validation": -1}, "validation: expected a count such as 500, or a share such as 0.02 or 2%; found -1"),
        ({"by": "topic"}, "no column 'topic'; the columns are: prompt, meta"),
        ({"by": ["meta"]}, "by: expected a column of names or of lists of them; found Struct({'a': Int64}) in 'meta'"),
        ({"seed": -1}, "seed: expected a count of 0 or more; found -1"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], message: str) -> None:
    frame = pl.DataFrame({"prompt": [f"Question {n}?" for n in range(10)], "meta": [{"a": 1}] * 10})
    with pytest.raises(instag.InputError) as caught:
        instag.split(frame, **options)
    assert str(caught.value) == message
