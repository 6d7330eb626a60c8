"""Shares, and how far they are to be trusted."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

__all__ = ["Share", "wilson"]

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
        Their quotient, from 0 to 1; None where there are no cases.
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
        """The share that so many cases are of all."""
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
