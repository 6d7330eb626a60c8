"""Conversion: one layout becomes another by way of the conversation in each row.

============================  ================================  ==========================================
messages                      sharegpt                          alpaca
============================  ================================  ==========================================
user                          human                             instruction, with any input in it
assistant                     gpt                               output
system                        system                            system
assistant with tool_calls     gpt if it speaks, function_call   cannot be held
tool                          observation                       cannot be held
============================  ================================  ==========================================

Alpaca has the last exchange in ``instruction`` and ``output``, and earlier ones in ``history``. Further fields of a
turn stay beside its words in messages and sharegpt. Answers that were chosen and rejected stay in their columns, after
what was asked in both.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from shlex import quote
from typing import Any, get_args

import polars as pl

from instag.choices import Target
from instag.errors import InputError
from instag.frame.batches import pieces
from instag.frame.path import pick
from instag.io.conversation.branching import BRANCHING, Made, walked
from instag.io.conversation.columns import ALTERNATIVES
from instag.io.conversation.conversation import conversation
from instag.io.conversation.detection import find
from instag.io.conversation.layout import Layout, listed
from instag.io.conversation.mixed import MIXED, layout_finder
from instag.io.conversation.nearest import likely_answers
from instag.io.conversation.placement import Placement, head_of
from instag.io.conversation.preference import divided, spelt
from instag.io.conversation.roles import CALLER, ROLES
from instag.io.conversation.speakers import WARNED
from instag.io.conversation.speech import is_plain, speech
from instag.io.conversation.spelling import MAKERS, SHAREGPT, alpaca
from instag.io.conversation.utterance import Turn
from instag.io.json.buffer import RecordBuffer
from instag.io.json.records import plain
from instag.io.pace import passed
from instag.warning import warn

TARGETS: tuple[Target, ...] = get_args(Target)
KNOWN = (*SHAREGPT, "developer")
# Parts of these fields are uses of tools, which messages have as calls.
USES = {"tool_use_id", "toolUse", "input"}
# Rows that are converted at a time.
STEP = 1_000
# What the assistant gives in place of words.
SPEECHLESS = {
    "tool_calls",
    "function_call",
    "function_calls",
    "refusal",
    "audio",
    "reasoning_content",
    "reasoning",
    "thinking",
    "summary",
}
FLAT = ("query", "input", "answer", "system", "history")


def to_target(frame: pl.LazyFrame, target: str, layout: Layout | None = None) -> pl.LazyFrame:
    """Put a frame in another layout, with its other columns beside.

    Parameters
    ----------
    frame
        A frame in any layout; one that is in the target's already stays as it is.
    target
        ``"alpaca"``, ``"sharegpt"`` or ``"messages"``.
    layout
        The layout of the frame, if it is known.

    Returns
    -------
    polars.LazyFrame
        The converted columns in place of the first one that they are made from.

    Examples
    --------
    >>> to_target(pl.LazyFrame({"question": ["Why?"], "answer": ["So."]}), "sharegpt").collect().to_dicts()
    [{'conversations': [{'from': 'human', 'value': 'Why?'}, {'from': 'gpt', 'value': 'So.'}]}]
    """
    schema = {name: dtype for name, dtype in frame.collect_schema().items() if name != "queries"}
    layout = layout or find(frame)
    if layout is None:
        found = listed(schema)
        raise InputError(
            f"format {target!r}: found the columns {found}: expected conversations; name the column with what the user "
            "said with query= / --query, and that of the answer with answer= / --answer"
        )
    if _is_already(frame, schema, layout, target):
        return frame
    if layout.name == "prompts" and not {*ALTERNATIVES} & {*schema}:
        _warn_of_answers(schema, layout)
    walk = layout.name in BRANCHING
    if walk:
        # The queries of a row are those of all its branches, and each branch becomes a row with its own.
        frame = frame.drop("queries", strict=False)
    buffer, placement = RecordBuffer(), Placement(frame.collect_schema())
    known = {*SHAREGPT, *WARNED.get()}
    unknown: Counter[str] = Counter()
    wordless: Counter[str] = Counter()

    def heard(turns: list[Turn]) -> None:
        unknown.update(turn["role"] for turn in turns if turn["role"] not in known)
        wordless.update(name for turn in turns for name in _instead(turn))

    def made_of(turns: list[Turn]) -> Mapping[str, Any]:
        heard(turns)
        return MAKERS[target](turns)

    for whole, made, used in walked(frame, layout, made_of) if walk else _made(frame, layout, target, heard):
        buffer.add(made, placement.rest(whole, used))
    if unknown:
        warn(f"turns of roles that instag does not know are kept as they are: {_counted(unknown)}")
    if wordless:
        warn(
            "turns without words under a name that instag knows, such as content or value, have a content of null; what "
            f"they hold instead is kept beside it: {_counted(wordless)}"
        )
    return buffer.rows(placement.put)


def _warn_of_answers(schema: Mapping[str, Any], layout: Layout) -> None:
    """Warn of columns that may hold answers, which the conversations are then without."""
    heads = {head_of(column, schema) for column in layout.columns.values()}
    if likely := [name for name in likely_answers(schema) if name not in heads]:
        warn(
            f"the conversations have no answers; {', '.join(map(repr, likely))} may hold them: name the column with "
            f"answer={likely[0]!r} / --answer {quote(likely[0])}"
        )


def _instead(turn: Turn) -> Iterator[str]:
    """Name the fields of a turn without words, unless one of them explains that there are none, as calls of tools do."""
    if turn["content"] is None and SPEECHLESS.isdisjoint(turn):
        yield from (
            name
            for name, value in turn.items()
            if name not in ("role", "type") and isinstance(value, str | list | dict)
        )


def _made(frame: pl.LazyFrame, layout: Layout, target: str, heard: Callable[[list[Turn]], None]) -> Iterator[Made]:
    """Make the records of all rows, some rows at a time."""
    schema = frame.collect_schema()
    heads = [head_of(column, schema) for column in layout.columns.values()]
    others = [name for name in ALTERNATIVES if name in schema]
    wanted = list(dict.fromkeys(heads + others))
    find_layout = layout_finder(layout, schema)
    done = 0
    for whole in pieces(frame, STEP):
        made: list[Mapping[str, Any]] = []
        used: list[frozenset[str]] = []
        for number, row in enumerate(whole.select(wanted).iter_rows(named=True), start=done + 1):
            try:
                values = plain(row)
                own = find_layout(values)
                record, columns, turns = (
                    _blank(target, others) if own is None else _converted(values, own, target, others)
                )
            except InputError as error:
                raise InputError(f"row {number}: {error}") from error
            made.append(record)
            used.append(columns)
            heard(turns)
        done += whole.height
        passed("converting", done)
        yield whole, made, used


Converted = tuple[Mapping[str, Any], frozenset[str], list[Turn]]
"""What is made of a row, the columns that it is made from, and its turns."""


def _blank(target: str, others: Sequence[str]) -> Converted:
    """Make what stands for a row without a conversation."""
    return MAKERS[target]([]), frozenset(others), []


def _converted(row: Mapping[str, Any], layout: Layout, target: str, others: Sequence[str]) -> Converted:
    """Put one row in the form of a format."""
    turns, columns = conversation(layout, row)
    if layout.name == "preference":
        turns, answers = divided(turns, row, layout.template)
        single = target == "sharegpt"
        pair: dict[str, Any] = {name: each[0] if single and len(each) == 1 else each for name, each in answers.items()}
    else:
        pair = {name: row.get(name) for name in others if name not in layout.columns.values()}
    flat = target == "alpaca" and _is_flat(layout, row)
    made = _laid_flat(layout, row) if flat else MAKERS[target](turns)
    alternatives = {name: spelt(value, target, turns) for name, value in pair.items()}
    made |= {name: value for name, value in alternatives.items() if value is not None}
    return made, frozenset({*columns, *alternatives}), turns


def _is_already(frame: pl.LazyFrame, schema: Mapping[str, Any], layout: Layout, target: str) -> bool:  # noqa: PLR0911 - one for each case
    """Whether every row is in the layout wanted, by the names that its readers know."""
    if layout.template is not None or layout.name == MIXED:
        return False
    if target == "alpaca":
        names = {part: column for part, column in layout.columns.items() if part != "history"}
        alpaca = {"query": "instruction", "input": "input", "answer": "output", "system": "system"}
        return (
            layout.name == "alpaca" and "input" in names and all(alpaca[part] == each for part, each in names.items())
        )
    column = layout.columns.get("turns", "")
    wanted = {"messages": ("messages", "role", "content"), "sharegpt": ("conversations", "from", "value")}[target]
    fields = speech(getattr(schema.get(column), "inner", None))
    if layout.columns.keys() - {"turns", "system"} or (column, *(fields or ())) != wanted:
        return False
    if target == "messages" and "system" in layout.columns:
        return False
    role = dict(schema[column].inner)[wanted[1]]
    if role != pl.String:
        return False
    turns = pl.col(column).list.eval(pl.element().struct.field(wanted[1])).explode().drop_nulls()
    roles = frame.select(turns.unique()).collect(engine="streaming").to_series().to_list()
    own = KNOWN if target == "messages" else (*SHAREGPT.values(), "user", "assistant", CALLER)
    if target == "messages":
        content = dict(schema[column].inner)["content"]
        kinds = dict(schema[column].inner)
        called = getattr(getattr(content, "inner", None), "fields", ())
        if isinstance(content, pl.Struct) or not is_plain(kinds, *wanted[1:]) or USES & {each.name for each in called}:
            return False
        # Unknown names cannot be corrected.
        return all(each in own or _canonical(each) is None for each in roles)
    return all(each in own for each in roles)


def _canonical(role: str) -> str | None:
    return ROLES.get(role.strip().lower())


def _is_flat(layout: Layout, row: Mapping[str, Any]) -> bool:
    """Whether a row has the columns of Alpaca, even if by other names."""
    query = pick(row, layout.columns.get("query", ""))
    return (
        "turns" not in layout.columns
        and layout.template is None
        and isinstance(query, str)
        and set(layout.columns) <= set(FLAT)
    )


def _laid_flat(layout: Layout, row: Mapping[str, Any]) -> dict[str, Any]:
    """Name the columns of a row as Alpaca does, so that the input stays apart."""
    turns, _ = conversation(layout, row)
    made = alpaca(turns)
    given = pick(row, layout.columns["input"]) if "input" in layout.columns else None
    if isinstance(given, str) and given.strip():
        made |= {"instruction": pick(row, layout.columns["query"]), "input": given}
    return made


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name!r} ({count:,})" for name, count in counts.most_common(10))
