"""Whatever is given for an option is taken, or refused in words: a walk over all options with values of all kinds."""

import datetime as dt
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
import typer

import instag
from instag import cli
from instag.cli.app import app
from instag.io.options import ReadOptions
from instag.selection.options import Gain

ROWS = 40
DATA = pl.DataFrame(
    {
        "id": [f"r{row}" for row in range(ROWS)],
        "prompt": ["word " * (1 + row % 7) for row in range(ROWS)],
        "tags": [[f"t{row % 5}", f"u{row % 11}"][: 1 + row % 2] for row in range(ROWS)],
        "source": ["ab"[row % 2] for row in range(ROWS)],
        "score": [float(row % 4) for row in range(ROWS)],
        "tokens": [1 + row % 9 for row in range(ROWS)],
        "chosen": [row < 3 for row in range(ROWS)],
        "texts": [str(row) for row in range(ROWS)],
        "nothing": [None] * ROWS,
        "lists": [[row] for row in range(ROWS)],
        "holes": [None if row == 5 else float(row) for row in range(ROWS)],
        "huge": [1e308] * ROWS,
        "tiny": [1e-310] * ROWS,
        "infinite": [float("inf")] * ROWS,
        "not_a_number": [float("nan")] * ROWS,
        "negative": [-1.0] * ROWS,
        "zero": [0.0] * ROWS,
        "dates": [dt.date(2020, 1, 1)] * ROWS,
    }
)
# No option of any function can make sense of these.
SENSELESS: list[Any] = [
    2 + 3j,
    b"x",
    object(),
    dt.date(2020, 1, 1),
    [object()],
    {5: 5},
    {"t0": "x"},
    "no such thing",
]
ODD: list[Any] = [
    None, 5, -5, 0, 1.5, -0.5, float("nan"), float("inf"), 10**400, 1e308, True, "", "30%", "130%", "nan%", [], [1], ["a"],
    {}, {"a": 1}, {"t0": -1}, {"t0": float("nan")}, {None: 1}, (), {0, 1}, pl.DataFrame(), DATA, DATA.head(0),
    np.array([1.5]), np.array([True, False]), np.array([[1, 2]]), pl.Series([None, 1]), Path("no such file.csv"), str,
    "tags", "texts", "nothing", "lists", "holes", "huge", "tiny", "not_a_number", "negative", "dates",
]  # fmt: skip
GAIN: dict[str, dict[str, Any]] = {
    "quality_missing": {"quality": "holes"},
    "cost_exponent": {"cost": "tokens"},
    "min_cost": {"cost": "tokens"},
    "max_cost": {"cost": "tokens"},
    "at_least": {"group": "source"},
    "at_most": {"group": "source"},
    "embedder": {"similarity": 0.8},
}
CHOOSING = [*Gain.__annotations__, "tags", "method", "seed", "key", "progress"]


def chooses(function: Callable[..., Any], *given: Any) -> Callable[..., Any]:
    def call(option: str, value: Any) -> Any:
        # A key is of no interest to a certificate.
        return function(DATA, *cast("Any", given), **{"method": "gain", **GAIN.get(option, {}), option: value})

    return call


CALLS: dict[str, tuple[Callable[[str, Any], Any], list[str]]] = {
    "select": (chooses(instag.select, 5), [*CHOOSING, "details"]),
    "rank": (chooses(instag.rank), ["curve", "cost", "at_most", "at_least", "tags", "key"]),
    "certify": (chooses(instag.certify, [0, 1]), [*Gain.__annotations__, "tags", "method", "budget", "steps"]),
    "budget": (
        lambda method, value: instag.select(DATA, value, method=cast("Any", method)),
        ["gain", "random", "coverage"],
    ),
    "budget of costs": (lambda cost, value: instag.select(DATA, value, method="gain", cost=cost), ["tokens", "words"]),
    "data": (lambda method, value: instag.select(value, 2, method=cast("Any", method)), ["gain", "random"]),
    "rows": (lambda _, value: instag.certify(DATA, value), ["rows"]),
    "sweep": (
        lambda option, value: instag.sweep(DATA, **{"size": 4, "by": "complexity", "levels": 2, option: value}),
        ["size", "by", "levels", "hold", "nested", "tags", "seed"],
    ),
    "measure": (lambda option, value: instag.measure(DATA, **{option: value}), ["of", "tags"]),
    "compare": (
        lambda option, value: instag.compare(DATA, DATA[:9], **{option: value}),
        ["tags", "by", "threshold", "names"],
    ),
    "analyze": (lambda option, value: instag.analyze(DATA, **{option: value}), ["by", "tags", "selections", "gain"]),
    "count_tokens": (
        lambda option, value: instag.count_tokens(DATA, **{"tokenizer": str.split, option: value}),
        ["tokenizer", "column", "part", "name", "progress"],
    ),
}


