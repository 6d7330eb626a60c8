"""The judge on the command line: what it may cost, how long it is waited for, what was answered and what is left."""

import random
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

import shell
from instag.chat import identity_of, key_of
from instag.normalization.judging.prompt import IDENTITY, SCHEMA
from judge_server import serving
from patience import wait_for
from tagged import environment

TAGS, KILLS, IN_FLIGHT = 1_600, 5, 2
ENDED_BY_COST, ENDED_BY_PATIENCE = 3, 4


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The topics are rare, and in 80 questions to a model."""
    rows = [["topic"], ["topic"], *(["topic", f"topic {nth}"] for nth in range(TAGS))]
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"tags": tags}) + b"\n" for tags in rows))
    return path


def command(name: str, *arguments: Path | str, url: str) -> list[str]:
    asking = ["--embedder", "none", "--judge", "m", "--base-url", url, "--concurrency", str(IN_FLIGHT)]
    own = [] if name.startswith("vocabulary") else ["--min-count", "2", "--min-support", "none"]
    return [sys.executable, "-m", "instag", *name.split(), *map(str, arguments), *own, *asking]


def run(line: list[str]) -> subprocess.CompletedProcess[str]:
    return shell.instag(*line[3:], code=None, env=environment())


def keys(journal: Path) -> list[str]:
    """The keys of what was answered, as far as the file is whole."""
    if not journal.exists():
        return []
    lines = map(orjson.loads, journal.read_bytes().split(b"\n")[1:-1])
    return [line["key"] for line in lines if "tokens" in line]


def test_what_it_may_cost(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    with serving() as server:
        line = command("normalize", data, "-o", output, "--price", "1,2", url=server.url)
        done = run([*line, "--max-cost", "0.013"])
        assert done.returncode == ENDED_BY_COST, done.stderr
        assert "--max-cost was reached" in done.stderr
        assert 0 < len(server.asked) < 80
        # What there is, is written; and the same with more goes on.
        assert output.exists()
        assert run(line).returncode == 0
        assert len(server.asked) == 80
    assert len(set(keys(Path(f"{output}.judge.journal")))) == 80


def test_patience(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    line = command("normalize", data, "-o", output, "--patience", "0.1", url="http://127.0.0.1:9/v1")
    done = run(line)
    assert done.returncode == ENDED_BY_PATIENCE, done.stderr
    assert f"{output} was not written" in done.stderr
    assert "go on with: instag normalize " in done.stderr
    assert not output.exists()


def test_a_vocabulary_is_applied_with_a_judge(data: Path, tmp_path: Path) -> None:
    vocabulary, output, new = (tmp_path / name for name in ("v.parquet", "out.jsonl", "new.jsonl"))
    new.write_bytes(b"".join(orjson.dumps({"tags": [f"topic x{nth}"]}) + b"\n" for nth in range(45)))
    with serving() as server:
        line = command("normalize", data, "-o", output, "--vocabulary", vocabulary, "--limit", "0", url=server.url)
        assert run(line).returncode == 0
        line = command("vocabulary apply", vocabulary, new, "-o", tmp_path / "applied.jsonl", url=server.url)
        line += ["--price", "1,2", "--base-url", server.url.replace("127.0.0.1", "localhost")]
        before = run([*line, "--dry-run"])
        assert before.returncode == 0, before.stderr
        assert "45 tags in 3 questions, 0 of them answered; the 3 to be asked take about " in before.stdout
        assert server.asked == []
        assert not (tmp_path / "applied.jsonl").exists()
        assert run([*line, "--max-cost", "0"]).returncode == ENDED_BY_COST
        done = run(line)
        assert done.returncode == 0, done.stderr
        assert sum(map(len, server.asked)) == 45
    assert "answered now" in done.stdout
    rows = map(orjson.loads, (tmp_path / "applied.jsonl").read_bytes().splitlines())
    assert [row["tags"] for row in rows] == [["topic"]] * 45


@pytest.mark.slow
def test_killed_at_five_moments(data: Path, tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - a test that can be replayed
    output, calm = tmp_path / "killed.jsonl", tmp_path / "calm.jsonl"
    journal = Path(f"{output}.judge.journal")
    with serving(latency=0.05) as server:
        line = command("normalize", data, "-o", output, url=server.url)
        for _ in range(KILLS):
            wanted = len(server.asked) + chance.randrange(3, 80 // KILLS)
            running = subprocess.Popen(line, env=environment(), stderr=subprocess.PIPE)
            wait_for(lambda: len(server.asked) >= wanted, running)  # noqa: B023 - it is called at once
            time.sleep(chance.random() * 0.05)
            known = set(keys(journal))
            running.kill()
            running.communicate()
            # What an answer was written down of is never lost.
            assert known <= set(keys(journal))
        assert not output.exists()
        assert run(line).returncode == 0
        asked = len(server.asked)
    identity = identity_of("m", IDENTITY, SCHEMA)
    texts = {orjson.dumps(each).decode() for each in server.asked}
    held = keys(journal)
    # Each question once in the journal, and only what was in flight at a kill was asked twice.
    assert sorted(held) == sorted(key_of(identity, text).hex() for text in texts)
    assert len(held) == 80
    assert asked <= 80 + KILLS * IN_FLIGHT
    with serving() as server:
        assert run(command("normalize", data, "-o", calm, url=server.url)).returncode == 0
    assert output.read_bytes() == calm.read_bytes()
