"""What is in a report: sections, sentences, and the numbers of the analysis."""

import re
from html import unescape
from pathlib import Path

import polars as pl
import pytest

import instag
from reporting import pools
from reporting.pools import TINY
from reporting.reader import Reader, read, section, values


def test_sections_are_those_there_is_something_to_say_in(tmp_path: Path) -> None:
    path = instag.report(TINY, tmp_path / "report.html", by="source", selections={"mine": instag.select(TINY, 1)})
    page = read(path)
    expected = ["overview", "groups", "overlap", "frequency", "complexity", "growth", "frontier", "worth"]
    expected += ["selection-1", "tags"]
    assert page.sections == expected
    assert page.links == [f"#{section}" for section in expected]
    plain = read(instag.report(TINY.select("tags"), tmp_path / "plain.html"))
    assert plain.sections == ["overview", "frequency", "complexity", "growth", "frontier", "tags"]
    nothing = read(instag.report(TINY.select(tags=pl.lit([], pl.List(pl.String))), tmp_path / "nothing.html"))
    assert nothing.sections == ["overview"]


def test_numbers_are_those_of_the_analysis(tmp_path: Path) -> None:
    text = instag.report(TINY, tmp_path / "report.html", by="source").read_text()
    tiles = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text))
    assert tiles == {
        "samples": "4",
        "queries": "5",
        "distinct tags": "3",
        "tags a sample": "1.25",
        "median": "1.50",
        "95\u00a0% have at most": "2",
        "effective tags": "3",
        "without tags": "25.0\u00a0%",
    }
    data = Reader(text).data
    assert data["tables"]["tags"]["rows"] == [
        ["math", 2, 0.5, 1, ["web"], ["One?", "Two?"]],
        ["proof", 2, 0.5, 2, ["book", "web"], ["Two?", "Three?"]],
        ["poetry", 1, 0.25, 1, ["book"], ["Three?"]],
    ]


def test_figures_hold_the_numbers_of_the_analysis(tmp_path: Path) -> None:
    picks = instag.select(TINY, 1)
    figures = read(instag.report(TINY, tmp_path / "report.html", by="source", selections=picks)).data["figures"]
    points = {row["name"]: row for row in values(figures["groups"])}
    assert {
        name: (row["kind"], row["samples"], row["coverage"], row["complexity"]) for name, row in points.items()
    } == {
        "book": ("group", 2, 2 / 3, 1.0),
        "web": ("group", 2, 2 / 3, 1.5),
        "selection": ("selection", 1, 2 / 3, 2.0),
    }
    names = next(each["value"] for each in figures["overlap"]["params"] if each["name"] == "names")
    cells = {(names[row["row"]], names[row["column"]]): row for row in values(figures["overlap"])}
    assert {pair: (row["shared"], row["recall"], row["weighted"]) for pair, row in cells.items()} == {
        ("book", "book"): (2, 1.0, 1.0),
        ("book", "web"): (1, 0.5, 0.5),
        ("web", "book"): (1, 0.5, 0.3333),
        ("web", "web"): (2, 1.0, 1.0),
    }
    bars = [(row["of"], row["tags"], row["samples"], row["share"]) for row in values(figures["complexity"])]
    assert bars == [("all samples", 0, 1, 0.25), ("all samples", 1, 1, 0.25), ("all samples", 2, 2, 0.5)]
    curves = [(row["curve"], row["samples"], row["tags"]) for row in values(figures["growth"])]
    # One sample at random has (1 + 2 + 2) / 3 tags; each two of the three samples with tags have 2, 3 and 3.
    assert curves == [
        ("random order", 1, 1.7),
        ("random order", 2, 2.7),
        ("random order", 3, 3.0),
        ("selection", 1, 2.0),
    ]
    areas = figures["frequency"]["data"][0]["values"][1:]
    assert [(area["tag"], area["count"], area["home"]) for area in areas] == [
        ("math", 2, "web"),
        ("proof", 2, "book"),
        ("poetry", 1, "book"),
    ]


