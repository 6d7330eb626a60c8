"""What holds for any data: idempotent, independent of order, nothing lost unnamed."""

from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
from instag.normalization.white_space import tidied

pytestmark = pytest.mark.filterwarnings("ignore::instag.InstagWarning")

# Spellings, inflections, acronyms and traps, so that every step has something to do.
SPELLINGS = """code codes Coding code_review code-reviews|reviewing code|C|C++|C#|ml|ML|machine learning|Machine-Learning
|markov logic|organ|organization|organizations|safe|not safe|unsafe|SQL|sql|databases|database|node.js|nodejs|Node JS
|🚀|自然语言| |:)|Machine\t Learning|\u00a0sql| SQL |data analysis|analysis of data|data analyses|analysing data|python 2|python 3|math|mathematics"""
tag = st.sampled_from([spelling.strip("\n") for spelling in SPELLINGS.split("|")])
row = st.none() | st.lists(st.none() | tag, max_size=6)
rows = st.lists(row, max_size=25)
options = st.fixed_dictionaries(
    {
        "min_count": st.sampled_from([None, 1, 2]),
        "stem": st.sampled_from([True, False, "paper"]),
        "distance": st.sampled_from([None, 0.05, 0.3]),
        "guards": st.booleans(),
        "min_support": st.sampled_from([None, 1, 2, 3]),
        "min_confidence": st.sampled_from([0.6, 0.99]),
        "linkage": st.sampled_from(["star", "dbscan"]),
        "steps": st.permutations(["frequency", "rules", "semantic", "association"]),
    }
)


def letters(texts: list[str]) -> Any:
    """Vectors of the letters of a text: much is near to much."""
    vectors = np.zeros((len(texts), 16), np.float32)
    for nth, text in enumerate(texts):
        for letter in text:
            vectors[nth, ord(letter) % 16] += 1
    return vectors


def frame(rows: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"tags": rows}, schema={"tags": pl.List(pl.String)})


def normalize(rows: list[Any] | pl.DataFrame, options: Any) -> instag.Normalized[pl.DataFrame]:
    data = rows if isinstance(rows, pl.DataFrame) else frame(rows)
    return instag.normalize(data, embedder=letters, **options)


@settings(max_examples=80, deadline=None)
@given(rows, options)
def test_again_changes_nothing(rows: list[Any], options: Any) -> None:
    if options["steps"].index("frequency") > 0 and options["min_count"]:
        options["steps"] = sorted(options["steps"], key="frequency".__ne__)
    once = normalize(rows, options)
    twice = normalize(once.data, options)
    assert twice.data.equals(once.data)
    assert twice.merges.is_empty()
    assert twice.vocabulary.tags["tag"].to_list() == once.vocabulary.tags["tag"].to_list()


@settings(max_examples=60, deadline=None)
@given(rows, options, st.randoms())
def test_order_of_rows_and_tags_changes_nothing(rows: list[Any], options: Any, random: Any) -> None:
    done = normalize(rows, options)
    order = random.sample(range(len(rows)), len(rows))
    shuffled = [rows[nth] and random.sample(rows[nth], len(rows[nth])) for nth in order]
    other = normalize(shuffled, options)
    assert other.merges.equals(done.merges)
    assert other.steps.equals(done.steps)
    assert other.apart.equals(done.apart)
    assert other.vocabulary.tags.equals(done.vocabulary.tags)
    sets = [tags and set(tags) for tags in done.data["tags"].to_list()]
    assert [tags and set(tags) for tags in other.data["tags"].to_list()] == [sets[nth] for nth in order]


@settings(max_examples=60, deadline=None)
@given(rows, options)
def test_every_assignment_has_a_fate(rows: list[Any], options: Any) -> None:
    done = normalize(rows, options)
    raw = sum(tag is not None for row in rows for tag in row or ())
    assert done.steps["assignments_before"][0] == raw
    for step in done.steps.iter_rows(named=True):
        gone = step["dropped"] + step["deduplicated"]
        assert step["assignments_after"] == step["assignments_before"] - gone
        assert step["merged"] <= step["assignments_after"]
    assert done.steps["assignments_before"].to_list()[1:] == done.steps["assignments_after"].to_list()[:-1]
    assert done.steps["assignments_after"][-1] == int(done.data["tags"].list.len().sum())
    # By name: each raw tag is where merges says, or as it was.
    fates = dict(done.merges.select("from", "to").rows())
    assert len(fates) == len(done.merges)
    for before, after in zip(rows, done.data["tags"].to_list(), strict=True):
        if before is None:
            assert after is None
        else:
            now = [fates.get(tidied(tag), tidied(tag)) for tag in before if tag is not None]
            assert after == list(dict.fromkeys(tag for tag in now if tag is not None))
    counts = done.merges.select("from", "count").rows()
    given = Counter(tidied(tag) for row in rows for tag in row or () if tag is not None)
    assert all(given[tag] == count for tag, count in counts)


@settings(max_examples=60, deadline=None)
@given(rows, options, st.sampled_from([1, 2, 3]), st.sampled_from([None, 0.2]))
def test_a_tag_is_its_most_frequent_spelling(
    rows: list[Any], options: Any, min_samples: int, max_diameter: float | None
) -> None:
    done = normalize(rows, options | {"min_samples": min_samples, "max_diameter": max_diameter})
    counts = Counter(tidied(tag) for row in rows for tag in row or () if tag is not None)
    ways = {line["from"]: line for line in done.merges.iter_rows(named=True)}
    for tag, members in done.vocabulary.tags.select("tag", "members").iter_rows():
        assert members == [tag, *sorted({*members} - {tag}, key=lambda raw: (-counts[raw], raw))]
        # What the association step absorbs is no spelling, nor what became that.
        spellings = {raw for raw in members if all(step != "association" for step in way(ways, raw))}
        assert tag == min(spellings, key=lambda raw: (-counts[raw], raw))


def way(ways: Any, raw: str) -> list[str]:
    """The steps by which a raw tag came to its end, which `via` has to lead to."""
    steps: list[str] = []
    at, end = raw, ways[raw]["to"] if raw in ways else raw
    while at in ways:
        steps.append(ways[at]["step"])
        assert len(steps) <= len(ways)
        at = ways[at]["via"] or ways[at]["to"]
    assert at == end
    return steps


@settings(max_examples=40, deadline=None)
@given(rows, options)
def test_a_vocabulary_gives_the_same_data_the_same_tags(rows: list[Any], options: Any) -> None:
    done = normalize(rows, options)
    applied = done.vocabulary.apply(frame(rows), embedder=letters)
    assert applied.data["tags"].equals(done.data["tags"])
    assert applied.new.is_empty()
    members = [member for some in done.vocabulary.tags["members"] for member in some]
    raw = {tidied(tag) for row in rows for tag in row or () if tag is not None}
    assert sorted([*members, *done.vocabulary.dropped]) == sorted(raw)


@settings(max_examples=40, deadline=None)
@given(rows, rows, options)
def test_unseen_tags_land_alike_whatever_they_come_with(rows: list[Any], other: list[Any], options: Any) -> None:
    vocabulary = normalize(rows, options).vocabulary
    both = dict(vocabulary.apply(frame(other), embedder=letters, new="keep").merges.select("from", "to").rows())
    for row in other:
        for tag in row or ():
            alone = vocabulary.apply(frame([[tag]]), embedder=letters, new="keep").data["tags"][0].to_list()
            target = both.get(tag, tag)
            assert alone == ([] if tag is None or target is None else [target])
