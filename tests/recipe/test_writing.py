"""Writing what a format or a trainer cannot hold."""

import warnings
from pathlib import Path

import polars as pl
import pytest

import instag
from recipes import rows


def mixed(folder: Path, change: pl.Expr) -> None:
    """Rows of which the second and the last have something else in an answer."""
    frame = (
        rows("First", 12)
        .with_row_index("nth")
        .with_columns(messages=pl.when(pl.col("nth").is_in([1, 11])).then(change).otherwise("messages"))
    )
    instag.write(frame.drop("nth"), folder / "first.jsonl")


@pytest.mark.parametrize(
    ("write", "change", "wrong"),
    [
        (
            'format = "alpaca"',
            pl.col("messages").list.tail(1),
            r"recipe\.toml, line 3: \[write\] data/train\.jsonl: row 2 \(first\.jsonl, row 2\): alpaca has no place for",
        ),
        (
            'trainers = ["trl"]\nmodel = "Qwen/Qwen3-4B"',
            pl.col("messages").list.head(1),
            r"line 3: .* row 2 \(first\.jsonl, row 2\), 12 \(first\.jsonl, row 12\)\): leave them out with skip = true, or",
        ),
    ],
)
def test_an_error_says_where_the_rows_came_from(folder: Path, write: str, change: pl.Expr, wrong: str) -> None:
    """The files that it is about are never written, so that nobody can look there."""
    mixed(folder, change)
    recipe = folder / "recipe.toml"
    recipe.write_text(f'[[source]]\nfiles = ["first.jsonl"]\n[write]\n{write}\n')
    with pytest.raises(instag.InputError, match=wrong) as raised:
        instag.run(recipe, say=lambda _: None)
    assert ".instag" not in str(raised.value)
    recipe.write_text(
        recipe.read_text().replace('"alpaca"', '"messages"') + ("skip = true\n" if "trl" in write else "")
    )
    with warnings.catch_warnings(record=True) as left_out:
        warnings.simplefilter("always")
        instag.run(recipe, say=lambda _: None)
    assert len(left_out) == ("trl" in write)
