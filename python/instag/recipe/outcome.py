"""The steps of a recipe: what does each, and what has come of it."""

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

# Steps that take rows out and list them; that may ask a model; after which the pool is another.
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
    """A step as it was done, or would be.

    Attributes
    ----------
    step
        Its name.
    folder
        Where its result is; None where it is not done.
    options
        Those that a result depends on, with their defaults.
    key
        What the result is found by.
    meta
        What is known of the result.
    before
        How many rows went in; None where that is not known.
    cached
        Whether it had been done before.
    why
        Why it has to be done, where that is known.
    earlier
        An earlier result of it, in which some questions have no answer.
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
        """The frames of the result: `data`, or a part each."""
        return parts_of(self.folder)

    @property
    def rows(self) -> int | None:
        """How many rows came out."""
        counts = self.meta.get("rows")
        return sum(counts.values()) if counts else None

    @property
    def facts(self) -> Mapping[str, Any]:
        """What else there is to say."""
        found: Mapping[str, Any] = self.meta.get("facts", {})
        return found

    @property
    def history(self) -> dict[str, Any]:
        """What a card says of it."""
        dropped = self.facts.get("dropped", {})
        return {"step": self.step, "before": self.before, "after": self.rows, "dropped": dropped, "facts": self.facts}


def work_of(step: str) -> "Callable[[Job], dict[str, Any]]":
    """What does a step; its libraries are loaded when it is done."""
    found: Callable[[Job], dict[str, Any]] = getattr(_home(step), step)
    return found


def _home(step: str) -> Any:
    return import_module(f"instag.recipe.steps.{FILES[step]}")


def foreseen(step: str, job: "Job") -> "Foreseen | None":
    """What a model would be asked by a step; None where it asks none."""
    if step not in ASKING:
        return None
    find: Callable[[Job], Foreseen | None] = _home(step).foreseen
    return find(job)


def files_made(done: Done) -> dict[str, Path]:
    """The files that [write] has made, by their place in the output."""
    if done.folder is None or done.step != "write":
        return {}
    home = next(each for each in sorted(done.folder.iterdir()) if each.is_dir())
    return {each.relative_to(home).as_posix(): each for each in sorted(home.rglob("*")) if each.is_file()}
