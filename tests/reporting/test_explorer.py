"""Exploring in a browser: what is shown is what is in the data, nothing is asked for, and texts stay texts."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

import instag
from instag.cli.app import app
from reporting import pools
from reporting.sight import Opener, overflow


def payload(path: Path) -> Any:
    """The data of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text(), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def go(page: Page, fragment: str) -> None:
    page.evaluate("fragment => { location.hash = fragment; }", fragment)
    page.wait_for_function("document.documentElement.dataset.drawn === location.hash")


def numbers(page: Page, title: str) -> dict[str, list[str]]:
    """The lines of a table by their first cells."""
    table = page.locator("main table").filter(has=page.locator(f"xpath=self::*[@aria-labelledby='{title}']"))
    lines: list[list[str]] = table.locator("tbody tr").evaluate_all(
        "lines => lines.map((line) => [...line.cells].map((cell) => cell.textContent))"
    )
    return {first: rest for first, *rest in lines}


@pytest.fixture(scope="module")
def judged() -> instag.Normalized[pl.DataFrame]:
    return instag.normalize(instag.load_sample(), judgments=instag.load_sample_judgments(), min_count=2, embedder=None)


@pytest.fixture(scope="module")
def picks(judged: instag.Normalized[pl.DataFrame]) -> dict[str, pl.DataFrame]:
    data = judged.data
    return {
        "by gain": instag.select(data, 60, method="gain", details=True),
        "first": instag.select(data, 60, details=True),
    }