def test_sentences_say_what_the_numbers_are(tmp_path: Path) -> None:
    frame = pl.DataFrame({"tags": [["a"], ["a", "b"], ["c"], ["d"]], "source": ["one", "one", "one", "two"]})
    text = instag.report(frame, tmp_path / "report.html", by="source", selections=frame[1:3]).read_text()
    leads = [unescape(lead) for lead in re.findall(r'<p class="lead"><bdi>(.*?)</bdi>', text)]
    assert leads[0].startswith("4 samples with 4 distinct tags.")
    assert leads[1].endswith(
        "\u201cone\u201d covers most of the tags (75.0\u00a0%); \u201cselection\u201d has the most tags per sample (1.50)."
    )
    assert leads[2].endswith("\u201cone\u201d has most of the others' tags: 0.0\u00a0% on average.")
    assert leads[3].endswith("The largest is \u201ca\u201d, which 50.0\u00a0% of the samples have.")
    assert leads[4].startswith("Most often a sample has 1 tag: 75.0\u00a0% of them do. The mean is 1.25.")
    # On the lines between 1.25, 2.33, 3.25 and 4 tags, half of 4 is passed by 1.7 samples, and 3 by 2.7.
    assert "about 2 samples cover half of the tags." in leads[5]
    assert leads[5].endswith(
        "The 2 samples of \u201cselection\u201d cover 75.0\u00a0%; at random it would take about 3."
    )


def test_tables_beside_figures_have_the_numbers_that_are_drawn(tmp_path: Path) -> None:
    frame = pools.zipf(3_000, 150, 14)
    path = instag.report(frame, tmp_path / "report.html", by="source", selections={"mine": instag.select(frame, 40)})
    data = read(path).data
    # Twice: the heat map has a cell for each group with itself too, and the numbers are rounded there.
    names = next(each["value"] for each in data["figures"]["overlap"]["params"] if each["name"] == "names")
    drawn = {(names[row["row"]], names[row["column"]]): row for row in values(data["figures"]["overlap"])}
    pairs = data["tables"]["overlap-pairs"]["rows"]
    assert len(pairs) == 14 * 13
    for group, by, shared, plain, weighted in pairs:
        row = drawn[group, by]
        assert (row["shared"], row["recall"], row["weighted"]) == (shared, round(plain, 4), round(weighted, 4))
    areas = data["figures"]["frequency"]["data"][0]["values"][1:]
    assert len(areas) == 120
    assert data["tables"]["frequency"]["rows"] == [
        [area["tag"], area["count"], area["share"], area["groups"]] for area in areas
    ]
    # Fourteen groups are told apart by strength, which a legend explains.
    assert [legend["title"] for legend in data["figures"]["frequency"]["legends"]] == ["groups that have it"]
    picked = instag.measure(instag.select(frame, 40), of=frame)
    mine = section(path, "groups").partition("<bdi>mine</bdi>")[2].partition("</tr>")[0]
    cells = re.findall(r"<bdi>(.*?)</bdi>", mine)
    assert (cells[0], cells[1]) == ("40", f"{picked.complexity:.2f}")
    assert cells[5] == f"{(picked.coverage or 0) * 100:.1f}\u00a0%"


