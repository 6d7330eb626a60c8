"""A recipe run: each step done once, and again only where what it is made of is another."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from instag.errors import InputError
from instag.recipe.cache import Cache
from instag.recipe.conversation import keys_of
from instag.recipe.manifest import write_manifest
from instag.recipe.recipe import Recipe, Source, files_of, read_recipe
from instag.recipe.steps import IRRELEVANT, STEPS, arguments, defaults, invoke, is_file, options

__all__ = ["Done", "run"]

# US dollars that a run without a limit of its own may cost unasked.
UNASKED = 1.0
# Steps whose command lists what it drops; steps after which the pool is another.
DROPPING = ("clean", "dedup", "decontaminate")
POOLING = (*DROPPING, "tag", "normalize")
PARTS = ("train", "val", "test")


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
    meta
        What is known of the result.
    """

    step: str
    folder: Path | None
    options: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, Path]:
        """The frames of the result: `data`, or a part each."""
        found = [] if self.folder is None else sorted(self.folder.glob("*.parquet"))
        return {each.stem: each for each in found if each.stem in (*PARTS, "data")}


def run(
    recipe: str | Path,
    *,
    until: str | None = None,
    start: str | None = None,
    set: tuple[str, ...] | list[str] = (),  # noqa: A002 - as the command line calls it
    limit: int | None = None,
    dry_run: bool = False,
    yes: bool = False,
    say: Callable[[str], None] | None = None,
) -> dict[str, pl.LazyFrame]:
    r"""Run a recipe: what is done already is not done again.

    Parameters
    ----------
    recipe
        A TOML file; see the page "Recipes" of the documentation. Results are kept in `.instag` beside it.
    until
        The last step to do.
    start
        Do this step and those after it again, whatever was done before.
    set
        Values in the place of those in the recipe, such as ``"select.budget=3000"``.
    limit
        Take so many rows of each source, and write to another folder, `out-trial` for `out`: a rehearsal.
    dry_run
        Say what would be done and why, and do nothing.
    yes
        Tag without a question even if it may cost more than a dollar and the recipe has no `max_cost`.
    say
        Called with lines about what is done; by default nothing is said.

    Returns
    -------
    What each step gave, as a lazy frame by the step's name; "read" is first. Of a dry run, what there is already.

    Raises
    ------
    InputError
        Where the recipe has faults: all of them, a line each, before anything is done. Or where a step finds one.

    Examples
    --------
    >>> import instag
    >>> folder = getfixture("tmp_path")
    >>> instag.write(instag.load_sample().head(50), folder / "data.jsonl")
    >>> _ = (folder / "recipe.toml").write_text('[[source]]\nfiles = ["data.jsonl"]\n[select]\nbudget = 10\n')
    >>> frames = instag.run(folder / "recipe.toml")
    >>> list(frames), frames["select"].collect().height
    (['read', 'select'], 10)
    """
    read = read_recipe(recipe, overrides=tuple(set))
    names = ("read", *read.steps)
    for name, step in (("until", until), ("from", start)):
        if step is not None and step not in names:
            raise InputError(f"{name}: expected a step of the recipe, one of {', '.join(names)}; found {step!r}")
    if limit is not None and limit < 1:
        raise InputError(f"limit: expected a count of rows; found {limit!r}")
    road = _Road(read, limit=limit, start=start, say=say, yes=yes)
    if dry_run:
        road.go(until, dry=True)
    else:
        with road.cache.lock(road.say):
            road.go(until, dry=False)
            road.finish()
    return {each.step: pl.scan_parquet(next(iter(each.tables.values()))) for each in road.done if each.tables}


