"""How good a selection is, beside the best that is possible."""

from dataclasses import dataclass, replace
from math import floor

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.selection.problem import Problem

__all__ = ["Certificate", "certificate_of"]


@dataclass(frozen=True)
class Certificate:
    """What a selection is worth by the objective, and what no selection can be worth.

    Attributes
    ----------
    value
        What the selection adds to what was chosen before.
    bound
        No selection within the same constraint adds more.
    """

    value: float
    bound: float

    @property
    def share(self) -> float:
        """The least share of the best possible that the selection reaches, from 0 to 1."""
        return min(self.value / self.bound, 1.0) if self.bound > 0 else 1.0

    def __str__(self) -> str:
        """In a line, rounded down."""
        return f"at least {floor(1000 * self.share + 1e-6) / 10:.1f} % of the best possible"


def certificate_of(problem: Problem, rows: NDArray[np.uint32], steps: int) -> Certificate:
    """Bound what is possible, in so many steps.

    Lower quotas that the selection does not reach bound nothing: what is possible without them is at least as much.
    """
    constraint = problem.constraint
    if (quotas := constraint.quotas) is not None:
        held = quotas.before + np.bincount(
            quotas.of[rows],
            None if constraint.cost is None else constraint.cost.values[rows],
            minlength=len(quotas.names),
        )
        constraint = replace(constraint, quotas=replace(quotas, at_least=np.minimum(quotas.at_least, held)))
    return Certificate(*_core.certify(problem.core(), constraint.core(), rows, steps))
