"""Laws of conversations: what is written in a format is read again as it was, or refused by name."""

import json
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from instag import InputError
from instag.io import convert, load, read, write
from instag.io.conversation.chat import pass_over
from instag.io.conversation.conversation import conversation, queries_of
from instag.io.conversation.detection import find
from instag.io.conversation.layout import Layout
from instag.io.conversation.queries import queries
from instag.io.json.records import frame, plain

# Also what terminals, web pages and old protocols take for something else than text.
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | st.sampled_from(
    [
        "\0",
        "\x08",
        "\x1b[31m",
        "\u202e",
        "\ufeff",
        "</script>",
        "a,b;c|d\t",
        '"',
        "'",
        "[1]",
        "{}",
        "007",
        "NaN",
        "null",
        "\r\n",
    ]
)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
arguments = st.dictionaries(
    st.sampled_from(["city", "zip", "unit", ""]), scalars | st.lists(scalars, max_size=2), max_size=3
)


def spoken(role: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"role": st.just(role), "content": texts}, optional={"weight": st.integers(0, 1)})


@st.composite
def called(draw: st.DrawFn) -> dict[str, Any]:
    calls = draw(st.lists(st.tuples(st.sampled_from("fg"), arguments), min_size=1, max_size=2))
    made = [
        {"type": "function", "function": {"name": name, "arguments": json.dumps(each, ensure_ascii=False)}}
        for name, each in calls
    ]
    return {"role": "assistant", "content": None, "tool_calls": made}


turns = st.one_of(*map(spoken, ("user", "assistant", "system", "tool")), called())
plain_turns = st.lists(texts, min_size=1, max_size=5).map(
    lambda said: [
        {"role": role, "content": text} for role, text in zip(cycle(("user", "assistant")), said, strict=False)
    ]
)
chats = st.lists(turns, min_size=1, max_size=5) | plain_turns
rows = st.lists(st.fixed_dictionaries({"id": st.integers(0, 9), "messages": chats}), min_size=1, max_size=4)


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25, deadline=None)
@given(rows=rows)
@example(rows=[{"id": 0, "messages": [{"role": "user", "content": "0"}, {"role": "system", "content": "0"}]}])
@pytest.mark.parametrize("kind", [".jsonl", ".json", ".parquet"])
@pytest.mark.parametrize("to", ["messages", "sharegpt", "alpaca"])
def test_a_format_holds_a_conversation_or_says_what_it_cannot(to: str, kind: str, rows: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        source, middle, back = Path(folder, "in.jsonl"), Path(folder, f"x{kind}"), Path(folder, "out.jsonl")
        source.write_text("\n".join(map(json.dumps, rows)))
        try:
            convert(source, middle, to=to)
        except InputError as error:
            refused = str(error)
        else:
            refused = ""
        if refused:
            assert (to, "alpaca has no place for" in refused, middle.exists()) == ("alpaca", True, False)
            return
        convert(middle, back, to="messages", template="none")
        assert lines(back) == [{"id": row["id"], "messages": row["messages"]} for row in rows]
        said = [[turn["content"] for turn in row["messages"] if turn["role"] == "user"] for row in rows]
        assert read(middle, template="none")["queries"].to_list() == said


flat = st.fixed_dictionaries(
    {"instruction": st.none() | texts, "input": st.none() | texts | st.just(" "), "output": st.none() | texts},
    optional={"history": st.lists(st.tuples(texts, texts).map(list), max_size=2), "system": texts},
)
speech = st.lists(
    st.fixed_dictionaries(
        {"from": st.sampled_from(["human", "gpt", "User ", "system", "critic", "tool"]), "value": texts | st.none()}
    ),
    max_size=4,
).map(lambda turns: {"conversations": turns})
parted = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["user", "assistant"]),
            "content": st.lists(
                st.fixed_dictionaries({"type": st.sampled_from(["text", "image"]), "text": texts}), max_size=3
            ),
        }
    ),
    max_size=4,
).map(lambda turns: {"messages": turns})


@settings(max_examples=60, deadline=None)
@given(
    records=st.lists(flat, min_size=1, max_size=5)
    | st.lists(speech, min_size=1, max_size=5)
    | st.lists(parted, min_size=1, max_size=5)
)
def test_expressions_find_the_users_turns_of_the_conversation(records: list[dict[str, Any]]) -> None:
    held = frame(records)
    layout = find(held.lazy(), template="none")
    if layout is None:
        return
    fast = held.select(queries=queries(layout, held.schema)).to_series().to_list()
    slow = [
        queries_of(conversation(layout, plain(row), pass_over, answered=False)[0]) for row in held.iter_rows(named=True)
    ]
    assert fast == slow


@settings(max_examples=25, deadline=None)
@given(
    cells=st.lists(st.tuples(texts, texts), min_size=1, max_size=5),
    name=texts.filter(lambda name: name.strip() == name and name != "prompt"),
)
@pytest.mark.parametrize("kind", [".csv", ".tsv", ".jsonl", ".json", ".parquet", ".arrow"])
def test_any_text_survives_in_any_type_of_file(kind: str, name: str, cells: list[tuple[str, str]]) -> None:
    data = pl.DataFrame({"prompt": [cell[0] for cell in cells], name: [cell[1] for cell in cells]})
    with TemporaryDirectory() as folder:
        write(data, Path(folder, f"x{kind}"))
        assert load(Path(folder, f"x{kind}"), template="none").collect().to_dicts() == data.to_dicts()


def test_the_slow_way_and_the_fast_agree_on_turns_of_text() -> None:
    said = pl.DataFrame({"dialog": [["one", "a", "two"], [], None]})
    layout = find(said.lazy())
    assert layout == Layout("exchanges", {"turns": "dialog"})
    assert said.select(queries(layout, said.schema)).to_series().to_list() == [["one", "two"], [], []]
