"""The table of calls whose results do not depend on the way in which the data come, gone through on Ray."""

from functools import partial
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import instag
from exact import CALLS, KEYED, SELECTIONS, outcome, pools

ray = pytest.importorskip("ray", reason="ray[data] is not installed: hundreds of megabytes, so a job of its own has it")

pytestmark = pytest.mark.usefixtures("cluster")

# What Ray cannot do, and must say: costs that are counted in texts, and rows by their numbers.
REFUSED = ("characters", "words", "start, numbers")
# To shrink a failure takes minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def on_ray(frame: pl.DataFrame, cuts: list[int]) -> Any:
    ends = sorted({0, *(cut for cut in cuts if cut < frame.height), frame.height})
    return ray.data.from_arrow([frame[start:end].to_arrow() for start, end in pairwise(ends)])


def in_memory(data: Any) -> pl.DataFrame:
    if isinstance(data, pl.DataFrame):
        return data
    parts = data.iter_batches(batch_size=None, batch_format="pyarrow")
    return pl.concat([pl.DataFrame(part) for part in parts] or [pl.DataFrame(data.schema().base_schema.empty_table())])


def selected(data: Any, budget: int, options: dict[str, Any]) -> pl.DataFrame:
    return in_memory(instag.select(data, **{"budget": budget, "key": "id", **options}))


def measured(data: Any, _: int) -> Any:
    return instag.measure(data)


@settings(max_examples=2, phases=PHASES, deadline=None)
@given(pools(), st.lists(st.integers(1, 24), max_size=5), st.data())
@pytest.mark.parametrize("name", [name for name in SELECTIONS if name not in REFUSED])
def test_the_rows_are_those_of_memory(name: str, frame: pl.DataFrame, cuts: list[int], data: st.DataObject) -> None:
    work = partial(selected, options=SELECTIONS[name])
    budget = data.draw(st.integers(1, frame.height), "budget")

    assert outcome(work, on_ray(frame, cuts), budget) == outcome(work, frame, budget)


@settings(max_examples=2, phases=PHASES, deadline=None)
@given(pools(), st.lists(st.integers(1, 24), max_size=5))
def test_measures_are_those_of_memory(frame: pl.DataFrame, cuts: list[int]) -> None:
    assert outcome(measured, on_ray(frame, cuts), 1) == outcome(measured, frame, 1)


def functions() -> list[str]:
    """Calls of functions that Ray does not reach."""
    reached = ("choose", "rank", "select", "measure", "apply", "certify")
    return [name for name in CALLS if name.partition(":")[0].partition(",")[0] not in reached]


@pytest.mark.parametrize("name", [*(f"key: {name}" for name in REFUSED), *functions()])
def test_what_ray_does_not_do_is_said(name: str) -> None:
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "tags": [["math", "proof"], ["math"]],
            "good": [0.5, 1.0],
            "size": [3, 4],
            "source": ["web", "book"],
            "before": [False, True],
            "question": ["a b", "b"],
            "answer": ["b", "a"],
        }
    )

    found, _ = outcome((CALLS | KEYED)[name], on_ray(frame, [1]), 1)

    assert isinstance(found, str), found
    assert "a Ray data set" in found
