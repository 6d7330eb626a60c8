"""People beside each other, and beside the judge."""

import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from instag.auditing.agreement import agreement_of
from instag.auditing.cases import Case

CASES = [Case("precision", f"tag {nth}", (f"query {nth}",), (nth,), probe=nth >= 6) for nth in range(8)]
CASES += [Case("consistency", "tag", (f"query {nth}", "other"), (nth, 9), probe=nth == 3) for nth in range(4)]


def labelled(*said: str) -> dict[str, dict[str, bool]]:
    """Labels from a text a rater: y, n, or - for none, one a case."""
    return {
        f"rater {nth}": {case.id: label == "y" for case, label in zip(CASES, text, strict=True) if label != "-"}
        for nth, text in enumerate(said)
    }


def row(frame: pl.DataFrame, kind: str, *, probes: bool) -> dict[str, object]:
    return frame.row(by_predicate=(pl.col("kind") == kind) & (pl.col("probes") == probes), named=True)


def test_by_hand() -> None:
    judge = labelled("yyyyynnn----")["rater 0"]
    #                   precision | consistency
    people = labelled("yyyynnnnyyyy", "yyyynyn-yyyn", "yyynnnnnyyyn")
    found = agreement_of(CASES, judge, people)
    every = row(found, "precision", probes=True)
    # The majorities: y y y y n n n n; the judge says y y y y y n n n.
    assert (every["raters"], every["cases"], every["ties"], every["right"]) == (3, 8, 0, 0.5)
    assert every["same"] == 7 / 8
    assert every["cohen"] == pytest.approx(cohen_kappa_score([1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 1, 0, 0, 0]))
    assert every["cohen_cases"] == 8
    # All three labelled 7: yes 3 3 3 2 0 1 0. Pairs agree in 1 1 1 1/3 1 1/3 1; yes 12 of 21.
    chance = (12 / 21) ** 2 + (9 / 21) ** 2
    assert every["fleiss"] == pytest.approx(((5 + 2 / 3) / 7 - chance) / (1 - chance))
    assert every["fleiss_cases"] == 7
    only = row(found, "precision", probes=False)
    assert (only["cases"], only["right"], only["same"]) == (6, 4 / 6, 5 / 6)
    assert only["cohen"] == pytest.approx(cohen_kappa_score([1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0]))
    consistency = row(found, "consistency", probes=True)
    assert (consistency["cases"], consistency["right"], consistency["same"]) == (4, 0.75, None)
    assert (consistency["cohen"], consistency["cohen_cases"]) == (None, 0)
    assert consistency["cohen_note"] == "no case has both labels"
    assert row(found, "consistency", probes=False)["fleiss_note"] is not None


def test_a_tie_is_no_majority() -> None:
    found = row(agreement_of(CASES, {}, labelled("yn----------", "nn----------")), "precision", probes=True)
    assert (found["raters"], found["cases"], found["ties"], found["right"]) == (2, 2, 1, 0.0)


def test_who_labelled_the_other_kind_is_no_rater_of_this_one() -> None:
    labels = labelled("yyynnn------", "yyynnn------", "--------yyyy")
    found = agreement_of(CASES, {}, labels)
    assert row(found, "precision", probes=True)["fleiss"] == 1.0
    assert row(found, "precision", probes=True)["raters"] == 2
    assert row(found, "consistency", probes=True)["fleiss_note"] == "there is one rater"


def test_nobody_labelled_anything() -> None:
    found = agreement_of(CASES, {}, {})
    assert found["cases"].to_list() == [0, 0, 0, 0]
    assert found["right"].null_count() == found["cohen"].null_count() == found["fleiss"].null_count() == 4
    assert found["fleiss_note"].to_list() == ["no case has the labels of all raters"] * 4


def test_all_of_one_mind_is_null_with_a_reason() -> None:
    everyone = labelled("yyyyyyyyyyyy", "yyyyyyyyyyyy")
    found = agreement_of(CASES, everyone["rater 0"], everyone)
    assert found["same"].to_list() == [1.0] * 4
    assert found["cohen"].null_count() == found["fleiss"].null_count() == 4
    assert all("chance" in note for note in [*found["cohen_note"], *found["fleiss_note"]])
