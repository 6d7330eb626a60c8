"""A recipe's faults are found before anything is done, all at once, with their lines."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
from instag.recipe.checking import read_recipe
from instag.recipe.lines import Lines


def faults(folder: Path, text: str) -> str:
    (folder / "recipe.toml").write_text(text)
    with pytest.raises(instag.InputError) as caught:
        instag.run(folder / "recipe.toml")
    assert not (folder / ".instag").exists() or not list((folder / ".instag").glob("cache/*"))
    return str(caught.value)


SOURCE = '[[source]]\nfiles = ["first.jsonl"]\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            f"{SOURCE}[dedup]\ntreshold = 0.8\n[select]\nbudget = 3\n",
            4,
            r"\[dedup\] treshold: no such option; did you mean threshold\?",
        ),
        (
            f"{SOURCE}[dedup]\nbudget = 3\n[select]\nbudget = 3\n",
            4,
            r"budget: no such option; it is an option of \[select\]",
        ),
        (f"{SOURCE}[selct]\nbudget = 3\n", 3, r"\[selct\]: no such table or key; did you mean select\?"),
        (f'{SOURCE}[select]\nbudget = "lots"\n', 4, r"\[select\] budget: expected a count such as 500.*found 'lots'"),
        (f"{SOURCE}[select]\nbudget = 3\n[dedup]\nthreshold = 'high'\n", 6, r"\[dedup\] threshold: .*number"),
        (f"{SOURCE}[select]\nbudget = 3\n[dedup]\nkeep = 'best'\n", 6, r"\[dedup\] keep: expected one of 'first'"),
        (f"{SOURCE}[select]\n", 3, r"\[select\] budget: expected a value"),
        (
            '[[source]]\nfiles = ["frist.jsonl"]\n[select]\nbudget = 3\n',
            2,
            r"'frist.jsonl' matches no file .*; did you mean first.jsonl\?",
        ),
        (f'{SOURCE}name = "a"\n{SOURCE}name = "a"\n[select]\nbudget = 3\n', 6, "'a' is the name of another source"),
        (f'{SOURCE}[select]\nbudget = 3\n[tag]\nmodel = "m"\napi_key = "x"\n', 7, "must hold no key"),
        (f'{SOURCE}[select]\nbudget = 3\n[tag]\nmodel = "sk-abcdefgh123"\n', 6, "must hold no key"),
        (
            f'{SOURCE}[select]\nbudget = 3\n[tag]\nmodel = "m"\napi_key_env = "NOT_SET"\n',
            7,
            "has no variable 'NOT_SET'",
        ),
        (
            f'{SOURCE}[select]\nbudget = 3\n[decontaminate]\nagainst = ["tests/*.jsonl"]\n',
            6,
            "'tests/.*' matches no file",
        ),
        (
            f'{SOURCE}[select]\nbudget = 3\ntags = "topics"\n',
            5,
            r"\[select\] works by tags, and no source has a column 'topics'",
        ),
        (f"version = 2\n{SOURCE}[select]\nbudget = 3\n", 1, "2 is of a newer instag"),
        (f'name = "a/b"\n{SOURCE}[select]\nbudget = 3\n', 1, "name: expected letters"),
        (f"name = true\n{SOURCE}[select]\nbudget = 3\n", 1, "name: expected a text; found true"),
        (f"version = true\n{SOURCE}[select]\nbudget = 3\n", 1, "version: expected 1; found true"),
        (f"{SOURCE}[[select]]\nbudget = 3\n", 3, r"\[select\]: expected a table; found \[\[select\]\]"),
        (
            f"{SOURCE}[select]\nbudget = 3\nmin_count = 2\n",
            5,
            r"min_count: no such option; it is an option of \[normalize\]",
        ),
        (f"{SOURCE}dedup = 3\n[select]\nbudget = 3\n", 3, r"no such option; \[dedup\] is a table of its own"),
        (f"{SOURCE}seed = 3\n[select]\nbudget = 3\n", 3, "no such option; seed stands above the first table"),
        (f"budget = 3\n{SOURCE}[split]\n", 1, r"\[budget\]: no such table or key; it is an option of \[select\]"),
        ('[[source]]\nfiles = [""]\n[split]\n', 2, "expected the path of a file, or a glob; found ''"),
        (f"{SOURCE}", None, r"expected one of \[select\], \[split\] and \[write\]"),
        ("[select]\nbudget = 3\n", None, r"\[\[source\]\]: expected at least one"),
    ],
)
def test_faults(folder: Path, text: str, line: int | None, said: str) -> None:
    place = "" if line is None else f", line {line}"
    found = faults(folder, text)
    with pytest.raises(AssertionError, match=rf"recipe\.toml{place}: .*{said}"):
        raise AssertionError(found)


def test_all_faults_are_found_at_once(folder: Path) -> None:
    found = faults(
        folder, '[[source]]\nfiles = ["none.jsonl"]\nfromat = "x"\n[dedup]\ntreshold = 1\n[select]\nbudget = "x"\n'
    )
    assert [part in found for part in ("none.jsonl", "fromat", "treshold", "budget")] == [True] * 4
    assert found.count("\n") == 3


def test_all_faults_of_one_table_are_found_at_once(folder: Path) -> None:
    found = faults(
        folder,
        f"{SOURCE}[clean]\nmin_turns = -1\nmin_characters = -5\nmax_tokens = -2\n[select]\nbudget = 3\n"
        '[tag]\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\nconcurrency = -1\nattempts = 0\npatience = -1.0\n',
    )
    places = [int(line.split("line ")[1].split(":")[0]) for line in found.splitlines()]
    assert places == [4, 5, 6, 12, 13, 14], found


def test_files_that_are_no_list_are_one_fault(folder: Path) -> None:
    assert faults(folder, "[[source]]\nfiles = 3\n[split]\n").count("\n") == 0


def test_what_is_no_utf_8_is_shown_with_its_line(folder: Path) -> None:
    (folder / "recipe.toml").write_bytes(b'version = 1\nname = "caf\xe9"\n')
    with pytest.raises(instag.InputError, match=r"recipe\.toml, line 2: expected text in UTF-8; found the byte 0xe9"):
        instag.run(folder / "recipe.toml")


def test_a_table_that_stands_twice_is_named_as_it_is_written(folder: Path) -> None:
    assert "cannot declare [select] twice" in faults(folder, f"{SOURCE}[select]\nbudget = 3\n[select]\nbudget = 3\n")


def test_what_is_no_toml_is_shown(folder: Path) -> None:
    assert faults(folder, "version = 1\nname = small\n").endswith("  name = small\n         ^")


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.toml"):
        instag.run(tmp_path / "nowhere.toml")


def test_values_may_be_set(folder: Path) -> None:
    read = read_recipe(folder / "recipe.toml", overrides=("select.budget=5", "select.method=random", "seed=3"))
    assert (read.steps["select"]["budget"], read.steps["select"]["method"], read.seed) == (5, "random", 3)
    with pytest.raises(instag.InputError, match=r"--set: expected STEP\.KEY=VALUE"):
        read_recipe(folder / "recipe.toml", overrides=("budget",))


KEYS = st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=1, max_size=5, unique=True)
VALUES = st.sampled_from(
    [
        "1",
        '"x = 2"',
        "[1, 2]",
        "[\n  1,\n  2,\n]",
        '"""\n[not.a.table]\nx = 1\n"""',
        "'# no comment'",
        "{ a = 1 }",
        "true  # a = 3",
    ]
)


@given(st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=4))
def test_lines_are_those_that_keys_stand_on(tables: list[tuple[list[str], str]]) -> None:
    lines: list[str] = []
    expected = {}
    for nth, (names, value) in enumerate(tables):
        lines.append(f"[table{nth}]")
        for name in names:
            expected[f"table{nth}", name] = len(lines) + 1
            lines += f"{name} = {value}".split("\n")
    found = Lines("\n".join(lines))
    assert {place: found.of(*place) for place in expected} == expected


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ('files = [\n  ["select"]\n]\n', 4),
        ('files = "a"  # see [1\n', 2),
        ("notes = '''\n[select]\n'''\n", 4),
        ('notes = "a # ["\n', 2),
    ],
    ids=["a list within a list", "a comment", "a text of lines", "a text"],
)
def test_what_only_looks_like_a_table_is_none(before: str, line: int) -> None:
    lines = Lines(f"{before}[select]\nbudget = 3\n")
    assert (lines.of("select"), lines.of("select", "budget")) == (line, line + 1)
