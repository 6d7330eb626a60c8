"""What is wrong between tables, and with files, columns, groups and tags, is found before the first row, with its line."""

import json
import os
import re
import sys
from importlib import util
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag.recipe.checking import read_recipe
from recipes import rows

HEAD = """\
[[source]]
name = "first"
files = ["first.jsonl"]
[[source]]
name = "second"
files = ["second-*.jsonl"]
columns = { quality = "score" }
"""
SELECT = '[select]\nmethod = "gain"\nbudget = 10\n'


def said(folder: Path, text: str, **options: Any) -> list[str]:
    """The faults of a recipe; nothing is done where there are some."""
    (folder / "recipe.toml").write_text(text)
    with pytest.raises(instag.InputError) as caught:
        instag.run(folder / "recipe.toml", **options)
    assert not (folder / ".instag").exists()
    assert not (folder / "out").exists()
    return [line.removeprefix(str(folder) + os.sep) for line in str(caught.value).splitlines()]


@pytest.fixture
def data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (folder / "traffic.jsonl").write_text(json.dumps({"prompt": "Why?", "tags": ["elsewhere"]}) + "\n")
    (folder / "prompts.jsonl").write_text(json.dumps({"prompt": "Why?"}) + "\n")
    (folder / "empty.jsonl").write_text("")
    return folder


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        # the wrong table, the wrong type, the wrong range
        ("[select]\nbudget = 3\nthreshold = 0.5\n", 10, r"\[select\] threshold: no such option; it is an option of \[dedup\]"),
        ("[select]\nbudget = true\n", 9, r"\[select\] budget: expected a number or a text; found true"),
        ("[select]\nbudget = 0\n", 9, r"\[select\] budget: expected a count of 1 or more"),
        ("[select]\nbudget = -2\n", 9, r"\[select\] budget: expected a count"),
        ("[select]\nbudget = 3\n[dedup]\nthreshold = 1.5\n", 11, r"\[dedup\] threshold: .*1\.5"),
        ('[select]\nbudget = 3\n[split]\nvalidation = "some"\n', 11, r"\[split\] validation: .*'some'"),
        ("[select]\nbudget = 3\n[normalize]\nmin_count = -1\n", 11, r"\[normalize\] min_count: .*-1"),
        ('[select]\nbudget = 3\n[normalize]\nsteps = ["rulez"]\n', 11, r"\[normalize\] steps: .*rulez"),
        ('[select]\nbudget = 3\n[clean]\nscript = "klingon"\n', 11, r"\[clean\] script: .*klingon"),
        (SELECT + "curve = 2.5\n", 11, r"\[select\] curve: .*2\.5"),
        ('[select]\nbudget = 3\nquality = "score"\n', 10, r"\[select\] quality: only method 'gain' has this option"),
        # files
        ('[select]\nbudget = 3\n[decontaminate]\nagainst = "nowhere/*.jsonl"\n', 11, r"matches no file \(/.*\); there is no folder"),
        ('[select]\nbudget = 3\n[decontaminate]\nagainst = "first.jsonl"\n', 11, r"first.jsonl is a file of the source 'first', which would lose all"),
        (SELECT + 'target = "trafic.jsonl"\n', 11, r"'trafic.jsonl' matches no file .*; did you mean traffic.jsonl\?"),
        ('output = "."\n', 1, r""),
        # values that a function would refuse in the middle of the run
        ('[select]\nbudget = 3\n[normalize]\nembedder = "nonesuch"\n', 11, r"\[normalize\] embedder: expected 'auto'.*'nonesuch'"),
        ("[select]\nbudget = 3\n[normalize]\njudge = {}\n", 11, r"\[normalize\] judge: expected a model"),
        ('[select]\nbudget = 3\n[tag]\nmodel = "none.gguf"\n', 11, r"\[tag\] model: 'none.gguf' matches no file"),
        ('[select]\nbudget = 3\n[decontaminate]\nagainst = "prompts.jsonl"\njudge_from = 3.0\n', 12, r"judge_from: expected a cosine"),
        ("[select]\nbudget = 3\n[clean]\nmax_tokens = -1\n", 11, r"\[clean\] max_tokens: .*-1"),
        # columns
        (SELECT + 'cost = "messages"\n', 11, r"cost: expected numbers in column 'messages' of first; found List"),
        ('[select]\nbudget = 3\n[dedup]\nkeep = "quality"\nquality = "tags"\n', 12, r"quality: expected numbers in column 'tags'"),
        (SELECT + 'tags = "score"\n', 11, r"tags: expected a list of tags .* column 'score' of first; found Float64"),
        ('[select]\nbudget = 3\n[dedup]\nkeep = "quality"\nquality = "reward"\n', 12, r"no column 'reward'; the columns are: .*score"),
        (SELECT + 'quality = "quality"\n', 11, r"quality: first has no column 'quality': say what such rows count"),
        (SELECT + 'cost = "tokens"\n', 11, r"cost: no column 'tokens'; .*tokenizer = "),
        ('[select]\nbudget = 3\n[report]\nby = "kind"\n', 11, r"\[report\] by: no column 'kind'"),
        ('[select]\nbudget = 3\n[write]\nkeep = ["url"]\n', 11, r"\[write\] keep: no column 'url'"),
        ('[select]\nbudget = 3\n[split]\nby = ["topic"]\n', 11, r"\[split\] by: no column 'topic'"),
        # groups and quotas
        (SELECT + 'group = "source"\nat_least = { third = 2 }\n', 12, r"at_least: no group 'third'; the groups are: first, second"),
        (SELECT + 'group = "source"\nat_least = { first = 8, second = 5 }\n', 12, r"first 8, second 5 are together 13, above the budget of 10"),
        (SELECT + 'group = "source"\nat_least = { first = "60%", second = "50%" }\n', 12, r"are together 11, above the budget of 10"),
        ('[select]\nmethod = "gain"\nbudget = "10%"\ngroup = "source"\nat_least = { first = "60%", second = "50%" }\n', 12, r"are together 110% of the budget"),
        (SELECT + "at_least = { first = 2 }\n", 11, r"at_least: name the column of the groups"),
        (SELECT + 'group = "source"\nat_least = { first = 5 }\nat_most = { first = 2 }\n', 13, r"'first' should have at least 5 and at most 2"),
        (SELECT + 'group = "source"\nat_least = { first = 5 }\nat_most = { first = "30%" }\n', 13, r"at least 5 and at most 30%, which is 3 of the budget of 10"),
        (SELECT + 'group = "source"\nat_least = { first = "60%" }\nat_most = 5\n', 13, r"at least 60% and at most 5"),
        (SELECT + 'group = "source"\nat_least = 3\nat_most = 2\n', 13, r"'each group' should have at least 3 and at most 2"),
        ('[select]\nmethod = "gain"\nbudget = "10%"\ngroup = "source"\nat_least = { first = 5 }\nat_most = { first = 0.5 }\n', 13, r"at least 5 and at most 0.5, which is 4 of the budget of 9 \(10% of at most all rows\)"),
        (SELECT + 'group = "source"\nat_most = { "tag:chess" = 2 }\n', 12, r"'tag:chess': tags have no upper quota"),
        (SELECT + 'at_least = { "tag:chest" = 2 }\n', 11, r"no row has the tag 'chest'; there are, among others, bread, chess, glass"),
        (SELECT + 'at_least = { "tag:chess" = 11 }\n', 11, r"tag:chess: 11 rows are more than the budget of 10"),
        (SELECT + 'group = "source"\n', 11, r"group: it has an effect only with at_least or at_most"),
        (SELECT + "at_least = 2\n", 11, r"at_least: name the column of the groups"),
        (SELECT + 'group = "source"\nat_least = { first = 2.5 }\n', 12, r"at_least: expected a count such as 500.*found 2\.5"),
        ('[select]\nmethod = "gain"\nbudget = 90\ngroup = "source"\nat_least = { first = 41 }\n', 12, r"first should have 41 rows, and its files have 40"),
        ("[select]\nbudget = 3.5\n", 9, r"budget: expected a count such as 500.*found 3\.5"),
        # parts of a split
        ("[split]\nvalidation = 90\n", 9, r"validation: 90 rows to hold out leave none for training: there are at most 90 in the sources"),
        ("[split]\nvalidation = 10\ntest = 5000\n", 10, r"test: 5,010 rows to hold out leave none for training: there are at most 90 in"),
        ("[split]\nvalidation = 46\ntest = 0.5\n", 9, r"validation: 91 rows to hold out leave none"),
        ("[split]\nvalidation = 0.5\ntest = '50%'\n", 9, r"validation: 0\.5 and '50%' of the rows leave none for training"),
        ("[split]\nvalidation = 1.0\n", 9, r"validation: 1\.0 of the rows leave none for training"),
        ("[split]\nvalidation = 0.005\n", 9, r"validation: expected at least one row to hold out; 0\.005 of at most 90 in the sources is none"),
        ("[select]\nbudget = 3\n[split]\nvalidation = 3\n", 11, r"validation: 3 rows to hold out .* at most 3 after \[select\] with budget = 3"),
        ("[select]\nbudget = '10%'\n[split]\nvalidation = 12\n", 11, r"validation: 12 rows .* at most 9 after \[select\] with budget = 10%"),
        # targets
        (SELECT + 'target = "traffic.jsonl"\n', 11, r"traffic.jsonl and the data have no tag in common: it has 'elsewhere', they have"),
        (SELECT + 'target = "prompts.jsonl"\n', 11, r"prompts.jsonl has no column 'tags': tag it first, or add \[tag\]"),
        (SELECT + 'cost = "tokens"\ntokenizer = "nowhere.json"\n', 12, r"tokenizer: 'nowhere.json' is neither a file"),
        (SELECT + 'start = "nowhere.jsonl"\n', 11, r"start: expected a column or a file; found 'nowhere.jsonl'"),
        (SELECT + "tree = true\n", 11, r"tree: true is for a vocabulary with a judge"),
        # keys, models, prices
        ('[select]\nbudget = 3\n[tag]\nmodel = "gpt-4o-mini"\n', 10, r"has no variable 'OPENAI_API_KEY': set it"),
        ('[select]\nbudget = 3\n[tag]\nmodel = "m"\nbase_url = "http://127.0.0.1:1/v1"\nmax_cost = 1.0\n', 13, r"\[tag\] max_cost: the price of this model is not known"),
        ('[select]\nbudget = 3\n[tag]\nmodel = "m"\nbase_url = "ftp://x"\n', 12, r"\[tag\] base_url: .*ftp"),
        ('[select]\nbudget = 3\n[normalize]\njudge = { model = "m", max_costs = 2.0 }\n', 11, r"\[normalize\] judge\.max_costs: no such option; did you mean max_cost\?"),
        ('[select]\nbudget = 3\n[normalize]\njudge = { model = "m", api_key = "x" }\n', 11, r"must hold no key"),
        # trainers
        ('[select]\nbudget = 3\n[write]\ntrainers = ["axolottl"]\nmodel = "Qwen/Qwen3-4B"\n', 11, r"\[write\] trainers: .*axolottl"),
        ('[select]\nbudget = 3\n[write]\ntrainers = ["axolotl"]\n', 10, r"\[write\] model: expected the base model"),
        ('[select]\nbudget = 3\n[write]\ntrainers = ["llama-factory"]\nmodel = "me/nobody-knows-7b"\n', 10, r"template"),
        ('[select]\nbudget = 3\n[write]\nmodel = "Qwen/Qwen3-4B"\n', 11, r"this is for trainers: add trainers = "),
    ],
)  # fmt: skip
def test_what_does_not_fit(data: Path, text: str, line: int, expected: str) -> None:
    if text.startswith("output"):
        found, expected = said(data, f"{text}{HEAD}[select]\nbudget = 3\n"), r"is in the folder that the output goes to"
        assert re.search(expected, found[0])
        return
    found = said(data, HEAD + text)
    lines = [each for each in found if re.match(rf"recipe\.toml, line {line}: ", each) and re.search(expected, each)]
    assert lines, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "[split]\nvalidation = 89\n",
        "[split]\nvalidation = 44\ntest = 0.5\n",
        "[split]\nvalidation = 0.006\n",
        "[select]\nbudget = 3\n[split]\nvalidation = 2\n",
        '[select]\nbudget = "10%"\n[split]\nvalidation = 8\n',
        # Half a row of a budget is a whole one: 5 of the 90 are chosen.
        '[select]\nbudget = "5%"\n[split]\nvalidation = 4\n',
        SELECT + 'group = "source"\nat_least = { first = 3 }\nat_most = { first = "30%" }\n',
        SELECT + 'group = "source"\nat_least = 5\nat_most = { first = 5 }\n',
        '[select]\nmethod = "gain"\nbudget = "10%"\ngroup = "source"\nat_least = { first = 4 }\nat_most = { first = 0.5 }\n',
        SELECT + 'group = "source"\nat_least = { "tag:chess" = 2, first = 2 }\nat_most = 5\n',
        SELECT + 'cost = "characters"\ngroup = "source"\nat_least = { first = 2.5 }\n',
    ],
)
def test_what_just_fits_is_no_fault(data: Path, text: str) -> None:
    (data / "recipe.toml").write_text(HEAD + text)
    assert read_recipe(data / "recipe.toml").steps


