"""`method="gain"`: options, their laws, and what is wrong with them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
import reference

TAGS = ["algebra", "proof", "poetry", "history", "python", "sql", "music"]


def pool(rows: int = 60, seed: int = 0) -> pl.DataFrame:
    """Samples with tags, scores, costs and sources."""
    random = np.random.default_rng(seed)
    held = [
        random.choice(TAGS, random.integers(0, 5), replace=False, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.06, 0.04])
        for _ in range(rows)
    ]
    return pl.DataFrame(
        {
            "tags": [list(tags) for tags in held],
            "reward": random.random(rows).round(3),
            "tokens": random.integers(3, 90, rows),
            "source": random.choice(["math", "chat", "code"], rows, p=[0.5, 0.3, 0.2]),
        },
        schema_overrides={"tags": pl.List(pl.String)},
    )


def rows_of(data: Any, budget: Any, **options: Any) -> list[int]:
    chosen = instag.select(data, budget, method="gain", details=True, **options)
    found: list[int] = chosen.get_column("row").to_list()
    return found


def value(data: pl.DataFrame, rows: list[int], a: float = 0.5) -> float:
    counts: dict[str, int] = {}
    for row in rows:
        for tag in data["tags"][row]:
            counts[tag] = counts.get(tag, 0) + 1
    return math.fsum(count**a for count in counts.values())


row = st.none() | st.lists(st.none() | st.sampled_from(TAGS), max_size=6)


@settings(max_examples=60)
@given(st.lists(row, min_size=1, max_size=40), st.data())
def test_same_as_reference(rows: list[Any], data: st.DataObject) -> None:
    frame = pl.DataFrame({"tags": rows}, schema={"tags": pl.List(pl.String)})
    tagged = sum(bool(tags) for tags in reference.tag_sets(rows))
    budget = data.draw(st.integers(0, tagged))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("instag.selection.shortfall.warn", lambda _: None)
        assert rows_of(frame, budget) == [row for row, _ in reference.gain(rows, budget)]
        pieces = pl.concat([frame[:3], frame[3:]], rechunk=False)
        assert rows_of(pieces, budget) == rows_of(frame, budget)


def test_details_add_up() -> None:
    data = pool()
    chosen = instag.select(data, 400, method="gain", cost="tokens", group="source", at_most={"chat": 0.5}, details=True)
    assert chosen.columns == [*data.columns, "rank", "row", "gain", "new_tags", "cost_so_far", "group"]
    assert chosen["cost_so_far"].to_list() == chosen["tokens"].cum_sum().to_list()
    assert chosen["cost_so_far"][-1] <= 400
    assert chosen["group"].to_list() == chosen["source"].to_list()
    assert math.isclose(chosen["gain"].sum(), value(data, chosen["row"].to_list()), rel_tol=1e-6)
    assert chosen["new_tags"].explode().drop_nulls().is_unique().all()
    assert chosen.filter(pl.col("source") == "chat")["tokens"].sum() <= 200


@pytest.mark.parametrize("options", [{}, {"curve": "log"}, {"quality": "reward"}, {"group": "source", "at_most": 12}])
def test_a_ranking_is_every_selection(options: dict[str, Any]) -> None:
    data = pool()
    ranked = instag.rank(data, method="gain", **options)
    for budget in (1, 5, 20):
        assert instag.select(data, budget, method="gain", details=True, **options).equals(ranked.head(budget))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"group": "source", "at_least": 2}, "at_least: with it, a smaller selection is not a prefix"),
        (
            {"cost": "tokens"},
            "cost: with it, a smaller selection is not a prefix of a larger one, because the last sample",
        ),
        ({"curve": "match"}, "curve: 'match' finds a different curve for each budget"),
    ],
)
def test_no_ranking_where_nothing_is_nested(options: dict[str, Any], why: str) -> None:
    with pytest.raises(instag.InputError, match=why):
        instag.rank(pool(), method="gain", **options)


def test_quotas_are_kept() -> None:
    data = pool()
    chosen = instag.select(data, 20, method="gain", group="source", at_least={"code": 5}, at_most={"math": "30%"})
    counts = dict(chosen.group_by("source").len().iter_rows())
    assert chosen.height == 20
    assert counts["code"] >= 5
    assert counts["math"] <= 6


def test_a_share_that_floating_point_makes_too_large_is_not_rounded_up() -> None:
    # 0.07 * 100 is 7.000000000000001, and the group has just 7 rows.
    data = pl.DataFrame({"tags": [[f"t{row}"] for row in range(200)], "source": ["few"] * 7 + ["many"] * 193})
    chosen = instag.select(data, 100, method="gain", group="source", at_least={"few": "7%"})
    assert chosen["source"].to_list().count("few") == 7


def test_wanted_tags_are_reached() -> None:
    chosen = instag.select(pool(), 15, method="gain", at_least={"tag:sql": 4})
    assert sum("sql" in tags for tags in chosen["tags"]) >= 4


def test_tags_that_were_chosen_before_are_no_longer_wanted() -> None:
    data = pool()
    first = [row for row, tags in enumerate(data["tags"]) if "sql" in tags][:3]
    plain = rows_of(data, 5, start=first)
    assert rows_of(data, 5, start=first, at_least={"tag:sql": 3}) == plain
    chosen = instag.select(data, 2, method="gain", start=data[first], at_least={"tag:sql": 5})
    assert sum("sql" in tags for tags in chosen["tags"]) == 2


def test_ties_go_to_the_earlier_row() -> None:
    data = pl.DataFrame(
        {
            "tags": [["a", "b"], ["c"], ["d", "e", "f"], ["g"], ["h"]],
            "words": [6, 3, 9, 3, 1],
            "score": [0.5, 1.0, 0.25, 1.0, 1.0],
        }
    )
    # A tag for 3 words, whether they are one, two or three.
    assert rows_of(data, 22, cost="words") == [4, 0, 1, 2, 3]
    assert rows_of(data, 4, quality="score") == [0, 1, 3, 4]


@pytest.mark.parametrize("how", ["column", "rows", "frame"])
def test_an_earlier_selection_is_gone_on_with(how: str) -> None:
    data = pool()
    whole = rows_of(data, 20)
    first = whole[:8]
    marked = data.with_row_index().with_columns(chosen=pl.col("index").is_in(first))
    if how == "frame":
        rest = marked.filter(~pl.col("chosen"))
        places = rest["index"].to_list()
        assert [places[row] for row in rows_of(rest, 12, start=data[first])] == whole[8:]
    else:
        start: Any = "chosen" if how == "column" else first
        assert rows_of(marked, 12, start=start) == whole[8:]
        taken = instag.select(marked, 12, method="gain", start=start, details=True)
        known = {tag for row in first for tag in data["tags"][row]}
        assert not known & set(taken["new_tags"].explode().drop_nulls())


def test_weights_and_targets(tmp_path: Path) -> None:
    data = pool()
    weights = {"music": 50.0, "algebra": 0.0}
    chosen = instag.select(data, 2, method="gain", weights=weights)
    assert all("music" in tags for tags in chosen["tags"])
    table = pl.DataFrame({"tag": list(weights), "weight": list(weights.values())})
    table.write_csv(tmp_path / "weights.csv")
    for same in (table, tmp_path / "weights.csv", table.to_pandas()):
        assert instag.select(data, 2, method="gain", weights=same).equals(chosen)
    verses = pl.DataFrame({"tags": [["poetry", "music"], ["poetry"]]})
    towards = instag.select(data, 5, method="gain", target=verses)
    assert all({"poetry", "music"} & set(tags) for tags in towards["tags"])
    shares = {"poetry": 2 / 3, "music": 1 / 3}
    assert instag.select(data, 5, method="gain", target=shares).equals(towards)


def test_quality_counts() -> None:
    data = pl.DataFrame({"tags": [["a", "b"], ["a", "b"], ["c"]], "score": [0.2, 0.9, 0.5]})
    assert rows_of(data, 1, quality="score") == [1]
    missing = data.with_columns(score=pl.Series([None, 0.9, 0.5]))
    assert rows_of(missing, 2, quality="score", quality_missing=0.95) == [0, 1]


def test_costs_are_computed() -> None:
    data = pl.DataFrame({"prompt": ["one two", "one two three four"], "tags": [["a"], ["b"]]})
    assert rows_of(data, 2, cost="words") == [0]
    assert rows_of(data, 30, cost="characters") == [0, 1]
    assert rows_of(data, 18, cost="characters", min_cost=10) == [1]


@pytest.mark.parametrize("cost", [[0.1] * 10, [0.25, 1.5] * 5, [1e-7] * 10, [1e15] * 10])
def test_costs_of_any_size_fill_their_budget(cost: list[float]) -> None:
    data = pl.DataFrame({"tags": [[str(row)] for row in range(10)], "dollars": cost})
    assert len(rows_of(data, 1.0, cost="dollars")) == 10
    assert len(rows_of(data, 0.5, cost="dollars")) >= 5


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_match_is_never_worse_than_complexity_first(seed: int, budget: int) -> None:
    data = pool(50, seed)
    budget = min(budget, data.filter(pl.col("tags").list.len() > 0).height)
    first = instag.measure(instag.select(data, budget), of=data)
    found = instag.measure(instag.select(data, budget, method="gain", curve="match"), of=data)
    assert found.complexity >= first.complexity
    assert (found.coverage or 0) >= (first.coverage or 0)


def test_certificates() -> None:
    data = pool()
    rows = rows_of(data, 10)
    found = instag.certify(data, rows)
    assert math.isclose(found.value, value(data, rows), rel_tol=1e-6)
    assert found.bound >= found.value
    assert found.share == min(found.value / found.bound, 1.0)
    assert str(found) == f"at least {math.floor(1000 * found.share + 1e-6) / 10:.1f} % of the best possible"
    assert instag.certify(data, rows, steps=0).bound >= found.bound
    poor = instag.certify(data, pl.Series(instag.select(data, 10, method="random", details=True)["row"]))
    assert poor.share < found.share
    options: dict[str, Any] = {"cost": "tokens", "group": "source", "at_most": 0.6}
    rows = rows_of(data, 300, **options)
    assert instag.certify(data, rows, budget=300, **options).share > 0.9
    assert instag.certify(data, rows, cost="tokens").value > 0


def test_a_choice_has_a_certificate_where_there_is_an_objective() -> None:
    data = pool()
    assert instag.choose(data, 3).certificate() is None
    chosen = instag.choose(data, 3, method="gain")
    # Of few data, as many steps are taken as bring the bound near.
    assert chosen.certificate() == chosen.certificate(20)
    assert chosen.certificate() != chosen.certificate(0)


def test_a_group_may_be_asked_to_have_an_exact_number() -> None:
    data = pl.DataFrame({"tags": [["a"], ["b"], ["c"], ["d"]], "group": ["x", "x", "x", "y"]})
    chosen = instag.select(data, 3, method="gain", group="group", at_least={"y": 1}, at_most={"y": 1})
    assert sorted(chosen["group"]) == ["x", "x", "y"]


def select(**options: Any) -> Any:
    budget = options.pop("budget", 5)
    return instag.select(options.pop("data", pool()), budget, method="gain", **options)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"curve": 0}, "curve: expected a number above 0 and at most 1, 'log' or 'match'; found 0"),
        ({"curve": "sqrt"}, "curve: expected a number above 0 and at most 1, 'log' or 'match'; found 'sqrt'"),
        (
            {"curve": "match", "quality": "reward"},
            "curve: 'match' is compared with complexity-first, which has no quality",
        ),
        ({"quality": "score"}, "no column 'score'"),
        ({"quality": "source"}, "quality: expected numbers in column 'source'; found String"),
        ({"quality_missing": 1}, "quality_missing: it has an effect only with quality, which is not given"),
        ({"group": "tags", "at_most": 3}, "group: column 'tags' is List(String): expected one value a row"),
        ({"weights": {"sql": 1e308}}, "weights: expected numbers up to 1e+100; found 1e+308 for 'sql': divide all"),
        ({"target": {"sql": 0.0}}, "target: every tag of the data has a share of 0 in it: give some tag more"),
        ({"cost": "tokens", "budget": 2}, "budget: 2 tokens are less than the 5 that the cheapest sample costs"),
        ({"cost": "tokens", "cost_exponent": 2}, "cost_exponent: expected a number from 0 to 1; found 2"),
        ({"cost": "dollars"}, "cost: no column 'dollars'"),
        (
            {"cost": "tokens", "min_cost": 1000},
            "min_cost, max_cost: none of 48 samples with tags costs between 1000 and inf",
        ),
        ({"min_cost": 5}, "min_cost: it has an effect only with cost"),
        ({"at_least": 3}, "at_least: it needs the column with the groups, group= / --group"),
        ({"group": "source"}, "group: it has an effect only with at_least= or at_most="),
        (
            {"group": "source", "at_least": {"maths": 3}},
            "at_least: no group 'maths' in column 'source'; the groups are: chat, code, math",
        ),
        ({"group": "source", "at_least": 4}, "the groups should have 12 samples together, above the budget of 5"),
        (
            {"group": "source", "at_least": {"code": 40}, "budget": 50},
            "group 'code' should have at least 40 samples, but has",
        ),
        ({"group": "source", "at_least": {"code": 3}, "at_most": 2}, "at least 3 and at most 2 samples"),
        ({"group": "source", "at_most": {"code": "many"}}, "at_most: code: expected a count such as 500"),
        ({"group": "source", "at_most": {"tag:sql": 3}}, "tags have no upper quota"),
        ({"at_least": {"tag:cobol": 3}}, "no sample has the tag 'cobol'"),
        ({"at_least": {"tag:music": 60}}, "60 samples should have it"),
        ({"start": "source"}, "start: column 'source' is String: expected booleans, true"),
        ({"start": [70]}, "start: expected numbers of rows, from 0 to 59; found 70"),
        ({"start": range(60)}, "start: it holds all 60 rows"),
        ({"weights": {"cobol": 1}}, "weights: none of its 1 tags is in the data"),
        ({"weights": {"sql": -1}}, "weights: expected a finite number of 0 or more for each tag; found -1 for 'sql'"),
        ({"weights": {"sql": math.nan}}, "weights: expected a finite number"),
        ({"weights": dict.fromkeys(TAGS, 0)}, "weights: every tag of the data has a weight of 0"),
        ({"weights": pl.DataFrame({"tag": ["sql"]})}, "expected the columns tag and weight; found no weight"),
        ({"target": {"cobol": 1.0}}, "target: none of its 1 tags is in the data"),
        ({"target": pl.DataFrame({"text": ["a"]})}, "target: expected the tags in a column 'tags'"),
        ({"target": {"sql": 1.0}, "curve": 1}, "curve: with 1, a tag is worth the same"),
    ],
)
def test_what_is_wrong_is_said(options: dict[str, Any], why: str) -> None:
    with pytest.raises(instag.InputError) as error:
        select(**options)
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("column", "values", "why"),
    [
        ("reward", [-0.5, 1.0], "found -0.5 in row 0, and 1 such in all"),
        (
            "reward",
            [None, 1.0],
            "1 of 2 rows have no number in column 'reward'; give them a number with quality_missing=",
        ),
        ("reward", [math.inf, 1.0], "expected finite numbers in column 'reward'; found inf in row 0"),
        ("reward", [0.0, 0.0], "column 'reward' is 0 in every row"),
        ("tokens", [0, 4], "cost: expected numbers above 0 in column 'tokens'; found 0 in row 0"),
    ],
)
def test_bad_columns(column: str, values: list[Any], why: str) -> None:
    data = pl.DataFrame({"tags": [["a"], ["b"]], column: pl.Series(values)})
    with pytest.raises(instag.InputError) as error:
        select(data=data, **{"quality" if column == "reward" else "cost": column})
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            {"data": pl.DataFrame({"tags": [[], []]}, schema={"tags": pl.List(pl.String)})},
            "none of 2 samples has tags, so nothing is chosen: tag them first",
        ),
        ({"budget": "0.1%"}, "so nothing is chosen: ask for 1 or more"),
        ({"budget": 60}, "budget: 60 samples were asked for, but 48 have tags; all of those were taken"),
        ({"budget": 40, "group": "source", "at_most": 3}, "at_most: the groups may have 9 samples together"),
        ({"weights": {"sql": 2, "cobol": 2}}, "weights: 1 of 2 tags are not in the data: 'cobol'"),
        ({"target": {"sql": 1.0, "cobol": 3.0}}, "they make up 75.0% of it, which no selection can reach"),
        ({"budget": 45, "start": [*range(30)]}, "are in the earlier selection"),
    ],
)
def test_what_deserves_a_look_is_said(options: dict[str, Any], why: str) -> None:
    with pytest.warns(instag.InstagWarning) as caught:
        select(**options)
    assert any(why in str(warning.message) for warning in caught)


def test_options_of_other_methods() -> None:
    with pytest.raises(instag.InputError, match="quality: only method 'gain' has this option; found method 'coverage'"):
        instag.select(pool(), 5, method="coverage", quality="reward")
    with pytest.raises(TypeError, match="no option 'qualty'; did you mean 'quality'"):
        select(qualty="reward")


@pytest.mark.parametrize(
    ("rows", "options", "why"),
    [
        ([1, 1], {}, "rows: expected each row once; found row 1 2 times"),
        ([60], {}, "rows: expected numbers of rows, from 0 to 59; found 60"),
        ([0, 1, 2], {"budget": 2}, "rows: 3 samples exceed the budget of 2"),
        ([0, 1], {"start": [1]}, "start, min_cost or max_cost exclude 1 of them"),
        ([0, 1, 2, 3, 4, 5], {"group": "source", "at_most": 1}, "above at_most of 1"),
        ([0], {"method": "coverage"}, "method: expected 'gain', the only method with an objective"),
        ([0], {"curve": "match"}, "curve: 'match' is not a curve of its own"),
        ([0], {"steps": -1}, "steps: expected a count of 0 or more"),
    ],
)
def test_what_cannot_be_certified(rows: list[int], options: dict[str, Any], why: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("instag.selection.quota.warn", lambda _: None)
        with pytest.raises(instag.InputError) as error:
            instag.certify(pool(), rows, **options)
    assert why in str(error.value)


def test_other_frames() -> None:
    data = pool().filter(pl.col("tags").list.len() > 0)
    expected = rows_of(data, 10, quality="reward")
    assert (
        instag.select(data.lazy(), 10, method="gain", quality="reward", details=True).collect()["row"].to_list()
        == expected
    )
    assert (
        instag.select(data.to_pandas(), 10, method="gain", quality="reward", details=True)["row"].to_list() == expected
    )


def test_tokens_are_counted() -> None:
    data = pl.DataFrame(
        {"messages": [[{"role": "user", "content": "a b"}, {"role": "assistant", "content": "c d e"}], [], None]}
    )
    assert instag.count_tokens(data, str.split)["tokens"].to_list() == [5, 0, 0]
    assert instag.count_tokens(data, len, name="letters", part="answer")["letters"].to_list() == [5, 0, 0]
    assert instag.count_tokens(data, str.split, part="query")["tokens"].to_list() == [2, 0, 0]
    with pytest.raises(instag.InputError, match="tokenizer: 'no/such' is neither a file"):
        instag.count_tokens(data, "no/such")
    with pytest.raises(
        instag.InputError, match=r"tokenizer: expected a tokenizer\.json, the name of a model, or a function"
    ):
        instag.count_tokens(data, 3)
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))  # noqa: S106 - a word
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    assert instag.count_tokens(data, words)["tokens"].to_list() == [5, 0, 0]


def test_a_tokenizer_from_disk(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"?": 0}, unk_token="?"))  # noqa: S106 - a word
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    words.save(str(tmp_path / "tokenizer.json"))
    data = pl.DataFrame({"prompt": ["a b c"], "response": ["d"]})
    for name in (tmp_path, tmp_path / "tokenizer.json", str(tmp_path)):
        assert instag.count_tokens(data, name)["tokens"].to_list() == [4]
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(instag.InputError, match=r"this is not a tokenizer\.json"):
        instag.count_tokens(data, tmp_path / "broken.json")
