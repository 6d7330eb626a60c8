"""`instag normalize` and `instag vocabulary` as a shell sees them."""

from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

import instag
from test_cli import lines, run

ROWS: list[dict[str, Any]] = [
    {"instruction": "Test it.", "output": "Done.", "tags": ["unit testing", "C++"]},
    {"instruction": "Test more.", "output": "Done.", "tags": ["Unit Testing", "unit tests"]},
    {"instruction": "Test all.", "output": "Done.", "tags": ["unit testing", "unit test"]},
    {"instruction": "Nothing.", "output": "Done.", "tags": None},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


def test_normalize(data: Path) -> None:
    output, file = data.with_name("normal.jsonl"), data.with_name("v.parquet")
    done = run("normalize", data, "-o", output, "--vocabulary", file, "--embedder", "none")
    assert done.stderr == ""
    written = pl.read_ndjson(output)
    assert written["tags"].to_list() == [["unit testing", "C++"], ["unit testing"], ["unit testing"], None]
    assert written["raw_tags"].to_list() == [row["tags"] for row in ROWS]
    assert lines(done.stdout) == [
        "step tags after assigned after merged dropped repeated",
        "raw 5 5 6 6 0 0 0",
        "frequency 5 5 6 6 0 0 0",
        "rules 5 2 6 4 1 0 2",
        "association 2 2 4 4 0 0 0",
        "",
        "3 of 3 merges:",
        "unit test (1) -> unit testing",
        "rules: inflection: unit test / unit testing",
        "Unit Testing (1) -> unit testing",
        "rules: the same once cleaned: unit testing",
        "unit tests (1) -> unit testing",
        "rules: inflection: unit tests / unit testing",
        "",
        f"2 tags; written to {output}; the vocabulary is in {file}",
    ]


def test_warnings_are_notes(data: Path) -> None:
    done = run("normalize", data, "-o", data.with_name("n.jsonl"), "--min-count", "3", "--embedder", "none")
    expected = "note: the step 'frequency' removes 100% of all assignments of tags; for small data a lower min_count keeps more\n"
    assert done.stderr == expected


def test_vocabulary(data: Path) -> None:
    file, other, output = (data.with_name(name) for name in ("v.parquet", "w.parquet", "applied.jsonl"))
    options = ("-o", data.with_name("n.jsonl"), "--embedder", "none")
    run("normalize", data, *options, "--vocabulary", file)
    run("normalize", data, *options, "--vocabulary", other, "--stem", "none")
    assert lines(run("vocabulary", "show", file).stdout) == [
        "3 unit testing <- Unit Testing, unit test, unit tests",
        "1 C++",
        "",
        "2 tags from 5 raw tags, of which 0 were dropped",
        "min_count=1, stem=True, distance=0.05, embedder=None, linkage=star",
    ]
    assert lines(run("vocabulary", "show", file, "--tag", "unit testing").stdout) == [
        "unit testing: 3 rows, from 4 raw tags",
        "Unit Testing (1) rules: the same once cleaned: unit testing",
        "unit test (1) rules: inflection: unit test / unit testing",
        "unit tests (1) rules: inflection: unit tests / unit testing",
    ]
    assert lines(run("vocabulary", "show", file, "--tag", "unit tests").stdout) == [
        "unit tests (1) -> unit testing",
        "unit tests -> unit testing: rules: inflection: unit tests / unit testing",
    ]
    assert "knows no tag 'x'" in run("vocabulary", "show", file, "--tag", "x", code=1).stderr
    assert lines(run("vocabulary", "diff", file, other).stdout) == [
        "moved unit test: unit testing -> unit test",
        "moved unit tests: unit testing -> unit tests",
        "",
        "2 moved",
    ]
    assert lines(run("vocabulary", "diff", file, file).stdout) == ["", "no differences"]
    unseen = data.with_name("unseen.jsonl")
    unseen.write_text('{"tags": ["UNIT TESTING", "poetry"]}\n')
    done = run("vocabulary", "apply", file, unseen, "-o", output)
    assert pl.read_ndjson(output)["tags"].to_list() == [["unit testing"]]
    assert lines(done.stdout) == [
        "found by tags assigned share",
        "rules 1 1 50.0%",
        "new 1 1 50.0%",
        "new tag count nearest similarity",
        "poetry 1 0.00",
        f"1 new tags were dropped; written to {output}",
    ]


def test_a_raw_tag_is_followed_to_its_end(data: Path) -> None:
    rows = [["sql", "databases"], ["SQL", "databases"], ["SQL", "databases"], ["databases"], ["rare"]]
    data.write_bytes(b"".join(orjson.dumps({"tags": tags}) + b"\n" for tags in rows))
    file = data.with_name("v.parquet")
    options = ("--min-count", "2", "--steps", "rules, frequency, association", "--min-support", "2")
    run("normalize", data, "-o", data.with_name("n.jsonl"), "--vocabulary", file, *options)

    def shown(tag: str) -> list[str]:
        return lines(run("vocabulary", "show", file, "--tag", tag).stdout)

    absorbed = "association: 3 of 3 rows with 'SQL' have 'databases' too"
    assert shown("sql") == [
        "sql (1) -> databases",
        "sql -> SQL: rules: the same once cleaned: sql",
        f"SQL -> databases: {absorbed}",
    ]
    assert shown("rare") == ["rare (1) was dropped", "rare -> (none): frequency: in 1 row, fewer than min_count 2"]
    assert shown("databases") == [
        "databases: 4 rows, from 3 raw tags",
        f"SQL (2) {absorbed}",
        "sql (1) rules: the same once cleaned: sql [via SQL]",
    ]


def test_merges_and_what_was_kept_apart_are_files(data: Path) -> None:
    data.write_text('{"tags": ["organ", "organization", "organs"]}\n')
    files = [data.with_name(name) for name in ("n.jsonl", "merges.csv", "apart.jsonl")]
    done = run(
        *("normalize", data, "-o", files[0], "--merges", files[1], "--apart", files[2]),
        *("--distance", "none", "--min-support", "none"),
    )
    said = f"2 tags; written to {files[0]}; the merges are in {files[1]}; what was kept apart is in {files[2]}"
    assert lines(done.stdout)[-1] == said
    assert pl.read_csv(files[1]).select("from", "to", "step", "why", "count").rows() == [
        ("organs", "organ", "rules", "plural: organs / organ", 1)
    ]
    assert pl.read_ndjson(files[2]).rows() == [
        ("organ", "organization", "kept apart: same stem only"),
        ("organization", "organs", "kept apart: same stem only"),
    ]
    assert "semantic" not in done.stdout


@pytest.mark.parametrize(
    ("option", "name", "message"),
    [
        ("--vocabulary", "out.parquet", "--vocabulary: {path} is the output: name another file"),
        ("--vocabulary", "data.parquet", "--vocabulary: {path} is one of the files that are read: name another"),
        ("--vocabulary", "v.json", "--vocabulary: {path}: expected a file that ends in .parquet"),
        ("--vocabulary", "no/v.parquet", "--vocabulary: {path}: there is no folder {path.parent}: expected one to "),
        ("--vocabulary", "folder.parquet", "--vocabulary: {path}: this is a folder: expected a file to write"),
        ("--merges", "v.parquet", "--merges: {path} is the file of --vocabulary: name another file"),
        ("--apart", "a.nothing", "--apart: {path}: unknown file extension '.nothing'"),
    ],
)
def test_no_file_takes_the_place_of_another(tmp_path: Path, option: str, name: str, message: str) -> None:
    data, output, file = (tmp_path / name for name in ("data.parquet", "out.parquet", "v.parquet"))
    pl.DataFrame({"tags": [["a"]]}).write_parquet(data)
    (tmp_path / "folder.parquet").mkdir()
    before = data.read_bytes()
    path = tmp_path / name
    wanted = {"--vocabulary": file, option: path}
    arguments = [argument for pair in wanted.items() for argument in pair]
    done = run("normalize", data, "-o", output, *arguments, "--embedder", "none", code=1)
    assert done.stderr.startswith("error: " + message.format(path=path))
    assert sorted(found.name for found in tmp_path.iterdir()) == ["data.parquet", "folder.parquet"]
    assert data.read_bytes() == before


def test_a_vocabulary_is_not_written_over_by_what_it_is_applied_to(data: Path) -> None:
    file = data.with_name("v.parquet")
    run("normalize", data, "-o", data.with_name("n.jsonl"), "--vocabulary", file, "--embedder", "none")
    before = file.read_bytes()
    done = run("vocabulary", "apply", file, data, "-o", file, code=1)
    assert f"-o: {file} is one of the files that are read: name another" in done.stderr
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--distance", "far"), "--distance: expected a number, or none; found 'far'"),
        (("--min-support", "0.5"), "min_support: expected a count of 1 or more; found 0.5"),
        (("--min-count", "many"), "--min-count: expected a count such as 20, auto, or none; found 'many'"),
        (("--stem", "snowball"), "--stem: expected one of guarded, paper, none; found 'snowball'"),
        (
            ("--steps", "rules,magic"),
            "steps: expected one of frequency, rules, semantic, association, judge; found 'magic'",
        ),
        (("--embedder", "bert"), "embedder: expected 'auto', 'minilm', "),
    ],
)
def test_errors(data: Path, arguments: tuple[str, ...], message: str) -> None:
    output = data.with_name("normal.jsonl")
    done = run("normalize", data, "-o", output, *arguments, code=1)
    assert done.stderr.startswith(f"error: {message}")
    assert not output.exists()