@pytest.mark.parametrize(("text", "rows"), [("sample = 5\n", 5), ("where = 'score < 0.2'\n", 8)])
def test_rows_are_those_that_are_taken(data: Path, text: str, rows: int) -> None:
    source = f'[[source]]\nfiles = ["first.jsonl"]\n{text}[split]\nvalidation = '
    [found] = said(data, f"{source}{rows}\n")
    assert found.endswith(f"leave none for training: there are at most {rows} in the sources")
    (data / "recipe.toml").write_text(f"{source}{rows - 1}\n")
    assert read_recipe(data / "recipe.toml").steps
    [found] = said(data, f"{source}3\n", limit=2)
    assert found.endswith("there are at most 2 in the sources, of which --limit takes 2 of each")


def test_rows_that_steps_take_away_are_missed_with_the_line(data: Path) -> None:
    text = f"{HEAD}[clean]\nmin_characters = 62\n[split]\nvalidation = 80\n[write]\n"
    (data / "recipe.toml").write_text(text)
    with pytest.raises(
        instag.InputError, match=r"recipe\.toml, line 11: \[split\] validation: 80 rows .* there are \d+"
    ):
        instag.run(data / "recipe.toml")
    assert not (data / "out").exists()


def test_a_source_reads_a_file_once(data: Path) -> None:
    found = said(data, f'[[source]]\nname = "all"\nfiles = ["first.jsonl", "fir*.jsonl"]\n{SELECT}')
    assert found == [f"recipe.toml, line 3: [[source]] files: {data / 'first.jsonl'} is there twice: leave it out once"]


