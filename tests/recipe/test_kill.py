"""A run that is killed at any point goes on: the same bytes, and no answer paid for twice that had arrived."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model_server import Server

KILLS = 20
TAG = '\n[tag]\nmodel = "m"\nbase_url = "{url}"\nmax_cost = 1.0\nprice = "0.1,0.1"\nconcurrency = 4\nattempts = 9\n'


def written(folder: Path) -> dict[str, bytes]:
    files = [path for path in (folder / "out").rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {path.name: path.read_bytes() for path in files}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_killed_twenty_times(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, faulty: Server
) -> None:
    text = (folder / "recipe.toml").read_text().replace("sample = 30\n", "")
    recipe = text + TAG.format(url=faulty.url)
    (folder / "recipe.toml").write_text(recipe)
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
    while kills < KILLS:
        running = subprocess.Popen(
            line, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            running.wait(chance.uniform(0.3, 3.0))
            # It came to its end: the steps are done again, from the answers that are there.
            shutil.rmtree(folder / ".instag" / "cache")
            shutil.rmtree(folder / "out")
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
            kills += 1
    subprocess.run(line, cwd=folder, env=environment, check=True, capture_output=True)
    assert written(folder) == written(calm)
    assert len(faulty.answers) == questions
    # What was in flight when it was killed had not arrived.
    assert faulty.answers.total() <= questions + 4 * kills
