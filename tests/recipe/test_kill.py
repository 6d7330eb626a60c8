"""A run that is killed at any point goes on: the same bytes, and no answer paid for twice that had arrived."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

TAG = '\n[tag]\nmodel = "m"\nbase_url = "{url}"\nmax_cost = 1.0\nprice = "0.1,0.1"\nconcurrency = 4\nattempts = 9\n'


class Server(ThreadingHTTPServer):
    """A model that answers by what it is asked, and fails one time in ten."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: Counter[str] = Counter()
        self.chance = random.Random(3)  # noqa: S311


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["messages"][-1]["content"]
        time.sleep(0.02)
        if self.server.chance.random() < 0.1:
            body, status = b'{"error": {"message": "overloaded"}}', 503
        else:
            number = int(hashlib.sha256(asked.encode()).hexdigest(), 16)
            content = json.dumps([{"tag": f"topic {number % 9}", "explanation": "x"}, {"tag": f"kind {number % 4}"}])
            choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
            body, status = json.dumps({"id": "1", "model": "m", "choices": [choice], "usage": usage}).encode(), 200
            self.server.answers[asked] += 1
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # who asked is dead


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def written(folder: Path) -> dict[str, bytes]:
    files = [path for path in (folder / "out").rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {path.name: path.read_bytes() for path in files}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_killed_twenty_times(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, server: Server
) -> None:
    text = (folder / "recipe.toml").read_text().replace("sample = 30\n", "")
    recipe = text + TAG.format(url=f"http://127.0.0.1:{server.server_port}/v1")
    (folder / "recipe.toml").write_text(recipe)
    calm = tmp_path_factory.mktemp("calm")
    for path in folder.iterdir():
        (calm / path.name).write_bytes(path.read_bytes())
    line = [sys.executable, "-m", "instag", "run", "recipe.toml"]
    environment = {**os.environ, "OPENAI_API_KEY": "none"}
    subprocess.run(line, cwd=calm, env=environment, check=True, capture_output=True)
    questions = len(server.answers)
    assert set(server.answers.values()) == {1}

    server.answers.clear()
    chance, kills = random.Random(5), 0  # noqa: S311
    for _ in range(20):
        running = subprocess.Popen(
            line, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            running.wait(chance.uniform(0.3, 1.6))
            break
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
            kills += 1
    subprocess.run(line, cwd=folder, env=environment, check=True, capture_output=True)
    assert kills > 1
    assert written(folder) == written(calm)
    assert len(server.answers) == questions
    # What was in flight when it was killed had not arrived.
    assert server.answers.total() <= questions + 4 * kills
