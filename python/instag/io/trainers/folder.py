"""A folder to train from: data, configurations, and the files that only some trainers need."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import polars as pl

from instag.errors import InputError
from instag.frame import wrap
from instag.io.trainers.configs import filename, text_of
from instag.io.trainers.files import merge_entries, write_config, write_lines
from instag.io.trainers.llama_factory import entries
from instag.io.trainers.plan import PAIRED, TRAINERS, Plan
from instag.io.trainers.rows import Rows, rows_of, sharegpt

__all__ = ["Training", "write_folder"]


class Training(TypedDict, total=False):
    """The keyword options of :func:`write_folder`."""

    model: str | None
    validation: Any
    chat_template: str | None
    skip: bool


def write_folder(
    data: Any,
    folder: str | Path,
    trainers: Sequence[str] | str,
    *,
    model: str | None = None,
    validation: Any = None,
    chat_template: str | None = None,
    skip: bool = False,
) -> dict[str, pl.DataFrame]:
    """Write data and configurations into a folder; trainers are started in it.

    Parameters
    ----------
    data
        A frame in any layout, or what :func:`instag.split` returned.
    folder
        The folder; it is created if it does not exist.
    trainers
        ``"llama-factory"``, ``"axolotl"``, ``"trl"``, ``"swift"`` and ``"unsloth"``, or some of them.
    model
        The base model: a name on a hub, or a folder.
    validation
        Rows to validate with, a frame.
    chat_template
        LLaMA-Factory's name of the model's chat template, if instag does not know it.
    skip
        Leave out rows that one of the trainers cannot hold.

    Returns
    -------
    dict
        The rows of `train`, and of `val` if there is any, that were left out: `row`, from 0, and the `reason`.
    """
    names = [trainers] if isinstance(trainers, str) else list(trainers)
    _check(names, model)
    train, validating = _parts(data, validation)
    rows = rows_of(wrap(train).lazy(), names, "data", skip=skip)
    held = None if validating is None else rows_of(wrap(validating).lazy(), names, "validation", skip=skip)
    if held is not None and held.pairs != rows.pairs:
        raise InputError("validation: expected rows like those to train with: one has preferences, the other has none")
    if rows.pairs and (others := [name for name in names if name not in PAIRED]):
        raise InputError(f"trainers: preferences are written for {', '.join(PAIRED)}; found {', '.join(others)}")
    target = Path(folder).expanduser()
    plan = Plan(
        str(model),
        _name_of(target),
        held is not None,
        rows.pairs,
        rows.tools or (held is not None and held.tools),
        rows.calls or (held is not None and held.calls),
        rows.images or (held is not None and held.images),
        chat_template,
    )
    texts = {name: text_of(name, plan) for name in names}
    parts = {"train": rows} if held is None else {"train": rows, "val": held}
    for part, found in parts.items():
        _data(target, part, found, plan, names)
    if "llama-factory" in names:
        merge_entries(target / "data" / "dataset_info.json", entries(plan))
    for name, text in texts.items():
        write_config(target / filename(name), text)
    return {part: found.left_out for part, found in parts.items()}


def _check(names: Sequence[str], model: Any) -> None:
    for name in names:
        if name not in TRAINERS:
            raise InputError(f"trainers: expected one or more of {', '.join(TRAINERS)}; found {name!r}")
    if not names:
        raise InputError(f"trainers: expected one or more of {', '.join(TRAINERS)}; found none")
    if not model or not isinstance(model, str):
        raise InputError(
            "model: expected the base model to train, such as Qwen/Qwen3-4B-Instruct-2507: name it with model= / --model"
        )


def _parts(data: Any, validation: Any) -> tuple[Any, Any]:
    """The rows to train with, and those to validate with; the result of a split has both."""
    if hasattr(data, "train") and hasattr(data, "validation"):
        return data.train, data.validation if validation is None else validation
    return data, validation


def _name_of(folder: Path) -> str:
    """The name of the data: that of the folder, in characters that every trainer accepts."""
    return re.sub(r"\W+", "_", folder.resolve().name).strip("_").lower() or "data"


def _data(folder: Path, part: str, found: Rows, plan: Plan, names: Sequence[str]) -> None:
    write_lines(folder / "data" / f"{part}.jsonl", found)
    if "llama-factory" in names and plan.rewritten:
        write_lines(folder / "llama-factory" / f"{part}.jsonl", sharegpt(found))
    if "trl" in names and plan.pairs:
        pairs = ({"prompt": row["messages"], "chosen": [row["chosen"]], "rejected": [row["rejected"]]} for row in found)
        write_lines(folder / "trl" / f"{part}.jsonl", pairs)