def test_the_histogram_is_as_wide_as_the_selections_need(tmp_path: Path) -> None:
    # One sample of two thousand has more than a tag, and those are what is picked.
    frame = pl.DataFrame({"tags": [["a"]] * 4_000 + [[f"{nth}" for nth in range(30)], [f"{nth}" for nth in range(40)]]})
    page = instag.report(frame, tmp_path / "report.html", selections={"rich": frame[-2:]})
    spec = read(page).data["figures"]["complexity"]
    rows = [row for rows in spec["datasets"].values() for row in rows if row["of"] == "rich"]
    assert sum(row["share"] for row in rows) == 1
    assert max(row["tags"] for row in rows) == 40
    assert "Not drawn" not in section(page, "complexity")
    table = re.findall(r"<bdi>(.*?)</bdi>", section(page, "complexity").partition("<tbody>")[2])
    assert table == [
        *("1 tag", "4,000", "100.0\u00a0%", "0", "0.0\u00a0%"),
        *("30 tags", "1", "0.0\u00a0%", "1", "50.0\u00a0%"),
        *("40 tags", "1", "0.0\u00a0%", "1", "50.0\u00a0%"),
    ]
    # Without the selection they are left out, and that is said.
    alone = instag.report(frame, tmp_path / "alone.html")
    assert "Not drawn: 2 samples with more than 1 tag, at most 40." in section(alone, "complexity")
    assert re.findall(r"<bdi>(.*?)</bdi>", section(alone, "complexity").partition("<tbody>")[2]) == [
        *("1 tag", "4,000", "100.0\u00a0%"),
        *("more than 1 tag", "2", "0.0\u00a0%"),
    ]


def test_what_of_a_selection_is_not_drawn_is_said_by_name(tmp_path: Path) -> None:
    frame = pl.DataFrame({"tags": [["a"]] * 4_000 + [[f"{nth}" for nth in range(30)]]})
    page = instag.report(frame, tmp_path / "report.html", selections={"most": frame[1:]})
    notes = re.findall(r'<p class="note"><bdi>(.*?)</bdi>', section(page, "complexity"))
    assert notes == [
        "Not drawn: 1 sample with more than 1 tag, at most 30.",
        "Not drawn: 1 sample of “most” with more than 1 tag, at most 30.",
    ]


def test_what_random_leaves_out_is_said(tmp_path: Path) -> None:
    path = instag.report(TINY, tmp_path / "report.html")
    for name in ("growth", "frontier"):
        assert "Random is drawn from the 3 samples with tags, of 4." in section(path, name)
    whole = instag.report(TINY.head(3), tmp_path / "whole.html")
    assert "Random is drawn" not in whole.read_text()


def test_a_selection_is_given_no_reason_that_it_has_not(tmp_path: Path) -> None:
    picks = instag.select(TINY, 3, details=True)
    first = section(instag.report(TINY, tmp_path / "first.html", selections=picks), "selection-1")
    assert "Each sample is the first of its round to have its new tags." in first
    assert "a log₂ ratio of 1 is about twice as often" in first
    assert "One sample is added on both sides" in first
    other = TINY.select("tags", "queries", round=pl.lit(1), new_tags=pl.Series([["math"], ["proof"], ["poetry"], []]))
    repeated = pl.concat([other, other.with_columns(new_tags=pl.lit([], pl.List(pl.String)))])
    text = section(instag.report(TINY, tmp_path / "other.html", selections=repeated), "selection-1")
    assert "Each sample is the first" not in text
    assert "3 samples have none and were taken for another reason." in text


def test_what_a_selection_took_is_listed_in_order(tmp_path: Path) -> None:
    picks = instag.select(TINY, 3, details=True)
    data = read(instag.report(TINY, tmp_path / "report.html", selections=picks)).data
    assert data["tables"]["selection-1-picks"]["rows"] == [
        [1, 1, "Two?", ["math", "proof"], []],
        [2, 1, "Three?", ["poetry"], ["proof"]],
        [3, 2, "One?", ["math"], []],
    ]
    compared = data["tables"]["selection-1-tags"]["rows"]
    assert {row[0]: row[1:5] for row in compared} == {
        "math": [2, 2, 2 / 3, 0.5],
        "proof": [2, 2, 2 / 3, 0.5],
        "poetry": [1, 1, 1 / 3, 0.25],
    }


