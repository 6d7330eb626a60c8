"""Every block of code in README and docs runs, on small data and beside a model's stand-in."""

import inspect
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from aiohttp import web

import chaos
import instag
from instag.cli.app import COMMANDS
from pages import BLOCK, OTHERS, Block, Page, blocks, commands, compare

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
UNTAGGED = {
    "README.md",
    "docs/tagging.md",
    "docs/how-to/vllm.md",
    "docs/how-to/machines.md",
    "docs/how-to/languages.md",
}
"""Pages on which the data are tagged first."""
LONG = {"analyzing.md", "cleaning.md", "normalizing.md", "reporting.md", "selecting.md"}
"""Pages that take long, most of them for embedding or drawing."""

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="the commands are written for a POSIX shell"),
    pytest.mark.filterwarnings("default"),
]


def model(body: dict[str, Any], _number: int) -> web.Response | None:
    """Stand in for a model: as a judge of tags it agrees, as a judge of a vocabulary it joins nothing."""
    said = json.dumps(body)
    if '"right' in said or '\\"right' in said:
        return web.json_response(chaos.completion('{"reason": "It fits.", "right": true}'))
    if "candidates" in said:
        return web.json_response(chaos.completion('{"tags": []}'))
    return None


@pytest.fixture(scope="module")
def server() -> Iterator[chaos.Chaos]:
    with chaos.running(script=model) as running:
        yield running


def sample() -> pl.DataFrame:
    """Tagged rows of four sources, with a language, a made-up reward, and a mark for what was chosen before."""
    data = instag.load_sample().gather_every(3)
    reward = np.random.default_rng(0).uniform(0.5, 1.0, data.height).round(3)
    return data.with_columns(lang=pl.lit("en"), reward=reward, chosen=pl.int_range(pl.len()) % 20 == 0)


@cache
def chosen() -> tuple[instag.Normalized[pl.DataFrame], pl.DataFrame, pl.DataFrame]:
    """The sample normalised, and two subsets of it."""
    normal = instag.normalize(sample(), min_count=2, distance=None)
    return normal, instag.select(normal.data, 40), instag.select(normal.data, 40, method="gain")


