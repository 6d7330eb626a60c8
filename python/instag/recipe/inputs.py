"""What the result of a step depends on: its options, and the contents of its inputs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from instag import io
from instag.recipe.cache import Cache
from instag.recipe.objective import objective_of
from instag.recipe.options import ALIKE, defaults, options
from instag.recipe.recipe import Recipe, files_of

__all__ = ["contents", "files_meant", "files_named", "relevant", "resolved", "target_for", "target_of"]


def relevant(recipe: Recipe, step: str, *, limit: int | None, history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The options that a result depends on; files among them are inputs."""
    if step == "read":
        of = [
            {"name": each.name, "sample": each.sample, "quality": each.quality, **each.options}
            for each in recipe.sources
        ]
        seed = recipe.seed if any(each.sample for each in recipe.sources) else None
        return {"sources": of, "limit": limit, "seed": seed}
    given = recipe.steps[step]
    found = defaults(step) | {key: value for key, value in given.items() if not options(step)[key].idle}
    if step == "split":
        found["seed"] = given.get("seed", recipe.seed)
    if step == "select" and "by" in recipe.steps.get("split", {}):
        # What is needed to select and split again is kept together.
        found["split by"] = recipe.steps["split"]["by"]
    if step in ("write", "card"):
        found["name"] = recipe.name
    if step == "card":
        about = {each.name: each.about.get("license") for each in recipe.sources}
        found |= {"sources": about, "recipe": recipe.path.name, "history": list(history)}
    if step == "report" and (objective := objective_of(recipe.steps)):
        found["objective"] = objective
    files = {key for key, value in given.items() if files_meant(recipe, step, key, value)}
    return {key: value for key, value in found.items() if key not in files}


def contents(
    recipe: Recipe, step: str, cache: Cache, data: Mapping[str, Path], target: Path | None, vocabulary: Path | None
) -> dict[str, str]:
    """The contents that a result depends on, by readable names."""
    if step == "read":
        return {
            f"{source.name}: {name}": cache.hash(file)
            for source in recipe.sources
            for name, file in _placed(source.files)
        }
    found = {"its input" if name == "data" else f"its input {name}": cache.hash(path) for name, path in data.items()}
    for key, value in recipe.steps[step].items():
        if key != "target":
            found |= {name: cache.hash(file) for name, file in _placed(files_meant(recipe, step, key, value))}
    if target is not None:
        found["target"] = cache.hash(target)
    if vocabulary is not None:
        found["vocabulary"] = cache.hash(vocabulary)
    return found


def _placed(files: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Files by their names and places: they count in their order, and in two folders there may be the same name."""
    for place, file in enumerate(files, 1):
        yield file.name if place == 1 else f"{file.name} (file {place})", file


def resolved(recipe: Recipe, step: str) -> dict[str, Any]:
    """The options of a step as they were given, with the paths of the files that they mean."""
    found: dict[str, Any] = {}
    for key, value in recipe.steps.get(step, {}).items():
        paths = [str(each) for each in files_meant(recipe, step, key, value)]
        many = isinstance(value, list) or (step, key) in {("decontaminate", "against"), ("normalize", "judgments")}
        found[key] = value if not paths else paths if many else paths[0]
    return found


def files_named(recipe: Recipe, step: str) -> list[Path]:
    """The files that the options of a step mean."""
    return [path for key, value in recipe.steps[step].items() for path in files_meant(recipe, step, key, value)]


def target_of(recipe: Recipe) -> Path | None:
    """The file of the target; None if there is none."""
    value = recipe.steps.get("select", {}).get("target")
    return None if value is None else files_of(recipe.path.parent, value)[0]


def files_meant(recipe: Recipe, step: str, key: str, value: Any) -> list[Path]:
    """The files that an option means; none if it is not a file."""
    option = options(step).get(ALIKE.get((step, key), key))
    if option is None or option.file is None or isinstance(value, bool):
        return []
    return files_of(recipe.path.parent, value)


def target_for(recipe: Recipe, step: str, target: Path | None) -> Path | None:
    """The target, for the steps that use it: tagging if it has no tags, normalising, selecting."""
    if target is None or step not in ("tag", "normalize", "select"):
        return None
    if step == "tag":
        tags = recipe.steps["select"].get("tags", "tags")
        return None if tags in io.load(str(target)).collect_schema() else target
    return target
