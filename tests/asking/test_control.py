"""Gate, window, pace, purse and budget, each by itself."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from instag.asking import Fault, Limits, Price, Reply, Unreadable
from instag.asking.budget import Budget
from instag.asking.gate import Gate, held, wait_in
from instag.asking.jobs import Job, Waiting
from instag.asking.pace import Bucket, Pace
from instag.asking.purse import Purse
from instag.asking.window import MOST, START, Window


def in_future(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "4"}, 4.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1.5s"}, 1.5),
        ({"x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "1.5s"}, None),
        ({"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2s"}, 2.0),
        ({}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], expected: float | None) -> None:
    assert wait_in(headers) == expected


@pytest.mark.parametrize(
    "text",
    [
        format_datetime(in_future(30), usegmt=True),
        in_future(30).isoformat(),
        str(time.time() + 30),
        str(int((time.time() + 30) * 1000)),
    ],
)
def test_dates_to_wait_for(text: str) -> None:
    # They were made when this file was loaded, and some are of whole seconds.
    found = wait_in({"retry-after": text})
    assert found is not None
    assert 0 <= found <= 30


@pytest.mark.parametrize(
    ("text", "seconds"), [("1s", 1), ("6m0s", 60), ("120ms", 0.12), ("1m2.5s", 60), ("59.7", 59.7), ("x", 0)]
)
def test_when_there_is_more_of_what_is_used_up(text: str, seconds: float) -> None:
    assert held({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": text}) == pytest.approx(seconds)


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", "x-ratelimit-remaining", "x-ratelimit-reset"]),
        st.text() | st.integers().map(str),
    )
)
def test_any_headers_can_be_read(headers: dict[str, str]) -> None:
    found = wait_in(headers)
    assert found is None or found >= 0


def test_the_gate_opens_when_the_server_said() -> None:
    gate = Gate(600, 0.5)
    assert gate.wait(0.0) <= 0
    assert gate.close(4.0, sent=1.0, now=2.0)
    assert gate.wait(2.0) == 4.0
    # Answers to what was under way change nothing, unless they name a later time.
    assert not gate.close(1.0, sent=1.5, now=3.0)
    assert gate.wait(3.0) == 3.0
    assert not gate.close(9.0, sent=1.5, now=3.0)
    assert gate.wait(3.0) == 9.0


def test_without_a_time_the_gate_closes_for_longer_and_longer() -> None:
    gate, now, waits = Gate(1e9, 0.5), 0.0, []
    for _ in range(9):
        assert gate.close(None, sent=now, now=now)
        waits.append(gate.wait(now))
        now += waits[-1] + 1
    for wait, longest in zip(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert longest / 2 <= wait <= longest
    gate.passed()
    assert gate.close(None, sent=now, now=now)
    assert gate.wait(now) <= 1


def test_a_server_that_says_at_once_and_refuses_again_is_not_believed() -> None:
    gate = Gate(600, 0.5)
    gate.close(0.0, sent=0.0, now=0.0)
    assert gate.wait(0.0) == 0
    gate.close(0.0, sent=1.0, now=1.0)
    assert gate.wait(1.0) >= 1


def test_when_there_is_no_hope() -> None:
    gate = Gate(10, 0.5)
    gate.close(9.0, sent=0.0, now=0.0)
    assert not gate.hopeless(0.0)
    gate.close(9.0, sent=9.5, now=9.5)
    assert not gate.hopeless(9.5)
    assert gate.hopeless(11.0)
    gate.passed()
    assert not gate.hopeless(11.0)
    gate.close(11.0, sent=12.0, now=12.0)
    assert gate.hopeless(12.0)


def test_the_window_grows_until_answers_take_longer() -> None:
    # A server that can do 100 at a time: beyond that they queue.
    window = Window("auto", 60.0)
    assert window.size == START
    sizes = []
    for _ in range(20_000):
        window.answered(0.1 * max(1.0, window.size / 100))
        sizes.append(window.size)
    assert 100 <= max(sizes[5_000:]) <= 350
    assert min(sizes[5_000:]) >= 100


def test_the_window_grows_to_its_end_where_nothing_speaks_against_it() -> None:
    window = Window("auto", 60.0)
    for _ in range(5_000):
        window.answered(0.1)
    assert window.size == MOST


def test_the_window_does_not_grow_where_answers_are_slow() -> None:
    window = Window("auto", 60.0)
    for _ in range(500):
        window.answered(20.0)
    assert window.size == START


def test_the_window_shrinks_for_429s_and_comes_back() -> None:
    window = Window(100, 60.0)
    for expected in (75, 56, 42):
        window.throttled()
        assert window.size == expected
    for _ in range(200):
        window.throttled()
    assert window.size == 1
    grown = 0
    while window.size < 100:
        window.answered(0.1)
        grown += 1
    assert 1_500 < grown < 3_000
    for _ in range(100):
        window.answered(0.1)
        window.faltered()
    assert window.size == 100  # a number gives way to "too many" alone


def test_the_window_shrinks_where_much_breaks_down() -> None:
    window = Window("auto", 60.0)
    for _ in range(40):
        window.answered(0.1)
    before = window.size
    for number in range(400):
        if number % 25:
            window.answered(0.1)
        else:
            window.faltered()
    assert window.size >= before  # one in 25 is borne
    for _ in range(5_000):
        window.faltered()
    assert window.size == 4


@given(st.lists(st.tuples(st.sampled_from(["answered", "throttled", "faltered"]), st.floats(0.001, 100)), max_size=300))
def test_the_window_stays_within_its_bounds(events: list[tuple[str, float]]) -> None:
    for window, most in ((Window("auto", 60.0), MOST), (Window(7, 60.0), 7)):
        for kind, seconds in events:
            if kind == "answered":
                window.answered(seconds)
            else:
                getattr(window, kind)()
            assert 1 <= window.size <= most


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
    purse = Purse(Price(1.0, 1.0), 0.01)
    purse.reserve(0.008)
    assert not purse.affords(0.003)
    purse.reserve(-0.008)
    purse.pay(Reply(b"", "", "stop", None, 1_000, 1_000), 4_000)
    assert purse.spent == pytest.approx(0.002)
    assert purse.affords(0.008)
    assert not purse.affords(0.0081)
    assert purse.most_of(100, 0) == pytest.approx(25 / 1e6)
    # Now it is two bytes a token, and the next is reckoned by that.
    purse.pay(Reply(b"", "", "stop", None, 4_000, 0), 6_000)
    assert purse.most_of(100, 0) == pytest.approx(50 / 1e6)
    assert Purse(None, None).affords(1e9)
    assert Purse(Price(1, 1), 1.0).most_of(400, None) == pytest.approx((100 + 1024) / 1e6)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.booleans(), max_size=1_200), st.sampled_from([0.1, 0.5]))
@example([False] * 16 + [True] * 3 + [False], 0.1)
def test_the_budget_is_as_a_slow_twin_says(unread: list[bool], most: float) -> None:
    budget = Budget(most)
    for end, bad in enumerate(unread, 1):
        recent = unread[max(0, end - 500) : end]
        # It ends with an answer that cannot be read, never with one that can.
        too_many = bad and len(recent) >= 20 and sum(recent) > most * len(recent)
        assert (budget.answered(Unreadable("empty") if bad else None) is not None) is too_many


def test_what_is_long_ago_is_forgiven() -> None:
    budget = Budget(0.5)
    problems = [None, Unreadable("empty")] * 240 + [None] * 500 + [None, Unreadable("empty")] * 240
    assert not any(map(budget.answered, problems))


def test_rows_of_failures() -> None:
    fault = Fault(b"", "http 500", "oops", 6)
    budget = Budget(0.5)
    assert [budget.failed(fault, reached=True) is None for _ in range(5)] == [True] * 4 + [False]
    budget = Budget(0.5)
    budget.answered(None)
    assert [budget.failed(fault, reached=True) is None for _ in range(19)] == [True] * 19
    budget.answered(Unreadable("empty"))
    assert [budget.failed(fault, reached=True) is None for _ in range(20)] == [True] * 19 + [False]


@given(st.lists(st.floats(0, 100)))
def test_who_is_due_first_goes_first(due: list[float]) -> None:
    waiting = Waiting()
    for number, each in enumerate(due):
        waiting.add(Job(str(number).encode(), b""), each)
    order = sorted(range(len(due)), key=lambda number: (due[number], number))
    assert [waiting.take().key for _ in due] == [str(number).encode() for number in order]
    assert waiting.due(0.0) == float("inf")
