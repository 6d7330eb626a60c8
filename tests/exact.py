"""Calls whose results do not depend on the way in which the data come: one table, which tests of the ways go through.

A name of `instag` that takes data, a method or an option of a selection that is in none of the tables fails a test.
"""

import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import datasets
import numpy as np
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

import instag

__all__ = ["CALLS", "ELSEWHERE", "KEYED", "SELECTIONS", "outcome", "pools", "taking_data"]

TAG = st.sampled_from(["math", "proof", "art", "code", "a longer tag than twelve", "ä"])
TEXT = st.text("ab ", min_size=1, max_size=8)
ROW = st.fixed_dictionaries(
    {
        "tags": st.none() | st.lists(TAG, max_size=4),
        "good": st.none() | st.floats(0.1, 2),
        "size": st.integers(1, 9),
        "source": st.sampled_from(["web", "book"]),
        "before": st.booleans(),
        "question": TEXT,
        "answer": TEXT,
    }
)
# A row without which there may be columns of nulls alone, whose type no file of text can tell, or groups of none.
FIRST: dict[str, Any] = {
    "tags": ["math", "proof"],
    "good": 0.5,
    "size": 3,
    "source": "web",
    "before": False,
    "question": "a b",
    "answer": "b",
}
SCHEMA: dict[str, Any] = {
    "id": pl.Int64,
    "tags": pl.List(pl.String),
    "good": pl.Float64,
    "size": pl.Int64,
    "source": pl.String,
    "before": pl.Boolean,
    "question": pl.String,
    "answer": pl.String,
}
OTHER = pl.DataFrame({"tags": [["math", "art"], ["math"]], "source": ["web", "book"]})
BROADER = pl.DataFrame({"tag": ["proof", "ä"], "same": [[], []], "broader": [["math"], ["art"]]})
SPOKEN = pl.DataFrame({"tags": [["math", "proof"], ["math"], ["art", "ä"], ["code"], ["ä"], ["proof"]]})


def vocabulary() -> instag.Vocabulary:
    """One with broader tags."""
    return instag.normalize(SPOKEN, judgments=BROADER, embedder=None, min_count=1).vocabulary


def vectors(texts: list[str]) -> np.ndarray:
    """Vectors of which some are near each other."""
    return np.array([[len(text), sum(map(ord, text)) % 7, 1 + len(text) % 2] for text in texts], float)


@st.composite
def pools(draw: st.DrawFn) -> pl.DataFrame:
    """Rows with all that any call asks for."""
    rows = draw(st.lists(ROW, max_size=24))
    rows.insert(draw(st.integers(0, len(rows))), FIRST)
    ids = draw(st.permutations(range(len(rows))))
    return pl.DataFrame([{"id": number, **row} for number, row in zip(ids, rows, strict=True)], SCHEMA)


# Options of `choose`, but for the budget where a number is drawn.
SELECTIONS: dict[str, dict[str, Any]] = {
    "complexity-first": {},
    "complexity-first, a share": {"budget": "30%"},
    "complexity-first, all": {"budget": 1.0},
    "complexity-first, more than there are": {"budget": 1000},
    "complexity-first, a seed": {"seed": 5},
    "coverage": {"method": "coverage"},
    "coverage, a seed": {"method": "coverage", "seed": 5},
    "complexity": {"method": "complexity"},
    "complexity, a seed": {"method": "complexity", "seed": 5},
    "random": {"method": "random"},
    "random, a seed": {"method": "random", "seed": 5},
    "gain": {"method": "gain"},
    "a seed": {"method": "gain", "curve": "log", "seed": 3},
    "curve": {"method": "gain", "curve": 0.3},
    "match": {"method": "gain", "curve": "match"},
    "quality": {"method": "gain", "quality": "good", "quality_missing": 0.7},
    "cost": {"method": "gain", "cost": "size", "cost_exponent": 0.5, "min_cost": 2, "max_cost": 8},
    "characters": {"method": "gain", "cost": "characters"},
    "words": {"method": "gain", "cost": "words"},
    "at most": {"method": "gain", "group": "source", "at_most": {"web": 2}},
    "at most, a share": {"method": "gain", "group": "source", "at_most": "60%", "budget": 4},
    "at least": {"method": "gain", "group": "source", "at_least": {"web": 1}},
    "at least, a tag": {"method": "gain", "at_least": {"tag:math": 1}},
    "start, a column": {"method": "gain", "start": "before"},
    "start, numbers": {"method": "gain", "start": [0]},
    "start, a frame": {"method": "gain", "start": OTHER},
    "weights": {"method": "gain", "weights": {"math": 3.0, "proof": 0.0, "art": 0.3}},
    "target": {"method": "gain", "target": OTHER},
    "tree": {"method": "gain", "tree": vocabulary()},
    "similarity": {"method": "gain", "similarity": 0.9, "embedder": vectors},
    "all at once": {
        "method": "gain",
        "quality": "good",
        "quality_missing": 0.7,
        "cost": "size",
        "group": "source",
        "at_least": {"web": 1, "tag:proof": 1},
        "at_most": {"book": 9},
        "start": "before",
        "weights": {"math": 3.0},
        "seed": 4,
    },
}
# Of these a smaller budget is no prefix of a larger one.
UNRANKED = ("match", "cost", "characters", "words", "at least", "at least, a tag", "at most, a share", "all at once")

