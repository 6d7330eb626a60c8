"""Crashes, at any step of the work on batches."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from batch_bench import Bench, questions, sent, served
from batch_server import BatchServer
from instag.chat import Journal
from instag.chat.batches.ledger import Ledger
from instag.chat.batches.service import Service
from patience import wait_for

pytest.importorskip("openai", reason="the extra `batch` is not installed")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    with served(monkeypatch) as server:
        yield server


@pytest.fixture
def bench(server: BatchServer, tmp_path: Path) -> Bench:
    return Bench(server, tmp_path)


class Crash(BaseException):
    """The end of a process, as far as one can tell from what it leaves."""


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make the process end at a step, counted over all that leaves a trace, before it or after it."""
    left = [0]

    def tick() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    def step(owner: type, name: str) -> None:
        work = getattr(owner, name)
        if asyncio.iscoroutinefunction(work):

            async def awaited(*values: Any, **options: Any) -> Any:
                tick()
                made = await work(*values, **options)
                tick()
                return made

            monkeypatch.setattr(owner, name, awaited)
        else:

            def called(*values: Any, **options: Any) -> Any:
                tick()
                made = work(*values, **options)
                tick()
                return made

            monkeypatch.setattr(owner, name, called)

    for owner, name in [(Ledger, "_write"), (Journal, "append"), (Service, "upload"), (Service, "create")]:
        step(owner, name)

    def arm(at: int) -> None:
        left[0] = at

    return arm


@pytest.mark.parametrize("lost", [False, True])
def test_a_crash_at_any_step(
    server: BatchServer,
    tmp_path: Path,
    crash: Callable[[int], None],
    lost: bool,  # noqa: FBT001 - a parameter of tests
) -> None:
    """Whatever was on the disk at the crash, even without the ledger: nothing is sent twice, and all is answered."""
    asked = questions(6)
    for at in count(1):
        folder = tmp_path / str(at)
        folder.mkdir()
        server.batches.clear()
        bench = Bench(server, folder)
        crashed = False
        for work in (lambda bench=bench: bench.submit(asked, requests=3), bench.collect):
            crash(0 if crashed else at)
            try:
                work()
            except Crash:
                crashed = True
                if lost:
                    Path(f"{bench.path}.batches").unlink(missing_ok=True)
                crash(0)
                work()
            for batch, made in server.batches.items():
                if made.status == "in_progress":
                    server.end(batch)
        bench.collect()
        assert bench.replies().keys() == {question.key for question in asked}, at
        doubled = [name for name, times in Counter(sent(server)).items() if times > 1]
        assert not doubled, at
        if not crashed:
            assert at > 15
            break


SCRIPT = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from batch_bench import IDENTITY, MODEL, PROMPT, SAMPLING, questions
from instag.chat import Endpoint, Journal
from instag.chat.batches import submit

with Journal.open(Path(sys.argv[2]), model=MODEL, prompt=PROMPT.identity, schema=PROMPT.schema) as journal:
    endpoint = Endpoint.of(MODEL, sys.argv[1], "none")
    options = dict(endpoint=endpoint, journal=journal, identity=IDENTITY, schema=PROMPT.schema, sampling=SAMPLING)
    asyncio.run(submit(questions(6), **options))
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no kill -9")
def test_a_killed_process(bench: Bench, server: BatchServer) -> None:
    server.faults["create"] = ["hang"]
    command = [sys.executable, "-c", SCRIPT, server.url, str(bench.path), str(Path(__file__).parent.parent)]
    with subprocess.Popen(command) as process:
        wait_for(lambda: bool(server.batches), process)
        process.send_signal(signal.SIGKILL)
    assert bench.submit(questions(6)) == []
    assert len(server.batches) == 1
    server.end("batch_0")
    bench.collect()
    assert len(bench.replies()) == 6
