"""Reports in a browser: nothing is cut off, covered or drawn empty, whatever the data and the width."""

from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from playwright.sync_api import expect

import instag
from instag.selection import Method
from reporting import pools
from reporting.sight import Opener, marks, overflow, rows

pytestmark = pytest.mark.slow


def test_two_thousand_groups(opened: Opener, tmp_path: Path) -> None:
    path = instag.report(pools.zipf(20_000, 400, 2_000), tmp_path / "report.html", by="source")
    page = opened(path)
    assert min(marks(page).values()) > 0
    assert page.locator("[data-figure=overlap] .role-axis-label").first.locator("text").count() == 40
    expect(page.locator("#overlap")).to_contain_text("The 40 largest of 2,000 groups are drawn")
    expect(page.locator("[data-table=groups] [role=status]")).to_have_text("2,001 rows")
    assert overflow(page) == 0


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven groups and four selections, all with long names."""
    frame = pools.zipf(2_000, 300, 7).with_columns(pl.format("self_instruct_seed_tasks_{}", "source").alias("source"))
    picks = {f"{method} as it was in May": instag.select(frame, 80, method=method) for method in get_args(Method)}
    path = tmp_path_factory.mktemp("report") / "crowded.html"
    return instag.report(frame, path, by="source", selections=picks)


@pytest.mark.parametrize("width", [1280, 400])
def test_legends_end_within_their_figures(opened: Opener, crowded: Path, width: int) -> None:
    page = opened(crowded, width=width)
    ends: list[tuple[str, str, float]] = page.locator(".drawing .role-legend-label text").evaluate_all(
        "texts => texts.map((text) => { const host = text.closest('.drawing'); return [host.dataset.figure, "
        "text.textContent, host.querySelector('svg').getBoundingClientRect().right "
        "- text.getBoundingClientRect().right]; })"
    )
    named = {figure for figure, _, _ in ends}
    assert named >= {"groups", "frequency", "complexity", "growth", "frontier-coverage", "selection-1"}
    assert [end for end in ends if end[2] < 0] == []
    assert len([end for end in ends if end[0] == "growth"]) == 1 + len(get_args(Method))


CUT = """texts => texts.filter((text) => text.getBoundingClientRect().top
    < text.closest(".drawing").querySelector("svg").getBoundingClientRect().top - 2)
    .map((text) => `${text.closest(".drawing").dataset.figure}: ${text.textContent}`)"""


@pytest.mark.parametrize("width", [1280, 390])
def test_legends_of_several_rows_begin_within_their_figures(opened: Opener, tmp_path: Path, width: int) -> None:
    frame = pools.sample()
    path = instag.report(frame, tmp_path / "report.html", selections={"complexity-first": instag.select(frame, 100)})
    page = opened(path, width=width)
    names = page.locator(".drawing .role-legend-label text")
    assert names.evaluate_all(CUT) == []
    page.set_viewport_size({"width": 1280 + 390 - width, "height": 900})
    page.wait_for_timeout(1_000)
    assert names.evaluate_all(CUT) == []


@pytest.mark.parametrize("width", [1280, 800, 400])
def test_names_of_groups_cover_neither_points_nor_each_other(opened: Opener, tmp_path: Path, width: int) -> None:
    frame = pools.zipf(2_000, 300, 24).with_columns(pl.format("self_instruct_{}", "source").alias("source"))
    picks = {name: instag.select(frame, size) for name, size in (("the paper's", 60), ("a few", 20))}
    page = opened(instag.report(frame, tmp_path / "report.html", by="source", selections=picks), width=width)
    boxes: dict[str, list[list[float]]] = page.evaluate(
        """() => Object.fromEntries([".mark-symbol.role-mark path", ".mark-text.role-mark text"].map((part) => [
            part, [...document.querySelectorAll(`[data-figure=groups] ${part}`)].map((each) => {
                const box = each.getBoundingClientRect();
                return [box.left, box.top, box.right, box.bottom];
            })]))"""
    )
    points, names = boxes.values()
    assert len(points) == 26
    assert 2 < len(names) < 26
    for nth, name in enumerate(names):
        for other in [*points, *names[:nth]]:
            apart = name[2] <= other[0] or other[2] <= name[0] or name[3] <= other[1] or other[3] <= name[1]
            assert apart, (name, other)
    expect(page.locator("#groups .note")).to_contain_text("Names are shown where there is room for them: beside ")


@pytest.mark.parametrize("width", [1280, 400])
def test_tables_keep_names_whole_and_lines_in_sight(opened: Opener, crowded: Path, width: int) -> None:
    page = opened(crowded, width=width)
    name = page.locator("#table-groups tbody tr").nth(1).locator("td").first
    assert (name.text_content() or "").startswith("self_instruct_seed_tasks_group ")
    assert name.locator("bdi").evaluate("text => text.getBoundingClientRect().height") < 30
    assert page.locator("#table-groups").evaluate("table => getComputedStyle(table).borderCollapse") == "separate"
    # Shares that the script writes do not part from their sign either.
    assert rows(page)[0][2].endswith("\u00a0%")


NOTHING = pl.DataFrame({"tags": []}, {"tags": pl.List(pl.String)})
SAME = pl.DataFrame({"tags": [["math", "proof"]] * 2})


@pytest.mark.parametrize(
    ("tags", "picks", "figures"),
    [
        ([], None, 0),
        ([[], None], None, 0),
        ([[], None], NOTHING, 0),
        ([[], None], pl.DataFrame({"tags": [[]]}, {"tags": pl.List(pl.String)}), 0),
        ([["math"]], None, 3),
        ([["math", "proof"], ["math"], []], None, 5),
        ([["math", "proof"], ["math"], []], NOTHING, 5),
        ([["math", "proof"]] * 6, SAME, 6),
    ],
)
def test_next_to_nothing(
    opened: Opener, tmp_path: Path, tags: list[list[str] | None], picks: pl.DataFrame | None, figures: int
) -> None:
    frame = pl.DataFrame({"tags": tags}, {"tags": pl.List(pl.String)})
    page = opened(instag.report(frame, tmp_path / "report.html", selections=picks))
    assert len(drawn := marks(page)) == figures
    if picks is SAME:
        expect(page.locator("#selection-1")).to_contain_text("there is no difference to draw")
    assert all(drawn.values())
    expect(page.locator("h1")).to_contain_text(f"{len(tags)} sample")
