"""A real language model: from samples through llama.cpp to tags."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import instag
import llama
from tagged import environment, table

SAMPLES = 24
# So small a model writes on and on unless it is asked to be brief.
PROMPT = "Request: {query}\n\nList two tags (one or two words) that describe this request. Explain each in five words."
BRIEF = {"frequency_penalty": 0.5}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(llama.missing() is not None, reason=llama.missing() or ""),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llama.llama() as url:
        yield url


def test_a_real_model_tags_by_the_schema(url: str, tmp_path: Path) -> None:
    data, output, prompt = tmp_path / "data.jsonl", tmp_path / "tagged.jsonl", tmp_path / "brief.txt"
    prompt.write_text(PROMPT)
    sample = instag.load_sample().filter(pl.col("messages").list.len() == 2).select("id", "messages")
    instag.write(sample.gather_every(sample.height // SAMPLES).head(SAMPLES), data)
    command = [sys.executable, "-m", "instag", "tag", str(data), "-o", str(output), "--model", llama.MODEL]
    options = ["--base-url", url, "--prompt", str(prompt), "--max-query", "400", "--max-tokens", "128"]
    more = ["--concurrency", str(llama.PARALLEL), "--structured", "json_schema", "--extra-body", json.dumps(BRIEF)]
    done = subprocess.run([*command, *options, *more], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    tags = pl.read_ndjson(output)["tags"].drop_nulls()
    # The schema leaves two ends: tags, or an answer that was cut off.
    assert len(tags) >= SAMPLES // 2
    assert all(tag.strip() for tag in tags.explode())
    with (tmp_path / "tagged.jsonl.journal").open() as journal:
        records = [record for record in map(json.loads, journal) if "content" in record]
    asked = Counter(record["key"] for record in records)
    cut = {record["key"] for record in records if record["finish"] == "length"}
    assert len(asked) == SAMPLES
    # What was cut off is asked once more, with four times the room.
    assert all(asked[key] == 2 for key in cut)
    assert {record["finish"] for record in records} <= {"stop", "length"}
    # The server counts the tokens, and a whole answer is JSON of the schema's form.
    assert all(0 < tokens <= 4 * 128 for _, tokens in (record["tokens"] for record in records))
    for record in records:
        if record["finish"] == "stop":
            assert all(each.keys() == {"tag", "explanation"} for each in json.loads(record["content"])["tags"])
    again = subprocess.run([*command, *options, *more], capture_output=True, text=True, check=False, env=environment())
    assert again.returncode == 0, again.stderr
    told = table(again.stdout)
    assert (told["answered before"], told["answered now"]) == (str(SAMPLES), "0")