class _Road:
    """A recipe on its way."""

    def __init__(
        self, recipe: Recipe, *, limit: int | None, start: str | None, say: Callable[[str], None] | None, yes: bool
    ) -> None:
        self.recipe, self.limit, self.start, self.yes = recipe, limit, start, yes
        self.cache = Cache(recipe.path.parent / ".instag")
        self.output = recipe.output if limit is None else recipe.output.with_name(f"{recipe.output.name}-trial")
        self.silent = say is None
        self.say = say or (lambda _: None)
        self.done: list[Done] = []
        self.pool: Path | None = None
        self._again = False

    def go(self, until: str | None, *, dry: bool) -> None:
        """Do the steps in order, or say what would be done."""
        last = self._step("read", {}, dry=dry)
        self.pool = last.tables.get("data")
        for step in self.recipe.steps:
            if until == "read" or (until is not None and STEPS.index(step) > STEPS.index(until)):
                return
            last = self._step(step, last.tables if step != "report" else self._reported(), dry=dry)
            if step in POOLING:
                self.pool = last.tables.get("data")

    def _reported(self) -> dict[str, Path]:
        """What a report is about: the pool, and what was selected of it."""
        made = {each.step: each.tables for each in self.done}
        selected = made.get("select", {}).get("data")
        found = {"data": self.pool, "selected": selected}
        return {name: path for name, path in found.items() if path is not None}

    def _step(self, step: str, data: Mapping[str, Path], *, dry: bool) -> Done:
        """Do a step, unless it is done already."""
        relevant = self._options(step)
        if not data and step != "read":
            self.say(f"{step}: to do, after what comes before")
            self.done.append(Done(step, None, relevant))
            return self.done[-1]
        inputs = self._inputs(step, data)
        key = self.cache.key(step, relevant, inputs)
        self._again = self._again or step == self.start
        found = None if self._again else self.cache.find(step, key)
        why = "asked for" if self._again else self.cache.why(step, relevant, inputs)
        if found is not None:
            self.say(f"{step}: cached, {_counts(self.cache.meta(found)['rows'])}")
        elif dry:
            self.say(f"{step}: to do ({why}){self._foreseen(step, data)}")
        else:
            self.say(f"{step}: {why}")
            began = time.monotonic()
            with self.cache.make(step, key, relevant, inputs) as (draft, meta):
                self._work(step, data, draft)
                meta["seconds"] = round(time.monotonic() - began, 3)
                meta["rows"] = _rows(draft)
                meta["dropped"] = _dropped(draft)
            found = self.cache.find(step, key)
            self.say(f"  {_counts(meta['rows'])} in {meta['seconds']:.1f} s{_reasons(meta['dropped'])}")
        self.done.append(Done(step, found, relevant, {} if found is None else self.cache.meta(found)))
        return self.done[-1]

    def _options(self, step: str) -> dict[str, Any]:
        """The options that a result depends on; files among them are inputs."""
        if step == "read":
            of = [
                {"name": each.name, "sample": each.sample, "quality": each.quality, **each.options}
                for each in self.recipe.sources
            ]
            seed = self.recipe.seed if any(each.sample for each in self.recipe.sources) else None
            return {"sources": of, "limit": self.limit, "seed": seed}
        given = self.recipe.steps[step]
        found = defaults(step) | {key: value for key, value in given.items() if key not in IRRELEVANT}
        if step == "split":
            found["seed"] = given.get("seed", self.recipe.seed)
        files = {key for key, value in given.items() if is_file(step, key) and files_of(self.recipe.path.parent, value)}
        return {key: value for key, value in found.items() if key not in files}

    def _inputs(self, step: str, data: Mapping[str, Path]) -> dict[str, str]:
        """The contents that a result depends on, by names that people know them by."""
        if step == "read":
            return {
                f"{source.name}: {file.name}": self.cache.hash(file)
                for source in self.recipe.sources
                for file in source.files
            }
        found = {
            "its input" if name == "data" else f"its input {name}": self.cache.meta(path.parent)["hashes"][path.name]
            for name, path in data.items()
        }
        for key, value in self.recipe.steps[step].items():
            if is_file(step, key):
                found |= {file.name: self.cache.hash(file) for file in files_of(self.recipe.path.parent, value)}
        return found

    def _work(self, step: str, data: Mapping[str, Path], draft: Path) -> None:
        """Make the result of a step in a folder."""
        if step == "read":
            frames = [self._source(each, draft) for each in self.recipe.sources]
            _joined(frames).write_parquet(draft / "data.parquet")
        elif step == "write":
            self._write(data, draft)
        else:
            given = self._resolved(step)
            if step == "tag":
                self._consent(given, data["data"])
            line = [str(data["data"]), "-o", str(draft / "data.parquet"), *self._outputs(step, data, draft)]
            if step == "split":
                given = {"seed": self.recipe.seed} | given
                line[2] = str(draft)
            elif step == "report":
                line[2] = str(draft / "report.html")
            invoke(step, [*line, *arguments(step, given)])

    def _resolved(self, step: str) -> dict[str, Any]:
        """Options as they were given, with the files that they mean."""
        found: dict[str, Any] = {}
        for key, value in self.recipe.steps[step].items():
            paths = [str(each) for each in files_of(self.recipe.path.parent, value)] if is_file(step, key) else []
            found[key] = value if not paths else paths if options(step)[key].multiple else paths[0]
        return found

    def _outputs(self, step: str, data: Mapping[str, Path], draft: Path) -> list[str]:
        """What a command writes besides its data."""
        if step in DROPPING:
            return ["--dropped", str(draft / "dropped.csv")]
        if step == "tag":
            more = [] if "replace" in self.recipe.steps[step] else ["--replace"]
            return ["--journal", str(self._journal), "--failures", str(draft / "failures.jsonl"), *more]
        if step == "normalize":
            judged = (
                ["--journal", str(self.cache.journal(f"{self.recipe.name}.judge"))]
                if "judge" in self.recipe.steps[step]
                else []
            )
            return [*judged, "--vocabulary", str(draft / "vocabulary.parquet"), "--merges", str(draft / "merges.jsonl")]
        if step == "split":
            return ["--to", "parquet"]
        if step == "report" and "selected" in data:
            return ["--selection", f"selection={data['selected']}"]
        return []

    def _source(self, source: Source, draft: Path) -> pl.DataFrame:
        """The rows of a source: their conversations as messages, and the other columns."""
        between = draft / "between.parquet"
        line = [*map(str, source.files), "-o", str(between), "--to", "messages"]
        invoke("read", [*line, *arguments("source", source.options)])
        frame = pl.read_parquet(between)
        between.unlink()
        chosen = np.arange(frame.height)
        if source.sample is not None and source.sample < frame.height:
            random = np.random.default_rng(self.recipe.seed)
            chosen = np.sort(random.choice(frame.height, source.sample, replace=False))
        if self.limit is not None:
            chosen = chosen[: self.limit]
        if source.quality not in (None, "quality"):
            if source.quality not in frame.columns:
                columns = ", ".join(frame.columns)
                raise InputError(f"[[source]] quality: no column {source.quality!r}; the columns are: {columns}")
            frame = frame.rename({source.quality: "quality"})
        return frame[chosen].with_columns(source=pl.lit(source.name), source_row=pl.Series(chosen + 1, dtype=pl.UInt32))

    def _write(self, data: Mapping[str, Path], draft: Path) -> None:
        """The parts in the format of a trainer: conversations, tools, and what is asked to be kept."""
        given = dict(self.recipe.steps["write"])
        form, keep = given.pop("format", "messages"), given.pop("keep", [])
        parts = {}
        for name, path in data.items():
            frame = pl.read_parquet(path)
            wanted = [*(each for each in ("messages", "tools") if each in frame.columns), *keep]
            part = parts["train" if name == "data" else name] = draft / f"{name}.parquet"
            frame.select(wanted).write_parquet(part)
        if "trainer" in given:
            more = ["--validation", str(parts["val"])] if "val" in parts else []
            invoke("write", [str(parts["train"]), "-o", str(draft), *arguments("write", given), *more])
            parts.pop("train").unlink()
            if "val" in parts:
                parts.pop("val").unlink()
        (draft / "data").mkdir(exist_ok=True)
        for name, path in parts.items():
            invoke("write", [str(path), "-o", str(draft / "data" / f"{name}.jsonl"), "--to", form])
            path.unlink()

    @property
    def _journal(self) -> Path:
        """The answers of all runs of this recipe."""
        return self.cache.journal(self.recipe.name)

    def _foreseen(self, step: str, data: Mapping[str, Path]) -> str:
        if step != "tag":
            return ""
        found = self._estimate(self._resolved(step), data["data"])
        cost = "at a price that is not known" if found.cost is None else f"about ${found.cost:,.2f}"
        return f": {found.asked:,} questions, {cost}"

    def _estimate(self, given: Mapping[str, Any], data: Path) -> Any:
        from instag.tagging import estimate  # noqa: PLC0415 - only where something is to be tagged

        known = {key: given[key] for key in ("model", "prompt", "vocabulary", "base_url", "examples") if key in given}
        return estimate(pl.read_parquet(data), journal=self._journal, **known)

    def _consent(self, given: Mapping[str, Any], data: Path) -> None:
        """Ask before much is paid, where neither the recipe nor the caller says how much may be."""
        if self.yes or "max_cost" in given:
            return
        found = self._estimate(given, data)
        if found.cost is None or found.cost <= UNASKED:
            return
        said = f"[tag] {found.asked:,} questions may cost about ${found.cost:,.2f}, and the recipe has no max_cost"
        if sys.stdin.isatty() and not self.silent:
            self.say(f"{said}. Go on? (y/n)")
            if sys.stdin.readline().strip().lower() in {"y", "yes"}:
                return
        raise InputError(f"{said}: set it, or run with --yes")

    def finish(self) -> None:
        """Put what was made into the output folder, with a manifest of what was made of what."""
        made = {each.step: each for each in self.done}
        if not {"select", "split", "write"} & set(made):
            self.say("nothing is written yet: select, split and write come later")
            return
        (self.output / "data").mkdir(parents=True, exist_ok=True)
        wanted = dict(_placed(made, self.output))
        for old in (self.output / "data").iterdir():
            if old not in wanted:
                old.unlink()
        for target, source in wanted.items():
            draft = target.with_name(f".{target.name}.draft")
            shutil.copyfile(source, draft)
            draft.replace(target)
        path = write_manifest(self.recipe, self.output, self.done, list(wanted), self.pool, self.cache)
        self.say(f"written to {self.output}: {', '.join(str(each.relative_to(self.output)) for each in wanted)}")
        self.say(f"next: instag verify {path} --replay")


