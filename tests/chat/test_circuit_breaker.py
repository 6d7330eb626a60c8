"""Bucket, pace, spending and circuit breaker, each by itself."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from instag.chat import Fault, Limits, Price, Reply, Unreadable
from instag.chat.circuit_breaker import CircuitBreaker
from instag.chat.concurrency import Bucket, Pace
from instag.chat.spending import Spending


@given(st.floats(1, 10_000), st.lists(st.tuples(st.floats(0, 5), st.floats(0, 500)), max_size=50))
def test_a_bucket_gives_no_more_than_its_rate(per_minute: float, events: list[tuple[float, float]]) -> None:
    bucket, now, taken = Bucket(per_minute, 0.0), 0.0, 0.0
    most = max(per_minute / 60, 1.0)
    for pause, amount in events:
        now += pause
        now += bucket.wait(amount, now)
        bucket.take(amount)
        # Before this one no more had been taken than a full bucket and what came since.
        assert taken + min(amount, most) <= most + now * per_minute / 60 + 1e-6 * (1 + now * per_minute)
        taken += amount


def test_what_was_estimated_is_put_right() -> None:
    pace = Pace(Limits(tpm=6_000), 0.0)
    pace.take(50)
    pace.correct(250)
    assert pace.wait(100, 0.0) == pytest.approx(3.0)
    assert Pace(Limits(), 0.0).wait(10**9, 0.0) == 0


def test_the_purse_gives_back_what_was_not_spent() -> None:
    purse = Spending(Price(1.0, 1.0), 0.01)
    purse.reserve(0.008)
    assert not purse.affords(0.003)
    purse.reserve(-0.008)
    purse.pay(Reply(b"", "", "stop", None, 1_000, 1_000), 4_000)
    assert purse.spent == pytest.approx(0.002)
    assert purse.affords(0.008)
    assert not purse.affords(0.0081)
    # A quarter of the bytes, and as many tokens as the longest answer had.
    assert purse.most_of(100, 0) == pytest.approx((25 + 1_000) / 1e6)
    # Now it is two bytes a token, and the next is reckoned by that.
    purse.pay(Reply(b"", "", "stop", None, 4_000, 0), 6_000)
    assert purse.most_of(100, 0) == pytest.approx((50 + 1_000) / 1e6)
    # An answer that was longer than the limit, or than what is taken for one, may come again.
    purse.pay(Reply(b"", "", "stop", None, 0, 5_000), 0)
    assert purse.most_of(0, 64) == purse.most_of(0, None) == pytest.approx(5_000 / 1e6)
    assert purse.most_of(0, 6_000) == pytest.approx(6_000 / 1e6)
    assert Spending(None, None).affords(1e9)
    assert Spending(Price(1, 1), 1.0).most_of(400, None) == pytest.approx((100 + 1024) / 1e6)


@pytest.mark.parametrize(("limit", "tokens"), [(64, 64), (None, 1024)])
def test_an_answer_that_was_not_read_to_its_end_is_paid_for(limit: int | None, tokens: int) -> None:
    purse = Spending(Price(1.0, 1.0), None)
    purse.pay(Reply(b"", None, "too large", limit=limit), 400)
    assert purse.spent == pytest.approx((100 + tokens) / 1e6)


def test_an_answer_that_is_not_counted_is_paid_for_by_its_length() -> None:
    purse = Spending(Price(1.0, 2.0), None)
    purse.pay(Reply(b"", "x" * 4_000, "stop"), 400)
    assert purse.spent == pytest.approx((100 + 2 * 1_000) / 1e6)
    assert purse.most_of(0, 64) == pytest.approx(2 * 1_000 / 1e6)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.booleans(), max_size=1_200), st.sampled_from([0.1, 0.5]))
@example([False] * 16 + [True] * 3 + [False], 0.1)
def test_the_budget_is_as_a_slow_twin_says(unread: list[bool], most: float) -> None:
    budget = CircuitBreaker(most)
    for end, bad in enumerate(unread, 1):
        recent = unread[max(0, end - 500) : end]
        # It ends with an answer that cannot be read, never with one that can.
        too_many = bad and len(recent) >= 20 and sum(recent) > most * len(recent)
        assert (budget.answered(Unreadable("empty") if bad else None) is not None) is too_many


def test_what_is_long_ago_is_forgiven() -> None:
    budget = CircuitBreaker(0.5)
    problems = [None, Unreadable("empty")] * 240 + [None] * 500 + [None, Unreadable("empty")] * 240
    assert not any(map(budget.answered, problems))


def failures(budget: CircuitBreaker, count: int, *, refused: bool = False, known: bool = False) -> list[bool]:
    """Whether each of so many failures ends it."""
    fault = Fault(b"", "http 500", "oops", 6)
    return [budget.failed(fault, refused=refused, known=known) is not None for _ in range(count)]


def test_rows_of_failures() -> None:
    budget = CircuitBreaker(0.5)
    budget.answered(None)
    assert failures(budget, 19) == [False] * 19
    budget.answered(Unreadable("empty"))
    assert failures(budget, 20) == [False] * 19 + [True]
    assert failures(CircuitBreaker(0.5, ever=True), 20) == [False] * 19 + [True]


def test_refusals_end_it_only_where_nothing_was_ever_answered() -> None:
    assert failures(CircuitBreaker(0.5), 20, refused=True) == [False] * 19 + [True]
    assert not any(failures(CircuitBreaker(0.5, ever=True), 100, refused=True))
    budget = CircuitBreaker(0.5)
    budget.answered(None)
    assert not any(failures(budget, 100, refused=True))
    # Nor do they make a row with what fails otherwise.
    budget = CircuitBreaker(0.5)
    assert not any(failures(budget, 19, refused=True))
    assert failures(budget, 20) == [False] * 19 + [True]


def test_what_was_known_before_does_not_count() -> None:
    budget = CircuitBreaker(0.5)
    assert not any(failures(budget, 100, known=True) + failures(budget, 100, known=True, refused=True))
    assert not any(budget.answered(Unreadable("empty"), known=True) for _ in range(100))
    # What is new counts as if nothing had been.
    ended = [budget.answered(Unreadable("empty")) is not None for _ in range(20)]
    assert ended == [False] * 19 + [True]
