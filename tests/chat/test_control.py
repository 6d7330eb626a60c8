"""Gate, window and waiting jobs, each by itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instag.chat.concurrency import MOST, START, LearnedRate, Window
from instag.chat.gate import Gate
from instag.chat.lane import Job
from instag.chat.pauses import held, wait_in
from instag.chat.scheduler import Waiting


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
    "written",
    [
        lambda at: format_datetime(at, usegmt=True),
        lambda at: at.isoformat(),
        lambda at: str(at.timestamp()),
        lambda at: str(int(at.timestamp() * 1000)),
    ],
    ids=["HTTP date", "ISO 8601", "seconds", "milliseconds"],
)
def test_dates_to_wait_for(written: Callable[[datetime], str]) -> None:
    # Some are of whole seconds.
    found = wait_in({"retry-after": written(in_future(30))})
    assert found is not None
    assert 0 <= found <= 30


@pytest.mark.parametrize(
    ("text", "seconds"), [("1s", 1), ("6m0s", 60), ("120ms", 0.12), ("1m2.5s", 60), ("59.7", 59.7), ("x", 0)]
)
def test_when_there_is_more_of_what_is_used_up(text: str, seconds: float) -> None:
    assert held({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": text}) == pytest.approx(seconds)


@pytest.mark.parametrize(("requests", "tokens"), [("9s", "4s"), ("4s", "9s")])
def test_of_two_limits_that_are_used_up_the_later_one_counts(requests: str, tokens: str) -> None:
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "0"}
    assert held({**headers, "x-ratelimit-reset-requests": requests, "x-ratelimit-reset-tokens": tokens}) == 9


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
    assert gate.hopeless(0.0) is None
    gate.close(9.0, sent=9.5, now=9.5)
    assert gate.hopeless(9.5) is None
    assert gate.hopeless(11.0) == "and nothing else for 10 s"
    gate.passed()
    assert gate.hopeless(11.0) is None
    gate.close(5400.0, sent=12.0, now=12.0)
    assert gate.hopeless(12.0) == "the server asks to wait 1.5 h, and patience ends after 10 s"


def test_what_a_server_did_not_ask_for_is_within_the_patience() -> None:
    gate, now = Gate(3, 0.5), 0.0
    for _ in range(9):
        gate.close(None, sent=now, now=now)
        assert gate.wait(now) <= 3
        now += gate.wait(now)


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


def test_the_window_gives_up_a_tenth_where_the_server_queues_too_much() -> None:
    window = Window("auto", 60.0)
    for _ in range(5_000):
        window.answered(0.1)
    sizes = [window.size]
    for _ in range(5_000):
        window.answered(0.5)
        if window.size != sizes[-1]:
            sizes.append(window.size)
    assert sizes[:3] == [MOST, int(MOST * 0.9), int(MOST * 0.81)]


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


@given(st.lists(st.floats(0, 100)))
def test_who_is_due_first_goes_first(due: list[float]) -> None:
    waiting = Waiting()
    for number, each in enumerate(due):
        waiting.add(Job(str(number).encode(), b""), each)
    order = sorted(range(len(due)), key=lambda number: (due[number], number))
    assert [waiting.take().key for _ in due] == [str(number).encode() for number in order]
    assert waiting.due(0.0) == float("inf")


@pytest.mark.parametrize("limit", [5, 50, 300])
@pytest.mark.parametrize("wait", [1.0, 10.0])
def test_what_a_server_bears_is_learned(limit: int, wait: float) -> None:
    """A server that counts requests in spans of so many seconds, and a client that heeds it; the clock is made."""
    rate, step = LearnedRate(), 0.005
    answered, refused, closed_until = 0, 0, 0.0
    window, count = -1, 0
    seconds = 60 * wait
    for tick in range(int(seconds / step)):
        now = tick * step
        if int(now / wait) != window:
            window, count = int(now / wait), 0
        if now < closed_until:
            continue
        for _ in range(5):
            if rate.wait(now) > 0:
                break
            rate.take(now)
            count += 1
            if count > limit * wait:
                refused += 1
                rate.throttled(wait, now)
                closed_until = now + wait
                break
            answered += 1
            rate.answered(now)
    assert answered / seconds >= 0.85 * limit
    assert refused <= 12


def test_where_a_server_bears_more_again_it_is_found_out() -> None:
    rate = LearnedRate()
    for tick in range(2_000):
        rate.answered(tick / 1_000)
    rate.throttled(1.0, now=2.0)

    def at(now: float) -> float:
        for _ in range(10_000):
            rate.take(now)
        return 10_000 / rate.wait(now)

    rates = [at(float(now)) for now in (10, 60, 120, 200)]
    assert rates == sorted(rates)
    assert rates[-1] > 3 * rates[0]
