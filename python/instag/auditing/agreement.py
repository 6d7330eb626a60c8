"""Agreement: of people with each other, and with the judge."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from instag.auditing.case import KINDS, Case
from instag.auditing.kappa import cohen, fleiss
from instag.auditing.labels import Labels

__all__ = ["agreement_of"]

SCHEMA = {
    "kind": pl.String,
    "probes": pl.Boolean,
    "raters": pl.UInt32,
    "cases": pl.UInt32,
    "ties": pl.UInt32,
    "right": pl.Float64,
    "same": pl.Float64,
    "cohen": pl.Float64,
    "cohen_cases": pl.UInt32,
    "cohen_note": pl.String,
    "fleiss": pl.Float64,
    "fleiss_cases": pl.UInt32,
    "fleiss_note": pl.String,
}


def agreement_of(cases: Sequence[Case], verdicts: Mapping[str, bool], labels: Labels) -> pl.DataFrame:
    """Compare people with each other, and what most of them say with the judge.

    Parameters
    ----------
    cases
        The cases.
    verdicts
        What the judge says of each case by name; a case without a verdict is left out.
    labels
        What each rater says of each case.

    Returns
    -------
    polars.DataFrame
        Two rows a kind: with and without the `probes`. `raters` have labelled `cases` (one of them at least); of these
        `ties` have no majority, and of the others the majority calls the share `right` right. The judge says the
        `same` as the majority in a share of the `cohen_cases`, those that have a majority and a verdict; `cohen` is
        Cohen's κ of these. `fleiss` is Fleiss' κ of the raters, over the `fleiss_cases` that all of them have labelled.
        A κ that is not defined is null, and the note says why.
    """
    rows = [
        _row(kind, [case for case in cases if case.kind == kind and (probes or not case.probe)], verdicts, labels)
        | {"probes": probes}
        for kind in KINDS
        for probes in (True, False)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def _row(kind: str, cases: Sequence[Case], verdicts: Mapping[str, bool], labels: Labels) -> dict[str, Any]:
    given = {case.id: [label[case.id] for label in labels.values() if case.id in label] for case in cases}
    labelled = {name: votes for name, votes in given.items() if votes}
    majority = {name: 2 * sum(votes) > len(votes) for name, votes in labelled.items() if 2 * sum(votes) != len(votes)}
    both = [name for name in majority if name in verdicts]
    raters = [rater for rater, label in labels.items() if label.keys() & given.keys()]
    complete = [votes for votes in labelled.values() if len(votes) == len(raters)]
    judged = cohen([majority[name] for name in both], [verdicts[name] for name in both])
    people = fleiss([[sum(votes), len(votes) - sum(votes)] for votes in complete])
    return {
        "kind": kind,
        "raters": len(raters),
        "cases": len(labelled),
        "ties": len(labelled) - len(majority),
        "right": _mean(list(majority.values())),
        "same": _mean([majority[name] == verdicts[name] for name in both]),
        "cohen": judged.value,
        "cohen_cases": len(both),
        "cohen_note": judged.note,
        "fleiss": people.value,
        "fleiss_cases": len(complete),
        "fleiss_note": people.note,
    }


def _mean(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