def test_faults_of_many_kinds_come_together_in_the_order_of_the_file(data: Path) -> None:
    found = said(
        data,
        f'{HEAD}[select]\nbudget = "lots"\n[dedup]\ntreshold = 1\n[tag]\nmodel = "m"\napi_key_env = "NOT_SET"\n'
        '[write]\ntrainers = ["axolottl"]\nmodel = "x"\n[sellect]\n',
    )
    numbers = [int(match[1]) for each in found if (match := re.match(r"recipe\.toml, line (\d+)", each))]
    assert len(found) == 5
    assert numbers == sorted(numbers) == [9, 11, 14, 16, 18]


@pytest.mark.parametrize(("name", "table"), [("until", "tag"), ("start", "dedup")])
def test_a_step_that_is_not_there(data: Path, name: str, table: str) -> None:
    text = f"{HEAD}[select]\nbudget = 3\n"
    [found] = said(data, text, **{name: table})
    assert found.endswith(f"found '{table}': add a table [{table}]")


def test_broken_toml_is_shown_with_its_place(data: Path) -> None:
    first, shown, mark = said(data, f"{HEAD}[select]\nbudget = \n")
    assert first.startswith("recipe.toml, line 9, column 10: this is not TOML: invalid value")
    assert (shown, mark) == ("  budget = ", "           ^")


