"""Samples: where queries are found, and which are one question."""

from hashlib import blake2b

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
from instag.errors import InputError
from instag.frame import wrap
from instag.io.conversation.samples import sample_queries
from instag.tagging import samples as module
from instag.tagging.samples import BLANK, Samples

MESSAGES = [[{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}], []]


def key(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


def shorten(text: str) -> tuple[str, int]:
    return text[:4], max(len(text) - 4, 0)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"queries": [["a", "b"], None], "question": ["x", "y"]}, [["a", "b"], None]),
        ({"queries": ["a", None], "question": ["x", "y"]}, [["a"], []]),
        ({"queries": MESSAGES}, [["Why?"], []]),
        ({"messages": MESSAGES}, [["Why?"], []]),
        ({"instruction": ["Add.", None], "input": ["1 2", ""], "output": ["3", ""]}, [["Add.\n1 2"], []]),
        ({"prompt": ["Why?", None]}, [["Why?"], []]),
    ],
)
def test_queries_are_found(columns: dict[str, object], expected: object) -> None:
    frame = pl.DataFrame(columns)
    for kind in (frame, frame.lazy(), frame.to_arrow()):
        assert sample_queries(wrap(kind), None).to_list() == expected


def test_queries_are_found_in_what_was_read_and_in_pandas() -> None:
    assert sample_queries(wrap(instag.load_sample().lazy()), None).list.len().sum() == 1123
    assert sample_queries(wrap(pd.DataFrame({"question": ["Why?", None]})), None).to_list() == [["Why?"], []]


@pytest.mark.parametrize(
    ("values", "expected"),
    [(["Why?", None], [["Why?"], []]), ([["a", None], []], [["a", ""], []]), (MESSAGES, [["Why?"], []])],
)
def test_a_column_is_named(values: list[object], expected: object) -> None:
    frame = pl.DataFrame({"said": values, "queries": [["no"], ["no"]]})
    assert sample_queries(wrap(frame), "said").to_list() == expected


def test_no_queries() -> None:
    frame = wrap(pl.DataFrame({"id": [1], "tags": [["a"]]}))
    with pytest.raises(InputError, match=r"found the columns id \(Int64\), tags \(List\(String\)\); name the one"):
        sample_queries(frame, None)
    with pytest.raises(InputError, match=r"query: column 'id' is Int64: expected text"):
        sample_queries(frame, "id")
    with pytest.raises(InputError, match=r"no column 'nope'; the columns are: id, tags"):
        sample_queries(frame, "nope")


texts = st.text(st.sampled_from("ab \n"), max_size=6)
lists = st.lists(st.none() | st.lists(st.none() | texts, max_size=4), max_size=12)


@settings(deadline=None)
@given(lists, st.integers(1, 5), st.integers(1, 5))
def test_samples_are_what_a_dict_makes_of_them(data: list[list[str | None] | None], rows: int, held: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROWS", rows)
        patch.setattr(module, "HELD", held)
        found = Samples.of([pl.Series(data, dtype=pl.List(pl.String))], shorten, key)
        flat = [(row, nth, text) for row, queries in enumerate(data) for nth, text in enumerate(queries or [])]
        asked = {query: text for query, (*_, text) in enumerate(flat) if text and not text.isspace()}
        first: dict[bytes, int] = {}
        for query, text in asked.items():
            first.setdefault(key(text[:4]), query)
        keys = sorted(first)
        assert found.offsets.tolist() == np.cumsum([0, *(len(queries or []) for queries in data)]).tolist()
        assert [each.tobytes() for each in found.keys] == keys
        assert found.first.tolist() == [first[each] for each in keys]
        assert found.question.tolist() == [
            keys.index(key(asked[query][:4])) if query in asked else BLANK for query in range(len(flat))
        ]
        assert found.blank == len(flat) - len(asked)
        assert dict(zip(found.cut.tolist(), found.left_out.tolist(), strict=True)) == {
            query: len(text) - 4 for query, text in asked.items() if len(text) > 4
        }
        wanted = np.array([nth % 2 == 0 for nth in range(len(keys))], np.bool_)
        chosen = sorted(first[each] for each in keys[::2])
        assert found.asked(wanted).tolist() == chosen
        assert found.asked(wanted, 2).tolist() == chosen[:2]
        assert list(found.texts(found.asked(wanted))) == [(query, asked[query]) for query in chosen]
        rows_found, nths = found.places(found.asked(wanted))
        assert list(zip(rows_found.tolist(), nths.tolist(), strict=True)) == [flat[query][:2] for query in chosen]


def test_no_more_queries_than_can_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLANK", np.uint32(2))
    with pytest.raises(InputError, match=r"fewer than 2 queries; found more: tag them in parts"):
        Samples.of([pl.Series([["a", "b"]])], shorten, key)


def test_hundreds_of_thousands_come_in_pieces_of_one_chunk_or_several() -> None:
    numbers = pl.select(text=pl.int_range(50_000).cast(pl.String)).to_series()
    whole = Samples.of([pl.select(pl.concat_list(numbers)).to_series()], shorten, key)
    chunked = pl.concat([pl.select(pl.concat_list(part)).to_series() for part in (numbers[:7], numbers[7:])])
    parts = Samples.of([chunked], shorten, key)
    assert len(whole.keys) == len({str(number)[:4] for number in range(50_000)})
    assert whole.keys.tobytes() == parts.keys.tobytes()
    assert whole.first.tolist() == parts.first.tolist()
    assert pa.array(whole.question).equals(pa.array(parts.question))