@pytest.mark.parametrize(
    ("function", "option"), [(name, option) for name, (_, options) in CALLS.items() for option in options]
)
def test_every_value_is_taken_or_refused_in_words(function: str, option: str, tmp_path: Path) -> None:
    call, _ = CALLS[function]
    there = Path.cwd()
    os.chdir(tmp_path)
    try:
        for value in [*ODD, *SENSELESS]:
            senseless = any(value is each for each in SENSELESS)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.simplefilter("ignore", instag.InstagWarning)
                try:
                    call(option, value)
                except instag.InputError as error:
                    text = str(error)
                    assert len(text) > len("x: expected y"), (value, text)
                    assert "\n" not in text, (value, text)
                    assert " at 0x" not in text, (value, text)
                    continue
            named = function == "count_tokens" and option == "name" and isinstance(value, str)
            assert not senseless or named, f"{value!r} was taken"
    finally:
        os.chdir(there)


@pytest.mark.parametrize("function", [instag.select, instag.rank, instag.choose, instag.certify])
def test_an_option_that_there_is_not_is_named_with_the_nearest(function: Callable[..., Any]) -> None:
    given = {instag.select: [5], instag.certify: [[0]]}.get(function, [])
    with pytest.raises(TypeError, match="no option 'qualty'; did you mean 'quality'"):
        function(DATA, *cast("Any", given), method="gain", qualty="score")


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: instag.certify(DATA, cast("Any", 5)), "rows: expected the numbers of the rows, such as [0, 5]"),
        (lambda: instag.certify(DATA, DATA["chosen"]), "found 40 booleans: give the numbers"),
        (lambda: instag.certify(DATA, [0, 0]), "found row 0 2 times: leave the repeats out"),
        (lambda: instag.certify(DATA, [-1]), "rows: expected numbers of rows, from 0 to 39; found -1"),
        (lambda: instag.certify(DATA, []), "rows: expected at least one row"),
        (
            lambda: instag.select(DATA, 0.5, method="gain", cost="tokens", min_cost=5, max_cost=2),
            "min_cost, max_cost: expected the least below the most; found 5 and 2",
        ),
        (
            lambda: instag.select(DATA, 0.3, method="gain", cost="tokens", min_cost=9.5),
            "none of 40 samples with tags costs between 9.5 and inf tokens; they cost 1 to 9: widen the bounds",
        ),
        (
            lambda: instag.select(DATA, 1, method="gain", cost="words", min_cost=3),
            "budget: 1 words are less than the 3 that the cheapest sample costs: raise the budget",
        ),
        (
            lambda: instag.select(DATA, 5, method="gain", cost="huge"),
            "cost: expected numbers from 1e-100 to 1e+100 in column 'huge'; found 1e+308 in row 0, and 40 such in all",
        ),
        (
            lambda: instag.select(DATA, 5, method="gain", quality="texts"),
            "quality: expected numbers in column 'texts'; found String: make numbers of them first",
        ),
        (
            lambda: instag.select(DATA, 5, method="gain", group="source", at_least=1.5),
            "at_least: expected a count such as 500, or a share such as 0.3 or '30%'; found 1.5",
        ),
        (
            lambda: instag.rank(DATA, method="gain", group="source", at_most={"a": "30%"}),
            "at_most: a share is one of the budget, and a ranking has no budget: give counts",
        ),
        (
            lambda: instag.select(DATA, 5, method="gain", weights=pl.DataFrame({"tag": ["t0", "t1"], "weight": ["2", "x"]})),
            "weights: row 1: expected a tag and a finite number of 0 or more; found 'x' for 't1'",
        ),
        (
            lambda: instag.select(DATA, 5, method="gain", weights=pl.DataFrame({"tag": ["t0", "t0"], "weight": [1, 2]})),
            "weights: expected each tag once; found 't0' 2 times: keep one",
        ),
        (lambda: instag.select(DATA, 5, method="gain", weights="no.csv"), "weights: no.csv: there is no such file"),
        (lambda: instag.select(DATA, 5, method="gain", tree="no.parquet"), "tree: no.parquet: "),
        (lambda: instag.select(DATA, 5, method="gain", start="nope"), "start: no column 'nope'; the columns are: id, "),
        (
            lambda: instag.select(DATA, 5, method="gain", start=range(ROWS)),
            "start: it holds all 40 rows, so none is left to choose: leave it out, or add data",
        ),
        (lambda: instag.select(DATA, 5, quality="score"), "quality: only method 'gain' has this option"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_do(call: Callable[[], object], why: str) -> None:
    with pytest.raises(instag.InputError) as error:
        call()
    assert why in str(error.value)


def test_null_is_a_group() -> None:
    data = DATA.with_columns(source=pl.when(pl.col("id") < "r2").then("source"))
    chosen = instag.select(data, 10, method="gain", group="source", at_least=cast("Any", {None: 4}), at_most={"a": 2})
    assert chosen["source"].null_count() >= 4
    assert chosen.filter(source="a").height <= 2


# On the command line every value is a text.
TEXTS = ["", "-1", "nan", "1e309", "130%", "x", "a=x", "texts", "no/such/file.csv"]
COMMANDS: dict[str, tuple[list[str], list[str]]] = {
    "select": (["--budget", "5", "--method", "gain", "-o", "out.jsonl"], ["source", "output", "ray"]),
    "rank": (["--method", "gain", "-o", "out.jsonl"], ["source", "output"]),
    "sweep": (["--size", "4", "--by", "complexity", "--levels", "2", "-o", "levels"], ["source", "output", "figures"]),
    "stats": ([], ["source"]),
    "report": (["-o", "out.html"], ["source", "output", "folder", "vocabulary"]),
}
NEEDED = {
    "quality_missing": ["--quality", "holes"],
    "cost_exponent": ["--cost", "tokens"],
    "min_cost": ["--cost", "tokens"],
    "max_cost": ["--cost", "tokens"],
    "at_least": ["--group", "source"],
    "at_most": ["--group", "source"],
    "embedder": ["--similarity", "0.8"],
}


def options_of(command: str) -> list[str]:
    left_out = {*COMMANDS[command][1], *(each for each in vars(ReadOptions())), "base_url"}
    found = {each.name: each for each in group_of(command)}
    return [name for name, each in found.items() if name not in left_out and not each.is_flag]


def group_of(command: str) -> list[Any]:

    group: Any = typer.main.get_command(app)
    return [each for each in group.get_command(None, command).params if hasattr(each, "is_flag")]


@pytest.mark.parametrize(
    ("command", "option"),
    [
        # A report takes a second each, and what its options have of their own is tested beside it.
        pytest.param(name, each, marks=[pytest.mark.slow] if name == "report" else [])
        for name in COMMANDS
        for each in options_of(name)
    ],
)
def test_the_command_line_takes_every_text_or_refuses_it_in_words(
    command: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    DATA.write_parquet("data.parquet")
    flag = next(each.opts[0] for each in group_of(command) if each.name == option)
    for text in TEXTS:
        line = ["instag", command, "data.parquet", *COMMANDS[command][0], *NEEDED.get(option, []), f"{flag}={text}"]
        monkeypatch.setattr("sys.argv", line)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("default", instag.InstagWarning)
            with pytest.raises(SystemExit) as left:
                cli.main()
        said = capsys.readouterr().err
        assert left.value.code in {0, 1, 2}, (text, said)
        assert "Traceback" not in said
        assert left.value.code == 0 or "rror" in said, (text, said)
