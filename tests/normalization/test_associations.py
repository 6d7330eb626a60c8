"""The miner on its own, against the definition."""

from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag

COLUMNS = ["antecedent", "consequent", "n_antecedent", "n_both", "support", "confidence", "lift"]
row = st.none() | st.lists(st.sampled_from("abcde"), max_size=5)


def frame(rows: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"tags": rows}, schema={"tags": pl.List(pl.String)})


def mined(rows: list[Any], least: int, confidence: float, most: int) -> list[tuple[Any, ...]]:
    sets = [set(row) for row in rows if row is not None]
    held = sorted(set().union(*sets))
    rules = []
    for size in range(1, most + 1):
        for left in combinations(held, size):
            for right in held:
                n_left = sum(set(left) <= some for some in sets)
                n_both = sum({*left, right} <= some for some in sets)
                if right in left or n_both < least or n_both / n_left < confidence:
                    continue
                n_right = sum(right in some for some in sets)
                name = left[0] if most == 1 else list(left)
                share = n_both / n_left
                rules.append((name, right, n_left, n_both, n_both / len(sets), share, share * len(sets) / n_right))
    return sorted(rules, key=lambda rule: (-rule[5], -rule[3], rule[0], rule[1]))


@settings(deadline=None)
@given(st.lists(row, max_size=30), st.integers(1, 4), st.sampled_from([0.5, 0.8, 1.0]), st.sampled_from([1, 2]))
def test_rules_are_those_of_the_definition(rows: list[Any], least: int, confidence: float, most: int) -> None:
    found = instag.associations(frame(rows), min_support=least, min_confidence=confidence, max_antecedent=most)
    assert found.columns == COLUMNS
    expected = mined(rows, least, confidence, most)
    assert [rule[:4] for rule in found.iter_rows()] == [rule[:4] for rule in expected]
    for rule, other in zip(found.iter_rows(), expected, strict=True):
        assert rule[4:] == pytest.approx(other[4:])


def test_each_query_is_a_sample() -> None:
    nested = pl.DataFrame({"query_tags": [[["a", "b"], ["b"]], None, [["a", "b"]]]})
    found = instag.associations(nested, tags="query_tags", min_support=2)
    assert found.select("antecedent", "consequent", "n_both", "support").rows() == [("a", "b", 2, 2 / 3)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_support": 0}, "min_support: expected a count of 1 or more; found 0"),
        ({"min_confidence": 1.5}, "min_confidence: expected a share from 0 to 1; found 1.5"),
        ({"max_antecedent": True}, "max_antecedent: expected one of 1, 2; found True"),
        ({"max_antecedent": 1.0}, "max_antecedent: expected one of 1, 2; found 1.0"),
        ({"max_antecedent": [1]}, "max_antecedent: expected one of 1, 2; found [1]"),
        ({"max_antecedent": 3}, "max_antecedent: expected one of 1, 2; found 3"),
    ],
)
def test_bad_options(options: Any, message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.associations(frame([["a"]]), **options)
    assert str(error.value) == message
