"""Wilson's interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from instag.auditing.result import Share, wilson

counts = st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(counts)
def test_it_is_that_of_scipy(case: tuple[int, int]) -> None:
    expected = binomtest(*case).proportion_ci(0.95, method="wilson")
    assert wilson(*case) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(counts)
def test_the_interval_holds_the_share_and_stays_within_0_and_1(case: tuple[int, int]) -> None:
    share = Share.from_counts(*case)
    assert share.share == case[0] / case[1]
    assert 0 <= share.low <= share.share <= share.high <= 1
    assert (share.low == 0) == (case[0] == 0)
    assert (share.high == 1) == (case[0] == case[1])


@given(counts, st.integers(2, 50))
def test_more_cases_make_it_narrower(case: tuple[int, int], times: int) -> None:
    few, many = wilson(*case), wilson(case[0] * times, case[1] * times)
    assert many[1] - many[0] < few[1] - few[0]


@given(counts)
def test_right_and_wrong_mirror_each_other(case: tuple[int, int]) -> None:
    low, high = wilson(*case)
    assert wilson(case[1] - case[0], case[1]) == pytest.approx((1 - high, 1 - low))


@given(counts)
def test_the_bounds_solve_the_equation_of_the_score(case: tuple[int, int]) -> None:
    """What defines the interval: at either bound p, the share is 1.96 standard errors of p away."""
    count, of = case
    for bound in wilson(count, of):
        if 0 < bound < 1:
            errors = abs(count / of - bound) / (bound * (1 - bound) / of) ** 0.5
            assert errors == pytest.approx(1.959963984540054, rel=1e-6)


def test_no_cases_say_nothing() -> None:
    assert Share.from_counts(0, 0) == Share(0, 0, None, 0.0, 1.0)
