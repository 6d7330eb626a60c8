"""The steps of a run, one after the other: the results so far, and the inputs of the next step."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError, InstagError
from instag.recipe import consent
from instag.recipe.cache import Cache
from instag.recipe.faults import Faults
from instag.recipe.inputs import contents, relevant, resolved, target_for, target_of
from instag.recipe.objective import kept_for
from instag.recipe.outcome import POOLING, Done, files_made, work_of
from instag.recipe.recipe import Recipe
from instag.recipe.steps.job import PARTS, Job
from instag.recipe.wording import cached, counts, said

__all__ = ["Road"]

# Seconds without any answer after which questions that failed before are given up.
AGAIN = 60.0


class Road:
    """The steps of a run, one after the other."""

    def __init__(
        self,
        recipe: Recipe,
        cache: Cache,
        *,
        limit: int | None,
        start: str | None,
        say: Callable[[str], None] | None,
        yes: bool,
        progress: Callable[[Any], None] | None,
    ) -> None:
        self.recipe, self.limit, self.start, self.yes = recipe, limit, start, yes
        self.cache = cache
        self.output = recipe.output if limit is None else recipe.output.with_name(f"{recipe.output.name}-trial")
        self.silent = say is None
        self.say = say or (lambda _: None)
        self.progress = progress or (lambda _: None)
        self.done: list[Done] = []
        self.pool: Path | None = None
        self.tables: dict[str, Path] = {}
        self.target = target_of(recipe)
        self._again = False

    def go(self, until: str | None) -> None:
        """Do the steps in order."""
        for step in self.steps(until):
            self.take(self._done(step))

    def steps(self, until: str | None) -> list[str]:
        """The steps up to one."""
        names = ["read", *self.recipe.steps]
        return names if until is None else names[: names.index(until) + 1]

    def take(self, done: Done) -> None:
        """Go on with the result of a step."""
        self.done.append(done)
        if done.step in (*POOLING, "select", "split"):
            self.tables = done.tables
        if done.step in POOLING:
            self.pool = done.tables.get("data")
        if done.folder is not None and (left := done.folder / "target.parquet").is_file():
            self.target = left

    def data_of(self, step: str) -> dict[str, Path]:
        """The files that go into a step, by name."""
        made = {each.step: each for each in self.done}
        if step == "report":
            found = {"data": self.pool, "selected": made["select"].tables.get("data") if "select" in made else None}
            if "select" in made and (folder := made["select"].folder) is not None:
                found |= kept_for(self.recipe.steps, folder)
            return {name: path for name, path in found.items() if path is not None}
        if step == "card" and "write" in made:
            written = files_made(made["write"])
            return {name: written[place] for name in PARTS if (place := f"data/{name}.jsonl") in written}
        return self.tables

    def target_for(self, step: str) -> Path | None:
        """The target, for the steps that use it."""
        return target_for(self.recipe, step, self.target)

    def known(self, step: str, data: Mapping[str, Path]) -> Done:
        """A step, with its result if it is up to date."""
        options = relevant(self.recipe, step, limit=self.limit, history=self.history)
        inputs = contents(self.recipe, step, self.cache, data, self.target_for(step), self.vocabulary(step))
        key = self.cache.key(step, options, inputs)
        self._again = self._again or step == self.start
        found = None if self._again else self.cache.find(step, key)
        why, earlier = "asked for" if self._again else None, None
        if found is not None and (left := self.cache.meta(found).get("facts", {}).get("unanswered")):
            # Failed questions are asked again.
            earlier, found, why = found, None, f"{left:,} questions had no answer, and are asked again"
        meta = {"inputs": inputs} if found is None else self.cache.meta(found)
        return Done(
            step, found, options, key, meta, self._rows(step), cached=found is not None, why=why, earlier=earlier
        )

    def vocabulary(self, step: str) -> Path | None:
        """The vocabulary that was made, for the steps that use it."""
        folder = next((each.folder for each in self.done if each.step == "normalize"), None)
        uses = step == "report" or (step == "select" and self.recipe.steps["select"].get("tree") is True)
        return folder / "vocabulary.parquet" if uses and folder is not None else None

    def why(self, done: Done) -> str:
        """Why a step must be done."""
        return done.why or self.cache.why(done.step, done.options, done.meta["inputs"])

    def job(self, step: str, data: Mapping[str, Path], folder: Path) -> Job:
        """The input of a step."""
        made = {each.step: each.folder for each in self.done if each.folder is not None}
        return Job(
            self.recipe, resolved(self.recipe, step), data, folder, self.cache, self.limit, self.target_for(step), made,
            self.history, self.progress,
        )  # fmt: skip

    @property
    def history(self) -> list[dict[str, Any]]:
        """The steps done so far."""
        without = ("read", "write", "card", "report")
        return [each.history for each in self.done if each.step not in without or each.facts.get("dropped")]

    def _done(self, step: str) -> Done:
        """Do a step, unless it is up to date."""
        data = self.data_of(step)
        done = self.known(step, data)
        if done.folder is not None:
            self.say(f"{step}: cached, {cached(done.meta)}")
            return done
        self.say(f"{step}: {self.why(done)}")
        try:
            return self._made(done, data)
        except InstagError as error:
            if done.earlier is None:
                raise
            # The answers so far are still valid.
            self.say(f"  they still have none, so the earlier answers are used: {error}")
            return replace(done, folder=done.earlier, meta=self.cache.meta(done.earlier), cached=True)

    def _made(self, done: Done, data: Mapping[str, Path]) -> Done:
        """Do a step."""
        step, began = done.step, time.monotonic()
        with self.cache.make(step, done.key, done.options, done.meta["inputs"]) as (draft, meta):
            job = self.job(step, data, draft)
            if done.earlier is not None:
                job = replace(job, given={**job.given, "patience": min(job.given.get("patience", AGAIN), AGAIN)})
            consent.ask(step, job, yes=self.yes, silent=self.silent, say=self.say)
            try:
                meta["facts"] = work_of(step)(job)
            except InputError as error:
                raise type(error)(self._placed(step, str(error))) from error
            meta["seconds"] = round(time.monotonic() - began, 3)
            meta["rows"] = meta["facts"].pop("rows", None) or _rows(draft)
        self.say(f"  {counts(meta)} in {meta['seconds']:.1f} s{said(meta['facts'])}")
        # Read back as the next run will read it, since later steps write its notes in the order that they have in the file.
        folder = self.cache.folder_of(step, done.key)
        return Done(step, folder, done.options, done.key, self.cache.meta(folder), done.before)

    def _placed(self, step: str, error: str) -> str:
        """An error that only the run could find, with its line in the recipe."""
        if error.startswith(str(self.recipe.path)):
            # The step knows the line of the source that it is about.
            return error
        faults = Faults(self.recipe.path, self.recipe.text, self.recipe.overrides)
        if step == "read":
            faults.add(f"[[source]] {error}", "source")
            return str(faults)
        faults.add_error(step, self.recipe.steps[step], error)
        return str(faults)

    def _rows(self, step: str) -> int | None:
        """How many rows a step gets."""
        if step == "report":
            return next((each.rows for each in reversed(self.done) if each.step in POOLING), None)
        return self.done[-1].rows if self.done else None


def _rows(folder: Path) -> dict[str, int]:
    """The number of rows of each table of a result."""
    tables = [folder / f"{name}.parquet" for name in ("data", *PARTS)]
    return {
        each.stem: int(pl.scan_parquet(each).select(pl.len()).collect().item()) for each in tables if each.is_file()
    }
