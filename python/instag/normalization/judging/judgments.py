"""Judgements of tags, kept in files that people read, correct and share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from instag.errors import InputError, unread_file
from instag.io.output import atomic_write

__all__ = ["Judged", "Judgments", "frame_of", "read_judgments", "write_judgments"]

Judgments = str | Path | pl.DataFrame | Sequence[str | Path]
"""Earlier judgements: files, or a frame."""

SCHEMA: dict[str, Any] = {
    "tag": pl.String,
    "count": pl.UInt32,
    "candidates": pl.List(pl.String),
    "same": pl.List(pl.String),
    "broader": pl.List(pl.String),
    "reasons": pl.List(pl.Struct({"tag": pl.String, "reason": pl.String})),
    "judge": pl.String,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement of a tag, by a judge or from a file."""

    tag: str
    count: int
    candidates: tuple[str, ...]
    same: tuple[str, ...]
    broader: tuple[str, ...]
    judge: str
    reasons: Mapping[str, str] = field(default_factory=dict)


def read_judgments(source: Judgments) -> list[Judged]:
    """Read judgements: files of JSON Lines, a line for each tag, or the frame of :attr:`instag.Normalized.judgments`.

    If a tag has several lines, the last one counts. A file may leave out `count`, `candidates`, `reasons` and `judge`.

    Raises
    ------
    InputError
        If a line is not a judgement; the message has its number.
        If there is no such file, the error is also a ``FileNotFoundError``.
    """
    if isinstance(source, pl.DataFrame):
        lines = ((f"judgments, row {nth}", "judgments", row) for nth, row in enumerate(source.iter_rows(named=True)))
    else:
        paths = [source] if isinstance(source, str | Path) else source
        lines = (line for path in paths for line in _lines(Path(path).expanduser()))
    found = {judged.tag: judged for judged in (_judged(where, name, line) for where, name, line in lines)}
    return list(found.values())


def write_judgments(judgments: pl.DataFrame, path: str | Path) -> None:
    """Write the frame of :attr:`instag.Normalized.judgments` as JSON Lines, the most frequent tag first."""
    with atomic_write(Path(path).expanduser(), "JSON Lines") as draft:
        draft.write_bytes(b"".join(map(_line, judgments.iter_rows(named=True))))


def frame_of(judgments: Iterable[Judged]) -> pl.DataFrame:
    """Judgements as a frame, the most frequent tag first."""
    rows = [
        (
            each.tag,
            each.count,
            list(each.candidates),
            list(each.same),
            list(each.broader),
            [{"tag": tag, "reason": reason} for tag, reason in each.reasons.items()],
            each.judge,
        )
        for each in judgments
    ]
    return pl.DataFrame(rows, SCHEMA, orient="row").sort("count", "tag", descending=[True, False])


def _line(row: dict[str, Any]) -> bytes:
    reasons = {each["tag"]: each["reason"] for each in row["reasons"]}
    plain = {name: row[name] for name in ("tag", "count", "candidates", "same", "broader")}
    return orjson.dumps(plain | ({"reasons": reasons} if reasons else {}) | {"judge": row["judge"]}) + b"\n"


def _lines(path: Path) -> Iterator[tuple[str, str, Any]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unread_file(path, "a file of judgements", error) from error
    for nth, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                yield f"{path}, line {nth}", path.name, orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise InputError(
                    f"{path}, line {nth}: expected one judgement in JSON on each line; found {error}"
                ) from None


def _judged(where: str, name: str, line: Any) -> Judged:
    if not isinstance(line, Mapping) or not isinstance(line.get("tag"), str):
        raise InputError(
            f'{where}: expected a judgement such as {{"tag": "story writing", "same": [], "broader": ["writing"]}}; '
            f"found {str(line)[:80]}"
        )
    count = line.get("count") or 0
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count < 2**32:
        raise InputError(f"{where}: count: expected a number of rows; found {count!r}")
    candidates, same, broader = (_names(where, key, line.get(key)) for key in ("candidates", "same", "broader"))
    judge = line.get("judge")
    judge = judge if isinstance(judge, str) else name
    return Judged(line["tag"], count, candidates, same, broader, judge, _reasons(where, line))


def _names(where: str, key: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InputError(f"{where}: {key}: expected a list of tags; found {str(value)[:80]}")
    return tuple(dict.fromkeys(value))


def _reasons(where: str, line: Mapping[str, Any]) -> dict[str, str]:
    value = line.get("reasons") or {}
    if isinstance(value, list) and all(isinstance(each, Mapping) and {*each} == {"tag", "reason"} for each in value):
        value = {each["tag"]: each["reason"] for each in value}
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for pair in value.items() for each in pair):
        raise InputError(f"{where}: reasons: expected an object from tags to a few words; found {str(value)[:80]}")
    return dict(value)
