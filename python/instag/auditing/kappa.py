"""Agreement beyond chance: Cohen's κ of two, Fleiss' κ of several."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Kappa", "cohen", "fleiss"]


@dataclass(frozen=True)
class Kappa:
    """How far labels agree beyond chance.

    Attributes
    ----------
    value
        1 where they are all the same, 0 where they agree as often as by chance, negative where less often; None where
        κ is not defined.
    note
        Why it is not defined; None where it is.
    """

    value: float | None
    note: str | None = None


def cohen(first: Sequence[bool], second: Sequence[bool]) -> Kappa:
    """Cohen's κ of the labels that two raters gave the same cases.

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
    """Fleiss' κ of several raters, who need not be the same for each case.

    Parameters
    ----------
    counts
        A row for each case, a column for each label: how many gave it. All rows have the same sum, the raters.

    Raises
    ------
    ValueError
        Where the sums differ.

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
        raise ValueError(f"expected as many labels for each case; found from {raters.min():.0f} to {raters.max():.0f}")
    n = float(raters[0])
    if n <= 1:
        return Kappa(None, "there is one rater")
    agreed = float(((table**2).sum(axis=1) - n).mean() / (n * (n - 1)))
    if (table.sum(axis=0) > 0).sum() == 1:
        return Kappa(None, "all gave every case the same label: chance alone would agree as often")
    chance = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return Kappa((agreed - chance) / (1 - chance))