def test_a_library_that_is_not_installed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = util.find_spec
    monkeypatch.setattr("instag.recipe.sense.find_spec", lambda name: None if name == "altair" else found(name))
    [fault] = said(data, f"{HEAD}[select]\nbudget = 3\n[report]\n")
    assert fault == "recipe.toml, line 10: [report] needs libraries that are not there: pip install 'instag[report]'"


@pytest.mark.parametrize(
    "secret",
    [
        'api_key = "x"',
        'token = "x"',
        'model = "hf_abcdefghijk"',
        'header = "Authorization: Bearer abc"',
        'header = ["x-api-key: a"]',
    ],
)
def test_no_key_stands_in_a_recipe(data: Path, secret: str) -> None:
    model = "" if secret.startswith("model") else 'model = "m"\n'
    found = said(data, f'{HEAD}[select]\nbudget = 3\n[tag]\n{model}base_url = "http://127.0.0.1:1/v1"\n{secret}\n')
    assert any("must hold no key" in each and 'api_key_env = "NAME"' in each for each in found)


def test_a_step_that_leaves_no_row_stops_there(folder: Path) -> None:
    (folder / "recipe.toml").write_text(f"{HEAD}[clean]\nmin_turns = 3\nmin_characters = 5000\n[select]\nbudget = 3\n")
    with pytest.raises(
        instag.InputError, match=r"\[clean\] no row is left of 90 \(.*90 went: fewer than 3 turns"
    ) as caught:
        instag.run(folder / "recipe.toml")
    assert "min_turns" in str(caught.value)
    assert not (folder / "out").exists()


