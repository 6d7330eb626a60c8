"""The file: what it may do, and how large it gets."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

import instag
from reporting import pools
from reporting.pools import TINY
from reporting.reader import read

MEGABYTE = 1_000_000


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
    with pytest.raises(
        instag.InputError, match="data: expected a frame, because by, tags, selections or gain are given"
    ):
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


@pytest.mark.slow
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
