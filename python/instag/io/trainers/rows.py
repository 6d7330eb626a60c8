"""Rows as trainers see them: messages, tools, answers that were chosen and rejected."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from instag.errors import InputError
from instag.frame.batches import batches, pieces
from instag.frame.once import Spool
from instag.io.conversation.calls import from_calls
from instag.io.conversation.chat import turns_of
from instag.io.conversation.content import piece, words_of
from instag.io.conversation.targets import to_target
from instag.io.json.encoder import encoder, records
from instag.io.json.text import dump, parsed
from instag.warning import warn

__all__ = ["Rows", "rows_of", "sharegpt"]

Row = dict[str, Any]
PAIR = ("chosen", "rejected")
IMAGES = "images"
# Types of parts that are images; and how the address of an image begins that is in no file.
PICTURES = ("image", "image_url", "input_image")
ELSEWHERE = ("data:", "http://", "https://")
# Roles that trainers know, and those that the assistant answers.
ROLES = ("system", "user", "assistant", "tool")
ASKING = ("user", "tool")
# Rows that are objects of Python at a time.
STEP = 1_000
# How many rows a message lists.
LISTED = 5


@dataclass(frozen=True)
class Rows:
    """The rows of one file, and what there is in them.

    Going through it gives them one after the other: each with `messages`, `tools` if there are any, and for
    preferences `chosen` and `rejected`, one message each; `messages` then hold what came before.

    Attributes
    ----------
    lines
        Their JSON, in a column `line`.
    tools, calls, images
        Whether any row has tools, whether any turn calls one, and whether any has images.
    pairs
        Whether the rows are preferences.
    left_out
        The rows of the data that some trainer cannot hold: `row`, from 0, and the `reason`.
    """

    lines: pl.LazyFrame
    tools: bool
    calls: bool
    images: bool
    pairs: bool
    left_out: pl.DataFrame

    def __iter__(self) -> Iterator[Row]:
        for batch in batches(self.lines):
            yield from (parsed(line)[0] for line in batch.get_column("line"))


def rows_of(data: pl.LazyFrame, trainers: Sequence[str], where: str, *, skip: bool) -> Rows:
    """Read the rows, and check that every trainer can hold them.

    Parameters
    ----------
    data
        Data in any layout.
    trainers
        The names of the trainers.
    where
        The name of the data in messages of errors.
    skip
        Leave out rows that some trainer cannot hold, and say how many; otherwise they are refused.
    """
    frame = to_target(data, "messages")
    names = frame.collect_schema().names()
    pairs = all(name in names for name in PAIR)
    wanted = frame.select(name for name in ("messages", "tools", IMAGES, *PAIR) if name in names)
    try:
        encoder(wanted.collect_schema())
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    refused, first = Counter[tuple[str, str]](), dict[tuple[str, str], list[int]]()
    spool, held, done, left_out = Spool(), Counter[str](), 0, []
    for some in pieces(wanted, STEP):
        lines = []
        for number, found in enumerate(records(some), start=done + 1):
            row = _row(found, pairs=pairs)
            faults = {trainer: fault for trainer in trainers if (fault := _fault(row, trainer, pairs=pairs))}
            for each in faults.items():
                refused[each] += 1
                first.setdefault(each, []).append(number)
            if faults:
                left_out.append(
                    (number - 1, "; ".join(f"{name} cannot hold it: {fault}" for name, fault in faults.items()))
                )
            else:
                held.update(["rows", *_held(row)])
                lines.append(_line(row))
        done += some.height
        spool.add(pl.DataFrame({"line": lines}, schema={"line": pl.String}))
    if refused:
        refusals = "; ".join(
            f"{trainer} cannot hold {count:,} of {done:,} rows ({fault}; row {_listed(first[trainer, fault])})"
            for (trainer, fault), count in refused.most_common()
        )
        if not skip:
            raise InputError(f"{where}: {refusals}: leave them out with skip=True / --skip, or mend them")
        warn(f"{where}: {refusals}: they are left out")
    if not held["rows"]:
        raise InputError(f"{where}: no row is left to train with")
    refused_rows = pl.DataFrame(left_out, schema={"row": pl.UInt32, "reason": pl.String}, orient="row")
    return Rows(spool.lazy(), held["tools"] > 0, held["calls"] > 0, held["images"] > 0, pairs, refused_rows)


def _line(row: Row) -> str:
    """A row as JSON that every trainer reads: NaN and infinity are null."""
    try:
        return orjson.dumps(row).decode()
    except TypeError:  # an integer beyond 64 bits
        return dump(row)


def _held(row: Row) -> Iterator[str]:
    """What a row has that some trainers have to know of."""
    if "tools" in row:
        yield "tools"
    if any(turn.get("tool_calls") for turn in row["messages"]):
        yield "calls"
    if IMAGES in row or any(pictures(turn) for turn in row["messages"]):
        yield "images"


def sharegpt(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows in LLaMA-Factory's form: calls of tools are turns of their own, tools are JSON text, and images a column.

    The text of a turn has `<image>` in place of each image.

    Examples
    --------
    >>> turns = [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No."}]
    >>> list(sharegpt([{"messages": turns}]))
    [{'conversations': [{'from': 'human', 'value': 'Rain?'}, {'from': 'gpt', 'value': 'No.'}]}]
    """
    speakers = {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation"}
    for row in rows:
        turns = []
        for turn in row["messages"]:
            if calls := turn.get("tool_calls"):
                turns.append(
                    {"from": "function_call", "value": from_calls([{"function": call["function"]} for call in calls])}
                )
            else:
                turns.append({"from": speakers[turn["role"]], "value": _marked(turn["content"])})
        other: Row = {"conversations": turns}
        if images := [*row.get(IMAGES, ()), *(path for turn in row["messages"] for path in pictures(turn))]:
            other[IMAGES] = images
        other |= {
            name: {"from": "gpt", "value": _marked(row[name]["content"])} for name in PAIR if row.get(name) is not None
        }
        if row.get("tools"):
            other["tools"] = row["tools"] if isinstance(row["tools"], str) else dump(row["tools"])
        yield other


def _row(found: Mapping[str, Any], *, pairs: bool) -> Row:
    row: Row = {"messages": [_turn(turn) for turn in found["messages"] or []]}
    if found.get("tools"):
        row["tools"] = found["tools"]
    if (images := found.get(IMAGES)) and isinstance(images, list) and all(isinstance(each, str) for each in images):
        row[IMAGES] = images
    if pairs:
        for name in PAIR:
            answers = turns_of(found[name]) if isinstance(found[name], list | dict) else []
            if isinstance(found[name], str):
                answers = [{"role": "assistant", "content": found[name]}]
            row[name] = answers[-1] if answers else None
    return row


def _turn(turn: Mapping[str, Any]) -> Row:
    """A turn without its nulls; its parts become one text if all of them are text."""
    made = {key: value for key, value in turn.items() if value is not None or key == "content"}
    if isinstance(made.get("content"), list):
        text = words_of(made["content"])
        made["content"] = made["content"] if text is None else text
    return made


def pictures(turn: Mapping[str, Any]) -> list[str]:
    """The files of the images in a turn.

    Examples
    --------
    >>> pictures({"content": [{"type": "image", "image": "heron.png"}, {"type": "text", "text": "Which bird?"}]})
    ['heron.png']
    """
    parts = turn.get("content")
    found = map(_picture, parts) if isinstance(parts, list) else []
    return [path for path in found if path is not None]


def _picture(part: Any) -> str | None:
    """The file of an image; None for any other part, and for an image that is in no file."""
    if not isinstance(part, Mapping) or part.get("type") not in PICTURES:
        return None
    value = next((part[key] for key in ("image", "image_url", "path", "url") if part.get(key)), None)
    if isinstance(value, Mapping):
        value = value.get("path") or value.get("url")
    return value if isinstance(value, str) and not value.startswith(ELSEWHERE) else None


def _marked(content: Any) -> str:
    """The text of a turn, with a mark for each image."""
    if not isinstance(content, list):
        return content or ""
    return "".join("<image>" if _picture(part) is not None else piece(part) or "" for part in content)


def _fault(row: Row, trainer: str, *, pairs: bool) -> str | None:
    """Why a trainer cannot hold a row; None if it can."""
    turns = row["messages"]
    roles = [turn["role"] for turn in turns]
    if unknown := [role for role in roles if role not in ROLES]:
        return f"a turn of the role {unknown[0]!r}"
    if pairs:
        if any(row[name] is None or row[name]["role"] != "assistant" for name in PAIR):
            return "an answer that was chosen or rejected is missing"
    elif "assistant" not in roles:
        return "no turn of the assistant's to learn from"
    elif any(turn["role"] == "assistant" and not turn.get("content") and not turn.get("tool_calls") for turn in turns):
        return "a blank answer"
    if trainer == "llama-factory":
        return _unpaired(turns, odd=pairs)
    return None


def _unpaired(turns: Sequence[Mapping[str, Any]], *, odd: bool) -> str | None:
    """Why turns are not pairs of a question and an answer, after at most one system prompt; None if they are."""
    spoken = turns[1:] if turns and turns[0]["role"] == "system" else turns
    parts = [part for turn in turns if isinstance(turn.get("content"), list) for part in turn["content"]]
    if any(piece(part) is None and _picture(part) is None for part in parts):
        return "content that is neither text nor the file of an image"
    if any((turn["role"] in ASKING) != (nth % 2 == 0) or turn["role"] == "system" for nth, turn in enumerate(spoken)):
        return "user and assistant do not take turns"
    if any(turn.get("tool_calls") and turn.get("content") for turn in spoken):
        return "words beside a call of tools"
    return None if len(spoken) % 2 == odd else "the last turn is not the assistant's"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:LISTED])) + (", …" if len(numbers) > LISTED else "")