def test_a_byte_order_mark_and_a_home_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERPROFILE" if sys.platform == "win32" else "HOME", str(folder))
    text = '[[source]]\nfiles = ["~/first.jsonl"]\n[select]\nbudget = 3\n'
    (folder / "recipe.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert instag.run(folder / "recipe.toml")["select"].collect().height == 3


def test_a_first_evening_without_tags_names_the_table_to_add(folder: Path) -> None:
    rows("x", 5).drop("tags").write_ndjson(folder / "raw.jsonl")
    [fault] = said(folder, '[[source]]\nfiles = ["raw.jsonl"]\n[select]\nbudget = 3\n')
    assert fault.startswith("recipe.toml, line 3: [select] works by tags, and no source has a column 'tags': add [tag]")


@pytest.mark.parametrize(
    "table", ['[select]\nbudget = 3\nmethod = "gain"\ngroup = "kind"\nat_most = 2', '[split]\nby = "kind"']
)
def test_groups_of_two_types_are_found_in_advance(folder: Path, table: str) -> None:
    for name, kind in (("raw", "7"), ("other", 7)):
        rows(name, 5).with_columns(kind=pl.lit(kind)).write_ndjson(folder / f"{name}.jsonl")
    files = '[[source]]\nfiles = ["raw.jsonl"]\n[[source]]\nfiles = ["other.jsonl"]\n'
    [fault] = said(folder, f"{files}{table}\n")
    wrong = "expected values of one type in column 'kind' of all sources; found String in raw, Int64 in other"
    assert fault.endswith(wrong)