Work = Callable[[Any, int], Any]


def chosen(options: Mapping[str, Any]) -> Work:
    """All that is known of a selection."""

    def work(data: Any, budget: int) -> Any:
        found = instag.choose(data, **{"budget": budget, **options})
        return found.data(), found.details, found.rows, found.counts, str(found), found.problem and found.quotas

    return work


def ranked(options: Mapping[str, Any]) -> Work:
    return lambda data, _: instag.rank(data, **{key: each for key, each in options.items() if key != "budget"})


CALLS: dict[str, Work] = {
    **{f"choose: {name}": chosen(options) for name, options in SELECTIONS.items()},
    **{f"rank: {name}": ranked(options) for name, options in SELECTIONS.items() if name not in UNRANKED},
    "select": lambda data, budget: instag.select(data, budget, details=True),
    "certify": lambda data, _: instag.certify(data, [0], steps=20),
    "certify, with options": lambda data, _: instag.certify(
        data, [0], budget=9, quality="good", quality_missing=1, cost="size", weights={"math": 2}, target=OTHER
    ),
    "measure": lambda data, _: instag.measure(data),
    "measure, of others": lambda data, _: instag.measure(data, of=OTHER),
    "analyze": lambda data, _: instag.analyze(data, by="source"),
    "analyze, a selection": lambda data, _: instag.analyze(
        data, by="source", selections={"other": OTHER}, gain={"curve": 0.3}
    ),
    "summarize": lambda data, _: instag.analysis.summarize(data, by="source"),
    "associations": lambda data, _: instag.associations(data, min_support=1, min_confidence=0.5, max_antecedent=2),
    "sweep": lambda data, _: instag.sweep(data, 1, by="complexity", levels=2, nested=True),
    "normalize": lambda data, _: instag.normalize(data, embedder=None, min_count=2, min_support=2, min_confidence=0.8),
    "normalize, near tags": lambda data, _: instag.normalize(data, embedder=vectors, min_count=1, distance=0.01),
    "apply": lambda data, _: vocabulary().apply(data, new="keep"),
    "roll up": lambda data, _: instag.roll_up(data, vocabulary(), to=2),
    "count tokens": lambda data, _: instag.count_tokens(data, str.split),
    "clean": lambda data, _: instag.clean(data, min_characters=3),
    "dedup": lambda data, _: instag.dedup(data, threshold=0.5),
    "decontaminate": lambda data, _: instag.decontaminate(data, pl.DataFrame({"question": ["a b a b a b"]})),
    "split": lambda data, _: instag.split(data, validation=1, by="tags"),
}
# Ties go by a key: the rows are those of any other order too.
KEYED: dict[str, Work] = {f"key: {name}": chosen({**options, "key": "id"}) for name, options in SELECTIONS.items()} | {
    "key: rank": ranked({"key": "id"})
}

# What takes data, and is tested elsewhere: it asks models, writes pages and files, or takes two sets.
ELSEWHERE = {"aaudit", "atag", "audit", "compare", "estimate", "explore", "report", "tag", "write"}


def taking_data() -> set[str]:
    """The names of `instag` that are functions of data."""
    functions = {name: getattr(instag, name) for name in instag.__all__}
    return {
        name
        for name, each in functions.items()
        if inspect.isfunction(each) and next(iter(inspect.signature(each).parameters), "") in ("data", "a")
    }


def outcome(work: Work, data: Any, budget: int) -> Any:
    """What comes of a call, in plain values: what it gives, or the error; and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = plain(work(data, budget))
        except instag.InputError as error:
            found = f"{type(error).__name__}: {error}"
    return found, [str(each.message) for each in caught]


def plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind
    """Frames as their types and rows, results as what is in them."""
    match value:
        case pl.LazyFrame():
            return plain(value.collect())
        case pl.DataFrame():
            return dict(value.schema), value.rows()
        case pl.Series():
            return value.dtype, value.to_list()
        case pa.Table():
            return plain(pl.DataFrame(value))
        case datasets.Dataset():
            return plain(pl.DataFrame(value.with_format("arrow")[:]))
        case np.ndarray():
            return value.tolist()
        case tuple() | list():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value) if not each.name.startswith("_")}
    return value
