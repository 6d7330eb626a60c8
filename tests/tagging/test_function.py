"""A function in the place of an endpoint."""

import asyncio
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag.chat.journal import Journal

QUERIES = [f"query {n}" for n in range(100)]
DATA = pl.DataFrame({"question": QUERIES, "answer": ["x"] * len(QUERIES)})


class Tagger:
    """Remembers what it is asked; what is in `wrong` raises that often."""

    def __init__(self, wrong: dict[str, int] | None = None) -> None:
        self.batches: list[list[str]] = []
        self.wrong = dict(wrong or {})
        self.threads: set[int] = set()

    def __call__(self, queries: Sequence[str]) -> list[list[str]]:
        self.batches.append(list(queries))
        self.threads.add(threading.get_ident())
        for query in queries:
            if self.wrong.get(query, 0):
                self.wrong[query] -= 1
                raise ValueError(f"not {query}")
        return [[query, "all"] for query in queries]

    @property
    def asked(self) -> list[str]:
        return [query for batch in self.batches for query in batch]


def tag(model: Any, path: Path, data: pl.DataFrame = DATA, **options: Any) -> instag.Tagged[pl.DataFrame]:
    return instag.tag(data, model=model, journal=path / "journal", **options)


def test_batches_of_queries_become_tags(tmp_path: Path) -> None:
    model = Tagger()
    tagged = tag(model, tmp_path)
    assert tagged.data["tags"].to_list() == [[query, "all"] for query in QUERIES]
    assert [len(batch) for batch in model.batches] == [32, 32, 32, 4]
    assert model.asked == QUERIES
    assert len(model.threads) == 1
    assert (tagged.tally.answered, tagged.tally.failed, tagged.tally.retries) == (100, 0, 0)


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    tag(Tagger(), tmp_path, DATA.head(60))
    model = Tagger()
    tagged = tag(model, tmp_path)
    assert model.asked == QUERIES[60:]
    assert tagged.tally.kept == 60
    assert tagged.data["tags"].null_count() == 0


@pytest.mark.parametrize("concurrency", [1, 7, 1000])
def test_the_size_of_a_batch(tmp_path: Path, concurrency: int) -> None:
    model = Tagger()
    tag(model, tmp_path, concurrency=concurrency)
    assert {len(batch) for batch in model.batches[:-1]} <= {concurrency}
    assert max(map(len, model.batches)) == min(concurrency, 100)


def test_a_query_that_fails_fails_alone(tmp_path: Path) -> None:
    model = Tagger({"query 17": 1000, "query 50": 6})
    # A batch of 32 is halved five times, until query 50 is alone and tried again.
    with pytest.warns(instag.InstagWarning, match="1 failed: ValueError"):
        tagged = tag(model, tmp_path, attempts=2)
    assert tagged.failures.select("query", "reason", "detail").rows() == [("query 17", "ValueError", "not query 17")]
    assert tagged.data["tags"].null_count() == 1
    assert tagged.tally.failed == 1
    assert tagged.tally.retries == 2
    again = Tagger()
    assert tag(again, tmp_path).data["tags"].null_count() == 0
    assert again.asked == ["query 17"]


