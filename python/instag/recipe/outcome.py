"""The steps of a recipe: the function of each, and its result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instag.recipe.steps.job import parts_of

if TYPE_CHECKING:
    from instag.recipe.steps.asking import Foreseen
    from instag.recipe.steps.job import Job

__all__ = ["ASKING", "DROPPING", "POOLING", "Done", "files_made", "foreseen", "work_of"]

# Steps that remove rows and list them; that may ask a model; that change the pool.
DROPPING = ("clean", "dedup", "decontaminate")
ASKING = ("decontaminate", "tag", "normalize")
POOLING = ("read", *DROPPING, "tag", "normalize")
FILES = {
    "read": "reading", "clean": "cleaning", "dedup": "cleaning", "decontaminate": "cleaning", "tag": "tagging",
    "normalize": "normalizing", "select": "selecting", "split": "cleaning", "write": "writing", "card": "writing",
    "report": "describing",
}  # fmt: skip


@dataclass
class Done:
    """A step that was done, or would be.

    Attributes
    ----------
    step
        Its name.
    folder
        The folder of its result; None if it is not done.
    options
        The options that the result depends on, with their defaults.
    key
        The key of the result.
    meta
        The record of the result.
    before
        How many rows it got; None if that is not known.
    cached
        Whether the result was there already.
    why
        Why it must be done, if that is known.
    earlier
        An earlier result, in which some questions have no answer.
    """

    step: str
    folder: Path | None
    options: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    before: int | None = None
    cached: bool = False
    why: str | None = None
    earlier: Path | None = None

    @property
    def tables(self) -> dict[str, Path]:
        """The frames of the result: `data`, or one for each part."""
        return parts_of(self.folder)

    @property
    def rows(self) -> int | None:
        """How many rows the result has."""
        counts = self.meta.get("rows")
        return sum(counts.values()) if counts else None

    @property
    def facts(self) -> Mapping[str, Any]:
        """Further notes."""
        found: Mapping[str, Any] = self.meta.get("facts", {})
        return found

    @property
    def history(self) -> dict[str, Any]:
        """Its line in a card."""
        dropped = self.facts.get("dropped", {})
        return {"step": self.step, "before": self.before, "after": self.rows, "dropped": dropped, "facts": self.facts}


def work_of(step: str) -> "Callable[[Job], dict[str, Any]]":
    """The function of a step; its libraries are loaded when it is done."""
    found: Callable[[Job], dict[str, Any]] = getattr(_home(step), step)
    return found


def _home(step: str) -> Any:
    return import_module(f"instag.recipe.steps.{FILES[step]}")


def foreseen(step: str, job: "Job") -> "Foreseen | None":
    """The questions that a step would ask a model; None if it asks none."""
    if step not in ASKING:
        return None
    find: Callable[[Job], Foreseen | None] = _home(step).foreseen
    return find(job)


def files_made(done: Done) -> dict[str, Path]:
    """The files that [write] made, by their paths in the output."""
    if done.folder is None or done.step != "write":
        return {}
    home = next(each for each in sorted(done.folder.iterdir()) if each.is_dir())
    return {each.relative_to(home).as_posix(): each for each in sorted(home.rglob("*")) if each.is_file()}