@pytest.fixture(scope="module")
def written(
    judged: instag.Normalized[pl.DataFrame], picks: dict[str, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("explore") / "tags.html"
    return instag.explore(judged.data, path, selections=picks, vocabulary=judged)


def test_a_tag_is_found_and_opened_by_keyboard(opened: Opener, written: Path) -> None:
    page = opened(written)
    page.keyboard.press("/")
    page.keyboard.type("Role PL")
    expect(page.locator("#found [aria-selected=true]")).to_contain_text("role play")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("main h2")).to_have_text("role play")
    expect(page.locator("main h2")).to_be_focused()
    # From there everything that can be used is reached by Tab, and a link is followed by Enter.
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.tagName") == "A":
            break
        page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.querySelector('bdi').textContent")
    page.keyboard.press("Enter")
    expect(page.locator("main h2")).to_have_text(name)
    page.go_back()
    expect(page.locator("main h2")).to_have_text("role play")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_have_value("")


def test_how_often_and_with_what(
    opened: Opener, written: Path, judged: instag.Normalized[pl.DataFrame], picks: dict[str, pl.DataFrame]
) -> None:
    page = opened(written)
    go(page, "tag=role%20play")
    rows = [set(tags) for tags in judged.data["tags"].to_list()]
    holders = [tags for tags in rows if "role play" in tags]
    often = numbers(page, "title-how-often")
    assert often["all samples"][0] == str(len(holders))
    for name, frame in picks.items():
        assert often[name][0] == str(sum("role play" in tags for tags in frame["tags"].to_list()))
    where = numbers(page, "title-where")
    sources = Counter(judged.data.filter(pl.col("tags").list.contains("role play"))["source"].to_list())
    assert {name: int(cells[0]) for name, cells in where.items()} == dict(sources)
    together = Counter(tag for tags in holders for tag in tags if tag != "role play")
    shown = numbers(page, "title-occurs-with")
    assert [int(cells[0]) for cells in shown.values()] == [many for _, many in together.most_common(15)]
    for name, (many, share, times, _) in shown.items():
        assert int(many) == together[name]
        assert share == f"{100 * together[name] / len(holders):.1f}\N{NO-BREAK SPACE}%"
        alone = sum(name in tags for tags in rows)
        chance = together[name] * len(rows) / len(holders) / alone
        assert float(times.removesuffix("\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}").replace(",", "")) == pytest.approx(
            chance, rel=0.01
        )


def test_samples_say_which_selection_took_them_and_why(
    opened: Opener, written: Path, judged: instag.Normalized[pl.DataFrame], picks: dict[str, pl.DataFrame]
) -> None:
    page = opened(written)
    first = picks["by gain"].row(0, named=True)
    go(page, "tag=" + first["tags"][0].replace(" ", "%20"))
    page.locator("main .holders select").select_option(label="taken by by gain")
    lines = page.locator("main .samples > li")
    texts = lines.locator(".why", has_text="took it as number 1:").all_text_contents()
    assert texts == [
        f"by gain took it as number 1: it added {first['gain']:.3g}; the first of all with "
        + ", ".join(first["new_tags"])
    ]
    row = lines.filter(has_text="took it as number 1:").locator(".where").text_content()
    assert row is not None
    assert row.startswith(f"row {first['row'] + 1} ")
    # A sample of the other selection has its round.
    second = picks["first"].row(2, named=True)
    go(page, "tag=" + second["new_tags"][0].replace(" ", "%20"))
    expected = f"first took it as number 3, in round {second['round']}, the first there with " + ", ".join(
        second["new_tags"]
    )
    assert expected in page.locator("main .why").all_text_contents()
    # What is searched for in samples is found.
    said = judged.data["messages"][second["row"]][0]["content"]
    page.fill("main .holders input", said[:40].upper())
    expect(page.locator("main .samples > li").first).to_contain_text(said[:40])


def test_two_selections_side_by_side(
    opened: Opener, written: Path, judged: instag.Normalized[pl.DataFrame], picks: dict[str, pl.DataFrame]
) -> None:
    page = opened(written)
    page.click("text=Selections side by side")
    expect(page.locator("main h2")).to_have_text("Selections side by side")
    one, other = picks.values()
    rows = [set(frame["row"].to_list()) for frame in (one, other)]
    tags = [Counter(tag for tags in frame["tags"].to_list() for tag in tags) for frame in (one, other)]
    table = numbers(page, "title-in-numbers")
    assert table["samples"] == ["60", "60"]
    assert table["distinct tags"] == [str(len(each)) for each in tags]
    assert table["taken by both"] == [str(len(rows[0] & rows[1]))] * 2
    assert table["tags a sample"] == [f"{sum(each.values()) / 60:.2f}" for each in tags]
    differing = numbers(page, "title-tags")
    gaps = sorted((abs(tags[0][tag] - tags[1][tag]) for tag in tags[0] | tags[1]), reverse=True)
    assert [abs(int(cells[0]) - int(cells[2])) for cells in differing.values()] == gaps[:15]
    only = page.locator("main .only").first
    expect(only.locator("h3")).to_have_text(f"Only by gain took: {len(rows[0] - rows[1])} samples")
    ranks = [rank for rank, row in one.select("rank", "row").iter_rows() if row not in rows[1]]
    found = only.locator(".why b:has-text('by gain')").evaluate_all(
        "all => all.map((each) => each.parentElement.textContent)"
    )
    assert [int(re.findall(r"number (\d+)", text)[0]) for text in found] == ranks[:10]
    # The tags that only one has.
    page.locator("main .differences select").select_option("left")
    alone = [tag for tag in tags[0] if tag not in tags[1]]
    assert set(numbers(page, "title-tags")) <= set(alone)
    # One of them beside all samples.
    page.locator("main .choice select").first.select_option("0")
    expect(page.locator("main .only")).to_have_count(1)
    assert numbers(page, "title-in-numbers")["samples"] == [str(len(judged.data)), "60"]


def test_the_tree_leads_up_and_down(opened: Opener, written: Path, judged: instag.Normalized[pl.DataFrame]) -> None:
    page = opened(written)
    hierarchy = judged.vocabulary.hierarchy
    assert hierarchy is not None
    child, parents = next((tag, above) for tag, above in hierarchy.select("tag", "broader").iter_rows() if above)
    go(page, "tag=" + child.replace(" ", "%20"))
    path = page.locator("main nav.path li").all_text_contents()
    assert path[-2:] == [parents[0], child]
    page.click(f"main nav.path li:nth-child({len(path) - 1}) a")
    expect(page.locator("main h2")).to_have_text(parents[0])
    children = [tag for tag, above in hierarchy.select("tag", "broader").iter_rows() if parents[0] in above]
    expect(page.locator("main h3").first).to_contain_text(f"Below it: {len(children)} tag")
    # By the name of a raw tag the one that it became is found.
    tag, raw = next(
        (tag, raw)
        for tag, members in judged.vocabulary.tags.select("tag", "members").iter_rows()
        for raw in members[1:]
    )
    page.fill("#search", raw)
    assert tag in page.locator("#found [role=option] > span:first-child > bdi").all_text_contents()


@pytest.mark.parametrize(("shade", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 24, 29)")])
@pytest.mark.parametrize("width", [1280, 400])
def test_it_fits_and_follows_the_colours_of_the_system(
    opened: Opener, written: Path, width: int, shade: str, ground: str
) -> None:
    page = opened(written, width=width, shade=shade)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    assert overflow(page) == 0
    go(page, "compare")
    assert overflow(page) == 0


def test_hostile_texts_are_text(opened: Opener, tmp_path: Path) -> None:
    hard = [
        *pools.HOSTILE,
        *pools.RIGHT_TO_LEFT,
        *pools.FAR_EAST,
        pools.LONG,
        pools.UNBROKEN,
        "\x00\x1b[31m",
        "%E0%A4%A",
    ]
    frame = pl.DataFrame(
        {
            "tags": [[text, hard[(nth + 1) % len(hard)], "math"] for nth, text in enumerate(hard)],
            "source": hard,
            "prompt": hard,
        }
    )
    names = {
        "<b>one</b>": instag.select(frame, 5, details=True),
        pools.HOSTILE[1]: instag.select(frame, 4, method="gain"),
    }
    path = instag.explore(frame, tmp_path / "hard.html", selections=names, title=pools.HOSTILE[0])
    page = opened(path, width=400)
    assert page.title() == pools.HOSTILE[0]
    for text in hard:
        page.evaluate("text => { location.hash = '#tag=' + encodeURIComponent(text); }", text)
        page.wait_for_function("text => document.querySelector('main h2')?.textContent === text", arg=text)
        assert page.locator("main img, main script, main b b").count() == 0
        assert overflow(page) == 0
    go(page, "compare")
    expect(page.locator("main table th", has_text="<b>one</b>").first).to_be_visible()
    assert page.locator("script").count() == 2
    for fragment in ("tag=%E0%A4%A", "tag=%FF", "tag=nothing", "compare=9,9", "compare=<img>", "x"):
        go(page, fragment)
        assert page.locator("main h2").count() == 1


def test_above_the_most_samples_it_draws_some_and_says_so(opened: Opener, tmp_path: Path) -> None:
    frame = pools.zipf(400, 60, 3)
    taken = instag.select(frame, 25, details=True)
    path = instag.explore(frame, tmp_path / "some.html", selections={"mine": taken}, samples=100, seed=3)
    held = payload(path)
    rows = [row - 1 for row in held["samples"]["rows"]]
    assert len(set(rows)) == 100
    assert rows == sorted(rows)
    assert set(taken["row"]) <= set(rows)
    counts = Counter(tag for tags in frame["tags"].to_list() for tag in tags)
    assert dict(zip(held["tags"]["names"], held["tags"]["counts"], strict=True)) == counts
    assert (
        path.read_bytes()
        == instag.explore(frame, tmp_path / "again.html", selections={"mine": taken}, samples=100, seed=3).read_bytes()
    )
    page = opened(path)
    expect(page.locator("#sampled")).to_contain_text(
        "100 of 400 samples are on this page: the 25 that a selection took"
    )
    # More are selected than there is room for.
    few = payload(instag.explore(frame, tmp_path / "few.html", selections={"mine": taken}, samples=10))
    assert {row - 1 for row in few["samples"]["rows"]} <= set(taken["row"])
    assert len(few["selections"][0]["places"]) == 10


def test_every_sample_up_to_the_most(tmp_path: Path) -> None:
    frame = pools.zipf(100, 20, 2)
    path = instag.explore(frame, tmp_path / "all.html", samples=100)
    assert len(payload(path)["samples"]["rows"]) == 100
    assert 'id="sampled"' not in path.read_text()


@settings(max_examples=20)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.sets(st.sampled_from("xyz"), min_size=1)), min_size=1, max_size=12
    ),
    order=st.randoms(use_true_random=False),
)
def test_rows_are_found_again_by_what_they_hold(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, set[str]]], order: Any
) -> None:
    frame = pl.DataFrame({"prompt": [said for said, _ in rows], "tags": [sorted(tags) for _, tags in rows]})
    chosen = order.sample(range(len(rows)), order.randint(1, len(rows)))
    folder = tmp_path_factory.mktemp("again")
    held = payload(instag.explore(frame, folder / "x.html", selections=frame[chosen]))["selections"][0]
    assert len(set(held["places"])) == len(chosen)
    assert held["missing"] == 0
    for place, row in zip(held["places"], chosen, strict=True):
        assert rows[place] == rows[row]


