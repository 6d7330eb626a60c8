"""Options, checked before any work."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from instag.errors import InputError

__all__ = ["Settings", "check_count", "check_distance", "check_share"]


def check_count(name: str, value: Any) -> None:
    """A number of things, at least 1."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not 1 <= int(value) < 2**32:
        raise InputError(f"{name}: expected a count of 1 or more; found {value!r}")


def check_share(name: str, value: Any) -> None:
    """A share, from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise InputError(f"{name}: expected a share from 0 to 1; found {value!r}")


def check_distance(name: str, value: Any) -> None:
    """A cosine distance."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) <= 2:  # noqa: PLR2004
        raise InputError(f"{name}: expected a cosine distance above 0 and at most 2; found {value!r}")


@dataclass(frozen=True)
class Settings:
    """The options of :func:`instag.normalize`."""

    steps: tuple[str, ...]
    min_count: Any
    rules: bool
    stem: Any
    distance: float | None
    guards: bool
    linkage: Any
    min_samples: int
    max_diameter: float | None
    min_support: int | None
    min_confidence: float

    def takes(self, step: str) -> bool:
        """Whether a step is taken: it is among the steps, and its parameter is not None or False."""
        parameter = {
            "frequency": self.min_count,
            "rules": self.rules,
            "semantic": self.distance,
            "association": self.min_support,
        }[step]
        return step in self.steps and parameter is not None and parameter is not False

    def check(self) -> None:
        """Check every option.

        Raises
        ------
        InputError
            Where one is out of range.
        """
        for step in self.steps:
            check_choice("steps", step, ("frequency", "rules", "semantic", "association"))
        check_choice("stem", self.stem, (True, False, "paper"))
        check_choice("linkage", self.linkage, ("star", "dbscan"))
        if self.takes("frequency") and self.min_count != "auto":
            check_count("min_count", self.min_count)
        if self.takes("semantic"):
            check_distance("distance", self.distance)
            check_count("min_samples", self.min_samples)
        if self.max_diameter is not None:
            check_distance("max_diameter", self.max_diameter)
        if self.takes("association"):
            check_count("min_support", self.min_support)
            check_share("min_confidence", self.min_confidence)


def check_choice(name: str, value: Any, choices: tuple[Any, ...]) -> None:
    """One of several values."""
    if value not in choices:
        raise InputError(f"{name}: expected one of {', '.join(map(str, choices))}; found {value!r}")
