"""The result of an audit: shares, how far to trust them, and frames of the cases."""

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

# The half-width of a 95 % interval in standard errors.
WIDTH = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Share:
    """A share estimated from a sample.

    Attributes
    ----------
    count
        The number of cases that count.
    of
        The number of all cases.
    share
        Their quotient, from 0 to 1; None without cases.
    low, high
        Wilson's 95 % confidence interval; 0 and 1 without cases.

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
        """Compute the share and its interval from the two numbers."""
        return cls(count, of, count / of if of else None, *wilson(count, of))


def wilson(count: int, of: int) -> tuple[float, float]:
    """Compute Wilson's 95 % confidence interval, which also holds for small samples and for shares near 0 and 1.

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
    # For shares of 0 and 1 the bound is exactly 0 or 1; this avoids rounding errors.
    return (centre - half if count else 0.0), (centre + half if count < of else 1.0)


SHARES = {"share": pl.Float64, "low": pl.Float64, "high": pl.Float64}


@dataclass(frozen=True)
class Audit:
    """The quality of tags, estimated from a judge's verdicts on a sample.

    Attributes
    ----------
    precision
        The share of tags that are right for their query, a :class:`instag.Share` with its 95 % interval. Probes and
        cases without a verdict are not counted.
    consistency
        The share of tags that mean the same in all queries shown, with its interval, and counted in the same way.
    judge
        The judge's score: for each `kind` the number of `probes`, which are cases made wrong on purpose, and the number
        that the judge `caught`, with the `share` and its interval from `low` to `high`. If the share is low, precision
        and consistency are overestimated, and there is no way to tell by how much.
    tags
        For each `kind` and `tag` the number of `cases`, the number of `right` ones, their `share` and its interval. The
        worst come first, by the upper end of the interval.
    cases
        Every case, in the order in which they were asked: its name `case`, `kind`, `probe`, `tag`, `queries` as they
        were shown, the `rows` that they come from, the number of the query that was `misplaced` on purpose (from 0,
        null for none), the verdict `right` (null without a verdict), and the judge's `reason` or the `failure`.
    failures
        The cases without a verdict: `case`, `kind`, `tag`, `status` (`failed` or `not tried`), `reason`, `detail`.
    agreement
        The agreement of people with each other and with the judge: see :func:`instag.audit`; None without labels.
    column
        The column that the tags were read from.
    tally
        The requests, tokens and cost of this run.
    journal
        The file with the answers.
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
        """Write the cases for people to label, without the judge's verdicts: see `labels` of :func:`instag.audit`.

        The file is CSV, with an empty column `label` to fill in. Cells that a spreadsheet would run as formulas begin
        with an apostrophe.

        Raises
        ------
        InputError
            If the file cannot be written, or exists with other contents, such as labels.
        """
        write_cases(self.cases, Path(path))


def share_of(kind: Kind, cases: Sequence[Case], verdicts: Mapping[str, Verdict], *, probes: bool = False) -> Share:
    """The share of the cases of a kind, or of its probes, that the judge calls right, among those with a verdict."""
    right = [
        verdicts[case.id].right for case in cases if (case.kind, case.probe) == (kind, probes) and case.id in verdicts
    ]
    return Share.from_counts(sum(right), len(right))


def judge_frame(cases: Sequence[Case], verdicts: Mapping[str, Verdict]) -> pl.DataFrame:
    """The probes of each kind that the judge caught."""
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
    """All cases, with their verdicts or failures if there are any."""
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
    """The cases without a verdict, with the reasons."""
    rows = [(case.id, case.kind, case.tag, *failures[case.id]) for case in cases if case.id in failures]
    names = ("case", "kind", "tag", "status", "reason", "detail")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


# The most reasons in a warning; the frame of failures has them all.
SHOWN = 5

# The share of probes that a judge should catch.
CAUGHT = 0.9


def warn_of_few(cases: Sequence[Case], design: Design) -> None:
    """Warn if there are fewer cases or probes than requested."""
    for kind in KINDS:
        for probe, name in ((False, "cases"), (True, "probes")):
            wanted = design.wanted(kind, probe=probe)
            found = sum((case.kind, case.probe) == (kind, probe) for case in cases)
            if found < wanted:
                warn(f"{kind}: {wanted:,} {name} were requested, but the data have only {found:,}")


def warn_of_failures(failures: Mapping[str, Failure], cases: int) -> None:
    """Warn of cases without a verdict, with the reasons."""
    if failures:
        counts = Counter(": ".join(filter(None, failure[:2])) for failure in failures.values())
        reasons = "; ".join(f"{count:,} {why}" for why, count in counts.most_common(SHOWN))
        others = "; …" if len(counts) > SHOWN else ""
        warn(f"{len(failures):,} of {cases:,} cases have no verdict ({reasons}{others}) and are not counted")


def warn_of_judge(judge: pl.DataFrame) -> None:
    """Warn of a judge that lets significantly too many probes pass."""
    for kind, probes, caught in judge.filter(pl.col("high") < CAUGHT).select("kind", "probes", "caught").iter_rows():
        warn(
            f"{kind}: the judge caught only {caught:,} of {probes:,} probes, which are wrong on purpose: do not trust its share"
        )
