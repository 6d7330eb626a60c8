"""The display: a line in place on a terminal, a line now and then elsewhere."""

import io

import pytest
from rich.console import Console

from instag.chat import Tally
from instag.chat.progress import duration
from instag.cli.progress import Display


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def lines(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_without_a_terminal_a_line_comes_every_half_minute() -> None:
    clock, console = Clock(), Console(file=io.StringIO(), width=200)
    with Display(console, clock=clock) as display:
        for second in range(0, 100, 10):
            clock.now = float(second)
            display(Tally(total=200, answered=second, seconds=second or 1.0, in_flight=3))
    assert lines(console) == [
        "30 of 200; 1/s; 2 min 50 s left; 3 in flight",
        "60 of 200; 1/s; 2 min 20 s left; 3 in flight",
        "90 of 200; 1/s; 1 min 50 s left; 3 in flight",
    ]


def test_a_stop_is_reported_at_once_and_once() -> None:
    console = Console(file=io.StringIO(), width=200)
    with Display(console, clock=Clock()) as display:
        tally = Tally(total=9, answered=1, in_flight=2)
        display(tally)
        tally.stopped = "interrupted"
        display(tally)
        tally.answered = 2
        display(tally)
    assert lines(console) == [
        "1 of 9; 0/s; stopping: waiting for what is in flight, Ctrl-C again stops at once; 2 in flight"
    ]


def test_on_a_terminal_the_line_is_renewed_and_taken_away() -> None:
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system=None)
    with Display(console) as display:
        display(Tally(total=1000, kept=10, answered=490, seconds=10.0, in_flight=3))
    text = "".join(lines(console))
    assert "500 of 1,000; 49/s; 10 s left; 3 in flight" in text
    assert text.endswith("\x1b[2K")


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(), "0; 0/s; 0 in flight"),
        (Tally(total=5, kept=1, answered=2, failed=1, unread=1), "4 of 5; 0/s; 0 in flight; 2 failed"),
        (
            Tally(answered=3, faults={"http 429": 7}, last="http 429", cost=12.5, stopped="max_cost"),
            "3; 0/s; stopping: max_cost; $12.5; 0 in flight; 7 x http 429",
        ),
    ],
)
def test_where_it_stands(tally: Tally, expected: str) -> None:
    assert str(tally) == expected


def test_durations_have_two_units() -> None:
    assert [duration(seconds) for seconds in (59.6, 60, 3599, 3600, 86_399, 86_400)] == [
        "1 min",
        "1 min",
        "59 min 59 s",
        "1 h",
        "23 h 59 min",
        "1 d",
    ]
