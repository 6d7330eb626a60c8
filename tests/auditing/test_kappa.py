"""Agreement beyond chance, beside values computed by hand and scikit-learn's."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from instag.auditing.agreement import Kappa, cohen, fleiss

pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)
tables = st.integers(2, 8).flatmap(
    lambda raters: st.lists(st.integers(0, raters).map(lambda yes: [yes, raters - yes]), min_size=1, max_size=40)
)

# Fleiss' own example in the form that it is mostly printed in: 14 raters, 10 cases, 5 labels.
CLASSIC = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def test_cohen_by_hand() -> None:
    """20 times both yes, 15 times both no, 5 and 10 times apart: (0.7 - 0.5) / (1 - 0.5)."""
    first = [True] * 25 + [False] * 25
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert cohen(first, second).value == pytest.approx(0.4)


def test_fleiss_on_the_classic_table() -> None:
    """The mean agreement is 0.378 and that by chance 0.213, so κ is 0.210."""
    assert fleiss(CLASSIC).value == pytest.approx(0.20993070442195522)


def test_fleiss_by_hand() -> None:
    """Three raters: pairs agree in (3 + 1) / 6 of the cases; by chance (4/6)² + (2/6)²."""
    assert fleiss([[3, 0], [1, 2]]).value == pytest.approx((4 / 6 - 5 / 9) / (1 - 5 / 9))


@given(pairs)
def test_cohen_is_that_of_scikit_learn(labels: list[tuple[bool, bool]]) -> None:
    first, second = (list(each) for each in zip(*labels, strict=True))
    assume(len({*first, *second}) == 2)
    assert cohen(first, second).value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)


@given(pairs)
def test_cohen_is_symmetric_and_bounded(labels: list[tuple[bool, bool]]) -> None:
    first, second = (list(each) for each in zip(*labels, strict=True))
    there, back = cohen(first, second), cohen(second, first)
    assert there == back
    if there.value is None:
        assert len({*first, *second}) == 1
        assert there.note
    else:
        assert -1 <= there.value <= 1
        assert there.note is None
        assert (there.value == 1) == (first == second)


@given(pairs)
def test_to_swap_the_labels_changes_nothing(labels: list[tuple[bool, bool]]) -> None:
    first, second = (list(each) for each in zip(*labels, strict=True))
    value = cohen(first, second).value
    swapped = cohen([not label for label in first], [not label for label in second]).value
    assert value is swapped is None or value == pytest.approx(swapped, abs=1e-12)


@given(tables)
def test_fleiss_is_bounded_and_independent_of_order(table: list[list[int]]) -> None:
    found = fleiss(table)
    assert found == fleiss(table[::-1]) or found.value == pytest.approx(fleiss(table[::-1]).value)
    used = [label for label in range(2) if any(row[label] for row in table)]
    assert (found.value is None) == (len(used) == 1) == (found.note is not None)
    if found.value is not None:
        assert -1 <= found.value <= 1 + 1e-12
        assert (found.value == pytest.approx(1)) == all(0 in row for row in table)


@given(pairs)
def test_fleiss_of_two_is_scotts_pi(labels: list[tuple[bool, bool]]) -> None:
    """For two raters Fleiss' κ is Scott's π: chance by the labels of both together."""
    flat = np.array(labels).ravel()
    assume(0 < flat.mean() < 1)
    chance = flat.mean() ** 2 + (1 - flat.mean()) ** 2
    expected = (np.mean([one == two for one, two in labels]) - chance) / (1 - chance)
    table = [[one + two, 2 - one - two] for one, two in labels]
    assert fleiss(table).value == pytest.approx(expected, abs=1e-12)


def test_what_is_not_defined_says_why() -> None:
    assert cohen([], []) == Kappa(None, "no case has both labels")
    assert cohen([False], [False]).note == "both gave every case the same label: chance alone would agree as often"
    assert cohen([True, True], [False, False]) == Kappa(0.0)
    assert fleiss([]) == Kappa(None, "no case has the labels of all raters")
    assert fleiss([[1, 0], [0, 1]]) == Kappa(None, "there is one rater")
    assert fleiss([[3, 0]] * 9).note == "all gave every case the same label: chance alone would agree as often"


def test_raters_that_come_and_go_are_an_error() -> None:
    with pytest.raises(ValueError, match="the same number of labels for each case; found from 2 to 3"):
        fleiss([[3, 0], [1, 1]])
