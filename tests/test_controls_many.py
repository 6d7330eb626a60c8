"""Control characters in tags and groups: shown escaped on a terminal, drawn safely, kept in files."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import instag
from test_cli import run

HOSTILE = ["a\0b", "c\x08d", "e\x1b[31mf", "g\u202eh", "<b>", "plain"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = range(60)
    frame = pl.DataFrame(
        {
            "prompt": ["\x08?" for _ in rows],
            "source": ["s\x1b[1m" if row % 2 else "t\0" for row in rows],
            "tags": [[HOSTILE[row % 6], HOSTILE[(row * 5 + 1) % 6]] for row in rows],
        }
    )
    instag.write(frame, tmp_path / "in.jsonl")
    return tmp_path / "in.jsonl"


def test_they_are_shown_escaped(data: Path) -> None:
    done = run("stats", data, "--by", "source")
    assert "s\\x1b[1m" in done.stdout
    assert "t\\x00" in done.stdout
    assert not {"\x1b", "\0"} & set(done.stdout)
    failed = run("stats", data, "--by", "\x1b]0;x", code=1)
    assert "--by: no column" in failed.stderr
    assert "\x1b" not in failed.stderr


def test_they_are_drawn(data: Path, tmp_path: Path) -> None:
    analysis = instag.analyze(instag.read(data), by="source")
    instag.report(analysis, tmp_path / "r.html")
    drawn = instag.figures(analysis, tmp_path / "figures", format="svg")
    assert any("\\x1b[31m" in path.read_text("utf-8") for path in map(Path, drawn))


def test_they_are_kept_in_files(data: Path, tmp_path: Path) -> None:
    run("select", data, "--budget", "60", "-o", tmp_path / "out.jsonl")
    before, after = (instag.read(path) for path in (data, tmp_path / "out.jsonl"))
    assert after.sort("tags").equals(before.sort("tags"))


# Anything that JSON can hold, and what terminals, web pages, drawings, tables and paths take for more than text.
words = st.text(min_size=1, max_size=6) | st.sampled_from(
    [
        *HOSTILE,
        "</script><script>alert(1)</script>",
        "$\\frac{1}{$",
        "\x9b31m",
        "\ufdd0",
        "\ud83d",
        "\U0001f9d1\u200d\U0001f692",
        "a\u0301",
        "../../x",
        "=1+1",
        '"',
        ",",
        "\r\n",
        "\u2028",
        "%s{}",
        " ",
    ]
)


class Scripts(HTMLParser):
    """The scripts and the pictures with handlers of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag == "script" else []
        self.found += [name for name, _ in attributes if name.startswith("on")]


@pytest.mark.filterwarnings("ignore::instag.errors.InstagWarning")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_any_text_survives_the_whole_road(data: st.DataObject) -> None:
    name, group = data.draw(words), data.draw(words)
    tags = st.lists(words, min_size=1, max_size=3, unique=True)
    rows: list[dict[str, Any]] = [
        {"prompt": data.draw(words), "source": data.draw(st.sampled_from([group, "plain"])), "tags": data.draw(tags)}
        for _ in range(12)
    ]
    rows[0]["tags"] = ["plain", name]
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "in.jsonl").write_text("".join(json.dumps({**row, "extra": name}) + "\n" for row in rows))
        pool = instag.read(place / "in.jsonl")
        assert pool["queries"].to_list() == [[sound(row["prompt"])] for row in rows]
        selection = instag.select(pool, 8)
        for ending in ("jsonl", "json", "parquet", "arrow"):
            instag.write(selection, place / f"out.{ending}")
            again = instag.read(place / f"out.{ending}")
            assert again.select("prompt", "source", "tags", "extra").equals(
                selection.select("prompt", "source", "tags", "extra")
            )
        flat = pool.select("prompt", "source", "extra")
        instag.write(flat, place / "out.csv")
        assert instag.read(place / "out.csv").select(flat.columns).equals(flat)
        analysis = instag.analyze(pool, by="source", selections={"first": selection})
        assert str(analysis)
        instag.report(analysis, place / "report.html")
        page = Scripts()
        page.feed((place / "report.html").read_text("utf-8"))
        assert not [each for each in page.found if each != "script"]
        for figure in instag.figures(analysis, place / "figures", format="svg"):
            ET.parse(figure)  # noqa: S314 - drawn by this program


def sound(text: str) -> str:
    """The text with halves of characters replaced, as reading does."""
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
