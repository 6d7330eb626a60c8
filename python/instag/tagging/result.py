"""The result of tagging: the frame with its tags, with counts, failures and notes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import polars as pl

from instag.chat import Tally
from instag.errors import InputError
from instag.tagging.answers import AnswerTable
from instag.tagging.plan import Plan
from instag.warning import warn

__all__ = ["Tagged", "check_columns"]

F = TypeVar("F")

# How many reasons a warning lists; the table of failures has them all.
SHOWN = 5


@dataclass(frozen=True)
class Tagged(Generic[F]):
    """Tagged data, with counts, failures and notes.

    Attributes
    ----------
    data
        The frame with `tags` (those of the sample's queries in order, without repeats), `query_tags` (a list a query)
        and optionally `explanations` (like `query_tags`, one a tag). `query_tags` and `explanations` are null for a query
        without an answer, and `tags` is null if a query of the sample has none.
    failures
        A row for each query that has no tags: `row` (the sample, from 0), `nth` (which of its queries, from 0), `query`
        (its first 200 characters), `status` (`failed` or `not tried`), `reason` (such as `length`: the answer was cut
        off at `max_tokens`) and `detail`.
    cuts
        A row for each query that was cut: `row`, `nth`, and `left_out`, in characters.
    notes
        How answers had to be repaired to be read, and how many: `note` and `answers`.
    tally
        The requests of this run, with tokens, cost and time; its counts are of distinct queries.
    journal
        The path of the journal with the answers.
    samples, queries, blank, distinct
        The numbers of samples and queries, of blank queries, and of distinct queries once they are cut.
    """

    data: F
    failures: pl.DataFrame
    cuts: pl.DataFrame
    notes: pl.DataFrame
    tally: Tally
    journal: Path
    samples: int
    queries: int
    blank: int
    distinct: int

    @classmethod
    def of(cls, plan: Plan, table: AnswerTable, tally: Tally, untried: str | None) -> "Tagged[Any]":
        """Make the result, and warn of queries without tags."""
        samples = plan.samples
        failures = table.failures(samples, untried)
        rows, nth = samples.places(samples.cut)
        cuts = pl.DataFrame(
            {"row": rows, "nth": nth, "left_out": samples.left_out},
            schema={"row": pl.UInt32, "nth": pl.UInt32, "left_out": pl.UInt32},
        )
        notes = pl.DataFrame(table.notes.most_common(), schema={"note": pl.String, "answers": pl.UInt32}, orient="row")
        if failures.height:
            _warn(failures, len(samples.question))
        data = plan.frame.with_columns(table.columns(samples))
        return cls(
            data,
            failures,
            cuts,
            notes,
            tally,
            plan.task.written,
            samples=len(samples),
            queries=len(samples.question),
            blank=samples.blank,
            distinct=len(table),
        )


def check_columns(columns: list[str], *, explanations: bool, replace: bool) -> None:
    """Check that the columns that are added do not exist, or may be replaced."""
    added = ["tags", "query_tags", *(["explanations"] if explanations else [])]
    if not replace and (taken := [name for name in added if name in columns]):
        names = ", ".join(map(repr, taken))
        raise InputError(
            f"data: they already have {names}: rename or drop them, or replace them with replace=True / --replace"
        )


def _warn(failures: pl.DataFrame, queries: int) -> None:
    """Warn how many queries have no tags, and why."""
    why = pl.concat_str("status", "reason", separator=": ", ignore_nulls=True).alias("why")
    counts = failures.group_by(why).len().sort("len", "why", descending=[True, False])
    reasons = "; ".join(f"{count:,} {why}" for why, count in counts.head(SHOWN).iter_rows())
    others = "; …" if counts.height > SHOWN else ""
    short = failures.get_column("reason").eq("length").any()
    hint = "; length: the answer was cut off; a larger max_tokens / --max-tokens lets it end" if short else ""
    warn(
        f"{failures.height:,} of {queries:,} queries have no tags ({reasons}{others}), and the tags of their samples are "
        f"null; `failures` / --failures FILE lists them{hint}"
    )
