"""Reports in a browser: all is drawn, nothing is asked for, and names stay text."""

from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import expect

import instag
from reporting import pools
from reporting.sight import TAGS, Opener, marks, overflow, rows


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with everything in it."""
    normalized = pools.normalized()
    picks = instag.select(normalized.data, 60, method="coverage", details=True)
    path = tmp_path_factory.mktemp("report") / "report.html"
    analysis = instag.analyze(normalized.data, by="source", selections={"covering": picks})
    return instag.report(analysis, path, vocabulary=normalized, title="All of it")


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frame = pools.awkward().filter(pl.col("tags").is_not_null())
    picks = {"<b>picked</b>": instag.select(frame, 20, details=True)}
    path = tmp_path_factory.mktemp("report") / "awkward.html"
    normalized = instag.normalize(frame, steps=("rules",))
    analysis = instag.analyze(frame, by="source", selections=picks)
    return instag.report(analysis, path, vocabulary=normalized, title=pools.HOSTILE[1])


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_every_figure_is_drawn_and_the_page_is_as_wide_as_its_window(
    opened: Opener, written: Path, width: int, shade: str
) -> None:
    page = opened(written, width=width, shade=shade)
    assert list(drawn := marks(page)) == [
        "groups",
        "overlap",
        "frequency",
        "complexity",
        "growth",
        "frontier-coverage",
        "frontier-complexity",
        "associations",
        "normalisation",
        "assignments",
        "selection-1",
    ]
    assert min(drawn.values()) > 0, drawn
    assert overflow(page) == 0
    # Every drawing fills its place, and none is cut off.
    for name, box, place in page.locator(".drawing").evaluate_all(
        "hosts => hosts.map((host) => [host.dataset.figure, host.querySelector('svg').getBoundingClientRect().width, "
        "host.getBoundingClientRect().width])"
    ):
        assert 0.7 * place < box <= place + 1, (name, box, place)


def test_what_a_figure_shows_is_what_the_analysis_found(opened: Opener, written: Path) -> None:
    page = opened(written)
    summary = instag.analyze(pools.sample(), by="source").summary
    tooltip = page.locator("[data-figure=groups] [role=graphics-symbol][aria-label*='name: chat']").first
    chat = summary.row(by_predicate=pl.col("group") == "chat", named=True)
    label = tooltip.get_attribute("aria-label") or ""
    assert f"samples: {chat['samples']}" in label
    assert f"coverage: {chat['coverage']:.1%}" in label
    assert f"complexity: {chat['mean']:.2f}" in label
    expect(page.locator("[data-figure=groups] svg")).to_contain_text("composed")
    cells = page.locator("#table-groups tbody tr").filter(has_text="chat").locator("td").all_text_contents()
    assert cells[:4] == ["chat", "160", f"{chat['mean']:.2f}", f"{chat['median']:.2f}"]


def test_the_heat_map_weighs_on_request(opened: Opener, written: Path) -> None:
    page = opened(written)
    recall = instag.analyze(pools.sample(), by="source").recall
    pair = recall.row(by_predicate=(pl.col("group") == "basics") & (pl.col("by") == "code"), named=True)
    assert f"{pair['recall']:.0%}" != f"{pair['weighted']:.0%}"
    texts = page.locator("[data-figure=overlap] svg")
    expect(texts).to_contain_text(f"{pair['recall']:.0%}")
    page.locator("[data-figure=overlap] input[value=weighted]").check()
    expect(texts).to_contain_text(f"{pair['weighted']:.0%}")


def test_the_heat_map_has_a_cell_for_each_pair(opened: Opener, written: Path) -> None:
    page = opened(written)
    recall = instag.analyze(pools.sample(), by="source").recall
    texts: list[tuple[float, float, str]] = page.locator("[data-figure=overlap] .role-mark text").evaluate_all(
        "texts => texts.map((text) => { const box = text.getBoundingClientRect(); "
        "return [box.x + box.width / 2, box.y, text.textContent]; })"
    )
    across, down = sorted({round(x) for x, _, _ in texts}), sorted({round(y) for _, y, _ in texts})
    assert (len(texts), len(across), len(down)) == (16, 4, 4)
    drawn = {(down.index(round(y)), across.index(round(x))): text for x, y, text in texts}
    assert [drawn[row, column] for row in range(4) for column in range(4)] == [
        f"{value:.0%}" for value in recall["recall"]
    ]


def test_colours_follow_the_system(opened: Opener, written: Path) -> None:
    page = opened(written)
    ground = "getComputedStyle(document.querySelector('[data-figure=growth] svg')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-drawn=dark]")
    assert page.evaluate(ground) == "rgb(21, 24, 29)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 29)"
    assert page.locator("[data-figure=growth] svg").count() == 1


def test_search_finds_tags_and_their_examples(opened: Opener, written: Path) -> None:
    page = opened(written)
    tags = instag.analyze(pools.sample(), by="source").tags
    assert [row[0] for row in rows(page)] == tags["tag"].head(10).to_list()
    page.fill(f"{TAGS} input", "  ROLE play ")
    wanted = tags.filter(
        pl.col("tag").str.to_lowercase().str.contains("role play")
        | pl.col("examples").list.join("\n").str.to_lowercase().str.contains("role play")
    )
    expect(page.locator(f"{TAGS} [role=status]")).to_have_text(f"{len(wanted)} row of {len(tags)}")
    assert {row[0] for row in rows(page)} <= set(wanted["tag"])
    page.fill(f"{TAGS} input", "no tag is called so")
    assert rows(page) == []
    expect(page.locator(f"{TAGS} .pages")).to_contain_text("nothing found")
    page.fill(f"{TAGS} input", "")
    assert len(rows(page)) == 10


def test_tables_are_sorted_and_turned(opened: Opener, written: Path) -> None:
    page = opened(written)
    tags = instag.analyze(pools.sample(), by="source").tags
    page.click(f"{TAGS} .next")
    assert [row[0] for row in rows(page)] == tags["tag"][10:20].to_list()
    expect(page.locator(f"{TAGS} .pages span")).to_have_text("11\u201320")
    samples = page.locator(f"{TAGS} th", has_text="samples")
    samples.locator("button").click()
    assert samples.get_attribute("aria-sort") == "descending"
    samples.locator("button").click()
    assert samples.get_attribute("aria-sort") == "ascending"
    assert {row[1] for row in rows(page)} == {"2"}
    assert page.locator(f"{TAGS} .previous").is_disabled()


def test_the_selection_is_listed_with_its_reasons(opened: Opener, written: Path) -> None:
    page = opened(written)
    first = instag.select(pools.sample(), 1, method="coverage", details=True).row(0, named=True)
    rank, nth, query, new, other = rows(page, "[data-table=selection-1-picks]")[0]
    assert (rank, nth, query) == ("1", "1", first["queries"][0])
    shown = page.locator("[data-table=selection-1-picks] tbody tr").first.locator("td.tags").first
    if len(first["new_tags"]) > 8:
        shown.locator("button.more").click()
    assert shown.locator("li").all_text_contents() == first["new_tags"]
    assert (new != "", other) == (True, "\u2013")


def test_a_figure_is_saved_as_it_is_shown(opened: Opener, written: Path, tmp_path: Path) -> None:
    page = opened(written)
    with page.expect_download() as download:
        page.click("button.save[data-figure=growth]")
    assert download.value.suggested_filename == "growth.svg"
    download.value.save_as(tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_text().startswith("<svg")


@pytest.mark.parametrize("width", [1280, 400])
def test_hostile_names_are_text(opened: Opener, awkward: Path, width: int) -> None:
    page = opened(awkward, width=width)
    assert page.title() == pools.HOSTILE[1]
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3
    assert overflow(page) == 0
    assert min(marks(page).values()) > 0
    names: set[str] = set()
    while True:
        names |= {row[0] for row in rows(page)}
        if page.locator(f"{TAGS} .next").is_disabled():
            break
        page.click(f"{TAGS} .next")
    expected = {*pools.HOSTILE, *pools.RIGHT_TO_LEFT, *pools.FAR_EAST, pools.LONG, pools.UNBROKEN, "math", "alone"}
    assert names == expected
    for name in (pools.HOSTILE[0], pools.FAR_EAST[0], pools.RIGHT_TO_LEFT[0]):
        page.fill(f"{TAGS} input", name)
        assert name in {row[0] for row in rows(page)}
    # Tooltips are the one place where a library makes HTML of names.
    page.locator("[data-figure=frequency] .mark-rect path").nth(1).hover()
    expect(page.locator("#vg-tooltip-element")).to_be_visible()
    assert page.locator("#vg-tooltip-element img, #vg-tooltip-element script").count() == 0


def test_the_page_may_not_run_or_load_what_is_not_its_own(opened: Opener, written: Path) -> None:
    page = opened(written, watched=False)
    refused = page.evaluate(
        """() => new Promise((resolve) => {
            const refused = [];
            document.addEventListener("securitypolicyviolation", (event) => {
                refused.push(event.effectiveDirective);
                if (refused.length === 2) resolve(refused.sort());
            });
            const script = document.createElement("script");
            script.textContent = "document.title = 'run'";
            document.body.append(script);
            const image = new Image();
            image.src = "file:///x.png";
            document.body.append(image);
        })"""
    )
    assert refused == ["img-src", "script-src-elem"]
    assert page.title() == "All of it"
