"""The output folder of a run: files for a trainer, with a manifest and a report."""

import csv
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from instag.io.trainers.files import is_edited, is_ours
from instag.recipe.cache import digest
from instag.recipe.manifest import manifest_of
from instag.recipe.outcome import DROPPING, Done, files_made
from instag.recipe.road import Road
from instag.recipe.steps.job import PARTS
from instag.recipe.steps.selecting import KEPT

__all__ = ["finish"]

MAKING = ("write", "split", "select")
MANIFEST = "manifest.json"
POOL = "pool_tags.parquet"


def finish(road: Road) -> None:
    """Copy the results to the output folder, with a manifest."""
    made = {each.step: each for each in road.done}
    if not set(MAKING) & set(made):
        road.say("nothing is written yet: select, split and write come later")
        return
    before = _before(road.output)
    if before is not None and _is_the_same(road, before):
        road.say(f"nothing to do: {road.output} is as this recipe makes it")
        return
    road.output.mkdir(parents=True, exist_ok=True)
    wanted = dict(_placed(made, road.output))
    for target, source in wanted.items():
        _place(road, source, target)
    also = [_rows(road.output, made), *_dropped(road.output, made)]
    for old in (before or {}).get("outputs", []):
        # Files of an earlier run that this one does not make are removed, unless somebody has changed them.
        path = road.output / old["path"]
        if path not in {*wanted, *also} and path.is_file() and digest(path) == old["sha256"]:
            path.unlink()
    manifest = manifest_of(road.recipe, road.output, road.done, [*wanted, *also], road.cache)
    path = road.output / MANIFEST
    _write(path, json.dumps(manifest, indent=1, ensure_ascii=False, default=str) + "\n")
    road.say(f"written to {road.output}: {', '.join(str(each.relative_to(road.output)) for each in wanted)}")
    for each in sorted(target for target in wanted if target.suffix == ".yaml"):
        # Each configuration says in its second line how it is used.
        call = each.read_text("utf-8").splitlines()[1].strip("# ")
        road.say(f"train: cd {road.output} && {call}")
    road.say(f"next: instag verify {path} --replay")


def _before(output: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((output / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_the_same(road: Road, before: Mapping[str, Any]) -> bool:
    """Whether the folder has the results of these very steps, and nobody has changed it since."""
    keys = [each.key for each in road.done]
    if [each.get("key") for each in before.get("steps", [])] != keys or not all(each.cached for each in road.done):
        return False
    if (before.get("recipe"), before.get("overrides")) != (road.recipe.text, list(road.recipe.overrides)):
        return False
    files = {road.output / each["path"]: each["sha256"] for each in before.get("outputs", [])}
    return all(path.is_file() and road.cache.hash(path) == known for path, known in files.items())


def _placed(made: Mapping[str, Done], output: Path) -> Iterator[tuple[Path, Path]]:
    """The files of the output, and what each is a copy of."""
    last = made[next(step for step in MAKING if step in made)]
    if last.step == "write":
        yield from ((output / place, path) for place, path in files_made(last).items())
    else:
        names = {"data": "train"} | {part: part for part in PARTS}
        yield from ((output / "data" / f"{names[name]}.parquet", path) for name, path in last.tables.items())
    for step, name in (
        ("card", "README.md"), ("report", "report.html"), ("normalize", "vocabulary.parquet"), ("select", POOL),
        ("decontaminate", "candidates.jsonl"),
        *(("select", each) for each in (*KEPT.values(), "tree.parquet")),
    ):  # fmt: skip
        folder = made[step].folder if step in made else None
        if folder is not None and (folder / name).is_file():
            yield output / name, folder / name


def _place(road: Road, source: Path, target: Path) -> None:
    """Copy a file to where people look for it, unless somebody has edited the one that is there."""
    marked = {".yaml": lambda path: not is_ours(path), ".md": is_edited}.get(target.suffix)
    if target.is_file() and marked is not None and marked(target):
        road.say(f"  {target} is left as it is: somebody has edited it; move it away to have it written anew")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.draft")
    shutil.copyfile(source, draft)
    draft.replace(target)


def _rows(output: Path, made: Mapping[str, Done]) -> Path:
    """Every row that was written: where it came from, where it went, in which order it was taken, and why."""
    chosen = made["select"].folder if "select" in made else None
    why: dict[str, tuple[Any, ...]] = {}
    if chosen is not None:
        keys = pl.read_parquet(chosen / "data.parquet", columns=["key"]).get_column("key")
        details = pl.read_parquet(chosen / "why.parquet")
        gains = details.get_column("gain") if "gain" in details.columns else [None] * len(keys)
        new = details.get_column("new_tags").list.join("; ") if "new_tags" in details.columns else [None] * len(keys)
        why = {key: (nth, gain, tags) for nth, (key, gain, tags) in enumerate(zip(keys, gains, new, strict=True), 1)}
    home = made["split"] if "split" in made else made.get("select")
    if home is None:
        home = [each for each in made.values() if each.step not in ("write", "card", "report")][-1]
    # Rows that a trainer could not hold are in no part.
    nowhere = set[str]()
    if "write" in made and (left_out := _list_of(made["write"])) is not None:
        nowhere = set(left_out.get_column("key"))
    path = output / "rows.csv"
    draft = path.with_name(".rows.csv.draft")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("key", "source", "file", "row", "part", "rank", "gain", "new_tags"))
        for name, table in home.tables.items():
            frame = pl.read_parquet(table, columns=["key", "source", "source_file", "source_row"])
            part = "train" if name == "data" else name
            for nth, (key, source, file_name, row) in enumerate(frame.iter_rows(), 1):
                there = "" if key in nowhere else part
                writer.writerow((key, source, file_name, row, there, *why.get(key, (nth, None, None))))
    draft.replace(path)
    return path


def _dropped(output: Path, made: Mapping[str, Done]) -> Iterator[Path]:
    """The rows that went, with the step and the reason, and for copies the row that stays."""
    frames = [
        rows.select(pl.lit(step).alias("step"), pl.all())
        for step in (*DROPPING, "write")
        if step in made and (rows := _list_of(made[step])) is not None
    ]
    if frames:
        path = output / "dropped.csv.gz"
        draft = path.with_name(".dropped.csv.gz.draft")
        pl.concat(frames, how="diagonal_relaxed").lazy().sink_csv(draft, compression="gzip", check_extension=False)
        draft.replace(path)
        yield path


def _list_of(done: Done) -> pl.DataFrame | None:
    """The rows that a step left out; None if it has no list of them."""
    path = None if done.folder is None else done.folder / "dropped.parquet"
    return pl.read_parquet(path) if path is not None and path.is_file() else None


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, "utf-8", newline="\n")
    draft.replace(path)
