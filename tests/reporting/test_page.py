"""The file: what is in it, what it may do, and how large it gets."""

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import instag
from instag.reporting.payload import escaped, fitting, packed, rooms
from instag.reporting.section import Column, Table
from reporting import pools

MEGABYTE = 1_000_000
TINY = pl.DataFrame(
    {
        "source": ["web", "web", "book", "book"],
        "tags": [["math"], ["math", "proof"], ["proof", "poetry"], []],
        "queries": [["One?"], ["Two?"], ["Three?", "And?"], ["Four?"]],
    }
)


class Reader(HTMLParser):
    """What a browser would make of a page, as far as tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[tuple[str | None, str]] = []
        self.sections: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.policy = ""
        self._within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._within.append(tag)
        named = dict(attributes)
        if tag == "script":
            self.scripts.append((named.get("type"), ""))
        if tag == "section":
            self.sections.append(named["id"] or "")
        if tag == "a":
            self.links.append(named["href"] or "")
        if tag == "meta" and named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, text: str) -> None:
        if self._within and self._within[-1] == "script":
            kind, before = self.scripts[-1]
            self.scripts[-1] = kind, before + text
        if "h1" in self._within:
            self.headings.append(text.strip())

    @property
    def data(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What the page draws."""
        found: dict[str, dict[str, dict[str, Any]]] = orjson.loads(self.scripts[0][1])
        return found


def read(path: Path) -> Reader:
    return Reader(path.read_text(encoding="utf-8"))


def test_sections_are_those_there_is_something_to_say_in(tmp_path: Path) -> None:
    path = instag.report(TINY, tmp_path / "report.html", by="source", selections={"mine": instag.select(TINY, 1)})
    page = read(path)
    expected = ["overview", "groups", "overlap", "frequency", "complexity", "growth", "frontier", "selection-1", "tags"]
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
        "95 % have at most": "2",
        "effective tags": "3",
        "without tags": "25.0 %",
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
        "\u201cone\u201d has most of the tags (75.0 %), \u201cselection\u201d most tags a sample (1.50)."
    )
    assert leads[2].endswith("\u201cone\u201d has most of what the others have: 0.0 % on average.")
    assert leads[3].endswith("The first is \u201ca\u201d, which 50.0 % of the samples have.")
    assert leads[4].startswith("Most often a sample has 1 tag: 75.0 % of them do. The mean is 1.25.")
    # On the lines between 1.25, 2.33, 3.25 and 4 tags, half of 4 is passed by 1.7 samples, and 3 by 2.7.
    assert "about 2 samples hold half of them" in leads[5]
    assert leads[5].endswith("The 2 samples of \u201cselection\u201d hold 75.0 %; at random about 3 would.")


def values(spec: Any) -> list[dict[str, Any]]:
    """The rows that a figure draws, of its first data."""
    found: list[dict[str, Any]] = next(iter(spec["datasets"].values()))
    return found


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


def test_a_vocabulary_and_a_normalisation_are_told(tmp_path: Path) -> None:
    raw = pl.DataFrame({"tags": [["Unit Tests", "unit test"], ["Unit Test"], ["Unit Test", "poetry"]]})
    done = instag.normalize(raw, embedder=None)
    analysis = instag.analyze(done.data)
    whole = read(instag.report(analysis, tmp_path / "whole.html", vocabulary=done)).data
    assert list(whole["figures"])[-1] == "normalisation"
    assert whole["tables"]["merges"]["rows"] == [
        list(row) for row in done.merges.select("from", "count", "to", "step", "why").iter_rows()
    ]
    assert whole["tables"]["made"]["rows"] == [["Unit Test", 3, 3, ["Unit Tests", "unit test"]]]
    done.vocabulary.save(tmp_path / "vocabulary.parquet")
    loaded = instag.Vocabulary.load(tmp_path / "vocabulary.parquet")
    assert read(instag.report(analysis, tmp_path / "loaded.html", vocabulary=loaded)).data == whole


def test_only_its_own_scripts_may_run(tmp_path: Path) -> None:
    page = read(instag.report(TINY, tmp_path / "report.html", by="source"))
    assert [kind for kind, _ in page.scripts] == ["application/json", None, None]
    rules = dict(rule.split(" ", 1) for rule in page.policy.split("; "))
    assert rules["default-src"] == "'none'"
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for kind, script in page.scripts if kind is None]
    assert rules["script-src"] == " ".join(f"'sha256-{digest}'" for digest in hashes)


