"""Reconciliation: what the ledger says and what the server says, brought together."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_bench import MODEL, Bench, names, questions, sent, served
from batch_server import SECRET, BatchServer
from instag.chat import Endpoint, EndpointError, Journal, identity_of
from instag.chat.batches import BatchState, reconciliation, status
from instag.errors import InputError
from instag.tagging.prompt import prompt_of

pytest.importorskip("openai", reason="the extra `batch` is not installed")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    with served(monkeypatch) as server:
        yield server


@pytest.fixture
def bench(server: BatchServer, tmp_path: Path) -> Bench:
    return Bench(server, tmp_path)


@pytest.mark.parametrize("fault", ["before", "after", 500, 408])
def test_whether_a_batch_was_made_is_found_out(bench: Bench, server: BatchServer, fault: str | int) -> None:
    asked = questions(4)
    server.faults["create"] = [fault]
    with pytest.raises(EndpointError, match="it is not known whether it was made: run the same command to find out"):
        bench.submit(asked)
    made = bench.submit(asked)
    assert server.calls["create"] == (1 if fault == "after" else 2)
    assert len(made) == (0 if fault == "after" else 1)
    assert sent(server) == names([asked[1], *asked[2:]] if fault == "after" else asked[2:])
    for batch in server.batches:
        server.end(batch)
    bench.collect()
    assert len(bench.replies()) == 4


def test_a_list_that_lags_is_waited_for(bench: Bench, server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "LOOK", 0.01)
    server.faults["create"] = ["after"]
    server.unlisted = 2
    with pytest.raises(EndpointError, match="not known"):
        bench.submit(questions(4), settling=3600.0)
    server.unlisted = 2
    assert bench.submit(questions(4), settling=3600.0) == []
    assert len(server.batches) == 1
    assert server.unlisted == 0


def test_a_batch_that_comes_to_light_late_is_collected(bench: Bench, server: BatchServer) -> None:
    server.faults["create"] = ["after"]
    with pytest.raises(EndpointError, match="not known"):
        bench.submit(questions(3))
    server.unlisted = 1
    # Below 0 the list is taken to be complete, however little time has passed.
    assert [state.status for state in bench.status(settling=-1.0)] == ["never sent"]
    assert [state.status for state in bench.status()] == ["in_progress"]
    server.end("batch_0")
    assert bench.collect() == [BatchState("batch_0", "collected", 2, 2)]


@pytest.mark.parametrize(
    ("step", "message"), [("upload", "take a file"), ("create", "make a batch"), ("list", "list the batches")]
)
def test_a_server_that_says_no_is_quoted_without_secrets(
    bench: Bench, server: BatchServer, step: str, message: str
) -> None:
    server.faults[step] = [403] * 9
    with pytest.raises(EndpointError, match=message) as found:
        bench.submit(questions(3))
    assert "http 403" in str(found.value)
    assert SECRET not in str(found.value)
    assert SECRET not in repr(found.value.__context__)
    server.faults.clear()
    assert bench.submit(questions(3))[0].status == "in_progress"
    ledger = Path(f"{bench.path}.batches").read_bytes()
    assert SECRET.encode() not in ledger


@pytest.mark.parametrize("step", ["list", "upload", "create", "retrieve", "content", "chat"])
def test_a_page_instead_of_an_answer(bench: Bench, server: BatchServer, step: str) -> None:
    asked = questions(3)
    server.faults[step] = ["html"]
    if step in {"list", "upload", "create"}:
        with pytest.raises(EndpointError, match="JSON"):
            bench.submit(asked)
    bench.submit(asked)
    (batch,) = server.batches
    if step == "retrieve":
        server.fail(batch, "token_limit_exceeded", "Enqueued token limit reached")
        with pytest.raises(EndpointError, match="JSON"):
            bench.collect()
        assert [state.status for state in bench.collect()] == ["failed"]
        return
    server.end(batch)
    # Among lines that are none, those that are count.
    states = [state.status for state in bench.collect()]
    assert states[-1] == ("waiting for its files" if step == "content" else "collected")
    bench.collect()
    assert len(bench.replies()) == 3


def test_another_machine_with_nothing_but_the_data(bench: Bench, server: BatchServer, tmp_path: Path) -> None:
    asked = questions(8)
    bench.submit(asked[:4])
    bench.submit(asked[4:7])
    server.end("batch_1")
    (tmp_path / "other").mkdir()
    other = Bench(server, tmp_path / "other")
    # The answer that the first machine got at once is in no batch: one of the questions is asked at once again.
    assert other.submit(asked) == [BatchState("batch_2", "in_progress", 2)]
    assert sent(server)[5:] == names([asked[4], asked[7]])
    assert sorted(state.status for state in other.status()) == ["completed", "in_progress", "in_progress"]
    for batch in server.batches:
        server.end(batch)
    assert {state.status for state in other.collect()} == {"collected"}
    assert other.replies().keys() == {question.key for question in asked}
    bench.collect()
    assert bench.replies().keys() == other.replies().keys()


def test_another_model_s_batches_are_left_alone(bench: Bench, server: BatchServer, tmp_path: Path) -> None:
    bench.submit(questions(3))
    prompt = prompt_of("instag-cached")
    identity = identity_of(MODEL, prompt.identity, prompt.schema)
    path = tmp_path / "other.journal"
    with Journal.open(path, model=MODEL, prompt=prompt.identity, schema=prompt.schema) as journal:
        endpoint = Endpoint.of(MODEL, server.url, SECRET)
        assert asyncio.run(status(endpoint=endpoint, journal=journal, identity=identity)) == []


def test_a_batch_whose_questions_cannot_be_learnt_stops_the_next(
    bench: Bench, server: BatchServer, tmp_path: Path
) -> None:
    bench.submit(questions(3))
    file = server.batches["batch_0"].input
    content = server.files.pop(file)
    (tmp_path / "other").mkdir()
    other = Bench(server, tmp_path / "other")
    with pytest.raises(InputError, match="batch_0: in progress with questions of this model and prompt"):
        other.submit(questions(3))
    server.files[file] = content
    assert other.submit(questions(3)) == []


def test_a_ledger_s_torn_end_is_dropped(bench: Bench) -> None:
    bench.submit(questions(3))
    path = Path(f"{bench.path}.batches")
    whole = path.read_bytes()
    for cut in (1, 10, len(whole.splitlines(keepends=True)[-1]) - 1):
        path.write_bytes(whole[:-cut])
        assert [state.batch for state in bench.status()] == ["batch_0"]
        assert path.read_bytes() == whole
    path.write_bytes(b"no ledger\n" + whole)
    with pytest.raises(
        InputError, match=r"tags\.journal\.batches: line 1: expected an event of a batch; found b'no ledger'"
    ):
        bench.status()
