"""Tags that count for those near them: the rows are those of the definition, and bounds hold."""

from collections import Counter
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import instag
from instag.cli.app import app

VECTORS = {
    "verse": [1.0, 0.0, 0.0],
    "poem": [0.96, 0.28, 0.0],
    "ballad": [0.8, 0.6, 0.0],
    "sums": [0.0, 0.0, 1.0],
    "addition": [0.0, 0.1, 0.95],
    "chess": [0.0, -1.0, 0.1],
}
TAGS = list(VECTORS)


def embed(texts: list[str]) -> list[list[float]]:
    """Made-up directions."""
    return [VECTORS[text] for text in texts]


def shares(similarity: float, tags: set[str]) -> dict[str, dict[str, float]]:
    """How much each tag counts for each of those of the data: 1 / (1 + Σ s) for itself, s / (1 + Σ s) for one that is near."""

    def cosine(one: str, other: str) -> float:
        a, b = VECTORS[one], VECTORS[other]
        return sum(x * y for x, y in zip(a, b, strict=True)) / sqrt(sum(x * x for x in a) * sum(y * y for y in b))

    found = {}
    for tag in tags:
        near = {other: round(cosine(tag, other), 3) for other in tags}
        kept = {other: s for other, s in near.items() if s >= similarity or other == tag}
        found[tag] = {other: s / sum(kept.values()) for other, s in kept.items()}
    return found


def value(rows: list[list[str]], each: dict[str, dict[str, float]]) -> float:
    """Σ φ of what tags count, φ being the square root at sixteenths and straight between them."""
    counts: Counter[str] = Counter()
    for tags in rows:
        for tag in set(tags):
            for near, share in each[tag].items():
                counts[near] += share  # type: ignore[assignment]
    return sum(straight(count) for count in counts.values())


def straight(count: float) -> float:
    """The square root, straight between sixteenths."""
    place = int(count * 16 + 1e-9)
    low, high = sqrt(place / 16), sqrt((place + 1) / 16)
    return low + (count * 16 - place) * (high - low)


held = st.lists(st.lists(st.sampled_from(TAGS), min_size=1, max_size=4, unique=True), min_size=1, max_size=8)


@settings(max_examples=60)
@given(held, st.sampled_from([0.75, 0.9, 0.97]), st.integers(1, 4))
def test_rows_are_greedy_and_bounds_hold(rows: list[list[str]], similarity: float, budget: int) -> None:
    budget = min(budget, len(rows))
    data = pl.DataFrame({"tags": rows})
    near: dict[str, Any] = {"similarity": similarity, "embedder": embed}
    each = shares(similarity, {tag for tags in rows for tag in tags})
    taken: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("instag.selection.propagation.warn", lambda _: None)
        chosen = instag.select(data, budget, method="gain", details=True, **near)
        for row, gain in chosen.select("row", "gain").iter_rows():
            before = value([rows[other] for other in taken], each)
            gains = [
                value([rows[other] for other in [*taken, this]], each) - before
                for this in range(len(rows))
                if this not in taken
            ]
            assert gain == pytest.approx(max(gains), abs=1e-3)
            taken.append(row)
        best = max(value([rows[row] for row in some], each) for some in combinations(range(len(rows)), budget))
        for steps in (0, 20):
            found = instag.certify(data, taken, steps=steps, **near)
            assert found.value == pytest.approx(value([rows[row] for row in taken], each), abs=1e-3)
            assert found.bound >= best - 1e-3


def test_a_near_tag_is_worth_less() -> None:
    data = pl.DataFrame({"tags": [["verse"], ["poem"], ["chess"]]})
    assert instag.select(data, 2, method="gain", details=True)["row"].to_list() == [0, 1]
    chosen = instag.select(data, 2, method="gain", similarity=0.9, embedder=embed, details=True)
    assert chosen["row"].to_list() == [0, 2]


def test_every_budget_is_a_prefix_and_an_earlier_selection_is_gone_on_with() -> None:
    data = pl.DataFrame({"tags": [TAGS[n % 3 : n % 5 + 1] or [TAGS[n % 6]] for n in range(30)]})
    near: dict[str, Any] = {"similarity": 0.75, "embedder": embed, "method": "gain"}
    ranked = instag.rank(data, **near)
    for budget in (1, 7, 20):
        assert instag.select(data, budget, details=True, **near).equals(ranked.head(budget))
    rest = instag.select(data, 9, start=ranked["row"][:6], details=True, **near)
    assert rest["row"].to_list() == ranked["row"][6:15].to_list()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"similarity": 1.0}, "similarity: expected a cosine above 0 and below 1; found 1.0"),
        ({"similarity": "near"}, "similarity: expected a cosine"),
        (
            {"embedder": embed},
            "embedder: it has an effect only with similarity, which is not given: give a cosine with similarity=",
        ),
        ({"similarity": 0.9, "embedder": None}, "similarity: it needs an embedder"),
        ({"similarity": 0.9, "embedder": "word2vec"}, "embedder: expected 'auto', 'minilm'"),
        ({"similarity": 0.9, "curve": "match"}, "which has no similarity"),
    ],
)
def test_what_is_wrong_is_said(options: dict[str, Any], why: str) -> None:
    data = pl.DataFrame({"tags": [["verse"], ["poem"]]})
    with pytest.raises(instag.InputError, match=why):
        instag.select(data, 1, method="gain", **options)


def test_other_methods_have_none() -> None:
    with pytest.raises(instag.InputError, match="similarity: only method 'gain' has this option"):
        instag.select(pl.DataFrame({"tags": [["verse"]]}), 1, similarity=0.9)


def test_nothing_near_is_said() -> None:
    data = pl.DataFrame({"tags": [["verse"], ["sums"]]})
    with pytest.warns(instag.InstagWarning, match="no two of 2 tags are as similar as 0.9 by embedder embed"):
        instag.select(data, 1, method="gain", similarity=0.9, embedder=embed)


def test_the_command_takes_the_same_rows(tmp_path: Path) -> None:
    tags = [["love poem"], ["love poems", "rhyme"], ["algebra"], ["algebraic equations"], ["python script"], ["rhymes"]]
    data = pl.DataFrame({"tags": tags, "nth": range(len(tags))})
    data.write_ndjson(tmp_path / "data.jsonl")
    words = ["select", str(tmp_path / "data.jsonl"), "--budget", "4", "--method", "gain", "--similarity", "0.7"]
    done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "out.jsonl")])
    assert done.exit_code == 0, done.output
    chosen = instag.select(data, 4, method="gain", similarity=0.7)
    assert pl.read_ndjson(tmp_path / "out.jsonl")["nth"].to_list() == chosen["nth"].to_list()
    assert "of the best possible" in done.output + done.stderr
    done = CliRunner().invoke(app, [*words, "--embedder", "none", "-o", str(tmp_path / "none.jsonl")])
    assert done.exit_code != 0
    assert "it needs an embedder" in str(done.exception)
