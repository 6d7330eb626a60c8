"""The table of answers: its columns, beside a slow twin."""

from collections.abc import Sequence
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instag.chat import Fault, Reply, Unreadable
from instag.tagging import answers as module
from instag.tagging.answers import AnswerTable
from instag.tagging.parsing import TagList
from instag.tagging.samples import Samples

SCHEMA = {"row": pl.UInt32, "nth": pl.UInt32, "query": pl.String, "status": pl.String, "reason": pl.String}


def key(text: str) -> bytes:
    return text.encode().rjust(16)


def samples_of(lists: Sequence[Sequence[str] | None]) -> Samples:
    return Samples.of([pl.Series(lists, dtype=pl.List(pl.String))], lambda text: (text, 0), key)


def columns(table: AnswerTable, samples: Samples) -> pl.DataFrame:
    """All columns at once, which are the same as row by row."""
    made = table.columns(samples)
    whole = made.slice(0, len(made))
    assert whole.schema == made.schema
    rows = [made.slice(row, 1) for row in range(len(made))]
    assert pl.concat([whole.clear(), *rows]).equals(whole)
    return whole


def reply(text: str, content: str) -> Reply:
    return Reply(key(text), content, "stop", None, 1, 1, None)


def read(reply: Reply) -> TagList:
    content = reply.content or ""
    if content.startswith("!"):
        raise Unreadable(content[1:], "as it was")
    tags = content.split()
    return TagList(tags, [f"{tag}?" if tag != "b" else None for tag in tags], ["noted"] if "a" in tags else [])


texts = st.sampled_from(["p", "q", "r", "s", " "])
lists = st.lists(st.none() | st.lists(texts, max_size=4), max_size=9)
contents = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True).map(" ".join) | st.just("!refused")
replies = st.lists(st.tuples(st.sampled_from("pqrsx"), contents), max_size=12)
faults = st.lists(st.sampled_from("pqrsx"), max_size=3)


@settings(deadline=None)
@given(lists, replies, faults, st.integers(1, 4), st.integers(1, 4))
def test_a_sheet_is_what_dicts_make_of_it(
    data: list[list[str] | None], said: list[tuple[str, str]], missed: list[str], rows: int, batch: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROWS", rows)
        patch.setattr(module, "BATCH", batch)
        samples = samples_of(data)
        sheet = AnswerTable(samples.keys, explanations=True)
        sheet.read((reply(*each) for each in said), read)
        sheet.miss(Fault(key(text), "timeout", "120 s", 6) for text in missed)
        found = columns(sheet, samples)
        failures = sheet.failures(samples, "limit")

    last = {" ": ""}
    for text, content in said:
        # A readable answer is never replaced by one that cannot be read.
        if last.get(text, "!").startswith("!") or not content.startswith("!"):
            last[text] = content
    known = {text: content.split() for text, content in last.items() if not content.startswith("!")}
    query_tags = [[known.get(text) for text in queries or []] for queries in data]
    assert found["query_tags"].to_list() == query_tags
    assert found["tags"].to_list() == [
        None if None in lists else list(dict.fromkeys(tag for tags in lists for tag in tags or []))
        for lists in query_tags
    ]
    assert found["explanations"].to_list() == [
        [None if tags is None else [f"{tag}?" if tag != "b" else None for tag in tags] for tags in lists]
        for lists in query_tags
    ]
    why = {text: ("failed", "refused", "as it was") for text, content in last.items() if content == "!refused"}
    why = dict.fromkeys(missed, ("failed", "timeout", "120 s")) | why
    assert failures.rows() == [
        (row, nth, text, *why.get(text, ("not tried", "limit", None)))
        for row, queries in enumerate(data)
        for nth, text in enumerate(queries or [])
        if text not in known
    ]


@settings(deadline=None)
@given(lists, st.dictionaries(st.sampled_from("pqrs"), contents), st.randoms(use_true_random=False))
def test_the_order_of_answers_plays_no_part(data: list[list[str] | None], said: dict[str, str], random: Random) -> None:
    samples = samples_of(data)
    frames = []
    for _ in range(2):
        sheet = AnswerTable(samples.keys)
        sheet.read((reply(*each) for each in said.items()), read)
        frames.append((columns(sheet, samples), sheet.failures(samples)))
        shuffled = list(said.items())
        random.shuffle(shuffled)
        said = dict(shuffled)
    assert frames[0][0].equals(frames[1][0])
    assert frames[0][1].equals(frames[1][1])


def test_types_are_the_same_where_there_is_nothing() -> None:
    for data in ([], [None], [["p"]]):
        samples = samples_of(data)
        sheet = AnswerTable(samples.keys, explanations=True)
        assert columns(sheet, samples).schema == {
            "tags": pl.List(pl.String),
            "query_tags": pl.List(pl.List(pl.String)),
            "explanations": pl.List(pl.List(pl.String)),
        }
        assert sheet.failures(samples).schema == {**SCHEMA, "detail": pl.String}
    assert columns(AnswerTable(samples.keys), samples).columns == ["tags", "query_tags"]


def test_a_failure_shows_the_beginning_of_a_query() -> None:
    samples = Samples.of([pl.Series([["é" * 500]])], lambda text: (text, 0), lambda _: bytes(16))
    failures = AnswerTable(samples.keys).failures(samples)
    assert failures["query"].to_list() == ["é" * 200]


def test_what_had_to_be_done_is_counted() -> None:
    samples = samples_of([["p"], ["q"], ["r"]])
    sheet = AnswerTable(samples.keys)
    sheet.read([reply("p", "a"), reply("q", "b a"), reply("r", "b")], read)
    assert sheet.notes == {"noted": 2}
    assert sheet.tagged.tolist() == [True, True, True]
    assert not sheet.failed.any()