def test_a_vocabulary_that_is_none(data: Path) -> None:
    assert "expected a vocabulary" in run("vocabulary", "show", data, code=1).stderr


def test_the_command_and_the_function_agree(data: Path) -> None:
    output = data.with_name("normal.jsonl")
    run("normalize", data, "-o", output, "--stem", "paper", "--no-guards", "--linkage", "dbscan", "--embedder", "none")
    frame = instag.read(data)
    done = instag.normalize(frame, stem="paper", guards=False, linkage="dbscan", embedder=None)
    assert pl.read_ndjson(output)["tags"].to_list() == done.data["tags"].to_list()


JUDGED: list[dict[str, Any]] = [
    {"tag": "unit testing", "candidates": [], "same": [], "broader": ["testing"]},
    {"tag": "mocks", "candidates": ["stubs"], "same": [], "broader": ["unit testing"]},
    {"tag": "stubs", "candidates": [], "same": [], "broader": ["unit testing"]},
]


@pytest.fixture
def judged(tmp_path: Path) -> tuple[Path, Path]:
    """Data, and what was said of their tags."""
    tags = [["testing"]] * 4 + [["unit testing"]] * 2 + [["mocks"], ["stubs"]]
    data, said = tmp_path / "tests.jsonl", tmp_path / "said.jsonl"
    data.write_bytes(b"".join(orjson.dumps({"instruction": "Test it.", "tags": some}) + b"\n" for some in tags))
    said.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in JUDGED))
    return data, said


