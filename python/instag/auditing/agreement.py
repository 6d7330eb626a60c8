"""Agreement beyond chance, of people with each other and with the judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from instag.auditing.cases import KINDS, Case
from instag.auditing.labels import Labels

__all__ = ["Kappa", "agreement_of", "cohen", "fleiss"]


@dataclass(frozen=True)
class Kappa:
    """The agreement of labels beyond chance.

    Attributes
    ----------
    value
        1 if all labels are the same, 0 if they agree as often as by chance, negative if less often; None if κ is not
        defined.
    note
        Why κ is not defined; None if it is.
    """

    value: float | None
    note: str | None = None


def cohen(first: Sequence[bool], second: Sequence[bool]) -> Kappa:
    """Compute Cohen's κ of two raters' labels for the same cases.

    Examples
    --------
    >>> cohen([True, True, False, False], [True, False, False, False])
    Kappa(value=0.5, note=None)
    >>> cohen([True, True], [True, True]).note
    'both gave every case the same label: chance alone would agree as often'

    References
    ----------
    J. Cohen, "A coefficient of agreement for nominal scales", 1960.
    """
    if not len(first):
        return Kappa(None, "no case has both labels")
    one, two = np.asarray(first, bool), np.asarray(second, bool)
    agreed = float((one == two).mean())
    chance = float(one.mean() * two.mean() + (~one).mean() * (~two).mean())
    if one.all() == one.any() == two.all() == two.any():
        return Kappa(None, "both gave every case the same label: chance alone would agree as often")
    return Kappa((agreed - chance) / (1 - chance))


def fleiss(counts: ArrayLike) -> Kappa:
    """Compute Fleiss' κ of several raters, who need not be the same for each case.

    Parameters
    ----------
    counts
        The number of raters who gave each case (row) each label (column). All rows must have the same sum.

    Raises
    ------
    ValueError
        If the sums differ.

    Examples
    --------
    >>> fleiss([[3, 0], [0, 3]])
    Kappa(value=1.0, note=None)

    References
    ----------
    J. L. Fleiss, "Measuring nominal scale agreement among many raters", 1971.
    """
    table = np.asarray(counts, float)
    if not table.size:
        return Kappa(None, "no case has the labels of all raters")
    raters = table.sum(axis=1)
    if (raters != raters[0]).any():
        raise ValueError(
            f"expected the same number of labels for each case; found from {raters.min():.0f} to {raters.max():.0f}"
        )
    n = float(raters[0])
    if n <= 1:
        return Kappa(None, "there is one rater")
    agreed = float(((table**2).sum(axis=1) - n).mean() / (n * (n - 1)))
    if (table.sum(axis=0) > 0).sum() == 1:
        return Kappa(None, "all gave every case the same label: chance alone would agree as often")
    chance = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return Kappa((agreed - chance) / (1 - chance))


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
    """Compare the raters with each other, and their majority with the judge.

    Parameters
    ----------
    cases
        The cases.
    verdicts
        The judge's verdict on each case by name; cases without a verdict are left out.
    labels
        The labels of each rater.

    Returns
    -------
    polars.DataFrame
        Two rows per kind: with and without the `probes`. `raters` is the number of raters, `cases` the number of cases
        that at least one of them has labelled, and `ties` the number of those without a majority; `right` is the share
        of the others that the majority labels right. `same` is the share of the `cohen_cases`, those with a majority
        and a verdict, in which the judge agrees with the majority; `cohen` is Cohen's κ of both. `fleiss` is Fleiss' κ
        of the raters over the `fleiss_cases`, which all of them have labelled. A κ that is not defined is null, and its
        note says why.
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
