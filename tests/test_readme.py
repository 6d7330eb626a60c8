"""What the README says that its first program and `instag demo` print."""

import inspect
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import instag
from instag.cli.demo import demo as command
from test_cli import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_first_program_prints_what_it_says(tmp_path: Path) -> None:
    program, printed = blocks("python")[0], blocks("text")[0]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, env=os.environ, check=True
    )
    assert done.stdout == printed
    said = re.findall(r'it also warns that "(.*?)"', README)[0]
    assert f"InstagWarning: {said}; " in done.stderr
    assert done.stderr.count("Warning: ") == 1
    subset = instag.read(tmp_path / "subset.jsonl")
    assert subset.height == 100
    assert "messages" in subset.columns
    assert (tmp_path / "report.html").stat().st_size > 0


def test_badges_are_true() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    badges = dict(re.findall(r"img.shields.io/badge/(\w+)-((?:--|[^-])+)-", README))
    assert badges["python"] == f"{project['requires-python'].removeprefix('>=')}%20or%20later"
    assert badges["license"].replace("--", "-") == project["license"]
    workflow = re.findall(r"actions/workflows/([\w.]+)/badge", README)
    assert all((ROOT / ".github" / "workflows" / name).exists() for name in workflow)


def test_what_is_made_has_folders_of_its_own_that_are_cleaned_away() -> None:
    example = runpy.run_path(str(ROOT / "examples" / "tagging.py"))["FOLDER"]
    folders = {str(example), str(inspect.signature(command).parameters["output"].default)}
    assert len(folders) == 2
    cleaned = re.findall(r"^clean:.*\n\trm -rf (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[0].split()
    assert folders < set(cleaned)
    assert {f"/{folder}/" for folder in folders} < set((ROOT / ".gitignore").read_text("utf-8").split())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run("demo", "-o", tmp_path_factory.mktemp("demo")).stdout


def test_the_table_is_that_of_the_demo(demo: str) -> None:
    cells = r"^{} +(\S+(?: ± \S+)?) +(\S+%(?: ± \S+%)?)$"
    lines = dict(re.findall(r"^\| `([a-z-]+)`.*?\| (.*) \|$", README, re.MULTILINE))
    assert list(lines) == ["gain", "complexity-first", "coverage", "complexity", "random"]
    for method, written in lines.items():
        name = "random (mean of 20)" if method == "random" else method
        found = re.findall(cells.format(re.escape(name)), demo, re.MULTILINE)
        assert [" | ".join(row) for row in found] == [written.replace(" %", "%")]


def test_the_counts_are_those_of_the_demo(demo: str) -> None:
    raw, vocabulary, chosen, samples = re.findall(
        r"(\S+) raw tags become a\s+vocabulary of (\d+),\s+by which (\d+) of (\d+) samples", README, re.DOTALL
    )[0]
    assert f"{samples} samples of four kinds, with {raw} raw tags." in demo
    assert f"\n{vocabulary} tags are on two samples or more: the vocabulary.\nChoosing {chosen} samples by it:" in demo