def test_answers_that_cannot_be_read_are_asked_for_again(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    def model(queries: list[str]) -> list[Any]:
        asked.update(queries)
        unreadable = {query for query in queries if query == "query 3" or (query == "query 8" and asked[query] < 3)}
        return ["I cannot say; it is {unclear}." if query in unreadable else [query] for query in queries]

    with pytest.warns(instag.InstagWarning, match="1 of 100 queries have no tags"):
        tagged = tag(model, tmp_path)
    assert (asked["query 3"], asked["query 8"], asked["query 5"]) == (3, 3, 1)
    assert (tagged.tally.answered, tagged.tally.unread, tagged.tally.reasked) == (100, 1, 4)
    # It was asked often enough; and with more readings only it is asked again.
    with pytest.warns(instag.InstagWarning, match="1 of 100 queries have no tags"):
        tag(model, tmp_path)
    assert asked.total() == 104
    with pytest.warns(instag.InstagWarning, match="1 of 100 queries have no tags"):
        tag(model, tmp_path, retry_unread=True, reask=0)
    assert asked.total() == 105


def test_coroutines_have_several_batches_under_way(tmp_path: Path) -> None:
    under_way = most = 0
    together = asyncio.Event()

    async def model(queries: list[str]) -> list[list[str]]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        # The first wait for each other, however slowly they come.
        if under_way == 4:
            together.set()
        async with asyncio.timeout(60):
            await together.wait()
        under_way -= 1
        return [[query] for query in queries]

    tagged = tag(model, tmp_path, concurrency=10)
    assert tagged.data["tags"].to_list() == [[query] for query in QUERIES]
    assert most == 4


def test_what_an_answer_may_be(tmp_path: Path) -> None:
    answers = {
        "a list": ["math", "poetry"],
        "pairs": [("math", "It asks for a sum.")],
        "a mapping": {"math": "It asks for a sum."},
        "an object": {"tags": [{"tag": "math", "explanation": "It asks for a sum."}]},
        "objects": [{"tag": "math", "explanation": "It asks for a sum."}],
        "text": 'Tags: ["math", "law"]',
        "a line": "math, law",
        "a tag": "math",
        "nothing": None,
        "no tags": [],
    }
    data = pl.DataFrame({"question": list(answers), "answer": [""] * len(answers)})
    with pytest.warns(instag.InstagWarning, match="2 of 10 queries"):
        tagged = tag(lambda queries: [answers[query] for query in queries], tmp_path, data, explanations=True)
    assert tagged.data["tags"].to_list() == [
        ["math", "poetry"],
        ["math"],
        ["math"],
        ["math"],
        ["math"],
        ["math", "law"],
        ["math", "law"],
        ["math"],
        None,
        None,
    ]
    assert tagged.data["explanations"].to_list()[1] == [["It asks for a sum."]]
    assert tagged.failures.select("query", "reason").rows() == [("nothing", "no answer"), ("no tags", "no tags")]


@pytest.mark.parametrize("answer", [[["a"]], ["a", "b", "c"], "a b", None, {"q": ["a"]}])
def test_an_answer_for_each_query_is_expected(tmp_path: Path, answer: Any) -> None:
    with pytest.raises(instag.InputError, match="expected a list with the tags of each of 2 queries; found"):
        tag(lambda _: answer, tmp_path, DATA.head(2))


def test_a_function_that_only_fails_is_not_asked_for_ever(tmp_path: Path) -> None:
    model = Tagger(dict.fromkeys(QUERIES, 10_000))
    with pytest.raises(
        instag.EndpointError, match="5 questions in a row failed, the last for this: ValueError: not query"
    ):
        tag(model, tmp_path, attempts=1)
    assert set(model.asked) < set(QUERIES)


@pytest.mark.parametrize(
    ("option", "value"),
    [("base_url", "http://127.0.0.1/v1"), ("prompt", "instagger"), ("max_cost", 1.0), ("examples", [{}]), ("rpm", 5)],
)
def test_options_of_an_endpoint_are_refused(tmp_path: Path, option: str, value: Any) -> None:
    with pytest.raises(instag.InputError, match=f"{option}: a function as the model gets only the queries"):
        tag(Tagger(), tmp_path, **{option: value})


def test_progress_and_limit(tmp_path: Path) -> None:
    seen: list[int] = []
    with pytest.warns(instag.InstagWarning, match="60 not tried: limit"):
        tagged = tag(Tagger(), tmp_path, limit=40, progress=lambda tally: seen.append(tally.done))
    assert seen[-1] == 40 == tagged.tally.total
    with pytest.warns(instag.InstagWarning, match="60 not tried: limit"):
        assert tag(Tagger(), tmp_path, limit=0).data["tags"].null_count() == 60


def test_answers_are_kept_under_the_name(tmp_path: Path) -> None:
    def by_hand(queries: list[str]) -> list[list[str]]:
        return [["x"] for _ in queries]

    assert tag(by_hand, tmp_path).data["tags"].null_count() == 0
    with pytest.raises(instag.InputError, match="by_hand"):
        tag(Tagger(), tmp_path)


def test_answers_are_in_the_journal_before_the_next_batch(tmp_path: Path) -> None:
    held: list[int] = []

    def model(queries: list[str]) -> list[list[str]]:
        held.append((tmp_path / "journal").read_bytes().count(b"\n") - 1)
        return [["x"] for _ in queries]

    tag(model, tmp_path, concurrency=50)
    assert held[0] <= 0
    assert len(list(Journal.peek(tmp_path / "journal", model="model", prompt=_prompt(), schema=None).replies())) == 100


def _prompt() -> str:
    from instag.tagging.model import QUERIES as prompt  # noqa: N811, PLC0415

    return prompt.identity
