"""Tables of messages, a row for each, and chats as programs save them."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
from instag import InstagWarning
from instag.io import convert, read
from instag.io.conversation.branching import grouped
from instag.io.conversation.detection import find
from instag.io.json.values import rows_within


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def converted(folder: Path, *records: Any, to: str = "messages") -> list[Any]:
    (folder / "in.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    convert(folder / "in.jsonl", folder / "out.jsonl", to=to)
    return lines(folder / "out.jsonl")


def said(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": text} for role, text in turns]


SHORT = said(("user", "q"), ("assistant", "a"))


@pytest.mark.parametrize(
    "names",
    [
        ("conversation_id", "role", "content"),
        ("dialogueId", "speaker", "utterance"),
        ("Session_ID", "from", "value"),
        ("thread_id", "sender", "text"),
        ("chat", "author", "message"),
    ],
)
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_messages_become_the_conversations_they_belong_to(names: tuple[str, ...], ending: str, tmp_path: Path) -> None:
    rows = [("1", "user", "q"), ("2", "human", "p"), ("1", "assistant", "a"), ("2", "bot", "o")]
    frame = pl.DataFrame(rows, schema=list(names), orient="row")
    path = tmp_path / f"in.{ending}"
    frame.write_ndjson(path) if ending == "jsonl" else getattr(frame, f"write_{ending}")(path)
    with pytest.warns(InstagWarning, match=f"4 rows of messages became 2 conversations, one for each '{names[0]}'"):
        convert(path, tmp_path / "out.jsonl", to="messages")
    assert lines(tmp_path / "out.jsonl") == [
        {names[0]: "1", "messages": SHORT},
        {names[0]: "2", "messages": said(("user", "p"), ("assistant", "o"))},
    ]
    with pytest.warns(InstagWarning, match="became 2 conversations"):
        assert read(path)["queries"].to_list() == [["q"], ["p"]]


def test_what_differs_between_messages_is_in_their_turns(tmp_path: Path) -> None:
    rows = [
        {"conv": 1, "turn": 10, "role": "assistant", "text": "a", "lang": "en", "at": 3},
        {"conv": 1, "turn": 9, "role": "user", "text": "q", "lang": "en", "at": 2},
    ]
    with pytest.warns(InstagWarning, match="one for each 'conv'"):
        assert converted(tmp_path, *rows) == [
            {
                "conv": 1,
                "messages": [SHORT[0] | {"at": 2}, SHORT[1] | {"at": 3}],
                "lang": "en",
            }
        ]


def test_a_list_of_turns_is_one_conversation(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(SHORT), encoding="utf-8")
    with pytest.warns(InstagWarning, match="no column says to which one a message belongs"):
        convert(tmp_path / "in.json", tmp_path / "out.jsonl", to="sharegpt")
    assert [turn["from"] for turn in lines(tmp_path / "out.jsonl")[0]["conversations"]] == ["human", "gpt"]


def test_each_file_of_messages_is_a_conversation_of_its_own(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, SHORT)), encoding="utf-8")
    with pytest.warns(InstagWarning, match="rows of messages became"):
        frame = read(str(tmp_path / "*.jsonl"))
    assert frame["messages"].to_list() == [SHORT, SHORT]


@pytest.mark.parametrize(
    "rows",
    [
        [{"role": "Judge", "text": "q"}, {"role": "Baker", "text": "p"}],
        [{"role": "user", "text": "q"}, {"role": "user", "text": "p"}],
        [{"conversation_id": "1", "prompt": "q"}, {"conversation_id": "1", "prompt": "p"}],
    ],
)
def test_prompts_stay_prompts(rows: list[dict[str, str]], tmp_path: Path) -> None:
    assert [row["messages"] for row in converted(tmp_path, *rows)] == [said(("user", text)) for text in "qp"]


def test_speakers_that_nobody_knows_are_reported(tmp_path: Path) -> None:
    rows = [
        {"conv_id": "x", "utterance_idx": at, "prompt": "p", "speaker_idx": at % 2, "utterance": "u"} for at in (1, 2)
    ]
    with (
        pytest.warns(InstagWarning, match="one for each 'conv_id'"),
        pytest.warns(InstagWarning, match="are kept as they are"),
        pytest.warns(InstagWarning, match=r"no row has a user turn: the roles found are 0 \(1\), 1 \(1\)"),
    ):
        (row,) = converted(tmp_path, *rows)
    assert [turn["role"] for turn in row["messages"]] == ["1", "0"]


SESSION = [
    {"kind": "summary", "summary": "s"},
    {"uuid": "z", "parentUuid": None, "type": "system", "content": "compacted"},
    {"uuid": "a", "parentUuid": "z", "type": "user", "message": SHORT[0]},
    {
        "uuid": "b",
        "parentUuid": "a",
        "type": "assistant",
        "message": {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {"x": 1}}]},
    },
    {
        "uuid": "c",
        "parentUuid": "b",
        "type": "user",
        "message": {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "2"}]},
    },
    {"uuid": "d", "parentUuid": "c", "type": "assistant", "message": SHORT[1]},
]
CALLED = [
    SHORT[0],
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}],
    },
    {"role": "tool", "content": "2", "tool_call_id": "1"},
    SHORT[1],
]


def test_the_log_of_an_agent_that_knows_the_message_before(tmp_path: Path) -> None:
    with pytest.warns(InstagWarning, match="became 1 conversation"):
        (row,) = converted(tmp_path, *SESSION)
    assert row["messages"] == CALLED
    assert read(tmp_path / "in.jsonl")["queries"].to_list() == [[], [], ["q"], [], [], []]


@pytest.mark.parametrize("within", ["payload", None])
def test_the_log_of_an_agent_in_items(within: str | None, tmp_path: Path) -> None:
    items: list[dict[str, Any]] = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "q"}]},
        {"type": "user_message", "note": "q"},
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": '{"x": 1}'},
        {"type": "function_call_output", "call_id": "1", "output": "2"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
    ]
    rows = items if within is None else [{"kind": "item", within: item} for item in items]
    with pytest.warns(InstagWarning, match="left out, because they are not messages: 1"):
        (row,) = converted(tmp_path, *rows)
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert row["messages"][1] == CALLED[1]
    assert row["messages"][2] == CALLED[2]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["user", "assistant"]), st.text(max_size=3), st.integers(0, 2)),
        min_size=1,
        max_size=12,
    ).filter(lambda rows: {role for _, role, _, _ in rows} == {"user", "assistant"})
)
@settings(max_examples=60, deadline=None)
def test_no_message_is_lost(rows: list[tuple[int, str, str, int]]) -> None:
    frame = pl.DataFrame(rows, schema=["chat_id", "role", "content", "mood"], orient="row").lazy()
    layout = find(frame)
    assert layout is not None
    with pytest.warns(InstagWarning, match="rows of messages became"):
        first, made, used = grouped(frame, layout, lambda turns: {"messages": turns})
    chats = first["chat_id"].to_list()
    assert chats == list(dict.fromkeys(row[0] for row in rows))
    for chat, record in zip(chats, made, strict=True):
        own = [row for row in rows if row[0] == chat]
        assert [(turn["role"], turn["content"]) for turn in record["messages"]] == [row[1:3] for row in own]
        if "mood" in used[0]:
            assert [turn["mood"] for turn in record["messages"]] == [row[3] for row in own]
        else:
            assert len({row[3] for row in own}) == 1


TEXT = [{"type": "text", "text": "a"}]
SAVED: dict[str, Any] = {
    "versions of a turn": [
        {"versions": [{"role": "user", "content": "q"}], "currentlySelected": 0},
        {
            "versions": [{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}],
            "currentlySelected": 0,
        },
    ],
    "steps of an answer": [SHORT[0], {"role": "assistant", "steps": [{"content": TEXT}, {"debug": "x"}]}],
    "replies within a turn": [
        {"sender": "User", "text": "q", "children": [{"sender": "bot", "text": "a", "children": []}]}
    ],
    "flags in the place of roles": [{"is_user": True, "text": "q"}, {"is_user": False, "text": "a"}],
    "a model by its name, with a flag": [
        {"sender": "User", "isCreatedByUser": True, "text": "q"},
        {"sender": "Some-7B", "isCreatedByUser": False, "text": "a"},
    ],
    "words by the name of their part": [{"role": "user", "prompt": "q"}, {"role": "assistant", "response": "a"}],
    "bodies": [{"sender": "user", "body": "q"}, {"sender": "bot", "body": "a"}],
    "texts with notes": [
        {"role": "user", "content": [{"type": "text", "text": {"value": "q", "annotations": []}}]},
        {"role": "assistant", "content": "a"},
    ],
}


@pytest.mark.parametrize("name", SAVED)
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_chats_as_programs_save_them(name: str, ending: str, tmp_path: Path) -> None:
    saved = {"title": "t", "messages": SAVED[name]}
    rows = 1 if ending == "json" else 2
    path = tmp_path / f"in.{ending}"
    path.write_text("\n".join([json.dumps(saved)] * rows), encoding="utf-8")
    frame = read(path)
    assert frame["queries"].to_list() == [["q"]] * rows
    convert(path, tmp_path / "out.jsonl", to="sharegpt")
    for row in lines(tmp_path / "out.jsonl"):
        turns = [(turn["from"], turn["value"]) for turn in row["conversations"]]
        assert turns == [("human", "q"), ("gpt", "a")]


def test_what_was_thought_in_a_step_stays_beside(tmp_path: Path) -> None:
    steps = [{"style": {"type": "thinking"}, "content": [{"type": "text", "text": "hm"}]}, {"content": TEXT}]
    (row,) = converted(tmp_path, {"messages": [SHORT[0], {"role": "assistant", "steps": steps}], "systemPrompt": "s"})
    assert row["messages"] == [{"role": "system", "content": "s"}, SHORT[0], SHORT[1] | {"thinking": "hm"}]


def test_a_long_chain_of_replies(tmp_path: Path) -> None:
    turn: dict[str, Any] = {"role": "assistant", "content": "a", "children": []}
    for at in range(60):
        turn = {"role": ("user", "assistant")[at % 2], "content": str(at), "children": [turn]}
    (row,) = converted(tmp_path, {"messages": [turn]})
    assert len(row["messages"]) == 61


def test_turns_whose_words_have_an_unknown_name_are_reported(tmp_path: Path) -> None:
    turns = [SHORT[0], {"role": "assistant", "content": None, "uttered": "a"}]
    with pytest.warns(InstagWarning, match=r"kept beside it: 'uttered' \(1\)"):
        (row,) = converted(tmp_path, {"chat": turns})
    assert row["messages"][1] == {"role": "assistant", "content": None, "uttered": "a"}


def test_conversations_and_rows_by_their_names() -> None:
    assert rows_within({"x": SHORT, "y": SHORT}, "f.json") == [{"id": name, "messages": SHORT} for name in "xy"]
    pairs = {"x": {"prompt": "q"}, "y": {"prompt": "p"}}
    assert rows_within(pairs, "f.json") == [{"id": "x", "prompt": "q"}, {"id": "y", "prompt": "p"}]
    assert rows_within({"0": {"prompt": "q"}, "1": {"prompt": "p"}}, "f.json") == [{"prompt": "q"}, {"prompt": "p"}]
    chosen = {"chosen": SHORT, "rejected": SHORT}
    assert rows_within(chosen, "f.json") == [chosen]


def test_what_stands_beside_the_rows_of_a_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps({"version": "1", "task": "Sort.", "n": 2, "items": [{"prompt": "q"}]}), encoding="utf-8")
    with pytest.warns(InstagWarning, match=r"those under 'items'; what stands beside them is not read: 'task'$"):
        assert read(path)["prompt"].to_list() == ["q"]


def test_turns_after_a_first_question_without_a_header(tmp_path: Path) -> None:
    rows = [
        {"prompt": "q", "response": "a"},
        {"prompt": "q<extra_id_1>Assistant\na\n<extra_id_1>User\np", "response": "o"},
    ]
    assert [row["messages"] for row in converted(tmp_path, *rows)] == [
        SHORT,
        [*SHORT, *said(("user", "p"), ("assistant", "o"))],
    ]
    text = {"text": "<extra_id_0>System\ns\n<extra_id_1>User\nq\n<extra_id_1>Assistant\na\n"}
    (row,) = converted(tmp_path, text)
    assert row["messages"] == [{"role": "system", "content": "s"}, *SHORT]


@pytest.mark.parametrize("answer", [SHORT[1], [SHORT[1]], {"choices": [{"message": SHORT[1]}]}])
def test_an_answer_that_is_the_json_of_a_turn(answer: Any, tmp_path: Path) -> None:
    (row,) = converted(tmp_path, {"input": json.dumps(SHORT[:1]), "output": json.dumps(answer)})
    assert row["messages"] == SHORT
    text = json.dumps({"role": "baker", "content": "bread"})
    (row,) = converted(tmp_path, {"prompt": "q", "completion": text})
    assert row["messages"] == [SHORT[0], {"role": "assistant", "content": text}]


@pytest.mark.parametrize("column", ["history", "chatbot"])
def test_a_history_without_anything_after_it(column: str, tmp_path: Path) -> None:
    (row,) = converted(tmp_path, {column: [["q", "a"]]})
    assert row == {"messages": SHORT}


def test_people_of_a_messenger_are_named(tmp_path: Path) -> None:
    message = {"content": "q", "author": {"id": "1", "name": "ann"}}
    told = r"does not know: ann \(1\); no row has a user turn.*--query messages.content"
    with pytest.warns(InstagWarning, match=told):
        converted(tmp_path, {"messages": [message]})
    assert instag.read(tmp_path / "in.jsonl", query="messages.content")["queries"].to_list() == [["q"]]


@pytest.mark.parametrize(
    ("beside", "named"),
    [
        ({"gold_solution": "a"}, "gold_solution"),
        ({"model response": "a", "id": "1"}, "model response"),
        ({"completions": ["a", "b"]}, "completions"),
    ],
)
def test_answers_by_an_unknown_name_are_reported(beside: dict[str, Any], named: str, tmp_path: Path) -> None:
    with pytest.warns(InstagWarning, match=rf"no answers; '{named}' may hold them"):
        (row,) = converted(tmp_path, {"prompt": "q", **beside})
    assert row == {"messages": SHORT[:1], **beside}
    convert(tmp_path / "in.jsonl", tmp_path / "out.jsonl", to="messages", answer=named)
    assert lines(tmp_path / "out.jsonl")[0]["messages"] == SHORT


CALLING = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_calls_stand_beside_the_words_of_a_table(tmp_path: Path) -> None:
    rows = [
        {"chat_id": 1, **SHORT[0]},
        {"chat_id": 1, "role": "assistant", "content": None, "tool_calls": [CALLING]},
        {"chat_id": 1, "role": "tool", "content": "2", "tool_call_id": "1"},
        {"chat_id": 1, **SHORT[1]},
    ]
    with pytest.warns(InstagWarning, match="4 rows of messages became 1 conversations, one for each 'chat_id'$"):
        (row,) = converted(tmp_path, *rows)
    assert row == {
        "chat_id": 1,
        "messages": [
            SHORT[0],
            {"role": "assistant", "content": None, "tool_calls": [CALLING]},
            {"role": "tool", "content": "2", "tool_call_id": "1"},
            SHORT[1],
        ],
    }


def test_a_message_without_a_conversation_is_one_by_itself(tmp_path: Path) -> None:
    rows = [{"chat_id": None, **SHORT[0]}, {"chat_id": None, **SHORT[0]}, *({"chat_id": 1, **turn} for turn in SHORT)]
    with pytest.warns(InstagWarning, match="became 3 conversations"):
        found = converted(tmp_path, *rows)
    assert [row["messages"] for row in found] == [SHORT[:1], SHORT[:1], SHORT]


@pytest.mark.parametrize("times", [("2024-05-02T10:00:00Z", "2024-05-02T09:59:00Z"), (12.5, 3.25), (10, 9)])
def test_messages_are_in_the_order_of_their_times(times: tuple[Any, Any], tmp_path: Path) -> None:
    rows = [{"chat_id": 1, "created_at": at, **turn} for at, turn in zip(times, SHORT[::-1], strict=True)]
    with pytest.warns(InstagWarning, match="one for each 'chat_id'"):
        (row,) = converted(tmp_path, *rows)
    assert row["messages"] == [SHORT[0] | {"created_at": times[1]}, SHORT[1] | {"created_at": times[0]}]


@pytest.mark.parametrize("times", [("9:59", "10:00"), ("2024-05-02", None), ("b", "a")])
def test_times_that_do_not_sort_as_texts_leave_the_order_of_the_file(times: tuple[Any, Any], tmp_path: Path) -> None:
    rows = [{"chat_id": 1, "created_at": at, **turn} for at, turn in zip(times, SHORT, strict=True)]
    with pytest.warns(InstagWarning, match="one for each 'chat_id'"):
        (row,) = converted(tmp_path, *rows)
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]


def test_conversations_stay_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [
        {"chat_id": chat, "turn": turn, **SHORT[turn % 2]} for chat, turn in (("b", 4), ("b", 5), ("a", 0), ("a", 1))
    ]
    with pytest.warns(InstagWarning, match="became 2 conversations"):
        assert [row["chat_id"] for row in converted(tmp_path, *rows)] == ["b", "a"]


@pytest.mark.parametrize("names", [("type", "content"), ("role", "prompt")])
def test_other_names_for_who_and_what(names: tuple[str, str], tmp_path: Path) -> None:
    rows = [{"session_id": "x", names[0]: role, names[1]: text} for role, text in (("human", "q"), ("ai", "a"))]
    with pytest.warns(InstagWarning, match="one for each 'session_id'"):
        (row,) = converted(tmp_path, *rows)
    assert row == {"session_id": "x", "messages": SHORT}


def test_a_type_by_itself_makes_no_conversation(tmp_path: Path) -> None:
    rows = [{"type": "question", "text": "q"}, {"type": "answer", "text": "p"}]
    assert [row["messages"] for row in converted(tmp_path, *rows)] == [said(("user", text)) for text in "qp"]


def test_strangers_without_an_order_are_no_conversation(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    pl.DataFrame({"dialogue_id": [1, 1], "speaker": ["alice", "bob"], "utterance": ["one", "two"]}).write_csv(path)
    with pytest.raises(instag.InputError, match="expected a layout instag knows"):
        instag.read(path)


STRANGERS = [("1", 0, "alice", "one"), ("1", 1, "bob", "two"), ("2", 0, "alice", "three")]


def test_roles_of_a_table_are_warned_of_once_and_the_advice_works(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    frame = pl.DataFrame(STRANGERS, schema=["dialogue_id", "turn", "speaker", "utterance"], orient="row")
    frame.write_csv(path)
    with pytest.warns(InstagWarning) as warned:
        convert(path, tmp_path / "out.jsonl")
    told = [str(each.message) for each in warned]
    assert [sum(role in each for each in told) for role in ("alice (2)", "'alice' (2)", "does not know")] == [1, 1, 1]
    assert told[-1].endswith("call the one who asks user in the file, or count all that is said as the user's, with "
                             "query='utterance' / --query utterance")  # fmt: skip
    assert read(path, query="utterance")["queries"].to_list() == [["one"], ["two"], ["three"]]
    frame.with_columns(speaker=pl.col("speaker").replace({"alice": "user", "bob": "bot"})).write_csv(path)
    with pytest.warns(InstagWarning, match="became 2 conversations"):
        assert read(path)["queries"].to_list() == [["one"], ["three"]]


@pytest.mark.parametrize("target", ["messages", "auto"])
def test_roles_are_warned_of_once_where_the_layout_changes(target: str, tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "q"}, {"from": "narrator", "value": "n"}]
    with pytest.warns(InstagWarning) as warned:
        converted(tmp_path, {"conversations": turns}, to=target)
    assert [str(each.message) for each in warned] == ["turns of roles that instag does not know: narrator (1)"]


ARTICLES = [
    {
        "title": "Sky",
        "id": "a",
        "paragraphs": [
            {
                "context": "Blue.",
                "qas": [
                    {"id": "1", "question": "Why?", "answers": [{"text": "Light", "answer_start": 3}]},
                    {"id": "2", "question": "Who?", "answers": []},
                ],
            },
            {"context": "Empty.", "qas": []},
        ],
    },
    {"title": "Sea", "id": "b", "paragraphs": [{"context": "Salt.", "qas": [{"id": "3", "question": "How?"}]}]},
]


@pytest.mark.parametrize("field", [None, "data"])
def test_questions_about_paragraphs_are_rows(field: str | None, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps({"version": "2", "data": ARTICLES}), "utf-8")
    told = "3 questions about 2 paragraphs became rows; 1 paragraphs without a question are left out"
    with pytest.warns(InstagWarning, match=told):
        convert(tmp_path / "in.json", tmp_path / "out.jsonl", to="messages", field=field)
    assert [(row["title"], row["context"], row["article_id"], row["id"]) for row in lines(tmp_path / "out.jsonl")] == [
        ("Sky", "Blue.", "a", "1"),
        ("Sky", "Blue.", "a", "2"),
        ("Sea", "Salt.", "b", "3"),
    ]
    assert [row["messages"] for row in lines(tmp_path / "out.jsonl")] == [
        said(("user", "Why?"), ("assistant", "Light")),
        said(("user", "Who?")),
        said(("user", "How?")),
    ]


def test_articles_that_lack_something_stay_as_they_are() -> None:
    assert rows_within({"data": [{"paragraphs": [{"qas": "?"}]}]}, "f.json") == [{"paragraphs": [{"qas": "?"}]}]
    assert rows_within({"data": [{"paragraphs": [{"qas": []}]}]}, "f.json") == [{"paragraphs": [{"qas": []}]}]


@pytest.mark.parametrize("definition", ["Add the numbers.", ["Add the numbers."]])
def test_the_instances_of_a_task_have_its_definition(definition: Any, tmp_path: Path) -> None:
    task = {
        "Categories": ["Sums"],
        "Definition": definition,
        "Positive Examples": [{"input": "1 1", "output": "2"}],
        "Instances": [{"id": "x", "input": "1 2", "output": ["3"]}, {"id": "y", "input": "2 2", "output": ["4"]}],
    }
    (tmp_path / "in.json").write_text(json.dumps(task), "utf-8")
    with pytest.warns(
        InstagWarning, match="those under 'Instances'; what .* is not read: 'Categories', 'Positive Examples'"
    ):
        convert(tmp_path / "in.json", tmp_path / "out.jsonl", to="messages")
    assert lines(tmp_path / "out.jsonl") == [
        {"messages": said(("user", f"Add the numbers.\n{asked}"), ("assistant", answer)), "id": name}
        for name, asked, answer in (("x", "1 2", "3"), ("y", "2 2", "4"))
    ]
    # Anything else by these names is no task.
    with pytest.raises(instag.InputError, match="found one object with the keys 'Definition', 'Instances'"):
        rows_within({"Definition": [{"a": 1}], "Instances": [{"b": 1}]}, "f.json")


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"id": 1, "domain": "news", "iso_639_3": "eng", "sentence_eng": "s", "sentence_deu": "t"}, "sentence_eng"),
        ({"qas": [{"qid": "1", "question": "Q?", "answers": ["a"]}]}, "qas.question"),
        ({"topic": "t", "passage": "p"}, "passage"),
    ],
)
def test_the_command_of_the_error_works(columns: dict[str, Any], named: str, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(columns) + "\n", "utf-8")
    with pytest.raises(instag.InputError, match=f" --query {named} "):
        read(tmp_path / "in.jsonl")
    assert read(tmp_path / "in.jsonl", query=named)["queries"].list.len().to_list() == [1]


def test_tags_are_not_what_a_user_said(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"n": 1, "tags": ["a"]}\n', "utf-8")
    with pytest.raises(instag.InputError, match="no column holds what a user could have said"):
        read(tmp_path / "in.jsonl")
