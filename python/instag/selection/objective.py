"""The objective of a selection by gain: the curve, and the weight of each tag."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import first_names, is_not_negative, shown
from instag.errors import InputError
from instag.frame import Frame
from instag.selection.columns import opened, wrapped
from instag.selection.options import Options
from instag.tagsets import TagSets, encode
from instag.warning import warn

__all__ = ["LARGEST", "curve_of", "worth_of"]

Floats = NDArray[np.float64]

# The largest weight or quality: up to it, sums of their products stay finite.
LARGEST = 1e100

# The most names that a message lists.
SHOWN = 3


def curve_of(options: Options) -> tuple[str, float]:
    """The curve and its parameter, as the core takes them."""
    return ("log", 0.0) if isinstance(options.curve, str) else ("power", float(options.curve))


def worth_of(tagsets: TagSets, options: Options, column: str) -> Floats | None:
    """The weight of each tag, from `weights` and `target`; None if all have the same.

    With a target whose tag shares are p, a tag has weight p^(1-a), or p with the logarithm. With these weights, the
    best selection among rows of one tag each has the shares of the target.

    Raises
    ------
    InputError
        If a number is not finite or negative, all are 0, or no tag is in the data.
    """
    worth = None
    if options.weights is not None:
        worth = _placed("weights", tagsets, _weights(options.weights), 1.0)
    if options.target is not None:
        exponent = 1.0 if isinstance(options.curve, str) else 1.0 - float(options.curve)
        if exponent == 0:
            raise InputError(
                "curve: with 1, a tag is worth the same however many samples have it, so a target has no effect: expected less than 1"
            )
        shares = _placed("target", tagsets, _target(options.target, column), 0.0)
        if not shares.any():
            raise InputError("target: every tag of the data has a share of 0 in it: give some tag more")
        towards = np.where(
            shares > 0, np.power(shares / shares.sum(), exponent, where=shares > 0, out=np.zeros_like(shares)), 0.0
        )
        worth = towards if worth is None else worth * towards
    if worth is not None and not worth.any():
        names = " and ".join(name for name in ("weights", "target") if getattr(options, name) is not None)
        raise InputError(
            f"{names}: every tag of the data has a weight of 0, so nothing is worth choosing: give some tag more"
        )
    return worth


def _weights(weights: Any) -> dict[str, float]:
    if isinstance(weights, Mapping):
        return _checked("weights", weights)
    if isinstance(weights, str | PathLike):
        return _listed(opened("weights", weights), f"weights: {weights}: ")
    expected = "a mapping from tag to weight, a frame with the columns tag and weight, or a file of one"
    return _listed(wrapped("weights", weights, expected), "weights: ")


def _listed(frame: Frame, where: str) -> dict[str, float]:
    """The tags and weights of a frame, from its columns `tag` and `weight`."""
    if missing := [column for column in ("tag", "weight") if column not in frame.columns]:
        raise InputError(
            f"{where}expected the columns tag and weight; found no {missing[0]} in {', '.join(frame.columns) or 'a frame without columns'}: rename the columns"
        )
    tags, given = frame.column("tag"), frame.column("weight")
    if tags.dtype.is_nested() or given.dtype.is_nested():
        raise InputError(f"{where}expected a tag and a number in each row; found {tags.dtype} and {given.dtype}")
    weights = given.cast(pl.Float64, strict=False)
    for row, (tag, weight, found) in enumerate(zip(tags, weights, given, strict=True)):
        if tag is None or not is_not_negative(weight):
            what = "no tag" if tag is None else f"{shown(found)} for {tag!r}"
            raise InputError(f"{where}row {row:,}: expected a tag and a finite number of 0 or more; found {what}")
    if (twice := tags.filter(tags.is_duplicated())).len():
        raise InputError(
            f"{where}expected each tag once; found {twice[0]!r} {(tags == twice[0]).sum()} times: keep one"
        )
    return _checked("weights", dict(zip(tags.cast(pl.String), weights, strict=True)))


def _target(target: Any, column: str) -> dict[str, float]:
    if isinstance(target, Mapping):
        return _checked("target", target)
    expected = "a frame with tags, its file, or a mapping from tag to share"
    from_file = isinstance(target, str | PathLike)
    frame = opened("target", target) if from_file else wrapped("target", target, expected)
    if column not in frame.columns:
        raise InputError(
            f"target: expected the tags in a column {column!r}, as in the data; the columns are: {', '.join(frame.columns) or 'none'}"
        )
    wanted = encode(frame.column(column))
    if not wanted.tagged:
        raise InputError(f"target: none of its {wanted.samples:,} samples has tags: tag them first")
    return dict(zip(wanted.spellings, wanted.holders.astype(float).tolist(), strict=True))


def _checked(name: str, weights: Mapping[Any, Any]) -> dict[str, float]:
    if not weights:
        raise InputError(f"{name}: expected a number for some tags; found none")
    for tag, weight in weights.items():
        if not is_not_negative(weight):
            raise InputError(
                f"{name}: expected a finite number of 0 or more for each tag; found {shown(weight)} for {tag!r}"
            )
        if weight > LARGEST:
            raise InputError(
                f"{name}: expected numbers up to {LARGEST:g}; found {weight!r} for {tag!r}: divide all of them"
            )
    return {str(tag): float(weight) for tag, weight in weights.items()}


def _placed(name: str, tagsets: TagSets, weights: Mapping[str, float], otherwise: float) -> Floats:
    """One number for each tag of the data."""
    tags = tagsets.spellings
    placed = np.array([weights.get(tag, otherwise) for tag in tags], np.float64)
    in_data = set(tags)
    unknown = [tag for tag in weights if tag not in in_data]
    if len(unknown) == len(weights):
        raise InputError(
            f"{name}: none of its {len(weights):,} tags is in the data, which have {_some(tags)}; it has {_some(list(weights))}: "
            "check that both are normalised in the same way"
        )
    if unknown and name == "weights":
        warn(f"{name}: {len(unknown):,} of {len(weights):,} tags are not in the data: {_some(unknown)}")
    if name == "target" and (lost := sum(weights[tag] for tag in unknown) / max(sum(weights.values()), 1e-300)) > 0:
        warn(
            f"{name}: {len(unknown):,} of its tags are not in the data: {_some(unknown)}; they make up {lost:.1%} of it, which no selection can reach"
        )
    return placed


def _some(tags: list[str]) -> str:
    return first_names(list(map(repr, tags)), SHOWN)
