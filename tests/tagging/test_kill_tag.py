"""`kill -9` at any moment: the same file in the end, and no answer in the journal is asked for again."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import orjson
import pytest

import chaos
from instag.chat import identity_of, key_of
from instag.tagging.prompt import prompt_of
from patience import wait_for
from tagged import environment

KILLS, QUERIES, IN_FLIGHT = 20, 500, 8
TRANSIENT = {"500": 0.05, "drop": 0.05, "cut": 0.05, "429": 0.02}


def command(data: Path, output: Path, url: str) -> list[str]:
    limits = ["--concurrency", str(IN_FLIGHT), "--attempts", "20"]
    return [
        *(sys.executable, "-m", "instag", "tag", str(data), "-o", str(output)),
        *("--model", "m", "--base-url", url, *limits),
    ]


def in_journal(path: Path) -> set[str]:
    """The keys with a reply, as far as the file is whole."""
    if not path.exists():
        return set()
    lines = path.read_bytes().split(b"\n")[1:-1]
    return {line["key"] for line in map(orjson.loads, lines) if "key" in line and "fault" not in line}


@pytest.mark.slow
def test_killed_at_twenty_moments(tmp_path: Path) -> None:
    chance = random.Random(20)  # noqa: S311 - a test that can be replayed
    data, output, undisturbed = (tmp_path / f"{name}.jsonl" for name in ("data", "killed", "undisturbed"))
    journal = Path(f"{output}.journal")
    # Every fourth query comes twice.
    queries = [f"Question number {number}?" for number in range(QUERIES)]
    data.write_bytes(b"".join(orjson.dumps({"prompt": query}) + b"\n" for query in [*queries, *queries[::4]]))
    prompt = prompt_of("instag")
    identity = identity_of("m", prompt.identity, prompt.schema)
    said = {key_of(identity, query).hex(): prompt.messages(query)[-1]["content"] for query in queries}

    with chaos.running(faults=TRANSIENT, latency=0.03, closed=0.02) as server:
        kills: list[tuple[set[str], Counter[str]]] = []
        while len(kills) < KILLS:
            wanted = server.requests + chance.randrange(1, QUERIES // KILLS)
            running = subprocess.Popen(command(data, output, server.url), env=environment(), stderr=subprocess.PIPE)
            wait_for(lambda: server.requests >= wanted, running)  # noqa: B023 - it is called at once
            time.sleep(chance.random() * 0.02)
            running.kill()
            running.communicate()
            kills.append((in_journal(journal), Counter(server.answers)))
        assert not output.exists()
        done = subprocess.run(command(data, output, server.url), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        counted = Counter(server.answers)

    with chaos.running() as calm:
        subprocess.run(command(data, undisturbed, calm.url), check=True, capture_output=True)
    assert output.read_bytes() == undisturbed.read_bytes()
    assert all(row["tags"] for row in map(orjson.loads, output.read_bytes().splitlines()))
    # What the journal held at a kill was never answered after it.
    for keys, answers in kills:
        assert {said[key]: counted[said[key]] for key in keys} == {said[key]: answers[said[key]] for key in keys}
    held = [len(keys) for keys, _ in kills]
    assert held == sorted(held)
    assert 0 < held[-1] < QUERIES
    # Only what was in flight can be lost.
    assert in_journal(journal) == said.keys()
    assert QUERIES <= counted.total() <= QUERIES + KILLS * IN_FLIGHT
