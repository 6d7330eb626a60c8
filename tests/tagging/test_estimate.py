"""Estimates: sums that can be done by hand."""

from pathlib import Path

import numpy as np
import orjson
import pytest

import chaos
import instag
from instag.chat.options import Limits
from instag.chat.question import Reply
from instag.chat.spending import Price
from instag.chat.truncate import tokens_of
from instag.tagging.estimation import ANSWER, Estimate, estimate_of, mean_answer, tokens_used
from instag.tagging.prompt import SCHEMA, prompt_of
from tagged import many, options_of

PROMPT = prompt_of("instagger")
AROUND = 7 + tokens_of(PROMPT.messages("")[0]["content"])


def test_tokens_and_cost() -> None:
    limits = Limits(price=Price(2.0, 10.0))
    found = estimate_of(
        np.array([10, 30]), prompt=PROMPT, samples=3, queries=5, kept=1, cuts=1, answer=50, limits=limits
    )
    asking = 40 + 2 * AROUND
    cost = (asking * 2 + 100 * 10) / 1e6
    seconds = 2 * (0.5 + 50 / 60) / 64
    assert found == Estimate(3, 5, 3, 1, 2, 1, asking, 100, 50, True, pytest.approx(cost), pytest.approx(seconds))  # type: ignore[arg-type] # noqa: FBT003
    assert found.asked == 2


def test_the_schema_and_all_messages_count() -> None:
    def asking(name: str) -> int:
        return estimate_of(np.array([0]), prompt=prompt_of(name), samples=1, queries=1).prompt_tokens

    schema = tokens_of(orjson.dumps(SCHEMA).decode())
    assert asking("instag") == 7 + schema + tokens_of(prompt_of("instag").messages("")[0]["content"])
    vicuna = prompt_of("instagger-vicuna").messages("")
    assert asking("instagger-vicuna") == 3 + sum(4 + tokens_of(message["content"]) for message in vicuna)


def test_what_is_assumed() -> None:
    found = estimate_of(np.array([10]), prompt=PROMPT, samples=1, queries=1)
    assert (found.completion_tokens, found.answer, found.measured, found.cost) == (ANSWER, ANSWER, False, None)


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        (Limits(rpm=60), 1_000),
        (Limits(tpm=60_000, rpm=1e9, concurrency=1_000), 1_000 * (AROUND + 20 + 60) / 1_000),
        (Limits(concurrency=10), 1_000 * 1.5 / 10),
        (Limits(concurrency=10, rpm=1e9, tpm=1e9), 1_000 * 1.5 / 10),
    ],
)
def test_the_narrowest_limit_says_how_long(limits: Limits, seconds: float) -> None:
    found = estimate_of(np.full(1_000, 20), prompt=PROMPT, samples=1, queries=1_000, answer=60, limits=limits)
    assert found.seconds == pytest.approx(seconds)


def test_batches_cost_half_and_have_no_time() -> None:
    limits = Limits(price=Price(1.0, 1.0))
    single = estimate_of(np.full(9, 9), prompt=PROMPT, samples=9, queries=9, limits=limits)
    batch = estimate_of(np.full(9, 9), prompt=PROMPT, samples=9, queries=9, limits=limits, batch=True)
    assert single.cost is not None
    assert batch.cost == pytest.approx(single.cost / 2)
    assert batch.seconds is None


def test_nothing_to_ask() -> None:
    found = estimate_of(
        np.empty(0, np.uint32), prompt=PROMPT, samples=5, queries=5, kept=5, limits=Limits(price=Price(1, 1))
    )
    assert (found.asked, found.distinct, found.prompt_tokens, found.completion_tokens) == (0, 5, 0, 0)
    assert found.cost == found.seconds == 0


def test_many_tokens_do_not_overflow() -> None:
    found = estimate_of(np.full(10_000, 2**32 - 1, np.uint32), prompt=PROMPT, samples=1, queries=1)
    assert found.prompt_tokens == 10_000 * (2**32 - 1 + AROUND)


def test_the_mean_of_answers() -> None:
    def replies(count: int) -> list[Reply]:
        return [Reply(bytes(16), "[]", completion_tokens=tokens) for tokens in [0, 0, *[100, 200] * (count // 2)]]

    assert mean_answer(tokens_used(replies(20))) == 150
    assert mean_answer(tokens_used(replies(18))) is None
    assert mean_answer(tokens_used([])) is None


def test_the_time_is_that_of_the_pace_so_far() -> None:
    lengths = np.full(600, 10)
    found = estimate_of(lengths, prompt=PROMPT, samples=1, queries=1, pace=2.0, limits=Limits(rpm=6000))
    assert (found.seconds, found.paced) == (300.0, True)
    batched = estimate_of(lengths, prompt=PROMPT, samples=1, queries=1, pace=2.0, batch=True)
    assert (batched.seconds, batched.paced) == (None, False)


def test_what_the_journal_says_of_a_run_before(tmp_path: Path) -> None:
    with chaos.running() as server:
        given = options_of(server, tmp_path) | {"price": (1.0, 2.0)}
        with pytest.warns(instag.InstagWarning, match="10 not tried: limit"):
            done = instag.tag(many(40), **given, limit=30)
        found = instag.estimate(many(40), **given)
    assert (found.kept, found.asked, found.paced, found.measured) == (30, 10, True, True)
    assert found.spent == pytest.approx(done.tally.cost)
    assert found.seconds is not None
    assert 0 < found.seconds <= done.tally.seconds
