"""What every `progress` is called with: where the work stands, and how that reads."""

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Progress", "Stage"]


class Progress(Protocol):
    """Where the work stands: what each function with a `progress` calls it with; ``progress=print`` prints lines.

    :class:`instag.Tally` is one, with all that is known of a model-run.
    """

    @property
    def stage(self) -> str:
        """What is being done."""

    @property
    def done(self) -> int:
        """How many of what is counted in this stage are done."""

    @property
    def total(self) -> int | None:
        """How many there are; None where that is not known."""

    def __str__(self) -> str:
        """Where it stands, in a line."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where work without a model stands.

    Examples
    --------
    >>> print(Stage("embedding", 1024, 3_000)), print(Stage("rules: 6,600 tags"))
    embedding: 1,024 of 3,000
    rules: 6,600 tags
    (None, None)
    """

    stage: str
    done: int = 0
    total: int | None = None

    def __str__(self) -> str:
        return self.stage if self.total is None else f"{self.stage}: {self.done:,} of {self.total:,}"
