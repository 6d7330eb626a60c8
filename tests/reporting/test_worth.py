"""How good selections are, in the analysis and in the report."""

from pathlib import Path
from typing import get_args

import polars as pl
import pytest

import instag
from instag.choices import Method
from instag.reporting.sections.worth import worth
from instag.reporting.wording import cell
from reporting.pools import sample


def costly() -> pl.DataFrame:
    data = sample()
    return data.with_columns(words=pl.col("tags").list.len() * 3 + pl.int_range(pl.len()) % 7 + 1)


@pytest.mark.parametrize(
    "options",
    [
        {"budget": 60},
        {"budget": 60, "curve": 0.3},
        {"budget": 60, "curve": "log"},
        {"budget": 500, "cost": "words"},
        {"budget": 60, "group": "source", "at_most": 0.4},
        {"budget": 60, "quality": "words"},
    ],
)
def test_values_are_those_of_a_certificate(options: dict[str, object]) -> None:
    data = costly()
    chosen = instag.select(data, method="gain", details=True, **options)  # type: ignore[arg-type]
    found = instag.analyze(data, selections=chosen, gain=options).worth.selections.row(0, named=True)
    sure = instag.certify(data, chosen["row"], steps=20, **options)  # type: ignore[arg-type]
    assert found["value"] == pytest.approx(sure.value, rel=1e-5)
    assert found["value"] == pytest.approx(chosen["gain"].sum(), rel=1e-5)
    assert found["bound"] == pytest.approx(sure.bound, rel=1e-5)
    assert found["share"] == pytest.approx(sure.share, rel=1e-5)


def test_costs_quotas_and_the_curve_are_shown(tmp_path: Path) -> None:
    data = costly()
    gain = {"cost": "words", "curve": 0.3, "group": "source", "at_least": {"code": 100}, "at_most": 0.5}
    chosen = instag.select(data, 600, method="gain", **gain)  # type: ignore[arg-type]
    analysis = instag.analyze(data, selections={"mine": chosen}, gain=gain | {"budget": 600})
    assert "gain, x^0.3" in analysis.frontier["method"].unique().to_list()
    quotas = analysis.worth.quotas
    assert quotas.filter(pl.col("group") == "code").row(0, named=True)["at_least"] == 100
    assert (quotas["reached"] <= 300).all()
    sums = dict(chosen.group_by("source").agg(pl.col("words").sum()).iter_rows())
    assert dict(quotas.select("group", "reached").iter_rows()) == {
        group: sums.get(group, 0) for group in quotas["group"]
    }
    costs = analysis.worth.costs.filter(pl.col("cost") <= 600).group_by("method").agg(pl.col("coverage").max())
    best = costs.sort("coverage").row(-1)
    assert best[0] == "gain for cost"
    section = worth(analysis)
    assert section is not None
    assert [table.name for table in section.tables] == ["worth", "quotas"]
    assert [figure.name for figure in section.figures] == ["cost"]
    # Each method has the colour that it has in the figure of all methods.
    colour = section.figures[0].spec["layer"][0]["encoding"]["color"]
    assert colour["scale"]["domain"][:5] == list(get_args(Method))
    assert colour["legend"]["values"] == ["complexity-first", "coverage", "random", "gain", "gain for cost"]
    page = instag.report(analysis, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "in the tags of another model" in page
    assert "of the best possible" in page


def test_near_coverage_needs_vectors() -> None:
    data = pl.DataFrame({"tags": [["poem"], ["verse"], ["chess"], ["chess"]]})
    at = {"poem": [1.0, 0.0], "verse": [0.9, 0.436], "chess": [0.0, 1.0]}
    done = instag.normalize(data, embedder=lambda texts: [at[text] for text in texts], distance=0.01, min_count=1)
    analysis = instag.analyze(done.data, selections=done.data[:1])
    plain, near = worth(analysis), worth(analysis, done.vocabulary)
    assert plain is not None
    assert near is not None
    assert "near coverage" not in [column.title for column in plain.tables[0].columns]
    titles = [column.title for column in near.tables[0].columns]
    row = near.tables[0].rows[0]
    assert row[titles.index("coverage")] == pytest.approx(1 / 3)
    assert row[titles.index("near coverage")] == pytest.approx(2 / 3)


def test_match_is_no_curve_to_judge_by() -> None:
    with pytest.raises(instag.InputError, match="gain: curve 'match' is not a curve of its own"):
        instag.analyze(costly(), gain={"curve": "match"})


def test_the_table_claims_no_more_than_the_sentence() -> None:
    data = sample()
    analysis = instag.analyze(data, selections={"mine": instag.select(data, 100)})
    exact = pl.Series("share", [0.92388])
    analysis.worth.selections.replace_column(analysis.worth.selections.get_column_index("share"), exact)
    section = worth(analysis)
    assert section is not None
    (table,) = section.tables
    shown = table.rows[0][-1]
    assert cell(shown, table.columns[-1].kind) == "92.3\N{NO-BREAK SPACE}%"
    assert "92.3\N{NO-BREAK SPACE}%" in section.lead
