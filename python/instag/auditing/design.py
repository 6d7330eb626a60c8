"""The design: how many cases of which kind."""

from dataclasses import dataclass
from numbers import Integral

from instag.auditing.case import Kind
from instag.checks import check_share
from instag.errors import InputError

__all__ = ["Design"]


@dataclass(frozen=True)
class Design:
    """How many cases are drawn, and how.

    Attributes
    ----------
    precision, consistency
        The cases of each kind.
    probes
        The probes that are put in beside, as a share of the cases.
    group
        The queries of a consistency case.
    seed
        Another seed, other cases.
    """

    precision: int
    consistency: int
    probes: float
    group: int
    seed: int

    def wanted(self, kind: Kind, *, probe: bool) -> int:
        """How many there should be; where there are cases and probes, there is at least one probe."""
        cases = self.precision if kind == "precision" else self.consistency
        probes = cases * self.probes
        return max(round(probes), int(probes > 0)) if probe else cases

    def check(self) -> None:
        """Check every option.

        Raises
        ------
        InputError
            Where one is out of range.
        """
        for name, least in (("precision", 0), ("consistency", 0), ("group", 2), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
                raise InputError(f"{name}: expected a whole number of {least} or more; found {value!r}")
        check_share("probes", self.probes)
        if not self.precision and not self.consistency:
            raise InputError("precision, consistency: expected one case or more of either kind; found 0 of both")
