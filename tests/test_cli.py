"""The command line as a shell sees it: exit codes, both streams, files."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
import typer

import instag
import shell
from instag.cli.app import COMMANDS, app

INSTAG = [sys.executable, "-m", "instag"]
ENVIRONMENT = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
ROWS = [
    {"instruction": "Add 2 and 2.", "output": "4", "tags": ["math"]},
    {"instruction": "Prove it.", "output": "Done.", "tags": ["math", "proof", "latex"]},
    {"instruction": "Hello", "output": "Hi.", "tags": []},
    {"instruction": "A poem.", "output": "Rose.", "tags": ["poetry"]},
    {"instruction": "Untagged.", "output": "?", "tags": None},
]


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    return shell.instag(*arguments, code=code, env=ENVIRONMENT)


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


def read_lines(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_select(data: Path) -> None:
    output = data.with_name("subset.jsonl")
    done = run("select", data, "--budget", "2", "-o", output)
    assert read_lines(output) == [ROWS[1], ROWS[3]]
    assert done.stderr == "note: column 'tags': 1 of 5 samples have null tags; they are not chosen\n"
    assert lines(done.stdout) == [
        "read taken",
        "samples 5 2",
        "with null tags 1 0",
        "with no tags 1 0",
        "tags a sample (complexity) 1.25 2.00",
        "distinct tags 4 4",
        "coverage 100.0%",
        f"complexity-first, 1 round; written to {output}",
    ]


def test_select_says_where_the_budget_is_out_of_reach(data: Path) -> None:
    output = data.with_name("subset.parquet")
    done = run("select", data, "--budget", "100", "-o", output, "--details", "--method", "coverage")
    assert done.stderr.splitlines() == [
        "note: column 'tags': 1 of 5 samples have null tags; they are not chosen",
        "note: budget: 100 samples were asked for, but 3 have tags; all of those were taken",
    ]
    assert pl.read_parquet(output)["row"].to_list() == [1, 3, 0]


def test_select_a_share_from_parquet_to_another_layout(data: Path) -> None:
    source, output = data.with_suffix(".parquet"), data.with_name("subset.json")
    instag.write(instag.read(data), source)
    run("select", source, "--budget", "0.2", "-o", output, "--to", "messages")
    assert orjson.loads(output.read_bytes()) == [
        {
            "messages": [{"role": "user", "content": "Prove it."}, {"role": "assistant", "content": "Done."}],
            "tags": ["math", "proof", "latex"],
        }
    ]


layouts = {
    "select": ("select", "--budget", "2"),
    "rank": ("rank",),
    "clean": ("clean",),
    "dedup": ("dedup",),
    "decontaminate": ("decontaminate", "--against", "AGAINST"),
    "split": ("split", "--validation", "1"),
    "normalize": ("normalize", "--min-count", "1"),
    "apply": ("vocabulary", "apply", "VOCABULARY"),
}


@pytest.mark.parametrize("command", layouts)
def test_a_column_of_queries_alone_is_written_in_a_layout_as_convert_does(command: str, tmp_path: Path) -> None:
    source, chosen, converted = (tmp_path / name for name in ("in.jsonl", "chosen.jsonl", "converted.jsonl"))
    asked = ["Warum ist der Himmel blau?", "Wo liegt der Hafen der Stadt?"]
    rows: list[dict[str, Any]] = [{"frage": text, "antwort": "Darum.", "tags": ["why"]} for text in asked]
    source.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    files = {"AGAINST": tmp_path / "against.jsonl", "VOCABULARY": tmp_path / "words.parquet"}
    files["AGAINST"].write_text('{"question": "Was kostet eine Fahrt mit der Bahn nach Rom?"}\n')
    instag.normalize(pl.DataFrame({"tags": [["why"]] * 2}), min_count=1).vocabulary.save(files["VOCABULARY"])
    wanted = ("--query", "frage", "--to", "sharegpt")
    made = tmp_path / "parts" if command == "split" else chosen
    run(*(files.get(word, word) for word in layouts[command]), source, *wanted, "-o", made)
    run("convert", source, *wanted, "-o", converted)
    whole = [
        {"conversations": [{"from": "human", "value": text}], "antwort": "Darum.", "tags": ["why"]} for text in asked
    ]
    assert read_lines(converted) == whole
    written = [chosen] if command != "split" else [made / "train.jsonl", made / "val.jsonl"]
    kept = [{key: row[key] for key in whole[0]} for path in written for row in read_lines(path)]
    assert sorted(kept, key=str) == sorted(whole, key=str)


def test_rank(data: Path) -> None:
    output = data.with_name("ranked.jsonl")
    run("rank", data, "-o", output)
    ranked = pl.read_ndjson(output)
    assert ranked.select("rank", "round", "row").rows() == [(1, 1, 1), (2, 1, 3), (3, 2, 0)]
    assert ranked["new_tags"].to_list() == [["math", "proof", "latex"], ["poetry"], ["math"]]


def test_stats(data: Path) -> None:
    other = data.with_name("other.jsonl")
    other.write_text('{"tags": ["math", "art"]}\n')
    assert lines(run("stats", data, other).stdout) == [
        "samples null tags no tags complexity distinct tags coverage",
        f"{data} 5 1 1 1.25 4 80.0%",
        f"{other} 1 0 0 2.00 2 40.0%",
        "all 6 1 1 1.40 5 100.0%",
    ]
    measured = orjson.loads(run("stats", data, "--json").stdout)
    assert measured == [
        {"source": str(data), "samples": 5, "null": 1, "empty": 1, "complexity": 1.25, "tags": 4, "coverage": 1.0}
    ]


def test_convert(data: Path) -> None:
    output = data.with_name("converted.jsonl")
    done = run("convert", data, "-o", output, "--to", "sharegpt")
    assert done.stdout == f"5 samples with 5 queries; written to {output}\n"
    assert pl.read_ndjson(output)["conversations"][0].to_list() == [
        {"from": "human", "value": "Add 2 and 2."},
        {"from": "gpt", "value": "4"},
    ]


def test_demo(tmp_path: Path) -> None:
    done = run("demo", "-o", tmp_path / "new" / "folder")
    table = {line.split()[0]: line.split() for line in lines(done.stdout) if "%" in line}
    share = {method: float(words[-3 if method == "random" else -1].rstrip("%")) for method, words in table.items()}
    assert list(share) == ["complexity-first", "coverage", "complexity", "random", "gain"]
    assert share["coverage"] > share["complexity-first"] > share["random"]
    folder = tmp_path / "new" / "folder"
    assert len(read_lines(folder / "subset.jsonl")) == 100
    assert f"to open in a browser: {folder / 'report.html'}" in done.stdout
    assert "Selection: complexity-first" in (folder / "report.html").read_text("utf-8")
    assert (folder / "figures" / "frontier-coverage.svg").read_text("utf-8").startswith("<svg")
    assert "780 samples of four kinds, with 3,027 raw tags." in done.stdout
    assert "±: standard deviation" in done.stdout
    assert "rules: plural: regular expression / regular expressions" in done.stdout
    assert "instag select clean.jsonl --method gain --budget 6000 -o subset.jsonl" in done.stdout
    assert done.stderr.startswith("note: the step 'frequency' removes 57% of all assignments")


def test_help_and_version() -> None:
    assert run("--version").stdout == f"instag {instag.__version__}\n"
    for command in ("select", "rank", "stats", "convert", "demo"):
        assert command in run("--help").stdout
        assert run(command, "--help").stdout.startswith(f"Usage: instag {command}")


def worked(process: int) -> float:
    """Seconds of a processor that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to tell how far it is")
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    source, output = tmp_path / "data.parquet", tmp_path / "subset.parquet"
    row = pl.int_range(2_000_000)
    # No two rows alike, which would wait as one.
    spread = [pl.concat_str(pl.lit(f"{size}:"), row % size) for size in (997, 991, 983, 977)]
    pl.select(tags=pl.concat_list(spread)).write_parquet(source)
    command = [*INSTAG, "select", str(source), "--budget", "0.9", "--method", "coverage", "-o", str(output)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    # By then it has long begun, and the whole would take it fifty times as long.
    while worked(process.pid) < 3.0:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == 130
    assert stderr == "error: stopped\n"
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


@pytest.mark.parametrize(("raised", "shown"), [("KeyboardInterrupt", False), ("ValueError", True)])
def test_ctrl_c_is_not_shown_again_by_what_is_closed(raised: str, shown: bool) -> None:  # noqa: FBT001
    line = f"""
import sys
from instag.cli import main
class Closed:
    def __del__(self):
        raise {raised}("again")
sys.argv = ["instag", "--help"]
try:
    main()
finally:
    Closed()
"""
    said = subprocess.run([sys.executable, "-c", line], check=True, capture_output=True, text=True).stderr
    assert ("again" in said) == shown


@pytest.mark.parametrize(
    "command",
    [[], *([name] for name in sorted(COMMANDS))],
    ids=lambda command: " ".join(command) or "instag",
)
def test_help_loads_no_frames(command: list[str]) -> None:
    # Which makes it quick; times themselves are in the benchmarks.
    line = f"""
import sys
from instag.cli import main
sys.argv = ["instag", *{command}, "--help"]
try:
    main()
finally:
    print(*{{"asyncio", "polars", "numpy", "httpx2", "pydantic", "rich.console"}} & set(sys.modules), file=sys.stderr)
"""
    assert subprocess.run([sys.executable, "-c", line], check=True, capture_output=True).stderr.strip() == b""


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_list_of_commands_says_what_each_says_of_itself(command: str) -> None:
    group: Any = typer.main.get_command(app)
    assert group.get_command(None, command).get_short_help_str(1_000) == COMMANDS[command]


@pytest.mark.parametrize("command", [("split", "--validation", "9"), ("sweep", "--size", "9", "--by", "complexity")])
def test_no_folder_is_left_where_nothing_can_be_put_into_it(command: tuple[str, ...], tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"question": "Why?", "tags": ["why"]}\n{"question": "How?", "tags": ["how"]}\n')
    assert run(*command, source, "-o", tmp_path / "out", code=1).stderr.startswith("error: ")
    assert not (tmp_path / "out").exists()
