"""What CONTRIBUTING.md says about the tree and about dependencies."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def named() -> list[tuple[str, str]]:
    """Give the paths in the table of where something new goes, each with what is new."""
    table = TEXT.split("## Where something new goes")[1].split("## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)[1:]
    return [(new, path) for new, where in rows for path in re.findall(r"`([\w/.]+(?:/|\.\w+))`", where)]


@pytest.mark.parametrize(("new", "path"), named())
def test_places_for_what_is_new_exist(new: str, path: str) -> None:
    places = [place for root in ("python/instag", "rust/src") for place in (ROOT / root).rglob(path.rstrip("/"))]
    assert (ROOT / path).exists() or places, f"{new}: there is no {path}"


def test_the_table_says_where_the_usual_goes() -> None:
    first = {new for new, _ in named()}
    assert {"objective of selection", "file format", "quirk of a server", "section of a report"} <= first


def test_every_dependency_has_a_reason() -> None:
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    lists = [PROJECT["build-system"]["requires"], project["dependencies"], *project["optional-dependencies"].values()]
    requirements = {each for some in [*lists, *groups.values()] for each in some if isinstance(each, str)}
    names = {re.split(r"[\s\[<>=!;]", requirement)[0] for requirement in requirements} - {"instag"}
    lines = re.findall(r"^\| (.+) \| .{4,} \|$", TEXT.split("## What it depends on, and why")[1], re.MULTILINE)
    assert names - {name for line in lines for name in re.findall(r"[\w-]+", line)} == set()
