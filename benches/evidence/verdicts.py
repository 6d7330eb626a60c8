"""Which of two models answers better: by the loss of the held-out answers, or in the eyes of a judge."""

import json
from pathlib import Path

import polars as pl

import instag

PROMPT = Path(__file__).with_name("judge.txt")


def by_loss(one: pl.DataFrame, other: pl.DataFrame) -> float:
    """Give the share of held-out answers that the one model finds likelier; what is equal counts as half."""
    pairs = list(zip(one["loss"].to_list(), other["loss"].to_list(), strict=True))
    return sum(1.0 if mine < yours else 0.5 if mine == yours else 0.0 for mine, yours in pairs) / len(pairs)


def by_judge(pairs: pl.DataFrame, journal: Path, model: str, base_url: str | None) -> pl.DataFrame:
    """Have a judge read pairs of answers, each in both orders, and add a column `score`.

    It is 1 where `one` was better in both orders, 0 where `other` was, and null where there is no verdict. Verdicts are
    kept in the journal; none is asked for twice.
    """
    asked = pl.DataFrame(
        {
            "query": [
                json.dumps(
                    {"question": row["question"], "first": row[first], "second": row[second]}, ensure_ascii=False
                )
                for first, second in (("one", "other"), ("other", "one"))
                for row in pairs.to_dicts()
            ]
        }
    )
    tagged = instag.tag(
        asked, model=model, base_url=base_url, prompt=PROMPT, query="query", cut=100_000, journal=journal
    )
    worth = {"first": 1.0, "tie": 0.5, "second": 0.0}
    said = [worth.get(tags[0].strip().lower()) if tags else None for tags in tagged.data["tags"].to_list()]
    here, there = said[: pairs.height], said[pairs.height :]
    score = [None if a is None or b is None else (a + 1 - b) / 2 for a, b in zip(here, there, strict=True)]
    return pairs.with_columns(score=pl.Series(score, dtype=pl.Float64))