def prepare(page: str) -> dict[str, Any]:
    """Put into the working directory what pages read, and give what their programs begin with."""
    data = sample()
    asked = data.drop("tags", "query_tags")
    normal, subset, gain = chosen()
    raw = asked if page in UNTAGGED else data
    for name in ("data", "raw", "pool", "tagged"):
        instag.write(raw if name != "tagged" else data, f"{name}.jsonl")
    subsets = {"subset": subset, "complexity-first": subset, "gain": gain}
    for name, rows in {"normal": normal.data, "clean": normal.data, "traffic": data.tail(30), **subsets}.items():
        instag.write(rows, f"{name}.jsonl")
    normal.vocabulary.save("vocabulary.parquet")
    normal.vocabulary.save("v.parquet")
    data.write_parquet("tagged.parquet")
    if page == "docs/cleaning.md":
        instag.write(data.select("lang", "messages"), "raw.jsonl")
    if page == "docs/formats.md":
        logs = [{"request": {"prompt": "Why?"}, "reply": {"text": "So."}, "meta": {"key": "1"}}]
        pl.DataFrame(logs).write_ndjson("logs.jsonl")
        magpie = [{"instruction": "Add.", "response": "4", "annotation": {"instag": {"content": ["math"]}}}]
        pl.DataFrame(magpie).write_ndjson("magpie.jsonl")
    if page == "docs/selecting.md":
        named = pl.col("source").replace({"code": "math"})
        data = data.with_columns(pl.col("tags").list.eval(pl.element().replace({"explanation": "proof"})))
        data = pl.concat([data] * 80).with_columns(named, tokens=pl.col("messages").list.len() * 40)
        instag.write(data, "data.jsonl")
    for folder in ("benchmarks", "pool", "data", "run/data", "parts"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    for name in ("benchmarks/test.jsonl", "test.jsonl"):
        instag.write(data.head(3).select("messages"), name)
    for name in ("chat", "math"):
        instag.write(raw.drop("source"), f"data/{name}.jsonl")
        data.write_parquet(f"pool/{name}.parquet")
    for name in ("train", "val"):
        instag.write(subset.select("messages"), f"run/data/{name}.jsonl")
    return {
        "instag": instag,
        "df": asked if page in UNTAGGED else data,
        "more": data.head(20),
        "my_traffic": data.tail(30),
    }


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.slow] if path.name in LONG else []) for path in PAGES],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_block_runs(path: Path, server: chaos.Chaos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = str(path.relative_to(ROOT))
    found = [
        block for block in blocks(path.read_text("utf-8")) if block.language in {"python", "console"} or block.note
    ]
    if not found:
        return
    for variable, value in {"OPENAI_API_KEY": "key", "COLUMNS": "120", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setattr("instag.chat.endpoint.OPENAI", server.url)
    monkeypatch.setattr("instag.chat.options.price_of", lambda _model, _base_url: instag.Price(0.15, 0.6))
    monkeypatch.chdir(tmp_path)
    page = Page(name, prepare(name), server.url)
    for block in blocks(path.read_text("utf-8")):
        page.run(block)


def test_what_is_not_run_says_why() -> None:
    for path in PAGES:
        for block in blocks(path.read_text("utf-8")):
            assert not block.note or block.file or len(block.reason or "") > 8, (
                f"{path}, line {block.line}: {block.note}"
            )


def test_a_page_is_read_as_it_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        "# A page\n\n```python\nn = 1 + 1\nprint(n)\n```\n\n```text\n2\n```\n\n"
        "<!-- not run: it takes a year -->\n```python\nraise ValueError\n```\n\n"
        "<!-- file: a/b.txt -->\n\n```text\nhello\n```\n\n"
        "```console\n$ cat a/b.txt \\\n    | cat  # again\nhello\n$ pip install x\n$ instag select nothing.jsonl --budget 1 -o o.jsonl\n"
        "error: … nothing.jsonl\n```\n"
    )
    found = list(blocks(text))
    assert [(block.line, block.language) for block in found] == [
        (3, "python"), (8, "text"), (13, "python"), (19, "text"), (23, "console"),
    ]  # fmt: skip
    page = Page("page", {}, "")
    for block in found:
        page.run(block)
    assert Path("a/b.txt").read_text() == "hello\n"
    assert list(commands("$ one\n$ two \\\n  more\nout\n")) == [("one", []), ("two    more", ["out"])]
    page.run(Block(1, "python", "print(3)\n", ""))
    with pytest.raises(AssertionError, match="is not printed"):
        page.run(Block(4, "text", "2\n", ""))
    with pytest.raises(AssertionError, match="is not printed"):
        page.run(Block(1, "console", "$ cat a/b.txt\nbye\n", ""))
    with pytest.raises(AssertionError, match="not known"):
        page.run(Block(1, "console", "$ frobnicate\n", ""))
    with pytest.raises(AssertionError):
        compare(["b", "a"], "a\nb\n", "here")
    assert BLOCK.flags
    assert all(OTHERS.values())


def test_every_command_and_every_name_has_its_place_in_the_reference() -> None:
    lines = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"instag {name} " not in lines and f"instag {name}\n" not in lines] == []
    names = (ROOT / "docs" / "api.md").read_text("utf-8")
    functions = [
        name
        for name in instag.__all__
        if inspect.isfunction(getattr(instag, name)) or isinstance(getattr(instag, name), type)
    ]
    assert [name for name in functions if f"instag.{name}\n" not in names] == []


def test_every_page_is_in_the_contents() -> None:
    contents = (ROOT / "docs" / "index.md").read_text("utf-8")
    pages = [path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page != "index" and f"\n{page}\n" not in contents] == []


def test_links_lead_somewhere() -> None:
    for path in PAGES:
        links = re.findall(
            r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        )
        for link in links:
            target = link.split("#")[0]
            if target and "://" not in target and not target.startswith("../../actions"):
                assert (path.parent / target).exists(), f"{path.relative_to(ROOT)}: {link}"
