"""From a frame by way of a server to a frame."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import httpx2
import pandas as pd
import polars as pl
import pytest
from filelock import FileLock

import chaos
import instag
from instag.chat import Price
from instag.errors import InputError
from instag.tagging import atag, tag
from instag.tagging.estimation import estimate
from instag.tagging.prompt import prompt_of
from tagged import FRAME, answered, expected, many


def test_a_frame_with_tags(server: chaos.Chaos, options: dict[str, Any]) -> None:
    tagged = tag(FRAME, **options, explanations=True)
    assert tagged.data.columns == ["id", "queries", "tags", "query_tags", "explanations"]
    assert tagged.data["tags"].to_list() == expected(FRAME)
    assert tagged.data["query_tags"].to_list() == [
        [answered(query) if query.strip() else [] for query in queries or []] for queries in FRAME["queries"].to_list()
    ]
    words = [f"It has to do with {name.split()[1]}." for name in answered("Add 2 and 2.")]
    assert tagged.data["explanations"][1].to_list() == [words]
    assert (tagged.samples, tagged.queries, tagged.blank, tagged.distinct) == (5, 5, 1, 3)
    assert tagged.failures.height == tagged.cuts.height == tagged.notes.height == 0
    assert server.requests == 3
    assert (tagged.tally.total, tagged.tally.kept, tagged.tally.answered) == (3, 0, 3)
    assert tagged.journal == options["journal"]


def test_what_was_answered_is_not_asked_again(server: chaos.Chaos, options: dict[str, Any]) -> None:
    first = tag(FRAME[:2], **options)
    assert server.requests == 3
    again = tag(FRAME.reverse(), **options, temperature=0.7)
    assert server.requests == 3
    assert again.tally.kept == again.tally.done == 3
    assert again.data["tags"].to_list()[::-1] == expected(FRAME)
    assert first.data["tags"].to_list() == expected(FRAME)[:2]


def test_it_feeds_normalising_and_selecting(options: dict[str, Any]) -> None:
    frame = instag.load_sample().drop("tags", "query_tags")
    tagged = tag(frame, **options)
    queries = pl.read_ndjson(min(Path(instag.__file__).parent.glob("sample_data/*.jsonl")))["messages"][0]
    assert tagged.data["tags"][0].to_list() == answered(queries[0]["content"])
    done = instag.normalize(tagged.data, embedder=None, min_count=1)
    assert instag.select(done.data, 10).height == 10
    by_query = instag.normalize(tagged.data, tags="query_tags", embedder=None, min_count=1)
    assert by_query.data["query_tags"].dtype == pl.List(pl.List(pl.String))


KINDS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "lazy": pl.DataFrame.lazy,
    "pandas": lambda frame: pd.DataFrame(frame.to_dict(as_series=False)),
    "pyarrow": pl.DataFrame.to_arrow,
    "datasets": lambda frame: datasets.Dataset.from_dict(frame.to_dict(as_series=False)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_frame_stays(kind: str, options: dict[str, Any]) -> None:
    frame = pl.DataFrame({"question": ["Why?", "How?"], "answer": ["So.", "Thus."]})
    given: Any = KINDS[kind](frame)
    tagged = tag(given, **options)
    assert type(tagged.data) is type(given)
    made: Any = tagged.data.collect() if kind == "lazy" else tagged.data
    rows = made["tags"].to_pylist() if kind == "pyarrow" else [list(tags) for tags in made["tags"]]
    assert rows == [answered("Why?"), answered("How?")]


def test_columns_that_are_there(server: chaos.Chaos, options: dict[str, Any]) -> None:
    frame = FRAME.with_columns(tags=pl.lit("x"), explanations=pl.lit("y"))
    with pytest.raises(InputError, match=r"data: they already have 'tags': rename or drop them"):
        tag(frame, **options)
    assert server.requests == 0
    tagged = tag(frame, **options, replace=True)
    assert tagged.data.columns == ["id", "queries", "tags", "explanations", "query_tags"]
    assert tagged.data["tags"].to_list() == expected(FRAME)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": ""}, "model / --model: expected the model's name"),
        ({"model": 5}, "model: expected text; found int"),
        ({"model": 5, "limit": 0}, "model / --model: expected the model's name .* found 5"),
        ({"limit": -1}, "limit / --limit: expected a count of 0 or more"),
        ({"limit": True}, "limit / --limit: expected a count of 0 or more"),
        ({"journal": 5}, "journal / --journal: expected the path of a file"),
        ({"prompt": 5}, "prompt / --prompt: expected a name or the path"),
        ({"examples": 5}, "examples / --examples: expected a list of examples"),
        ({"examples": {"query": "Why?"}}, "examples / --examples: expected a list of examples"),
        ({"price": 0.5}, "price / --price: expected US dollars .* found 0.5"),
        ({"price": (1,)}, "price / --price: expected US dollars"),
        ({"price": ("a", "b")}, "price / --price: expected US dollars"),
        ({"max_tokens": "x"}, "max_tokens / --max-tokens: expected a count"),
        ({"max_tokens": 0}, "max_tokens / --max-tokens: expected a count"),
        ({"max_tokens": -5}, "max_tokens / --max-tokens: expected a count"),
        ({"max_tokens": True}, "max_tokens / --max-tokens: expected a count"),
        ({"temperature": "a"}, "temperature / --temperature: expected a number"),
        ({"temperature": -1}, "temperature / --temperature: expected a number"),
        ({"temperature": float("nan")}, "temperature / --temperature: expected a number"),
        ({"extra_body": 5}, "extra_body / --extra-body: expected fields"),
        ({"extra_body": {"model": "m"}}, "extra_body / --extra-body: model cannot be set there"),
        ({"extra_body": {"max_tokens": 5}}, "extra_body / --extra-body: found max_tokens: give max_tokens="),
        ({"extra_body": {"max_completion_tokens": 5}}, "found max_completion_tokens: give max_tokens="),
        ({"max_unread": 2}, "max_unread: expected a share"),
        ({"patience": -1}, "patience: expected a number"),
        ({"concurrency": 0}, "concurrency: expected"),
        ({"rpm": 0}, "rpm: expected"),
        ({"max_cost": 1.0}, "max_cost / --max-cost: the price of this model is not known"),
        ({"price": (-1.0, 0.0)}, "price: input: expected"),
        ({"prompt": "nope"}, "prompt: expected one of instag"),
        ({"query": "nope"}, "no column 'nope'"),
        ({"cut": 5}, "cut / --max-query: expected a size"),
        ({"base_url": "nope"}, "base_url: expected an address"),
        ({"journal": "/nowhere/at/all"}, "there is no folder /nowhere/at"),
    ],
)
def test_options_are_checked_before_anything_is_asked(
    change: dict[str, Any], message: str, server: chaos.Chaos, options: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match=message):
        tag(FRAME, **options | change)
    assert server.requests == 0


def test_a_price_comes_in_either_form(options: dict[str, Any]) -> None:
    one, other = (
        tag(FRAME, **options | {"journal": options["journal"].with_name(name), "price": price}).tally.cost
        for name, price in (("a", (1.0, 2.0)), ("b", Price(1.0, 2.0)))
    )
    assert one == other == pytest.approx(3 * (100 + 40) / 1e6)


def test_the_journal_of_another_model_or_prompt_is_refused(server: chaos.Chaos, options: dict[str, Any]) -> None:
    tag(FRAME, **options)
    for change in ({"model": "other"}, {"prompt": "instag-cached"}, {"vocabulary": ["math"]}):
        with pytest.raises(InputError, match="journal"):
            tag(FRAME, **options | change)
    assert server.requests == 3


def test_a_journal_is_named_after_model_and_prompt(
    server: chaos.Chaos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one = tag(FRAME, model="org/m-1", base_url=server.url)
    other = tag(FRAME, model="org/m-1", base_url=server.url, vocabulary=["math"])
    assert re.fullmatch(r"org-m-1\.instag\.[0-9a-f]{8}\.journal", one.journal.name)
    assert one.journal.exists()
    assert other.journal != one.journal
    assert server.requests == 6
    # Not even a model whose name comes to the same.
    assert tag(FRAME, model="org-m-1", base_url=server.url).journal not in {one.journal, other.journal}
    assert server.requests == 9


def test_it_works_where_a_loop_runs(options: dict[str, Any]) -> None:
    async def notebook() -> list[Any]:
        waited = tag(FRAME, **options).data["tags"].to_list()
        return [waited, (await atag(FRAME, **options)).data["tags"].to_list()]

    assert asyncio.run(notebook()) == [expected(FRAME)] * 2


def test_progress_is_reported(options: dict[str, Any]) -> None:
    tag(FRAME[:1], **options)
    seen: list[tuple[int | None, int]] = []
    tag(FRAME, **options, progress=lambda tally: seen.append((tally.total, tally.done)))
    assert seen[-1] == (3, 3)


def test_a_client_of_ones_own(server: chaos.Chaos, options: dict[str, Any]) -> None:
    async def tagged() -> list[Any]:
        async with httpx2.AsyncClient(headers={"X-Team": "tagging"}) as client:
            made = await atag(FRAME, **options, client=client, headers={"X-Purpose": "test"})
            return made.data["tags"].to_list()

    assert asyncio.run(tagged()) == expected(FRAME)
    assert {(sent.get("X-Team"), sent.get("X-Purpose")) for sent in server.headers} == {("tagging", "test")}


def test_what_a_request_says(server: chaos.Chaos, options: dict[str, Any]) -> None:
    tag(FRAME[1:2], **options, max_tokens=77, temperature=None, extra_body={"seed": 1}, structured="json_object")
    (body,) = server.bodies
    assert {name: value for name, value in body.items() if name != "messages"} == {
        "model": "m",
        "max_tokens": 77,
        "seed": 1,
        "response_format": {"type": "json_object"},
    }
    assert body["messages"] == prompt_of("instag").messages("Add 2 and 2.")


def test_an_estimate_tells_what_there_is_from_what_is_asked(options: dict[str, Any]) -> None:
    frame = many(30)
    tag(frame[:4], **options)
    found = estimate(frame, **options, limit=5)
    assert (found.distinct, found.kept, found.asked) == (30, 4, 5)
    assert estimate(frame, **options, limit=100).asked == 26
    with pytest.raises(InputError, match="limit / --limit: expected a count"):
        estimate(frame, **options, limit=-1)
    with pytest.raises(InputError, match="max_tokens / --max-tokens: expected a count"):
        estimate(frame, **options, max_tokens=0)


def test_an_estimate_looks_at_a_journal_that_is_being_written(options: dict[str, Any]) -> None:
    tag(FRAME[:1], **options)
    path, prompt = options["journal"], prompt_of("instag")
    with path.open("ab") as file:
        file.write(b'{"key":"torn')
    written = path.read_bytes()
    with FileLock(f"{path}.lock"):
        assert estimate(FRAME, **options).kept == 2
    assert path.read_bytes() == written
    with pytest.raises(InputError, match=r"this journal is of model 'm', prompt"):
        estimate(FRAME, **options, prompt="instag-cached")
    assert prompt.identity in written.decode()


def test_an_estimate_asks_nothing_and_makes_nothing(server: chaos.Chaos, options: dict[str, Any]) -> None:
    del options["base_url"]
    before = estimate(FRAME, **options, price=(1.0, 1.0))
    assert not options["journal"].exists()
    assert (before.samples, before.queries, before.distinct, before.kept, before.asked) == (5, 5, 3, 0, 3)
    tag(FRAME[:1], **options, base_url=server.url)
    after = estimate(FRAME, **options, price=(1.0, 1.0), cut=100)
    assert (after.distinct, after.kept, after.asked, after.cuts) == (3, 2, 1, 0)
    assert estimate(FRAME, **options, limit=0).asked == 0
    assert before.cost is not None
    assert after.cost is not None
    assert after.cost < before.cost
    assert server.requests == 2
