"""`instag tag` as a shell sees it."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from aiohttp import web
from filelock import FileLock

import chaos
import instag
import shell
from patience import LONGEST, wait_for
from tagged import answered, environment, table

INSTAG = [sys.executable, "-m", "instag", "tag"]
KEY = "sk-very-secret-0123456789"
ROWS = [
    {"instruction": "Add 2 and 2.", "output": "4", "id": 1},
    {"instruction": "Prove it.", "output": "Done.", "id": 2},
    {"instruction": "Add 2 and 2.", "output": "four", "id": 3},
]


def run(*arguments: object, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
    return shell.instag("tag", *arguments, code=code, env=environment(**more))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path, ROWS)


def write(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def many(folder: Path, count: int) -> Path:
    return write(folder, [{"prompt": f"Question number {number}?"} for number in range(count)])


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_tag(server: chaos.Chaos, data: Path) -> None:
    output = data.with_name("tagged.jsonl")
    done = run(data, "-o", output, "--model", "m", "--base-url", server.url, "--price", "1,2")
    assert lines(output) == [
        row | {"tags": answered(str(row["instruction"])), "query_tags": [answered(str(row["instruction"]))]}
        for row in ROWS
    ]
    told = table(done.stdout)
    assert {name: told[name] for name in ("samples", "tagged", "queries", "distinct queries", "answered now")} == {
        "samples": "3",
        "tagged": "3",
        "queries": "3",
        "distinct queries": "2",
        "answered now": "2",
    }
    assert (told["tokens asked"], told["tokens answered"], told["cost"]) == ("200", "40", "$0.00028")
    assert f"written to {output}; the answers are in {output}.journal" in done.stdout
    assert done.stderr == ""


def test_several_files_are_written(server: chaos.Chaos, data: Path) -> None:
    options = ("--model", "m", "--base-url", server.url)
    output = data.with_name("tagged-{}.jsonl")
    wrong = run(data, "-o", data.with_name("tagged.jsonl"), *options, "--rows-per-file", 2, code=1)
    assert "the name has to have a place for the number of the file" in wrong.stderr
    assert not data.with_name("tagged.jsonl.journal").exists()
    run(data, "-o", output, *options, "--rows-per-file", 2)
    rows = [line for number in range(2) for line in lines(data.with_name(f"tagged-{number}.jsonl"))]
    assert rows == [
        row | {"tags": answered(str(row["instruction"])), "query_tags": [answered(str(row["instruction"]))]}
        for row in ROWS
    ]


def test_the_same_again_asks_nothing(server: chaos.Chaos, data: Path) -> None:
    one, other = data.with_name("one.jsonl"), data.with_name("other.parquet")
    run(data, "-o", one, "--model", "m", "--base-url", server.url)
    # Another file needs the journal's name, and no server is needed any more.
    again = run(data, "-o", other, "--model", "m", "--journal", f"{one}.journal", "--limit", "0", "--explanations")
    assert server.requests == 2
    assert table(again.stdout)["answered before"] == "2"
    frame = pl.read_parquet(other)
    assert frame["tags"].to_list() == pl.read_ndjson(one)["tags"].to_list()
    assert frame["explanations"].dtype == pl.List(pl.List(pl.String))


def test_a_dry_run_asks_nothing_and_makes_nothing(server: chaos.Chaos, data: Path) -> None:
    output = data.with_name("tagged.jsonl")
    done = run(
        data, "-o", output, "--model", "m", "--base-url", server.url, "--dry-run", "--price", "1,1", "--rpm", "1"
    )
    told = table(done.stdout)
    assert (told["samples"], told["distinct"], told["requests"], told["time"]) == ("3", "2", "2", "2 min")
    assert told["cost"].startswith("$0.000")
    assert "nothing was asked" in done.stdout
    assert server.requests == 0
    assert sorted(file.name for file in data.parent.iterdir()) == ["data.jsonl"]


def test_failures_are_written_and_reported(tmp_path: Path) -> None:
    data, output, failures = many(tmp_path, 40), tmp_path / "tagged.jsonl", tmp_path / "failures.csv"
    with chaos.running(faults={"refusal": 0.2}) as server:
        done = run(data, "-o", output, "--model", "m", "--base-url", server.url, "--failures", failures)
    rows = pl.read_csv(failures)
    failed = rows.height
    assert 0 < failed < 40
    assert rows.columns == ["row", "nth", "query", "status", "reason", "detail"]
    assert set(rows["reason"]) == {"refused"}
    assert rows["row"].to_list() == pl.read_ndjson(output)["tags"].is_null().arg_true().to_list()
    assert done.stderr.startswith(f"note: {failed} of 40 queries have no tags ({failed} failed: refused)")
    assert table(done.stdout)["failed: refused"] == str(failed)


def test_nothing_tagged_is_an_error(tmp_path: Path) -> None:
    data, output = many(tmp_path, 3), tmp_path / "tagged.jsonl"
    with chaos.running(faults={"refusal": 1.0}) as server:
        done = run(data, "-o", output, "--model", "m", "--base-url", server.url, code=1)
    assert "error: no query has tags" in done.stderr
    assert pl.read_ndjson(output)["tags"].null_count() == 3


def test_the_endpoint_stops_us(tmp_path: Path) -> None:
    data, output, file = many(tmp_path, 9), tmp_path / "tagged.jsonl", tmp_path / "key"
    file.write_text(f"{KEY}\n")
    with chaos.running(key="another key") as server:
        done = run(data, "-o", output, "--model", "m", "--base-url", server.url, "--api-key-file", file, code=1)
        assert "401" in done.stderr
        assert f"what was answered is in {output}.journal; {output} was not written" in done.stderr
        assert KEY not in done.stderr + done.stdout + Path(f"{output}.journal").read_text()
        assert not output.exists()
        server.key = KEY
        run(data, "-o", output, "--model", "m", "--api-key-env", "OTHER", OTHER=KEY, OPENAI_BASE_URL=server.url)
    assert pl.read_ndjson(output)["tags"].null_count() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--concurrency", "many"], "--concurrency: expected a number such as 64, or auto; found 'many'"),
        (["--price", "1"], "--price: expected two numbers such as 0.15,0.60; found '1'"),
        (["--extra-body", "[1]"], "--extra-body: expected an object in JSON; found '[1]'"),
        (["--extra-body", "{"], "--extra-body: expected an object in JSON; found '{'"),
        (["--api-key-file", "/nowhere"], "--api-key-file: /nowhere cannot be read: No such file or directory"),
        (["--api-key-env", "NOPE"], "--api-key-env: the environment has no variable 'NOPE'"),
        (["--header", "X-Team research"], "--header: expected 'NAME: VALUE'"),
        (["--header", "@/nowhere"], "--header: /nowhere cannot be read: No such file or directory"),
        (["--max-query", "50"], "cut / --max-query: expected a size of 100"),
        (["--max-query", "500", "--max-query-tokens", "500"], "--max-query-tokens: not with --max-query"),
        (["--max-tokens", "-5"], "max_tokens / --max-tokens: expected a count"),
        (["--max-unread", "2"], "max_unread: expected a share from 0 to 1"),
        (["--extra-body", '{"max_tokens": 5}'], "extra_body / --extra-body: found max_tokens: give max_tokens="),
        (["--failures", "/nowhere/failures.csv"], "--failures: /nowhere/failures.csv: there is no folder /nowhere"),
        (["--failures", "failures.xyz"], "failures.xyz: unknown file extension '.xyz'"),
        (["--failures", "{output}"], "tagged.jsonl is the output: name another file"),
        (["--prompt", "nope"], "prompt: expected one of instag"),
        (
            ["--max-cost", "1"],
            "max_cost / --max-cost: the price of this model is not known: give price=(0.15, 0.6) / --price 0.15,0.6",
        ),
        (["-o", "/nowhere/tagged.jsonl"], "/nowhere/tagged.jsonl: there is no folder /nowhere"),
        (["-o", "tagged.csv"], "tagged.csv: csv cannot hold lists of tags: write .jsonl or .parquet"),
        (["--query", "nope"], "there is no column 'nope'"),
    ],
)
def test_wrong_options_are_reported_before_anything_is_asked(
    arguments: list[str], message: str, server: chaos.Chaos, data: Path
) -> None:
    output = data.with_name("tagged.jsonl")
    arguments = [argument.replace("{output}", str(output)) for argument in arguments]
    done = run(data, "-o", output, "--model", "m", "--base-url", server.url, *arguments, code=1)
    assert done.stderr.startswith("error: ")
    assert message in " ".join(done.stderr.split())
    assert server.requests == 0
    assert not output.exists()


def test_all_options_reach_the_server(server: chaos.Chaos, data: Path) -> None:
    output, prompt, examples = (data.with_name(name) for name in ("tagged.jsonl", "mine.txt", "examples.jsonl"))
    prompt.write_text("{examples}Tags of: {query}")
    examples.write_bytes(orjson.dumps({"query": "Hi!", "tags": ["greeting"]}))
    options = ["--temperature", "-1", "--max-tokens", "0", "--structured", "none", "--extra-body", '{"seed": 7}']
    more = ["--prompt", prompt, "--examples", examples, "--query", "output", "--max-query", "100", "--concurrency", "1"]
    secrets = data.with_name("headers")
    secrets.write_text("X-Gateway-Token: letmein123\n\nX-Other: a:b\n")
    options += ["--header", "X-Team: research", "--header", f"@{secrets}", "--patience", "9", "--max-unread", "1"]
    run(data, "-o", output, "--model", "m", "--base-url", server.url, *options, *more)
    assert server.peak == 1
    sent = {name: server.headers[0][name] for name in ("X-Team", "X-Gateway-Token", "X-Other")}
    assert sent == {"X-Team": "research", "X-Gateway-Token": "letmein123", "X-Other": "a:b"}
    assert [{**body, "messages": body["messages"][0]["content"][-10:]} for body in server.bodies] == [
        {"model": "m", "seed": 7, "messages": f"Tags of: {text}"[-10:]} for text in ("4", "Done.", "four")
    ]
    assert "greeting" in server.bodies[0]["messages"][0]["content"]
    assert list(lines(output)[0]) == ["instruction", "output", "id", "tags", "query_tags"]


def test_queries_are_cut_by_tokens(server: chaos.Chaos, tmp_path: Path) -> None:
    data, output = write(tmp_path, [{"prompt": "漢" * 500}, {"prompt": "x" * 700}]), tmp_path / "tagged.jsonl"
    done = run(data, "-o", output, "--model", "m", "--base-url", server.url, "--max-query-tokens", "100")
    # 700 letters are 88 tokens.
    assert table(done.stdout)["cut"] == "1"


def test_a_column_of_queries_alone_is_written_in_a_layout(server: chaos.Chaos, tmp_path: Path) -> None:
    data, output = write(tmp_path, [{"frage": "Warum?", "antwort": "Darum."}]), tmp_path / "tagged.jsonl"
    run(data, "-o", output, "--model", "m", "--base-url", server.url, "--query", "frage", "--to", "messages")
    assert lines(output) == [
        {
            "messages": [{"role": "user", "content": "Warum?"}],
            "antwort": "Darum.",
            "tags": answered("Warum?"),
            "query_tags": [answered("Warum?")],
        }
    ]


def test_what_was_adapted_is_reported(tmp_path: Path) -> None:
    def picky(body: dict[str, Any], _: int) -> web.Response | None:
        if body.get("response_format", {}).get("type") == "json_schema":
            return chaos.failure(400, "response_format \x1b[2Jjson_schema is not supported " + "here " * 99)
        return chaos.failure(400, "Unknown parameter: structured_outputs") if "structured_outputs" in body else None

    data, output = many(tmp_path, 3), tmp_path / "tagged.jsonl"
    with chaos.running(script=picky) as server:
        done = run(data, "-o", output, "--model", "m", "--base-url", server.url)
    assert table(done.stdout)["JSON asked for by"] == "json_object"
    changed = [line for line in done.stdout.splitlines() if "request changed" in line]
    assert len(changed) == 2
    assert "json_schema does not work here: " in changed[0]
    assert changed[0].rstrip().endswith("…")
    assert "\x1b" not in done.stdout


def test_a_torn_journal_is_reported(server: chaos.Chaos, data: Path) -> None:
    output = data.with_name("tagged.jsonl")
    command = (data, "-o", output, "--model", "m", "--base-url", server.url)
    run(*command)
    with Path(f"{output}.journal").open("ab") as file:
        file.write(b'{"key":"torn')
    done = run(*command)
    assert done.stderr == f"note: {output}.journal: a crash had torn its last line: 12 bytes were dropped\n"


def test_half_a_character_is_reported(server: chaos.Chaos, data: Path) -> None:
    data.write_text('{"prompt": "half \\ud83d pair"}\n')
    output = data.with_name("tagged.jsonl")
    done = run(data, "-o", output, "--model", "m", "--base-url", server.url)
    assert f"note: {data}: 1 half of a character (a lone surrogate) became U+FFFD\n" in done.stderr
    assert lines(output)[0]["prompt"] == "half \ufffd pair"
    assert server.answered == 1


def test_a_dry_run_while_a_run_goes_on(server: chaos.Chaos, data: Path) -> None:
    output = data.with_name("tagged.jsonl")
    run(data, "-o", output, "--model", "m", "--base-url", server.url, "--limit", "1")
    with FileLock(f"{output}.journal.lock"):
        done = run(data, "-o", output, "--model", "m", "--base-url", server.url, "--dry-run")
    told = table(done.stdout)
    assert (told["distinct"], told["answered before"], told["requests"]) == ("2", "1", "1")


class Running:
    """A command that is under way."""

    def __init__(self, *arguments: object) -> None:
        command = [*INSTAG, *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
        )
        # One that hangs ends too.
        self.end_at_last = threading.Timer(LONGEST, self.process.kill)
        self.end_at_last.daemon = True
        self.end_at_last.start()

    def interrupt_when(self, happened: Callable[[], bool], by: signal.Signals = signal.SIGINT) -> None:
        wait_for(happened, self.process)
        self.process.send_signal(by)

    def end(self) -> tuple[int, str]:
        _, errors = self.process.communicate()
        self.end_at_last.cancel()
        return self.process.returncode, errors


@pytest.mark.parametrize(
    ("by", "status"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_signal_drains_and_the_same_command_goes_on(tmp_path: Path, by: signal.Signals, status: int) -> None:
    if signal.getsignal(by) == signal.SIG_IGN:
        pytest.skip("the tests were started to outlive their terminal, and the command would inherit that")
    data, output = many(tmp_path, 300), tmp_path / "tagged.jsonl"
    with chaos.running(latency=0.1) as server:
        command = (data, "-o", output, "--model", "m", "--base-url", server.url, "--concurrency", "10")
        first = Running(*command)
        first.interrupt_when(lambda: server.answered >= 30, by)
        code, errors = first.end()
        kept = server.answered
        assert code == status
        assert f"go on with: instag tag {data} -o {output} --model m --base-url {server.url}" in errors
        assert 30 <= kept < 300
        assert "stopping: waiting for what is in flight, Ctrl-C again stops at once" in errors
        assert f"interrupted with {kept} of 300 done" in errors
        assert not output.exists()
        done = run(*command)
        assert server.requests == server.answered == 300
    assert table(done.stdout)["answered before"] == str(kept)
    assert instag.read(output)["tags"].null_count() == 0


def test_ctrl_c_twice_stops_at_once(tmp_path: Path) -> None:
    data, output = many(tmp_path, 20), tmp_path / "tagged.jsonl"

    with chaos.running(latency=20.0) as server:
        running = Running(data, "-o", output, "--model", "m", "--base-url", server.url, "--concurrency", "4")
        running.interrupt_when(lambda: server.in_flight > 0)
        running.interrupt_when(lambda: stopping(running))
        code, errors = running.end()
    assert code == 130
    assert "interrupted with 0 of 20 done" in errors


def stopping(running: Running) -> bool:
    """Wait for the command to have heard of the first Ctrl-C."""
    assert running.process.stderr is not None
    return "stopping" in running.process.stderr.readline()


def test_two_commands_on_one_journal(tmp_path: Path) -> None:
    data, output = many(tmp_path, 50), tmp_path / "tagged.jsonl"
    with chaos.running(latency=1.0) as server:
        command = (data, "-o", output, "--model", "m", "--base-url", server.url, "--concurrency", "2")
        first = Running(*command)
        wait_for(lambda: server.requests > 0, first.process)
        done = run(*command, code=1)
        first.process.kill()
        first.end()
    assert "another run has this journal open" in done.stderr
