"""What tagging through the chaos server is to bring."""

import os
import re
from pathlib import Path
from typing import Any

import orjson
import polars as pl

import chaos
from instag.tagging.prompt import prompt_of

FRAME = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5],
        "queries": [["Why is the sky blue?", "And at night?"], ["Add 2 and 2."], [], ["Add 2 and 2.", " "], None],
    }
)


def options_of(server: chaos.Chaos, folder: Path) -> dict[str, Any]:
    """What every call says."""
    return {"model": "m", "base_url": server.url, "journal": folder / "journal"}


def many(count: int) -> pl.DataFrame:
    """Samples of a query each."""
    return pl.DataFrame({"queries": [[f"Question number {number}?"] for number in range(count)]})


def answered(query: str) -> list[str]:
    """The tags that the server gives a query."""
    said = prompt_of("instag").messages(query)[-1]["content"]
    return list(dict.fromkeys(each["tag"] for each in orjson.loads(chaos.content_of(said))["tags"]))


def expected(frame: pl.DataFrame) -> list[list[str]]:
    """The tags of each sample, one sample after the other."""
    asked = ([query for query in queries or [] if query.strip()] for queries in frame["queries"].to_list())
    return [list(dict.fromkeys(tag for query in queries for tag in answered(query))) for queries in asked]


def environment(**more: str) -> dict[str, str]:
    """That of a command: no colours, no key but those that are given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return plain | {"COLUMNS": "200", "NO_COLOR": "1"} | more


def table(text: str) -> dict[str, str]:
    """The lines of a table, by their first column."""
    cells = [re.split(r"  +", line.strip()) for line in text.splitlines()]
    return {line[0]: line[1] for line in cells if len(line) == 2}
