"""Data in a page: the same values, and no more than there is room for."""

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from instag.reporting.page import escaped, fitting, packed, rooms
from instag.reporting.section import Column, Table


@given(st.recursive(st.none() | st.integers(-(2**53), 2**53) | st.text(), st.lists))
@example("<script>&\u2028\u2029")
def test_escaped_json_is_the_same_value_in_letters_that_end_nothing(value: object) -> None:
    text = escaped(packed(value))
    assert orjson.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


@given(st.lists(st.text(max_size=40), max_size=20), st.integers(0, 400))
def test_as_many_rows_are_taken_as_there_is_room_for(texts: list[str], room: int) -> None:
    table = Table("t", "T", (Column("text"),), [[text] for text in texts], browse=True, left="Some.")
    taken, left = fitting(table, room)
    sizes = [len(escaped(packed([text])).encode()) for text in texts]
    assert taken == [[text] for text in texts[: len(taken)]]
    assert sum(sizes[: len(taken)]) <= room
    assert len(taken) == len(texts) or sum(sizes[: len(taken) + 1]) > room
    assert (left == "Some.") == (len(taken) == len(texts))


@given(st.lists(st.integers(0, 100), max_size=8), st.integers(0, 300))
def test_room_is_given_to_those_who_need_it(sizes: list[int], room: int) -> None:
    given_out = rooms(sizes, room)
    assert all(got <= wanted for got, wanted in zip(given_out, sizes, strict=True))
    assert sum(given_out) <= room
    # Nobody goes short while another has more, or while there is room.
    short = [got for got, wanted in zip(given_out, sizes, strict=True) if got < wanted]
    assert not short or max(given_out) <= min(short) + 1
    assert not short or sum(given_out) > room - len(sizes)
