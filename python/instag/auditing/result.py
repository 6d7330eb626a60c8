"""The result: what the verdicts come to, how far it is to be trusted, and what deserves a look."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

import polars as pl

from instag.auditing.cases import KINDS, Case, Design, Kind
from instag.auditing.judge import Failure, Verdict
from instag.auditing.labels import write_cases
from instag.chat import Tally
from instag.warning import warn

__all__ = [
    "Audit",
    "Share",
    "cases_frame",
    "failures_frame",
    "judge_frame",
    "share_of",
    "tags_frame",
    "warn_of_failures",
    "warn_of_few",
    "warn_of_judge",
    "wilson",
]

# Standard errors to either side of a share that hold 95 % of all samples.
WIDTH = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Share:
    """A share that was estimated from a sample.

    Attributes
    ----------
    count
        The cases that count.
    of
        All cases.
    share
        Their quotient, from 0 to 1; None if there are no cases.
    low, high
        The 95 % confidence interval by Wilson's score; 0 and 1 where there are no cases.

    Examples
    --------
    >>> share = Share.from_counts(47, 50)
    >>> f"{share.share:.2f} from {share.low:.3f} to {share.high:.3f}"
    '0.94 from 0.838 to 0.979'
    """

    count: int
    of: int
    share: float | None
    low: float
    high: float

    @classmethod
    def from_counts(cls, count: int, of: int) -> "Share":
        """The share of some cases in all."""
        return cls(count, of, count / of if of else None, *wilson(count, of))


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share, which holds for small samples and for shares near 0 and 1 too.

    Examples
    --------
    >>> wilson(0, 0)
    (0.0, 1.0)

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not of:
        return 0.0, 1.0
    share, spread = count / of, WIDTH**2 / of
    centre = (share + spread / 2) / (1 + spread)
    half = sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    # At the ends the bound is the end itself, but for rounding.
    return (centre - half if count else 0.0), (centre + half if count < of else 1.0)


SHARES = {"share": pl.Float64, "low": pl.Float64, "high": pl.Float64}


@dataclass(frozen=True)
class Audit:
    """How good the tags are, by a judge's verdicts on a sample of them.

    Attributes
    ----------
    precision
        The share of tags that are right for their query, a :class:`instag.Share` with its 95 % interval. Probes and
        cases without a verdict are not counted.
    consistency
        The share of tags that mean the same in all queries that were shown, likewise.
    judge
        How far the judge can be trusted: for each `kind` the `probes`, cases made wrong on purpose, and how many of
        them the judge `caught`, as a `share` with its interval from `low` to `high`. Where it is low, the two shares
        above are too high, by an unknown amount.
    tags
        For each `kind` and `tag` the `cases`, how many of them are `right`, their `share` and its interval; worst
        first, by the upper end of the interval.
    cases
        Every case, in the order in which they were asked: its name `case`, `kind`, `probe`, `tag`, `queries` as they
        were shown, the `rows` that they come from, which of them was `misplaced` on purpose (from 0, null for none),
        the verdict `right` (null if there is none) and the judge's
        `reason`, or the `failure`.
    failures
        The cases without a verdict: `case`, `kind`, `tag`, `status` (`failed` or `not tried`), `reason`, `detail`.
    agreement
        How far people agree with each other and with the judge, where labels were given: see
        :func:`instag.audit`; else None.
    column
        The column that the tags are from.
    tally
        What this run asked, and what that took.
    journal
        The path of the journal with the answers.
    """

    precision: Share
    consistency: Share
    judge: pl.DataFrame
    tags: pl.DataFrame
    cases: pl.DataFrame
    failures: pl.DataFrame
    agreement: pl.DataFrame | None
    column: str
    tally: Tally
    journal: Path

    def write_cases(self, path: str | Path) -> None:
        """Write the cases for people to judge, without the judge's verdicts: see :func:`instag.audit` on `labels`.

        The file is CSV, with an empty column `label` to fill in. Cells that a spreadsheet would run as formulas begin
        with an apostrophe.

        Raises
        ------
        InputError
            If the file cannot be written, or is there and holds something else, such as labels.
        """
        write_cases(self.cases, Path(path))


def share_of(kind: Kind, cases: Sequence[Case], verdicts: Mapping[str, Verdict], *, probes: bool = False) -> Share:
    """The cases of a kind, or its probes, that the judge calls right, among those with a verdict."""
    said = [
        verdicts[case.id].right for case in cases if (case.kind, case.probe) == (kind, probes) and case.id in verdicts
    ]
    return Share.from_counts(sum(said), len(said))


def judge_frame(cases: Sequence[Case], verdicts: Mapping[str, Verdict]) -> pl.DataFrame:
    """How many probes of each kind the judge caught."""
    rows = []
    for kind in KINDS:
        missed = share_of(kind, cases, verdicts, probes=True)
        caught = Share.from_counts(missed.of - missed.count, missed.of)
        rows.append((kind, caught.of, caught.count, caught.share, caught.low, caught.high))
    schema = {"kind": pl.String, "probes": pl.UInt32, "caught": pl.UInt32} | SHARES
    return pl.DataFrame(rows, schema=schema, orient="row")


def tags_frame(cases: Sequence[Case], verdicts: Mapping[str, Verdict]) -> pl.DataFrame:
    """The tags, worst first."""
    counts: dict[tuple[str, str], list[int]] = {}
    for case in cases:
        if not case.probe and case.id in verdicts:
            count = counts.setdefault((case.tag, case.kind), [0, 0])
            count[0] += 1
            count[1] += verdicts[case.id].right
    rows = [(tag, kind, of, right, right / of, *wilson(right, of)) for (tag, kind), (of, right) in counts.items()]
    schema = {"tag": pl.String, "kind": pl.String, "cases": pl.UInt32, "right": pl.UInt32} | SHARES
    return pl.DataFrame(rows, schema=schema, orient="row").sort("high", "low", "tag", "kind")


def cases_frame(
    cases: Sequence[Case],
    verdicts: Mapping[str, Verdict] = MappingProxyType({}),
    failures: Mapping[str, Failure] = MappingProxyType({}),
) -> pl.DataFrame:
    """All cases with what came of them, if anything did."""
    rows = []
    for case in cases:
        verdict = verdicts.get(case.id)
        judged = (None, None) if verdict is None else (verdict.right, verdict.reason)
        failure = ": ".join(part for part in failures.get(case.id, ())[:2] if part) or None
        shown = (case.tag, list(case.queries), list(case.rows), case.misplaced)
        rows.append((case.id, case.kind, case.probe, *shown, *judged, failure))
    schema: dict[str, Any] = {
        "case": pl.String,
        "kind": pl.String,
        "probe": pl.Boolean,
        "tag": pl.String,
        "queries": pl.List(pl.String),
        "rows": pl.List(pl.UInt32),
        "misplaced": pl.UInt32,
        "right": pl.Boolean,
        "reason": pl.String,
        "failure": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def failures_frame(cases: Sequence[Case], failures: Mapping[str, Failure]) -> pl.DataFrame:
    """The cases without a verdict, and why."""
    rows = [(case.id, case.kind, case.tag, *failures[case.id]) for case in cases if case.id in failures]
    names = ("case", "kind", "tag", "status", "reason", "detail")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


# How many reasons a warning lists; the table of failures has them all.
SHOWN = 5

# The share of probes that a judge should catch.
CAUGHT = 0.9


def warn_of_few(cases: Sequence[Case], design: Design) -> None:
    """Say where there are fewer cases or probes than there should be."""
    for kind in KINDS:
        for probe, name in ((False, "cases"), (True, "probes")):
            wanted = design.wanted(kind, probe=probe)
            found = sum((case.kind, case.probe) == (kind, probe) for case in cases)
            if found < wanted:
                warn(f"{kind}: {wanted:,} {name} were asked for, and the data have {found:,}")


def warn_of_failures(failures: Mapping[str, Failure], cases: int) -> None:
    """Say how many cases have no verdict, and why."""
    if failures:
        counts = Counter(": ".join(filter(None, failure[:2])) for failure in failures.values())
        reasons = "; ".join(f"{count:,} {why}" for why, count in counts.most_common(SHOWN))
        others = "; …" if len(counts) > SHOWN else ""
        warn(f"{len(failures):,} of {cases:,} cases have no verdict ({reasons}{others}) and are not counted")


def warn_of_judge(judge: pl.DataFrame) -> None:
    """Say where the judge lets too much pass, chance allowed for."""
    for kind, probes, caught in judge.filter(pl.col("high") < CAUGHT).select("kind", "probes", "caught").iter_rows():
        warn(f"{kind}: the judge caught {caught:,} of {probes:,} cases put wrong on purpose: do not trust its share")
