"""`instag audit` as a shell sees it."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
import shell

INSTAG = [sys.executable, "-m", "instag"]
KEY = "sk-very-secret"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")} | {
    "COLUMNS": "200",
    "NO_COLOR": "1",
    "OPENAI_API_KEY": KEY,
}
ROWS = [
    {"question": f"Solve {nth} + x = {2 * nth}.", "answer": "x", "tags": ["algebra", f"number {nth}"]}
    for nth in range(9)
] + [{"question": f"Rhyme on {word}.", "answer": "y", "tags": ["poetry"]} for word in ("moon", "sea", "rain", "dawn")]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    instag.write(pl.DataFrame(ROWS), path)
    return path


@pytest.fixture
def run(judge: Any, data: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        given = ("audit", data, "--model", "m", "--base-url", judge.url, *arguments)
        return shell.instag(*given, code=code, env=ENVIRONMENT, cwd=data.parent)

    return call


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def knows(case: dict[str, Any]) -> bool:
    """Right is what stands in the data, but for two tags."""
    queries = case.get("queries") or [case["query"]]
    tags = {row["question"]: row["tags"] for row in ROWS}
    return all(case["tag"] in tags[query] for query in queries) and case["tag"] not in {"number 3", "number 4"}


def test_tables(judge: Any, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    judge.rule = knows
    done = run("--precision", "22", "--consistency", "2", "--probes", "0.2")
    told = lines(done.stdout)
    assert told[:5] == [
        "share 95 % interval cases",
        "precision: tags right for their query 90.9% 72.2% to 97.5% 20 of 22",
        "consistency: tags of one meaning 100.0% 34.2% to 100.0% 2 of 2",
        "judge: wrong tags caught 100.0% 51.0% to 100.0% 4 of 4",
        "judge: misplaced queries caught 100.0% 20.7% to 100.0% 1 of 1",
    ]
    start = told.index("worst tags (2 of 2):")
    assert told[start + 1 : start + 7] == [
        "number 3 (precision, 0 of 1 right)",
        "Solve 3 + x = 6.",
        "judge: So it is.",
        "number 4 (precision, 0 of 1 right)",
        "Solve 4 + x = 8.",
        "judge: So it is.",
    ]
    assert any(line.startswith("tags from the column tags; the answers are in m.audit.") for line in told)
    assert done.stderr == ""
    assert judge.keys == {f"Bearer {KEY}"}


def test_a_bad_judge_is_shown_as_one(judge: Any, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    judge.rule = lambda _: True
    done = run("--precision", "10", "--consistency", "0", "--probes", "1")
    assert (
        "note: precision: the judge caught only 0 of 10 probes, which are wrong on purpose: do not trust its share\n"
        in done.stderr
    )
    assert "wrong on purpose, and taken for right (10 of 10):" in lines(done.stdout)


def test_the_query_that_was_misplaced_is_shown(
    judge: Any, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    judge.rule = lambda _: True
    told = lines(run("--precision", "0", "--consistency", "2", "--probes", "1", "--group", "3").stdout)
    start = told.index("wrong on purpose, and taken for right (2 of 2):")
    for tag, belonging, misplaced, reason in (told[start + 1 : start + 5], told[start + 5 : start + 9]):
        (name,) = {name for name in ("algebra", "poetry") if tag == f"{name} (consistency)"}
        tags = {row["question"]: row["tags"] for row in ROWS}
        assert name in tags[belonging]
        assert name not in tags[misplaced.removeprefix("misplaced: ")]
        assert misplaced.startswith("misplaced: ")
        assert reason == "judge: So it is."


def test_a_tag_of_several_meanings_is_shown_with_two_queries(
    judge: Any, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    judge.rule = lambda _: False
    told = lines(run("--precision", "0", "--consistency", "2", "--probes", "0").stdout)
    start = told.index("worst tags (2 of 2):")
    shown = [list(judge.asked[nth]["queries"][:2]) for nth in range(2)]
    assert sorted([told[start + 2 : start + 4], told[start + 6 : start + 8]]) == sorted(shown)


def test_the_file_for_people_is_looked_at_before_anything_is_paid_for(
    judge: Any, run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    labelled = tmp_path / "cases.csv"
    labelled.write_text("case,label\np-1,yes\n")
    refused = run("--precision", "3", "--cases", labelled, code=1)
    assert refused.stderr.startswith(f"error: {labelled}: the file exists and may hold labels")
    nowhere = run("--precision", "3", "--cases", tmp_path / "no" / "cases.csv", code=1)
    assert nowhere.stderr.startswith(f"error: --cases: {tmp_path / 'no' / 'cases.csv'}: there is no folder ")
    assert judge.asked == []
    assert labelled.read_text() == "case,label\np-1,yes\n"


def test_details_that_cannot_be_written_hide_no_result(
    judge: Any, run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:

    def rule(case: Any) -> Any:
        (tmp_path / "details.jsonl").mkdir(exist_ok=True)
        return knows(case)

    judge.rule = rule
    done = run("--precision", "3", "--consistency", "0", "--details", tmp_path / "details.jsonl", code=1)
    assert done.stderr.startswith(f"error: {tmp_path / 'details.jsonl'}: ")
    assert lines(done.stdout)[1].startswith("precision: tags right for their query")


def test_people_label_and_it_costs_nothing(
    judge: Any, run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    judge.rule = knows
    cases, details = tmp_path / "cases.csv", tmp_path / "details.jsonl"
    options = ("--precision", "22", "--consistency", "2", "--probes", "0.2")
    run(*options, "--limit", "0", "--cases", cases)
    assert judge.asked == []
    assert "probe" not in cases.read_text("utf-8-sig")
    run(*options, "--cases", cases, "--details", details)
    asked = len(judge.asked)
    truth = {row["case"]: row for row in pl.read_ndjson(details).to_dicts()}
    assert set(truth[next(iter(truth))]) == {
        "case",
        "kind",
        "probe",
        "tag",
        "queries",
        "rows",
        "misplaced",
        "right",
        "reason",
        "failure",
    }
    with cases.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    for rater in ("anna", "ben"):
        with (tmp_path / f"{rater}.csv").open("w", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(["case", rater])
            writer.writerows([row["case"], "no" if truth[row["case"]]["probe"] else "yes"] for row in rows)
    done = run(*options, "--labels", tmp_path / "anna.csv", "--labels", tmp_path / "ben.csv")
    assert len(judge.asked) == asked
    told = lines(done.stdout)
    start = told.index("labels of people raters cases right as the judge Cohen's κ Fleiss' κ")
    # The judge and the people are apart on two of 26: κ = (24/26 - chance) / (1 - chance).
    chance = 22 / 26 * 20 / 26 + 4 / 26 * 6 / 26
    kappa = (24 / 26 - chance) / (1 - chance)
    assert told[start + 1] == f"precision 2 26 84.6% 92.3% {kappa:.2f} 1.00"
    assert told[start + 2] == "precision, without probes 2 22 100.0% 90.9% 0.00 -"
    assert (
        "Fleiss' κ, precision, without probes: all gave every case the same label: chance alone would agree as often"
        in told
    )
    again = run(*options, "--cases", cases)
    assert again.returncode == 0
    cases.write_text("case,label\n")
    refused = run(*options, "--cases", cases, code=1)
    assert "may hold labels" in refused.stderr


def test_errors(judge: Any, run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("case,anna\np-0,yes\n")
    assert run("--labels", bad, code=1).stderr.startswith(
        f"error: {bad}, line 2, column 'case': 'p-0' is not one of the "
    )
    assert run("--details", tmp_path / "no" / "x.jsonl", code=1).stderr.startswith("error: --details: ")
    assert run("--group", "1", code=1).stderr == "error: group: expected a whole number of 2 or more; found 1\n"
    assert judge.asked == []
    judge.rule = lambda _: (401, f'{{"error": {{"message": "no such key {KEY}"}}}}')
    refused = run(code=1)
    assert "no such key" in refused.stderr
    assert KEY not in refused.stderr + refused.stdout
    judge.rule = lambda _: "I do not know."
    assert run("--precision", "3", "--consistency", "0", code=1).stderr.endswith("error: no case has a verdict\n")


def test_hostile_texts_leave_the_terminal_alone(
    judge: Any, run: Callable[..., subprocess.CompletedProcess[str]], data: Path
) -> None:
    judge.rule = lambda _: False
    hostile = [
        {"question": f"\x1b[2J{nth}\u202e[bold]", "answer": "", "tags": ["\x1b]0;x\x07[red]"]} for nth in range(3)
    ]
    instag.write(pl.DataFrame(hostile), data)
    done = run("--probes", "0", "--precision", "3", "--consistency", "1")
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout + done.stderr)
    assert "]0;x [red] (precision, 0 of 3 right)" in lines(done.stdout)


def test_ctrl_c_and_on(judge: Any, data: Path) -> None:
    """Stopped while the fifth case is asked; the same command goes on, and asks nothing twice that was answered."""
    processes: list[subprocess.Popen[str]] = []

    def rule(case: dict[str, Any]) -> bool:
        if len(judge.asked) == 5 and processes:
            processes[0].send_signal(signal.SIGINT)
        return knows(case)

    judge.rule = rule
    command = [*INSTAG, "audit", str(data), "--model", "m", "--base-url", judge.url, "--concurrency", "1"]
    command += ["--precision", "22", "--consistency", "2", "--journal", "kept.journal"]
    options: dict[str, Any] = {"env": ENVIRONMENT, "cwd": data.parent, "text": True, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, **options) as process:
        processes.append(process)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "run the same again to go on" in told
    processes.clear()
    assert 5 <= len(judge.asked) < 20
    done = subprocess.run([*command, "--probes", "0.1"], stdout=subprocess.PIPE, check=True, **options)
    assert "20 of 22" in done.stdout
    assert judge.repeats == 0
