"""Values tried on a few made-up rows, so that errors that a function would raise later are found in advance, in its words."""

import difflib
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from instag import cleaning, io
from instag.errors import InputError
from instag.io.trainers import TRAINERS
from instag.recipe.counts import PLENTY
from instag.recipe.faults import Faults
from instag.recipe.options import options
from instag.recipe.recipe import Recipe, files_of

__all__ = ["check"]

ROWS = 20
TRAINING = ("model", "chat_template", "skip")
# Embedders that need a library of the same name.
LIBRARIES = ("sentence-transformers", "model2vec")
Trial = Callable[[Mapping[str, Any], Recipe], None]


def check(recipe: Recipe, faults: Faults) -> None:
    """Try the options of each step."""
    for step, table in recipe.steps.items():
        try_out = TRIALS.get(step)
        if try_out is None or any(each.needed and key not in table for key, each in options(step).items()):
            continue
        given = {
            key: _resolved(recipe.path.parent, step, key, value)
            for key, value in table.items()
            if options(step)[key].needed or not faults.has(step, key)
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            while (wrong := _wrong(try_out, given, recipe)) is not None:
                name = faults.add_error(step, table, wrong)
                # A function raises its first error only: without that option the next is found.
                if name not in given or options(step)[name].needed:
                    break
                given.pop(name)


def _wrong(try_out: Trial, given: Mapping[str, Any], recipe: Recipe) -> str | None:
    """The error of a step with these options; None if there is none."""
    try:
        try_out(given, recipe)
    except InputError as error:
        return str(error)
    return None


def _resolved(folder: Path, step: str, key: str, value: Any) -> Any:
    if options(step)[key].file is None or isinstance(value, bool):
        return value
    found = [str(each) for each in files_of(folder, value)]
    return value if not found else found if isinstance(value, list) else found[0]


@cache
def _rows() -> pl.DataFrame:
    """Rows that every step can work on."""
    said = [f"What is number {n} of {'abcdefghijklmnopqrst'[n] * 9}?" for n in range(ROWS)]
    turns = [[{"role": "user", "content": text}, {"role": "assistant", "content": "So."}] for text in said]
    tags = [[f"tag {n % 3}", f"tag {n % 5}"] for n in range(ROWS)]
    return pl.DataFrame(
        {"messages": turns, "tags": tags, "source": ["a"] * ROWS, "quality": [1.0] * ROWS, "count": range(ROWS)}
    )


def _clean(given: Mapping[str, Any], _: Recipe) -> None:
    limits = {name: value for name, value in given.items() if name not in ("query", "tokenizer")}
    # Without a tokenizer there may be a column `tokens`, which is looked for with the other columns.
    counted: dict[str, Any] = {"tokenizer": "count"} if {"tokenizer", "min_tokens", "max_tokens"} & set(given) else {}
    cleaning.clean(_rows(), **limits, **counted)


def _dedup(given: Mapping[str, Any], _: Recipe) -> None:
    column: dict[str, Any] = {"quality": "quality"} if "quality" in given else {}
    cleaning.dedup(
        _rows(), **{name: value for name, value in given.items() if name not in ("query", "quality")}, **column
    )


def _decontaminate(given: Mapping[str, Any], recipe: Recipe) -> None:
    from instag.chat.options import Settings  # noqa: PLC0415 - only where a model is asked
    from instag.cleaning.judge import read_judgements  # noqa: PLC0415 - only where rows are compared
    from instag.cleaning.paraphrases import check_from  # noqa: PLC0415 - only where rows are compared
    from instag.recipe.steps.cleaning import judging  # noqa: PLC0415 - only where a model is asked

    check_from(given.get("judge_from"))
    paths = _listed(given["against"])
    if not paths:
        raise InputError("against: expected one file or more, such as benchmarks/*.jsonl; found none")
    for path in paths:
        if Path(path).exists():
            try:
                cleaning.clean(io.scan(path).head(1))
            except InputError as error:
                said = str(error)
                raise InputError(
                    f"against: {said.replace('data: ', f'{path}: ', 1) if said.startswith('data: ') else said}"
                ) from None
    if (judgments := given.get("judgments")) is not None:
        with _of("judgments"):
            read_judgements(judgments)
    if (embedder := given.get("embedder")) is not None:
        _check_embedder(embedder)
    if (judge := given.get("judge")) is not None:
        Settings.of(judge, judging(given, recipe.path.parent), remote=False)


def _split(given: Mapping[str, Any], _: Recipe) -> None:
    from instag.cleaning.splitting import size_of  # noqa: PLC0415 - the one thing that is looked at there

    sizes = {name: size_of(name, given.get(name), PLENTY) for name in ("validation", "test")}
    if "validation" in given and not any(sizes.values()):
        raise InputError(f"validation: expected at least one row to hold out; found {given['validation']!r}")
    if sum(sizes.values()) >= PLENTY:
        shares = " and ".join(repr(given[name]) for name in sizes if given.get(name))
        raise InputError(f"{max(sizes, key=sizes.__getitem__)}: {shares} of the rows leave none for training")
    others = {name: value for name, value in given.items() if name in ("seed", "threshold")}
    cleaning.split(_rows(), validation=0.5, **others)


def _tag(given: Mapping[str, Any], recipe: Recipe) -> None:
    from instag.chat import Endpoint  # noqa: PLC0415 - as above
    from instag.normalization import Vocabulary  # noqa: PLC0415 - as above
    from instag.recipe.steps.job import texts  # noqa: PLC0415 - as above
    from instag.recipe.steps.tagging import asking  # noqa: PLC0415 - only where a model is asked
    from instag.tagging import estimate  # noqa: PLC0415 - as above

    frame = pl.DataFrame({"queries": [["Why?"]]})
    # Which column has the queries is looked at with the other columns.
    known = {
        name: value for name, value in asking(given, recipe.path.parent).items() if name not in ("query", "api_key")
    }
    if (vocabulary := given.get("vocabulary")) is not None:
        with _of("vocabulary"):
            Vocabulary.load(vocabulary)
    if given.get("base_url") in ("", []):
        raise InputError("base_url: expected an address, such as http://127.0.0.1:8000/v1; found none")
    for address in texts(given.get("base_url") or []):
        Endpoint.of(str(given["model"]), address, "none")
    journals = [Path(each) for each in _listed(given.get("journal"))]
    with TemporaryDirectory() as nowhere:
        estimate(frame, **known, journal=Path(nowhere, "none.journal"))
        with _of("journal"):
            estimate(frame, **known, journal=[*journals, Path(nowhere, "none.journal")])


def _normalize(given: Mapping[str, Any], recipe: Recipe) -> None:
    from instag.normalization import ModelJudge, normalize  # noqa: PLC0415 - only where tags are normalised
    from instag.normalization.judging.judgments import read_judgments  # noqa: PLC0415 - as above
    from instag.recipe.steps.normalizing import judging, settings_of  # noqa: PLC0415 - as above

    settings = settings_of(given)
    if isinstance(settings.get("embedder"), str):
        _check_embedder(settings["embedder"])
    settings |= {"tags": "tags", "embedder": None}
    if (judgments := settings.pop("judgments", None)) is not None:
        with _of("judgments"):
            read_judgments(judgments)
    judged = "judge" in given or judgments is not None
    normalize(_rows(), **settings, judge=_undecided if judged else None)
    if "judge" in given:
        ModelJudge(given["judge"], **judging(given, recipe.path.parent))


def _undecided(questions: list[Any]) -> list[Any]:
    """A judge that decides nothing."""
    from instag.normalization import Judgement  # noqa: PLC0415 - only where tags are normalised

    return [Judgement() for _ in questions]


def _select(given: Mapping[str, Any], _: Recipe) -> None:
    from instag.selection.amounts import amount_of  # noqa: PLC0415 - only where rows are chosen
    from instag.selection.options import Gain, read_options  # noqa: PLC0415 - as above
    from instag.selection.ranking import check_seed  # noqa: PLC0415 - as above

    check_seed(given.get("seed"))
    gain = {name: given[name] for name in Gain.__annotations__ if given.get(name) not in (None, False)}
    read_options(given.get("method", "complexity-first"), **gain)
    budget = amount_of("budget", given["budget"], 1_000_000, counted="cost" not in given)
    if not budget:
        raise InputError(
            f"budget: expected a count of 1 or more, or a share such as 0.1 or 10%; found {given['budget']!r}"
        )
    for name in ("at_least", "at_most"):
        amounts = given.get(name)
        for each in amounts.values() if isinstance(amounts, dict) else [] if amounts is None else [amounts]:
            amount_of(name, each, budget, counted="cost" not in given)

    _beside(given)


def _beside(given: Mapping[str, Any]) -> None:
    """Try the other inputs of a selection on made-up rows that have their tags."""
    from instag.normalization import Vocabulary  # noqa: PLC0415 - only where rows are chosen
    from instag.selection import select  # noqa: PLC0415 - as above

    tags = given.get("tags", "tags")
    for name, column in (("weights", "tag"), ("start", tags)):
        path = given.get(name)
        if isinstance(path, str) and Path(path).is_file():
            with _of(name):
                found = io.load(path).collect()
                held = found.get_column(column) if column in found.columns else pl.Series(["tag 0"])
                while isinstance(held.dtype, pl.List):
                    held = held.explode()
                named = held.drop_nulls().cast(pl.String).unique(maintain_order=True).to_list()
                options: dict[str, Any] = {name: found}
                select(
                    pl.DataFrame({tags: [named, *_rows().get_column("tags")]}), 3, tags=tags, method="gain", **options
                )
    if isinstance(tree := given.get("tree"), str) and Path(tree).is_file():
        with _of("tree"):
            Vocabulary.load(tree)


def _write(given: Mapping[str, Any], _: Recipe) -> None:
    from instag.recipe.steps.job import texts  # noqa: PLC0415 - it imports recipes

    if "trainers" not in given:
        return
    names, training = texts(given["trainers"]), {name: given[name] for name in TRAINING if name in given}
    if unknown := [name for name in names if name not in TRAINERS]:
        near = difflib.get_close_matches(unknown[0].lower(), TRAINERS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        found = ", ".join(map(repr, unknown))
        raise InputError(f"trainers: expected one or more of {', '.join(TRAINERS)}; found {found}{hint}")
    with TemporaryDirectory() as folder:
        io.write(_rows(), folder, trainers=names, **training)


def _report(given: Mapping[str, Any], _: Recipe) -> None:
    from instag.selection.options import read_options  # noqa: PLC0415 - only where a selection is valued

    with _of("gain"):
        read_options("gain", **given.get("gain", {}))


@contextmanager
def _of(name: str) -> Iterator[None]:
    """Begin errors with the option that they are about."""
    try:
        yield
    except (InputError, TypeError) as error:
        said = str(error)
        raise InputError(said if said.startswith(f"{name}:") else f"{name}: {said}") from None


def _check_embedder(name: str) -> None:
    """Check that there is such an embedder, and the library that it needs."""
    from instag.embedding.vectors import check_name  # noqa: PLC0415 - only where texts are embedded

    try:
        check_name(name)
    except InputError:
        choices = "'auto', 'minilm', 'use', 'sentence-transformers:NAME' or 'model2vec:NAME'"
        raise InputError(f"embedder: expected {choices}; found {name!r}") from None
    library = name.partition(":")[0]
    if library in LIBRARIES and find_spec(library.replace("-", "_")) is None:
        raise InputError(f"embedder: {name} needs {library}; install it with: pip install {library}")


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


TRIALS: dict[str, Trial] = {
    "clean": _clean,
    "dedup": _dedup,
    "decontaminate": _decontaminate,
    "tag": _tag,
    "normalize": _normalize,
    "select": _select,
    "split": _split,
    "write": _write,
    "report": _report,
}