def test_a_vocabulary_and_a_normalisation_are_reported(tmp_path: Path) -> None:
    raw = pl.DataFrame({"tags": [["Unit Tests", "unit test"], ["Unit Test"], ["Unit Test", "poetry"]]})
    done = instag.normalize(raw, embedder=None)
    analysis = instag.analyze(done.data)
    whole = read(instag.report(analysis, tmp_path / "whole.html", vocabulary=done)).data
    assert list(whole["figures"])[-2:] == ["normalisation", "assignments"]
    assert whole["tables"]["merges"]["rows"] == [
        list(row) for row in done.merges.select("from", "count", "to", "step", "why").iter_rows()
    ]
    assert whole["tables"]["made"]["rows"] == [["Unit Test", 3, 3, ["Unit Tests", "unit test"]]]
    titles = re.findall(
        r"<th [^>]*>(.*?)</th>", section(tmp_path / "whole.html", "normalisation").partition("</thead>")[0]
    )
    assert titles[:5] == ["step", "tags before", "tags after", "assignments before", "assignments after"]
    assert len(set(titles)) == len(titles) == done.steps.width
    done.vocabulary.save(tmp_path / "vocabulary.parquet")
    loaded = instag.Vocabulary.load(tmp_path / "vocabulary.parquet")
    assert read(instag.report(analysis, tmp_path / "loaded.html", vocabulary=loaded)).data == whole
    file = tmp_path / "vocabulary.parquet"
    for known in (file, str(file)):
        assert read(instag.report(analysis, tmp_path / "file.html", vocabulary=known)).data == whole
    names = [path.name for path in instag.figures(analysis, tmp_path / "figures", format="svg", vocabulary=file)]
    assert names[-2:] == ["normalisation.svg", "assignments.svg"]
    with pytest.raises(instag.InputError, match=re.escape("vocabulary: expected an instag.Vocabulary, its file, or")):
        instag.report(analysis, tmp_path / "wrong.html", vocabulary={"math"})  # type: ignore[arg-type] # the case


def test_the_tree_of_a_judged_vocabulary(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    data = pl.DataFrame({"tags": [["math", "algebra"], ["algebra"], ["math"], [evil], ["lemma", "math"], ["odd"]]})
    said = pl.DataFrame({"tag": ["algebra", evil, "lemma"], "broader": [["math"], ["algebra"], ["math"]]})
    done = instag.normalize(data, judgments=said, embedder=None, min_count=1, min_support=None)
    path = instag.report(done.data, tmp_path / "report.html", vocabulary=done)
    page = read(path)
    assert page.sections[page.sections.index("normalisation") + 1] == "tree"
    tree = section(path, "tree")
    assert "3 tags of 5 are below a broader tag; 2 have none above." in tree
    # What has something below it opens and closes, by mouse and by keyboard; the rest is plain.
    assert re.findall(r"<summary><bdi>(.*?)</bdi> <span>(.*?)</span>", tree) == [("math", "3"), ("algebra", "2")]
    assert [name for name, _ in re.findall(r"<p><bdi>(.*?)</bdi> <span>(.*?)</span>", tree)] == [evil, "lemma", "odd"]
    assert evil not in path.read_text().partition('<section id="tree"')[2].partition("</section>")[0]
    assert page.data["tables"]["tree"]["rows"][0] == ["math", [], 0, 3, pytest.approx(5 / 6)]
    values = page.data["figures"]["tree"]["data"][0]["values"]
    assert {value["tag"]: value["parent"] for value in values[1:]} == {"math": 0, "algebra": 1, evil: 2, "lemma": 1}
    assert page.data["figures"]["tree"]["data"][0]["values"][0] == {
        "id": 0,
        "parent": None,
        "tag": "",
        "count": 0,
        "share": 1.0,
    }
    plain = instag.normalize(data, embedder=None, min_count=1)
    assert "tree" not in read(instag.report(data, tmp_path / "plain.html", vocabulary=plain)).sections
