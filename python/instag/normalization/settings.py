"""The options of a normalisation, checked before any work."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from instag.checks import check_choice, check_count, check_distance, check_share
from instag.choices import MIN_SAMPLES, Linkage
from instag.errors import InputError
from instag.normalization.matching.decision import Matching, Stem
from instag.warning import warn

__all__ = ["JUDGED_STEPS", "STEPS", "Linkage", "Settings", "check_judge", "each_once"]

STEPS = ("frequency", "rules", "semantic", "association")
# With a judge, the frequency step comes late: rare tags are judged first, and then replaced by broader ones.
JUDGED_STEPS = ("rules", "semantic", "judge", "frequency", "association")


@dataclass(frozen=True)
class Settings:
    """The options of :func:`instag.normalize`."""

    steps: tuple[str, ...]
    min_count: Any
    rules: bool
    stem: Stem
    distance: float | None
    guards: bool
    linkage: Linkage
    min_samples: int
    max_diameter: float | None
    min_support: int | None
    min_confidence: float
    judge: str | None = None

    @property
    def matching(self) -> Matching:
        """The settings that decide whether two tags are the same."""
        return Matching(self.stem, self.guards, self.distance)

    def takes(self, step: str) -> bool:
        """Whether a step runs: it is among the steps, and its parameter is not None or False."""
        parameter = {
            "frequency": self.min_count,
            "rules": self.rules,
            "semantic": self.distance,
            "judge": self.judge,
            "association": self.min_support,
        }[step]
        return step in self.steps and parameter is not None and parameter is not False

    def check(self) -> None:
        """Check every option.

        Raises
        ------
        InputError
            If one is out of range.
        """
        check_choice("rules", self.rules, (True, False))
        check_choice("guards", self.guards, (True, False))
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
        if self.linkage == "star" and (self.min_samples != MIN_SAMPLES or self.max_diameter is not None):
            message = "linkage 'star': min_samples and max_diameter are for linkage 'dbscan', and do nothing here"
            warn(message)


def check_judge(steps: Iterable[str], judge: str | None) -> None:
    """Check that there is a judge if, and only if, one of the steps asks it.

    Raises
    ------
    InputError
        If one is there without the other.

    Examples
    --------
    >>> check_judge(("rules", "judge"), "gpt-4o-mini")
    >>> check_judge(("rules",), None)
    """
    if ("judge" in steps) == (judge is not None):
        return
    if judge is None:
        raise InputError("steps: the step 'judge' needs somebody to ask: give a judge, or judgments")
    raise InputError(
        f"steps: {list(steps)} do not have the step 'judge', in which a judge and judgments decide: add the step, or leave "
        "them out"
    )


def each_once(steps: Any) -> tuple[str, ...]:
    """The steps in their order, after checking that each comes once.

    Raises
    ------
    InputError
        If they are not steps, or one comes twice.

    Examples
    --------
    >>> each_once(["rules", "semantic"])
    ('rules', 'semantic')
    """
    if isinstance(steps, str) or not isinstance(steps, Iterable):
        raise InputError(f"steps: expected a list, such as ['rules', 'semantic']; found {steps!r}")
    listed = tuple(steps)
    for nth, step in enumerate(listed):
        check_choice("steps", step, (*STEPS, "judge"))
        if step in listed[:nth]:
            raise InputError(f"steps: expected each step once; found {step!r} twice")
    return listed
