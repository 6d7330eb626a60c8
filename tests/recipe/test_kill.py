"""A run that is killed at any point goes on: the same bytes, and no question again whose answer is in a journal."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from model_server import Server, mark_of

KILLS, CONCURRENCY = 20, 4
ASKING = f'base_url = "{{url}}"\nmax_cost = 1.0\nprice = "0.1,0.1"\nconcurrency = {CONCURRENCY}\nattempts = 9\n'
TAG = f'\n[tag]\nmodel = "m"\n{ASKING}'
JUDGE = f'judge = "m"\n{ASKING}'


def written(folder: Path) -> dict[str, bytes]:
    files = [path for path in (folder / "out").rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {path.name: path.read_bytes() for path in files}


def kept(folder: Path) -> Counter[str]:
    """The questions whose answers are in the journals, each as often as it is there."""
    journals = [path.read_text() for path in (folder / ".instag/journals").glob("*.journal")]
    # A line that a kill has cut off is none, and is dropped by the next run.
    lines = [line for text in journals for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return Counter(found[0] for line in lines if '"content"' in line and (found := re.findall(r"[0-9a-f]{64}", line)))


def settled(server: Server) -> None:
    """Wait until the server is done with what a run that is dead has asked."""
    seen: tuple[int, int] | None = None
    while seen != (seen := (len(server.asked), server.answers.total())):
        time.sleep(0.3)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_killed_twenty_times(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, faulty: Server
) -> None:
    text = (folder / "recipe.toml").read_text().replace("sample = 30\n", "")
    text = text.replace('steps = ["rules", "frequency"]\n', f'steps = ["rules", "judge", "frequency"]\n{JUDGE}')
    (folder / "recipe.toml").write_text((text + TAG).replace("{url}", faulty.url))
    calm = tmp_path_factory.mktemp("calm")
    for path in folder.iterdir():
        (calm / path.name).write_bytes(path.read_bytes())
    line = [sys.executable, "-m", "instag", "run", "recipe.toml"]
    environment = {**os.environ, "OPENAI_API_KEY": "none"}
    subprocess.run(line, cwd=calm, env=environment, check=True, capture_output=True)
    questions = len(faulty.answers)
    assert set(faulty.answers.values()) == {1}

    faulty.answers.clear()
    chance, kills = random.Random(5), 0  # noqa: S311
    in_flight: Counter[str] = Counter()
    while kills < KILLS:
        before, began, answered = kept(folder), len(faulty.asked), faulty.answers.copy()
        running = subprocess.Popen(
            line, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # At any time, or in the midst of questions: after so many of them.
        enough = began + chance.choice([0, chance.randrange(1, questions // 4)])
        while running.poll() is None and len(faulty.asked) < enough:
            time.sleep(0.001)
        try:
            running.wait(chance.uniform(0, 2.0) if enough == began else chance.uniform(0, 0.02))
            # It came to its end: the steps are done again, from the answers that are there.
            shutil.rmtree(folder / ".instag" / "cache")
            shutil.rmtree(folder / "out")
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
            kills += 1
        settled(faulty)
        asked = {mark_of(each) for each in faulty.asked[began:]}
        assert not asked & set(before)
        in_flight.update(asked - set(kept(folder)))
        # An answer is in the journal as soon as it is read.
        lost = {mark_of(each) for each in faulty.answers - answered} - set(kept(folder))
        assert len(lost) <= CONCURRENCY
    asked_before = len(faulty.asked)
    before = kept(folder)
    subprocess.run(line, cwd=folder, env=environment, check=True, capture_output=True)
    assert not {mark_of(each) for each in faulty.asked[asked_before:]} & set(before)
    assert written(folder) == written(calm)
    assert len(faulty.answers) == questions
    # No answer came twice into a journal. What the server answered twice was in flight when the run was killed: its
    # first answer never came.
    assert set(kept(folder).values()) == {1}
    assert len(kept(folder)) == questions
    twice = Counter({mark_of(each): count - 1 for each, count in faulty.answers.items() if count > 1})
    assert twice <= in_flight
    assert twice.total() <= CONCURRENCY * kills
    print(f"{questions} questions, {kills} kills: {twice.total()} answered twice, in flight at a kill")  # noqa: T201
