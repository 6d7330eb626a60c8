"""Paraphrases of a benchmark's questions: candidates by meaning, and a judge that is a model, a function or a file."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from aiohttp import web

import instag
from instag.cli.app import app

ITEMS = pl.DataFrame(
    {
        "id": ["birds", "bread", "tower"],
        "question": [
            "A heron eats three frogs a day. How many frogs does it eat in a week?",
            "Which ingredient makes bread dough rise?",
            "In which year was the lighthouse of Oda finished?",
        ],
    }
)
ASKED = ITEMS["question"].to_list()
ROWS = pl.DataFrame(
    {
        "prompt": [
            "Three frogs daily are what a heron swallows: what does that come to over seven days?",  # birds
            "What is it that lets a loaf go up before baking?",  # bread
            "Name a poem about the sea.",
            "Which ingredient makes bread dough rise?",  # the item itself
            "Tell me about lighthouses.",
        ]
    }
)


def embed(texts: list[str]) -> Any:
    """A made-up embedder: what a text is about, and a little of its length."""
    subjects = (("frog", "heron"), ("bread", "loaf"), ("lighthouse",))
    found = np.array([[any(word in text for word in words) for words in subjects] for text in texts], np.float32)
    return np.hstack([found, np.full((len(texts), 1), 0.05, np.float32)])


def judged_by(verdict: Callable[[str, str], Any], asked: list[Any]) -> Callable[[list[tuple[str, str]]], list[Any]]:
    def judge(pairs: list[tuple[str, str]]) -> list[Any]:
        asked.extend(pairs)
        return [verdict(*pair) for pair in pairs]

    return judge


def test_a_function_is_asked_about_the_nearest_of_what_the_rule_did_not_find(tmp_path: Path) -> None:
    asked: list[Any] = []
    judge = judged_by(lambda said, _: ("frogs" in said or "loaf" in said, "so it is"), asked)
    options: dict[str, Any] = {"judge": judge, "embedder": embed, "journal": tmp_path / "j"}
    result = instag.decontaminate(ROWS, ITEMS, **options)
    assert sorted(asked) == sorted(
        [(ROWS["prompt"][0], ASKED[0]), (ROWS["prompt"][1], ASKED[1]), (ROWS["prompt"][4], ASKED[2])]
    )
    assert result.dropped.select("row", "item", "reason", "why").rows() == [
        (0, "birds", "in the benchmark, in other words", "so it is"),
        (1, "bread", "in the benchmark, in other words", "so it is"),
        (3, "bread", "in the benchmark", None),
    ]
    assert result.dropped["likeness"].is_null().to_list() == [False, False, True]
    assert result.data["prompt"].to_list() == [ROWS["prompt"][2], ROWS["prompt"][4]]
    candidates = result.candidates
    assert candidates is not None
    assert candidates.select("row", "item", "same", "judge").rows() == [
        (0, "birds", True, "judge"),
        (1, "bread", True, "judge"),
        (4, "tower", False, "judge"),
    ]
    # The same again asks nothing.
    before = len(asked)
    again = instag.decontaminate(ROWS, ITEMS, **options)
    assert len(asked) == before
    assert again.dropped.equals(result.dropped)
    assert again.tally.kept == 3


def test_marking_and_no_answer(tmp_path: Path) -> None:
    judge = judged_by(lambda said, _: None if "loaf" in said else "frogs" in said, [])
    with pytest.warns(instag.InstagWarning) as caught:
        result = instag.decontaminate(
            ROWS, ITEMS, judge=judge, embedder=embed, journal=tmp_path / "j", action="mark", attempts=1
        )
    (said,) = [str(each.message) for each in caught]
    assert said.startswith(
        "judge: 1 of 3 candidates have no judgement, because the judge did not answer or its answer could not be read"
    )
    assert result.data.select("contaminated", "item", "share").rows() == [
        (True, "birds", None),
        (False, None, None),
        (False, None, None),
        (True, "bread", 1.0),
        (False, None, None),
    ]


def test_candidates_alone_and_a_file_that_people_fill_in(tmp_path: Path) -> None:
    found = instag.decontaminate(ROWS, ITEMS, judge_from=0.9, embedder=embed).candidates
    assert found is not None
    assert found["same"].null_count() == found.height == 3
    assert found["query"].to_list() == [ROWS["prompt"][nth] for nth in (0, 1, 4)]
    lines = found.to_dicts()
    lines[0] |= {"same": True, "reason": "seven days are a week", "judge": "Ada"}
    lines[1] |= {"same": False}
    file = tmp_path / "judged.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    asked: list[Any] = []
    judge = judged_by(lambda *_: True, asked)
    result = instag.decontaminate(ROWS, ITEMS, judgments=[file], judge=judge, embedder=embed, journal=tmp_path / "j")
    # The file counts more than the judge, which is asked about the rest alone.
    assert asked == [(ROWS["prompt"][4], ASKED[2])]
    assert result.candidates is not None
    assert result.candidates.select("same", "judge").rows() == [(True, "Ada"), (False, "judged.jsonl"), (True, "judge")]
    alone = instag.decontaminate(ROWS, ITEMS, judgments=file, embedder=embed)
    assert alone.dropped["row"].to_list() == [0, 3]
    assert alone.tally is None


def test_of_several_turns_the_nearest_one_counts() -> None:
    frame = pl.DataFrame({"queries": [["Tell me of bread.", "And of the heron with its frogs?", "Bye"], ["Hello"]]})

    def near(texts: list[str]) -> Any:
        return [
            [1.0, 0.0] if "heron" in text else [0.8, 0.6] if "bread" in text.lower() else [0.0, 1.0] for text in texts
        ]

    found = instag.decontaminate(frame, ITEMS.head(1), judge_from=0.7, embedder=near).candidates
    assert found is not None
    assert found.select("row", "turn", "query").rows() == [(0, 1, "And of the heron with its frogs?")]
    assert found["likeness"].to_list() == pytest.approx([1.0])


def test_the_search_reports_where_it_stands() -> None:
    seen: list[Any] = []
    instag.decontaminate(ROWS, ITEMS, judge_from=0.9, embedder=embed, progress=seen.append)
    assert "embedding: 0 of 4" in map(str, seen)


def test_with_the_embedder_that_comes_along() -> None:
    pytest.importorskip("onnxruntime")
    with pytest.warns(instag.InstagWarning, match="1 of 5 texts are in a script that it does not know"):
        found = instag.decontaminate(
            pl.concat([ROWS, pl.DataFrame({"prompt": ["青鹭每天吃三只青蛙"]})]), ITEMS, judge_from=0.6
        )
    assert found.candidates is not None
    assert (0, "birds") in found.candidates.select("row", "item").rows()
    assert 2 not in found.candidates["row"].to_list()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: expected one judgement in JSON"),
        ('{"query": "a"}', "line 1: expected a judgement such as"),
        (
            '{"query": "a", "asked": "b", "same": "perhaps"}',
            "line 1: same: expected true, false or null; found 'perhaps'",
        ),
    ],
)
def test_a_bad_line_of_a_file_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "judged.jsonl"
    file.write_text(line)
    with pytest.raises(instag.InputError, match=said):
        instag.decontaminate(ROWS, ITEMS, judgments=file, embedder=embed)


def test_bad_options_are_refused(tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"judge_from": 1.5}, "judge_from / --judge-from: expected a cosine"),
        ({"judge": 7}, "judge / --judge-model: expected a model's name or a function"),
        ({"judge": "", "embedder": embed}, "judge / --judge-model: expected"),
        ({"judge_from": 0.5, "embedder": "nothing"}, "embedder: expected"),
        ({"judge_from": 0.5, "embedder": None}, "embedder: expected an embedder"),
        ({"judgments": tmp_path / "missing.jsonl"}, "missing.jsonl"),
        (
            {"judge": lambda pairs: ["perhaps"] * len(pairs), "embedder": embed, "journal": tmp_path / "j"},
            "true or false",
        ),
        ({"judge": lambda _: [True], "embedder": embed, "journal": tmp_path / "k"}, "expected a list"),
    ]
    for options, said in cases:
        with pytest.raises(instag.InputError, match=said):
            instag.decontaminate(ROWS, ITEMS, **options)


class Server:
    """A judge behind an endpoint, that says yes to frogs and loaves."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, str]] = []

    async def chat(self, request: web.Request) -> web.Response:
        case = orjson.loads(orjson.loads(await request.read())["messages"][-1]["content"])
        self.asked.append(case)
        same = "frogs" in case["request"] or "loaf" in case["request"]
        content = "So: " + orjson.dumps({"reason": "As it is.", "same": same}).decode()
        choice = {"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        return web.json_response({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 10}})


@pytest.fixture
def server() -> Iterator[Server]:
    served, loop = Server(), asyncio.new_event_loop()
    application = web.Application()
    application.router.add_post("/v1/chat/completions", served.chat)
    runner = web.AppRunner(application, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield served
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_model_behind_an_endpoint_by_the_command_line(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    ROWS.write_ndjson(tmp_path / "pool.jsonl")
    ITEMS.write_ndjson(tmp_path / "test.jsonl")
    arguments = [
        *("decontaminate", str(tmp_path / "pool.jsonl"), "-o", str(tmp_path / "out.jsonl")),
        *(
            "--against",
            str(tmp_path / "test.jsonl"),
            "--judge-model",
            "m",
            "--judge-from",
            "0.6",
            "--base-url",
            server.url,
        ),
        *("--judgments-out", str(tmp_path / "judged.jsonl"), "--price", "1,2"),
    ]
    app(arguments, standalone_mode=False)
    said = capsys.readouterr().out
    kept = [orjson.loads(line)["prompt"] for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert ROWS["prompt"][0] not in kept
    assert ROWS["prompt"][4] in kept
    judged = [orjson.loads(line) for line in (tmp_path / "judged.jsonl").read_bytes().splitlines()]
    assert {(each["row"], each["same"]) for each in judged} >= {(0, True)}
    assert all(each["judge"] == "m" and each["reason"] == "As it is." for each in judged)
    assert f"{len(judged)} candidates for paraphrases" in said
    assert (tmp_path / "out.jsonl.judge.journal").exists()
    # What was said is a file of judgements: the next run needs no model.
    asked = len(server.asked)
    app([*arguments[:6], "--judgments", str(tmp_path / "judged.jsonl"), "--judge-from", "0.6"], standalone_mode=False)
    assert len(server.asked) == asked
    assert [orjson.loads(line)["prompt"] for line in (tmp_path / "out.jsonl").read_bytes().splitlines()] == kept
    with pytest.raises(instag.InputError, match="--judgments-out: there are candidates only with"):
        app([*arguments[:6], "--judgments-out", str(tmp_path / "x.jsonl")], standalone_mode=False)


def test_columns_that_the_data_have_are_not_overwritten() -> None:
    frame = ROWS.with_columns(item=pl.lit("mine"))
    with pytest.warns(instag.InstagWarning, match="'item' is called 'contaminated_item'"):
        marked = instag.decontaminate(frame, ITEMS, action="mark").data
    assert marked["item"].unique().to_list() == ["mine"]
    assert marked["contaminated_item"].to_list() == [None, None, None, "bread", None]
    with pytest.raises(instag.InputError, match="so they are already marked: rename it or drop it first"):
        instag.decontaminate(marked, ITEMS, action="mark")