def test_nothing_in_the_page_names_an_address_to_load(tmp_path: Path) -> None:
    text = instag.report(TINY, tmp_path / "report.html", by="source").read_text()
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?[^#"']|url\(|@import""", markup)


def test_hostile_names_stay_inside_their_places(tmp_path: Path) -> None:
    frame = pools.awkward()
    page = read(instag.report(frame, tmp_path / "report.html", by="source", title=pools.HOSTILE[2]))
    assert page.headings == [pools.HOSTILE[2]]
    assert len(page.scripts) == 3
    rows = page.data["tables"]["tags"]["rows"]
    assert {row[0] for row in rows} == set(frame["tags"].explode().drop_nulls())


def test_the_same_data_give_the_same_file(tmp_path: Path) -> None:
    frame = pools.zipf(500, 60, 5)
    picks = instag.select(frame, 30)
    one, other = (
        instag.report(frame, tmp_path / name, by="source", selections=picks).read_bytes()
        for name in ("one.html", "other.html")
    )
    assert one == other


def test_an_analysis_brings_its_own_groups(tmp_path: Path) -> None:
    analysis = instag.analyze(TINY)
    with pytest.raises(instag.InputError, match="data: expected a frame where by, tags or selections are given"):
        instag.report(analysis, tmp_path / "report.html", by="source")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "report.html"
    with pytest.raises(instag.InputError, match=re.escape(f"{path}: cannot be written as HTML")):
        instag.report(TINY, path)
    before = instag.report(TINY, tmp_path / "report.html").read_bytes()
    with pytest.raises(instag.InputError, match="no column 'nowhere'"):
        instag.report(TINY, tmp_path / "report.html", by="nowhere")
    assert (tmp_path / "report.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_the_largest_page_is_below_ten_megabytes(tmp_path: Path) -> None:
    # Everything as long as it can be, and in letters of three bytes.
    frame = pools.zipf(12_000, 8_000, 1_500).with_columns(
        tags=pl.col("tags").list.eval(pl.concat_str(pl.element(), pl.lit("\u6570" * 290))),
        queries=pl.col("queries").list.eval(pl.concat_str(pl.element(), pl.lit("\u636e" * 600))),
    )
    picks = {name: instag.select(frame, 3_000, details=True) for name in ("one", "two", "three")}
    path = instag.report(frame, tmp_path / "report.html", by="source", selections=picks)
    assert path.stat().st_size < 10 * MEGABYTE
    assert "the page has no room for more" in path.read_text()


@given(st.recursive(st.none() | st.integers(-(2**53), 2**53) | st.text(), st.lists))
@example("<script>&\u2028\u2029")
def test_escaped_json_is_the_same_value_in_letters_that_end_nothing(value: object) -> None:
    text = escaped(packed(value))
    assert orjson.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


@given(st.lists(st.text(max_size=40), max_size=20), st.integers(0, 400))
def test_as_many_rows_are_taken_as_there_is_room_for(texts: list[str], room: int) -> None:
    table = Table("t", "T", (Column("text"),), [[text] for text in texts], browse=True, left="Some.")
    taken, left = fitting(table, room)
    sizes = [len(escaped(packed([text])).encode()) for text in texts]
    assert taken == [[text] for text in texts[: len(taken)]]
    assert sum(sizes[: len(taken)]) <= room
    assert len(taken) == len(texts) or sum(sizes[: len(taken) + 1]) > room
    assert (left == "Some.") == (len(taken) == len(texts))


@given(st.lists(st.integers(0, 100), max_size=8), st.integers(0, 300))
def test_room_is_given_to_those_who_need_it(sizes: list[int], room: int) -> None:
    given_out = rooms(sizes, room)
    assert all(got <= wanted for got, wanted in zip(given_out, sizes, strict=True))
    assert sum(given_out) <= room
    # Nobody goes short while another has more, or while there is room.
    short = [got for got, wanted in zip(given_out, sizes, strict=True) if got < wanted]
    assert not short or max(given_out) <= min(short) + 1
    assert not short or sum(given_out) > room - len(sizes)
