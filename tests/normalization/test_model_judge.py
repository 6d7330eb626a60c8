"""A model as a judge, on a server of its own: what it is asked, what is kept, and what is never asked twice."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag.chat import Reply, Unreadable
from instag.normalization.judging.answer import read_judgements
from instag.normalization.judging.prompt import IDENTITY
from judge_server import Server, broader, serving

PRICE = (1.0, 2.0)
TAGS = [f"topic {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
DATA = pl.DataFrame({"tags": [["topic"]] * 40 + [[tag, "topic"] for tag in TAGS]})
OPTIONS: dict[str, Any] = {"embedder": None, "min_count": 2, "min_support": None}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def judge(server: Server, folder: Path, **options: Any) -> instag.ModelJudge:
    given: dict[str, Any] = {"base_url": server.url, "api_key": "k", "journal": folder / "journal", "price": PRICE}
    return instag.ModelJudge("m", **(given | options))


def test_a_model_judges_and_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    done = instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)
    assert sorted(len(asked) for asked in server.asked) == [6, 20]
    assert {"tag": "topic a", "candidates": ["topic"]} in [each for asked in server.asked for each in asked]
    assert done.vocabulary.tags["tag"].to_list() == ["topic"]
    told = {line["from"]: line for line in done.merges.iter_rows(named=True)}
    assert told["topic c"]["why"] == "in 1 row, fewer than min_count 2; a kind or part of topic, says m: it says so"
    assert done.judgments is not None
    assert done.judgments.row(0, named=True) == {
        "tag": "topic a",
        "count": 1,
        "candidates": ["topic"],
        "same": [],
        "broader": ["topic"],
        "reasons": [{"tag": "topic", "reason": "it says so"}],
        "judge": "m",
    }
    again = judge(server, tmp_path)
    assert instag.normalize(DATA, judge=again, **OPTIONS).merges.equals(done.merges)
    assert len(server.asked) == 2
    assert again.tally is not None
    assert (again.tally.kept, again.tally.total) == (2, 2)


def test_what_was_not_answered_is_asked_by_the_next_run(server: Server, tmp_path: Path) -> None:
    with pytest.warns(instag.InstagWarning, match=r"^judge m: 6 of 26 tags have no judgement, .*journal has the rest"):
        first = instag.normalize(DATA, judge=judge(server, tmp_path, limit=1), **OPTIONS)
    assert len(server.asked) == 1
    assert first.judgments is not None
    assert len(first.judgments) == 20
    done = instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)
    assert [len(asked) for asked in server.asked] == [20, 6]
    assert done.judgments is not None
    assert len(done.judgments) == 26


def test_unreadable_answers_and_inventions(server: Server, tmp_path: Path) -> None:
    server.rule = lambda _: '{"tags": [{"tag": "topic a", "same": ["unicorn"], "broader": ["Topic"]}]}'
    with pytest.warns(instag.InstagWarning, match=r"1 are no candidates\): 'unicorn'"):
        done = instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)
    assert done.judgments is not None
    assert done.judgments.filter(pl.col("broader").list.len() > 0)["tag"].to_list() == ["topic a"]


def test_the_estimate(server: Server, tmp_path: Path) -> None:
    questions = [instag.Question(tag, 1, ("topic",)) for tag in TAGS]
    model = judge(server, tmp_path, concurrency=4)
    before = model.estimate(questions)
    assert (before.tags, before.questions, before.answered) == (26, 2, 0)
    assert before.cost == pytest.approx((before.prompt_tokens + 2 * before.completion_tokens) / 1e6)
    assert str(before).startswith("26 tags in 2 questions, 0 of them answered; the 2 to be asked take about ")
    assert not before.paced
    assert not (tmp_path / "journal").exists()
    model(questions)
    after = model.estimate(questions)
    assert (after.answered, after.asked, after.prompt_tokens, after.cost, after.paced) == (2, 0, 0, 0, True)


def test_what_it_may_cost(server: Server, tmp_path: Path) -> None:
    with pytest.warns(instag.InstagWarning, match=r"26 of 26 tags have no judgement"):
        instag.normalize(DATA, judge=judge(server, tmp_path, max_cost=0.0), **OPTIONS)
    assert server.asked == []


def test_several_endpoints(server: Server, tmp_path: Path) -> None:
    more = pl.DataFrame({"tags": [["topic", f"topic {nth}"] for nth in range(400)]})
    with serving(latency=0.01) as other:
        server.latency = 0.01
        model = judge(server, tmp_path, base_url=[server.url, other.url], concurrency=2)
        instag.normalize(more, judge=model, **OPTIONS)
        assert min(len(server.asked), len(other.asked)) > 0
        assert sum(map(len, server.asked + other.asked)) == 400


def test_an_endpoint_that_is_away_leaves_its_questions_to_the_other(server: Server, tmp_path: Path) -> None:
    away = "http://127.0.0.1:9/v1"
    model = judge(server, tmp_path, base_url=[away, server.url])
    instag.normalize(DATA, judge=model, **OPTIONS)
    assert sum(map(len, server.asked)) == 26


def test_parts_for_several_machines(server: Server, tmp_path: Path) -> None:
    questions = [instag.Question(f"topic {nth}", 1, ("topic",)) for nth in range(300)]
    paths = [tmp_path / "one", tmp_path / "two"]
    for nth, path in enumerate(paths, 1):
        with pytest.warns(instag.InstagWarning, match=r"not answered \(another shard\)"):
            judge(server, tmp_path, journal=path, shard=f"{nth}/2")(questions)
    assert sum(map(len, server.asked)) == 300
    said = judge(server, tmp_path, journal=[*paths, tmp_path / "both"])(questions)
    assert sum(map(len, server.asked)) == 300
    assert [each and each.broader for each in said] == [("topic",)] * 300


def test_unreadable_answers_are_asked_again_in_the_same_run(server: Server, tmp_path: Path) -> None:
    asked = count()
    server.rule = lambda tags: "Well, let me see." if next(asked) % 2 else broader(tags)
    model = judge(server, tmp_path, concurrency=1)
    done = instag.normalize(DATA, judge=model, **OPTIONS)
    assert done.judgments is not None
    assert len(done.judgments) == 26
    assert model.tally is not None
    assert (model.tally.reasked, model.tally.unread) == (1, 0)


def test_a_journal_of_an_earlier_version(server: Server, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "golden" / "judge.journal", tmp_path / "journal")
    done = instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)
    assert server.asked == []
    assert done.judgments is not None
    assert len(done.judgments) == 26


def test_where_it_stands(server: Server, tmp_path: Path) -> None:
    seen: list[instag.Progress] = []
    instag.normalize(DATA, judge=judge(server, tmp_path), progress=seen.append, **OPTIONS)
    assert [(each.done, each.total) for each in seen if isinstance(each, instag.Tally)][-1] == (2, 2)
    own: list[instag.Tally] = []
    model = judge(server, tmp_path, journal=tmp_path / "other", progress=own.append)
    instag.normalize(DATA, judge=model, progress=seen.append, **OPTIONS)
    assert own[-1].done == 2


def test_an_option_that_makes_no_sense(server: Server, tmp_path: Path) -> None:
    with pytest.raises(instag.InputError, match=r"^shard / --shard: expected a part such as 2/4"):
        judge(server, tmp_path, shard="5/4")
    with pytest.raises(TypeError, match="unexpected option: patiense"):
        judge(server, tmp_path, patiense=5)


def test_an_endpoint_that_refuses(server: Server, tmp_path: Path) -> None:
    server.rule = lambda _: 401
    with pytest.raises(instag.EndpointError):
        instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)


def test_the_prompt_is_pinned() -> None:
    # Answers that were paid for are known by this: another prompt asks everything again.
    assert IDENTITY == "judge 1e930b5a0d26f9ef58d55cade68c6019"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"tags": []}', {}),
        ('```json\n[{"tag": "a", "same": [{"name": "b"}]}]\n```', {"a": (("b",), ())}),
        ('{"tag": "a", "same": null, "broader": ["b", 5]}', {"a": ((), ("b",))}),
        ('<think>{"tags": [{"tag": "x"}]}</think>{"tags": [{"tag": "a"}]}', {"a": ((), ())}),
    ],
)
def test_forms_of_answers(content: str, said: dict[str, Any]) -> None:
    read = read_judgements(Reply(bytes(16), content, "stop"))
    assert {tag: (each.same, each.broader) for tag, each in read.items()} == said


@pytest.mark.parametrize(("content", "reason"), [("I cannot say.", "not JSON"), ('{"right": true}', "no judgements")])
def test_what_cannot_be_read(content: str, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_judgements(Reply(bytes(16), content, "stop"))
    assert error.value.reason == reason