def test_judgments_and_the_tree(judged: tuple[Path, Path]) -> None:
    data, said = judged
    output, file, out = (data.with_name(name) for name in ("n.jsonl", "v.parquet", "out.jsonl"))
    options = ("--min-count", "2", "--embedder", "none", "--vocabulary", file, "--judgments", said)
    done = run("normalize", data, "-o", output, *options, "--judgments-out", out)
    assert done.stderr == ""
    assert "broader 4 2 8 8 2 0 0" in lines(done.stdout)
    assert pl.read_ndjson(output)["tags"].to_list()[-2:] == [["unit testing"]] * 2
    written = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert [line["tag"] for line in written] == ["mocks", "stubs", "unit testing"]
    assert written[0] == {**JUDGED[1], "count": 0, "judge": "said.jsonl"}
    tree = lines(run("vocabulary", "tree", file).stdout)
    assert tree == ["testing 4 100.0%", "unit testing 4 50.0%", "", "2 tags, 1 with nothing above them"]
    assert lines(run("vocabulary", "tree", file, "--depth", "1").stdout)[:2] == ["testing 4 100.0%", ""]
    assert lines(run("vocabulary", "tree", file, "--under", "unit testing").stdout)[0] == "unit testing 4 50.0%"
    refused = run("vocabulary", "tree", file, "--under", "poetry", code=1)
    assert "--under: the vocabulary has no tag 'poetry'" in refused.stderr


