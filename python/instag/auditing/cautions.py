"""Cautions: what about a result deserves a look."""

from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from instag.auditing.case import KINDS, Case
from instag.auditing.design import Design
from instag.auditing.result import Failure
from instag.warning import warn

__all__ = ["warn_of_failures", "warn_of_few", "warn_of_judge"]

# Reasons that a warning names; the table of failures has them all.
NAMED = 5

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
        named = "; ".join(f"{count:,} {why}" for why, count in counts.most_common(NAMED))
        others = "; …" if len(counts) > NAMED else ""
        warn(f"{len(failures):,} of {cases:,} cases have no verdict ({named}{others}) and are not counted")


def warn_of_judge(judge: pl.DataFrame) -> None:
    """Say where the judge lets too much pass, chance allowed for."""
    for kind, probes, caught in judge.filter(pl.col("high") < CAUGHT).select("kind", "probes", "caught").iter_rows():
        warn(f"{kind}: the judge caught {caught:,} of {probes:,} cases put wrong on purpose: do not trust its share")