def test_tags_that_became_others_are_found_by_what_was_said(tmp_path: Path) -> None:
    frame = pl.DataFrame({"prompt": ["One?", "Two?", "Three?"], "tags": [["a"], ["a", "b"], ["c"]]})
    other = pl.DataFrame({"prompt": ["Three?", "One?", "Four?"], "tags": [["c", "d"], ["z"], ["a"]]})
    with pytest.warns(instag.InstagWarning) as caught:
        path = instag.explore(frame, tmp_path / "x.html", selections={"other": other})
    assert [str(warning.message) for warning in caught] == [
        "selections, 'other': 2 of 4 tags are not in the data; coverage leaves them out",
        "selections, 'other': 1 of 3 samples are not in the data, and are left out",
    ]
    (held,) = payload(path)["selections"]
    assert (held["places"], held["ranks"], held["missing"]) == ([2, 0], [1, 2], 1)


def test_bad_input_is_refused(tmp_path: Path) -> None:
    frame = pools.TINY
    cases: list[tuple[dict[str, Any], str]] = [
        ({"tags": "labels"}, "no column 'labels'"),
        ({"by": "nowhere"}, "nowhere"),
        ({"samples": 0}, "samples: expected"),
        ({"seed": -1}, "seed: expected"),
        ({"selections": {1: frame}}, "names that are strings"),
        ({"selections": {"all samples": frame}}, "already stands for the whole data: give"),
        ({"vocabulary": tmp_path / "missing.parquet"}, "missing.parquet"),
        ({"vocabulary": 7}, "vocabulary: expected"),
    ]
    for options, said in cases:
        with pytest.raises(instag.InputError, match=re.escape(said)):
            instag.explore(frame, tmp_path / "x.html", **options)
    with pytest.raises(instag.InputError, match="found none"):
        instag.explore(frame.clear(), tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []


def test_as_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pools.TINY.write_parquet(tmp_path / "tagged.parquet")
    instag.write(instag.select(pools.TINY, 2, details=True), tmp_path / "two.jsonl")
    out = tmp_path / "tags.html"
    arguments = [
        "explore",
        str(tmp_path / "tagged.parquet"),
        "-o",
        str(out),
        "--selection",
        f"mine={tmp_path / 'two.jsonl'}",
    ]
    app([*arguments, "--samples", "3"], standalone_mode=False)
    assert capsys.readouterr().out == f"the page is in {out}: open it in a browser\n"
    held = payload(out)
    assert [each["name"] for each in held["selections"]] == ["mine"]
    assert len(held["samples"]["rows"]) == 3