def test_what_a_judge_would_take(judged: tuple[Path, Path]) -> None:
    data, said = judged
    output = data.with_name("n.jsonl")
    options = ("--embedder", "none", "--judge", "m", "--price", "1,2", "--dry-run")
    done = run("normalize", data, "-o", output, *options)
    assert lines(done.stdout)[0].startswith("1 tags in 1 questions, 0 of them answered; the 1 to be asked take about ")
    assert lines(done.stdout)[1] == "nothing was asked, and nothing was written"
    assert not output.exists()
    done = run("normalize", data, "-o", output, *options, "--judgments", said)
    assert lines(done.stdout)[0].startswith("0 tags in 0 questions")
    refused = run("normalize", data, "-o", output, "--dry-run", code=1)
    assert "--dry-run: nothing would be asked without a judge: add --judge MODEL" in refused.stderr


def test_applying_says_how_far_the_data_are(judged: tuple[Path, Path]) -> None:
    data, said = judged
    file, output = data.with_name("v.parquet"), data.with_name("n.jsonl")
    options = ("--min-count", "2", "--embedder", "none", "--vocabulary", file, "--judgments", said)
    run("normalize", data, "-o", output, *options)
    more = data.with_name("more.jsonl")
    more.write_bytes(orjson.dumps({"instruction": "Test it.", "tags": ["mocks", "fuzzing", "Testing"]}) + b"\n")
    new = data.with_name("new.jsonl")
    new.write_bytes(orjson.dumps({"tag": "fuzzing", "broader": ["testing"]}) + b"\n")
    done = run("vocabulary", "apply", file, more, "-o", output)
    assert lines(done.stdout)[1:4] == ["vocabulary 1 1 33.3%", "rules 1 1 33.3%", "new 1 1 33.3%"]
    run("vocabulary", "apply", file, more, "-o", output, "--judgments", new)
    assert pl.read_ndjson(output)["tags"].to_list() == [["unit testing", "testing"]]


def test_edit(judged: tuple[Path, Path]) -> None:
    data, said = judged
    file, after, edits = (data.with_name(name) for name in ("v.parquet", "v2.parquet", "edits.txt"))
    options = ("--min-count", "2", "--embedder", "none", "--vocabulary", file, "--judgments", said)
    run("normalize", data, "-o", data.with_name("n.jsonl"), *options)
    edits.write_text("rename testing to tests\n")
    done = run("vocabulary", "edit", file, edits, "-o", after)
    assert lines(done.stdout) == [
        "moved testing: testing -> tests",
        "",
        "1 moved",
        f"1 edits; 2 tags; written to {after}",
    ]
    assert lines(run("vocabulary", "tree", after).stdout)[0] == "tests 4 100.0%"
    edits.write_text("merge unit testing in testing\n")
    refused = run("vocabulary", "edit", file, edits, "-o", after, code=1)
    assert f"{edits}, line 1: expected merge A into B; found 'merge unit testing in testing'" in refused.stderr
