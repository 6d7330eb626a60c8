"""The parts of `benches/evidence` that need no PyTorch: what is learned from, what is chosen, what is concluded."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from aiohttp import web
from polars.testing import assert_frame_equal

import chaos
import instag
import pool as pools
import subsets
import summary
import verdicts
from encoding import Encoder, of_bytes
from runs import Runs

ENCODER = of_bytes(400)


@pytest.fixture(scope="module")
def pool() -> pools.Pool:
    return pools.prepare(instag.load_sample(), ENCODER, tags="tags", share=0.1, least=16)


def test_only_what_the_assistant_says_is_learned() -> None:
    turns = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hé?"},
        {"role": "assistant", "content": "Yes."},
    ]
    ids, learned = ENCODER.encode(turns)
    said = "System:\nBe kind.\n\nUser:\nHé?\n\nAssistant:\n".encode()
    assert ids == [*said, *b"Yes.", 256]
    assert learned == [False] * len(said) + [True] * 5
    assert ENCODER.question(turns) == list(said)
    assert Encoder(ENCODER.tokens, 256, 10).encode(turns) == (ids[:10], learned[:10])
    assert ENCODER.encode([{"role": "user", "content": [{"type": "image"}]}]) == ([], [])


def test_what_cannot_be_compared_is_left_out_and_counted() -> None:
    def row(answer: str | None, tags: list[str] | None) -> dict[str, Any]:
        turns = [{"role": "user", "content": f"What about {answer}?"}]
        return {"messages": turns + ([{"role": "assistant", "content": answer}] if answer else []), "tags": tags}

    whole = [row(f"{word} of the world", ["a", "b"]) for word in ("one", "river", "summit", "harbour")]
    data = pl.DataFrame([*whole, row("none", None), row("empty", []), row(None, ["a"]), row("!", ["b"])])
    found = pools.prepare(data, ENCODER, tags="tags", share=0.25, least=40)
    assert found.left_out == {"without tags": 2, "without an answer within --longest": 1, "too short": 1}
    assert (found.train.height, found.held_out.height) == (3, 1)
    with pytest.raises(instag.InputError, match="--tags"):
        pools.prepare(data.drop("tags"), ENCODER, tags="tags", share=0.25, least=0)


@pytest.mark.parametrize("name", ["random", "longest", "complexity-first", "gain", "gain-quality"])
@pytest.mark.parametrize("seed", [0, 1])
def test_subsets_have_equal_tokens(pool: pools.Pool, name: str, seed: int) -> None:
    scored = pool.train.with_columns(quality=1.0 + pl.col("nth") % 7)
    take = subsets.methods("quality")[name]
    subset = take(scored, 20_000, seed)
    assert 19_600 <= subset["tokens"].sum() <= 20_000
    assert subset["nth"].is_unique().all()
    assert_frame_equal(take(scored, 20_000, seed), subset)


def test_subsets_are_what_their_names_say(pool: pools.Pool) -> None:
    methods = subsets.methods(None)
    assert "gain-quality" not in methods
    taken = {name: take(pool.train, 20_000, 0) for name, take in methods.items()}
    rest = pool.train.filter(~pl.col("nth").is_in(taken["longest"]["nth"].to_list()))
    assert sorted(taken["longest"]["tokens"])[1] >= rest["tokens"].sort(descending=True)[3]
    tags = {name: instag.measure(subset, of=pool.train).tags for name, subset in taken.items()}
    assert max(tags, key=tags.__getitem__) == "gain"
    assert set(methods["random"](pool.train, 20_000, 1)["nth"]) != set(taken["random"]["nth"])


def test_rows_are_taken_as_long_as_they_fit() -> None:
    rows = pl.DataFrame({"tokens": [50, 60, 30, 20, 1]})
    assert subsets.filled(rows, 100)["tokens"].to_list() == [50, 30, 20]
    assert subsets.filled(rows, 1000)["tokens"].to_list() == [50, 60, 30, 20, 1]


def losses(*values: float) -> pl.DataFrame:
    return pl.DataFrame({"source": ["a", "b"] * (len(values) // 2), "loss": values, "tokens": [10] * len(values)})


def test_runs_are_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.begin({"tokens": 100, "model": "m"})
    assert not runs.done("gain", 0)
    runs.path("gain", 0).with_suffix(".draft").write_bytes(b"torn")
    losses(1.0, 2.0).write_parquet(runs.path("gain", 0))
    assert not runs.done("gain", 0)
    runs.keep("gain", 0, losses(1.0, 2.0), {"rows": 3})
    assert runs.done("gain", 0)
    assert runs.facts("gain", 0) == {"method": "gain", "seed": 0, "rows": 3}
    Runs(tmp_path).begin({"tokens": 100, "model": "m"})
    with pytest.raises(instag.InputError, match=r"tokens: 100 → 200.*another folder"):
        Runs(tmp_path).begin({"tokens": 200, "model": "m"})


def test_the_table_has_means_noise_and_differences(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for seed, base, other in ((0, (10.0, 30.0), (9.0, 31.0)), (1, (14.0, 34.0), (11.0, 31.0))):
        runs.keep("random", seed, losses(*base), {})
        runs.keep("gain", seed, losses(*other), {})
    values = summary.per_run(runs, ["random", "gain"], [0, 1])
    won = {(row["method"], row["seed"]): row["won"] for row in values.filter(source="all").to_dicts()}
    assert won == {("random", 0): 1.0, ("random", 1): 0.0, ("gain", 0): 0.5, ("gain", 1): 1.0}
    spreads = summary.spread(values)
    gain = spreads.filter(method="gain", source="all").to_dicts()[0]
    assert gain["loss"] == pytest.approx((2.0 + 2.1) / 2)
    assert gain["loss_sd"] == pytest.approx(0.1 / 2**0.5)
    assert gain["difference"] == pytest.approx(2.05 - 2.2)
    assert gain["error"] == pytest.approx((0.005 / 2 + 0.08 / 2) ** 0.5)
    facts = {"rows": 2, "tokens": 1234, "answer_tokens": 900, "complexity": 3.0, "tags": 5}
    written = summary.table(spreads, {"random": [facts] * 2, "gain": [facts] * 2}, {"gain": "60.0% ± 1.0%"})
    line = next(line for line in written.splitlines() if line.startswith("| gain"))
    cells = "| gain | 2 | 1,234 | 900 | 3.00 | 5 | 2.0500 ± 0.0707 | -0.1500 ± 0.2062 | 75.0% ± 35.4% | 60.0% ± 1.0% |"
    assert line == cells
    assert "| gain | 1.0000 ± 0.1414 | 3.1000 ± 0.0000 |" in written
    summary.picture(values, spreads, tmp_path / "losses.svg")
    assert "<svg" in (tmp_path / "losses.svg").read_text("utf-8")


def test_a_judge_reads_every_pair_in_both_orders(tmp_path: Path) -> None:
    def longer(body: dict[str, Any], _number: int) -> web.Response:
        """Prefer the longer answer; of equal ones always the first, which both orders even out."""
        lines = body["messages"][-1]["content"].splitlines()
        pair = json.loads(next(line for line in lines if line.startswith('{"question"')))
        verdict = "First" if len(pair["first"]) >= len(pair["second"]) else "second"
        return web.json_response(
            chaos.completion(json.dumps({"tags": [{"tag": verdict, "explanation": "It is long."}]}))
        )

    pairs = pl.DataFrame({"question": ["a", "b", "c"], "one": ["long", "x", "same"], "other": ["s", "long", "even"]})
    with chaos.running(script=longer) as server:
        for _ in range(2):
            read = verdicts.by_judge(pairs, tmp_path / "judge.journal", "m", server.url)
            assert read["score"].to_list() == [1.0, 0.0, 0.5]
        assert server.requests == 6
