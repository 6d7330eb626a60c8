"""Cuts: what is left of a long query, and what is said about the rest."""

import re

import orjson
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
from instag.chat.truncate import Cut, clean, tokens_of
from instag.choices import QUERY_LENGTH
from instag.embedding.minilm import VOCABULARY
from instag.errors import InputError

TEXTS = st.text(st.sampled_from("aé漢\n 1[…]😀"), max_size=600)
NOTE = re.compile(r"\n\[… ([0-9,]+) characters left out …\]\n")


def test_short_texts_stay() -> None:
    assert Cut()("x" * QUERY_LENGTH) == ("x" * QUERY_LENGTH, 0)
    assert Cut()("") == ("", 0)


def test_the_middle_is_left_out() -> None:
    text = "".join(map(str, range(10_000)))
    cut, left_out = Cut(1_000)(text)
    found = NOTE.search(cut)
    assert found is not None
    head, tail = cut[: found.start()], cut[found.end() :]
    assert len(cut) == 1_000
    assert text.startswith(head)
    assert text.endswith(tail)
    assert len(head) + len(tail) + left_out == len(text)
    assert found[1] == f"{left_out:,}"
    assert len(tail) == (len(head) + len(tail)) // 3


@given(TEXTS, st.integers(100, 200))
def test_characters(text: str, size: int) -> None:
    cut = Cut(size)
    short, left_out = cut(text)
    assert len(short) <= size
    assert (left_out == 0) == (short == text) == (len(text) <= size)
    assert cut(short) == (short, 0)
    if left_out:
        assert size - 1 <= len(short)  # the number of characters left out may lose a digit
        assert NOTE.search(short)


@given(st.text(st.sampled_from("abcdefghi \n1,漢"), max_size=3_000))
def test_tokens(text: str) -> None:
    cut = Cut(100, "tokens")
    short, left_out = cut(text)
    assert tokens_of(short) <= 100
    assert cut(short) == (short, 0)
    if len(text) <= 1_600:
        assert (left_out == 0) == (tokens_of(text) <= 100)
    if left_out:
        assert tokens_of(short) > 85


def test_a_count_of_one_s_own() -> None:
    text = " ".join(["word"] * 500)
    short, left_out = Cut(100, "tokens", count=lambda text: len(text.split()))(text)
    assert 95 <= len(short.split()) <= 100
    assert left_out + len(NOTE.sub("", short)) == len(text)


@pytest.mark.parametrize("size", [99, 0, -1, 1.5, True, "1000"])
def test_bad_sizes(size: object) -> None:
    with pytest.raises(InputError, match="cut / --max-query: expected a size of 100 characters or more"):
        Cut(size)  # type: ignore[arg-type]


def test_bad_units() -> None:
    with pytest.raises(InputError, match="cut: expected one of characters, tokens; found 'words'"):
        Cut(1_000, "words")  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", ["characters", "tokens"])
@pytest.mark.parametrize("text", ["x" * 1_000_000, "漢" * 1_000_000, "x\n" * 500_000, "[" * 1_000_000])
def test_of_a_million_characters_few_are_counted(unit: str, text: str) -> None:
    counted = []

    def count(text: str) -> int:
        counted.append(len(text))
        return tokens_of(text)

    short, left_out = Cut(QUERY_LENGTH, unit, count)(text)  # type: ignore[arg-type]
    assert left_out > 0
    assert len(short) <= 16 * QUERY_LENGTH
    # As many halvings as sixteen characters a token make, of a text no longer than that.
    assert len(counted) <= 18
    assert max(counted, default=0) <= 17 * QUERY_LENGTH


@given(st.text(st.sampled_from("a\x00\ud83d\ude00\udfff😀")))
def test_cleaned_texts_can_be_sent(text: str) -> None:
    cleaned = clean(text)
    orjson.dumps(cleaned)
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned
    assert Cut()(text) == (cleaned, 0)
    if not set(text) & set("\x00\ud83d\ude00\udfff"):
        assert cleaned == text


def test_halves_are_joined_and_lone_ones_replaced() -> None:
    assert clean("\ud83d\ude00 \ude00\ud83d \x00") == "😀 \ufffd\ufffd \ufffd"


def test_estimates_of_tokens_are_near() -> None:
    """Against a real tokenizer, though of another kind: it knows no white space, and has fewer words."""
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    turns = instag.load_sample().get_column("messages").explode().struct.unnest()
    queries = turns.filter(pl.col("role") == "user").get_column("content")
    counted = sum(len(encoded.ids) for encoded in tokenizer.encode_batch(queries.to_list(), add_special_tokens=False))
    assert sum(map(tokens_of, queries)) == pytest.approx(counted, rel=0.1)