def _placed(made: Mapping[str, Done], output: Path) -> Iterator[tuple[Path, Path]]:
    """The files of the output, and what each is a copy of."""
    last = made[next(step for step in ("write", "split", "select") if step in made)]
    assert last.folder is not None  # noqa: S101 - it was done
    for each in sorted(last.folder.rglob("*")):
        if last.step == "write":
            if each.is_file() and each.name != "meta.json":
                yield output / each.relative_to(last.folder), each
        elif each.stem in (*PARTS, "data"):
            yield output / "data" / ("train.parquet" if each.stem == "data" else each.name), each
    others = [("report", "report.html", "report.html"), ("normalize", "vocabulary.parquet", "vocabulary.parquet")]
    for step, name, target in (*others, *((step, "dropped.csv", f"dropped-{step}.csv") for step in DROPPING)):
        folder = made[step].folder if step in made else None
        if folder is not None and (folder / name).is_file():
            yield output / target, folder / name


def _joined(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """All sources one after the other, with keys."""
    whole = pl.concat(frames, how="diagonal_relaxed", rechunk=False)
    return whole.with_columns(key=pl.Series(keys_of(whole.get_column("messages").to_list()), dtype=pl.String))


def _rows(folder: Path) -> dict[str, int]:
    """The number of rows of each table of a result."""
    tables = [each for each in sorted(folder.glob("*.parquet")) if each.stem in (*PARTS, "data")]
    found = {each.stem: int(pl.scan_parquet(each).select(pl.len()).collect().item()) for each in tables}
    return found or {each.stem: each.read_bytes().count(b"\n") for each in sorted(folder.glob("data/*.jsonl"))}


def _dropped(folder: Path) -> dict[str, int]:
    """How many rows went, by reason."""
    listed = folder / "dropped.csv"
    if not listed.is_file() or not listed.stat().st_size:
        return {}
    frame = pl.read_csv(listed, infer_schema=False)
    counts = frame.get_column("reason").value_counts(sort=True) if "reason" in frame.columns else None
    return {"dropped": frame.height} if counts is None else dict(counts.iter_rows())


def _counts(rows: Mapping[str, int]) -> str:
    named = [f"{count:,} rows" if name == "data" else f"{count:,} rows of {name}" for name, count in rows.items()]
    return ", ".join(named) or "done"


def _reasons(dropped: Mapping[str, int]) -> str:
    return "".join(f"; {count:,} went: {reason}" for reason, count in dropped.items())
