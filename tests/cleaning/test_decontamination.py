"""Items of benchmarks in a pool: what is found of each kind of change, and what is said of it."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag

ITEMS = [
    "A ferry carries 42 cars on each trip across the strait. If it makes 6 trips on Friday and 9 on Saturday, how many is that?",
    "Write a function that takes the path of a text file and returns the ten words that are used most often in it.",
    "Explain to a child of eight why leaves turn yellow and red in autumn, with one example from a garden.",
]
PLAIN = [
    "Write a function that takes a list of numbers and returns the largest of them.",
    "How many litres of water does a bath take?",
    "Explain why the sky is blue.",
    "Plan a weekend in a town by the sea for two people with a dog.",
]


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.jsonl"
    path.write_text("".join(json.dumps({"id": f"q{n}", "question": item}) + "\n" for n, item in enumerate(ITEMS)))
    return path


def found(rows: list[str], against: Any, **options: Any) -> list[tuple[int, str]]:
    result = instag.decontaminate(pl.DataFrame({"prompt": rows}), against, **options)
    return result.dropped.select("row", "item").rows()


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item,
        lambda item: item.upper().replace(",", " ;").replace(".", " !"),
        lambda item: f"You are a careful tutor.\n\n### Task\n{item}\n\n### Answer",
        lambda item: " ".join(item.split()[: int(len(item.split()) * 0.85)]),
    ],
    ids=["verbatim", "surface", "wrapped", "cut"],
)
def test_changes_are_seen_through(change: Any, items: Path) -> None:
    rows = [*PLAIN, *map(change, ITEMS)]
    assert found(rows, items) == [(4, "q0"), (5, "q1"), (6, "q2")]


def test_other_numbers_are_another_item_unless_they_are_not_to_be(items: Path) -> None:
    other = (
        "A ferry carries 1,120 cars on each trip across the strait. If it makes 3 trips on Friday and 5 on Saturday, "
        "how many is that in all?"
    )
    assert found([*PLAIN, other], items) == []
    assert found([*PLAIN, other], items, numbers="any") == [(4, "q0")]
    listed = instag.decontaminate(pl.DataFrame({"prompt": [*PLAIN, other, ITEMS[1]]}), items, numbers="any").dropped
    assert listed.get_column("numbers").to_list() == [True, False]


def test_every_turn_is_looked_at(items: Path) -> None:
    chats = [
        [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": ITEMS[0]}],
        [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi"},
            {"role": "user", "content": ITEMS[0]},
        ],
    ]
    result = instag.decontaminate(pl.DataFrame({"messages": chats}), items)
    assert result.dropped.select("row", "turn", "item", "reason").rows() == [(1, 1, "q0", "in ferry.jsonl")]
    assert result.data.get_column("messages").to_list() == chats[:1]


def test_what_is_shared_is_listed(items: Path) -> None:
    row = "Task: write a function that takes the path of a text file and returns the ten words that are used."
    listed = instag.decontaminate(pl.DataFrame({"prompt": [*PLAIN, row]}), items).dropped.row(0, named=True)
    assert listed["shared"] == (
        "write a function that takes the path of a text file and returns the ten words that are used"
    )
    assert 0.6 <= listed["share_8"] <= listed["share_4"] < 1
    assert listed["asked"] == ITEMS[1]
    assert listed["query"] == row


def test_rows_can_be_marked(items: Path) -> None:
    marked = instag.decontaminate(pl.DataFrame({"prompt": [PLAIN[0], ITEMS[1]]}), items, action="mark").data
    assert marked.drop("prompt").rows() == [(False, None, None), (True, "q1", 1.0)]


def test_benchmarks_come_as_files_globs_lists_and_frames(items: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("question,answer\nWhich bird builds the largest nest of all birds of the north?,\n")
    rows = ["which bird builds the largest nest of all birds of the north", ITEMS[2]]
    both = [(0, "1"), (1, "q2")]
    assert found(rows, [items, other]) == both
    assert found(rows, [str(tmp_path / "*.jsonl"), str(tmp_path / "*.csv"), items]) == both
    assert found(rows, pl.DataFrame({"question": ITEMS})) == [(1, "3")]


def test_short_items_are_said(tmp_path: Path) -> None:
    path = tmp_path / "short.jsonl"
    path.write_text('{"question": "Hello there"}\n{"question": "你好吗朋友"}\n{"question": "Name two large rivers"}\n')
    with pytest.warns(instag.InstagWarning, match="against: one item has fewer than 3 words"):
        assert found(["Hello there!", "Hello there, name two large rivers", "说 你好吗朋友"], path) == [
            (0, "1"),
            (1, "3"),
            (2, "2"),
        ]


def test_the_order_of_rows_changes_nothing(items: Path) -> None:
    rows = [*PLAIN, *ITEMS]
    forward = {rows[row] for row, _ in found(rows, items)}
    backward = {rows[::-1][row] for row, _ in found(rows[::-1], items)}
    assert forward == backward == set(ITEMS)


def test_benchmarks_without_questions_are_refused(tmp_path: Path) -> None:
    empty, numbers = tmp_path / "empty.jsonl", tmp_path / "numbers.jsonl"
    empty.write_text('{"question": ""}\n{"question": "?!"}\n')
    numbers.write_text('{"score": 1}\n')
    pool = pl.DataFrame({"prompt": PLAIN})
    with pytest.raises(instag.InputError, match=r"against: .*empty.jsonl: expected questions; found no row in which"):
        instag.decontaminate(pool, empty)
    with pytest.raises(instag.InputError, match=r"against: .*numbers.jsonl: .*found the columns score"):
        instag.decontaminate(pool, numbers)
    with pytest.raises(instag.InputError, match="against: expected one file or more"):
        instag.decontaminate(pool, [])
    with pytest.raises(instag.InputError, match=r"nowhere.jsonl"):
        instag.decontaminate(pool, tmp_path / "nowhere.jsonl")


def test_an_empty_pool_is_refused(items: Path) -> None:
    with pytest.raises(instag.InputError, match="data: expected user queries; found none in any row"):
        instag.decontaminate(pl.DataFrame({"prompt": pl.Series([], dtype=pl.String)}), items)
    with pytest.raises(instag.InputError, match="numbers: expected one of same, any; found 'all'"):
        instag.decontaminate(pl.DataFrame({"prompt": PLAIN}), items, numbers="all")  # type: ignore[arg-type]
