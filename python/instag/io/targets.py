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
turn stay beside its words in messages and sharegpt. Answers that were chosen and rejected stay in their columns.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import polars as pl

from instag.errors import InputError
from instag.frame.path import pick
from instag.io.calls import from_calls
from instag.io.content import piece
from instag.io.conversation import conversation, turns_of
from instag.io.detection import MIXED, find, row_layouts
from instag.io.layout import ALTERNATIVES, Layout, speech
from instag.io.records import frame as held
from instag.io.records import plain
from instag.io.roles import CALLER, NAMES, ROLES, is_turn
from instag.io.tree import branches
from instag.io.utterance import Turn
from instag.warning import warn

Target = Literal["alpaca", "sharegpt", "messages"]

TARGETS: tuple[Target, ...] = get_args(Target)
SPEAKERS = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}
KNOWN = (*SPEAKERS, "developer")
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
        The layout that the frame has, where that is known.

    Returns
    -------
    polars.LazyFrame
        The converted columns in the place of the first that they are made from.

    Examples
    --------
    >>> to_target(pl.LazyFrame({"question": ["Why?"], "answer": ["So."]}), "sharegpt").collect().to_dicts()
    [{'conversations': [{'from': 'human', 'value': 'Why?'}, {'from': 'gpt', 'value': 'So.'}]}]
    """
    schema = {name: dtype for name, dtype in frame.collect_schema().items() if name != "queries"}
    layout = layout or find(frame)
    if layout is None:
        found = ", ".join(f"{name} ({dtype})" for name, dtype in schema.items())
        raise InputError(
            f"format {target!r}: found the columns {found}: expected conversations; name the column with what the user "
            "said with query= / --query, and that of the answer with answer= / --answer"
        )
    if _is_already(frame, schema, layout, target):
        return frame
    whole = frame.collect()
    if layout.name in {"tree", "thread"}:
        return _walked(whole.drop("queries", strict=False), layout, target).lazy()
    heads = list(dict.fromkeys(_head(column, schema) for column in layout.columns.values()))
    others = [name for name in ALTERNATIVES if name in schema and name not in heads and target != "alpaca"]
    find_layout = (
        row_layouts({name: schema[name] for name in layout.columns}) if layout.name == MIXED else lambda _: layout
    )
    made, used, unknown = [], [], Counter[str]()
    for number, row in enumerate(whole.select(heads + others).iter_rows(named=True), start=1):
        try:
            values = plain(row)
            own = find_layout(values)
            turns, columns = conversation(own, values) if own is not None else ([], [])
            if target == "alpaca" and own is not None and _is_flat(own, values):
                made.append(_laid_flat(own, values))
            else:
                made.append(MAKERS[target](turns))
            alternatives = {name: _alternative(values[name], target) for name in others}
            made[-1] |= {name: value for name, value in alternatives.items() if value is not None}
            unknown.update(turn["role"] for turn in turns if turn["role"] not in SPEAKERS)
            used.append(frozenset({*columns, *alternatives}))
        except InputError as error:
            raise InputError(f"row {number}: {error}") from error
    if unknown:
        warn(f"turns of roles that instag does not know are kept as they are: {_counted(unknown)}")
    return _placed(whole, held(made), used).lazy()


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
    own = KNOWN if target == "messages" else (*SPEAKERS.values(), "user", "assistant", CALLER)
    if target == "messages":
        content = dict(schema[column].inner)["content"]
        if isinstance(content, pl.Struct):
            return False
        # Names that nobody knows cannot be put right.
        return all(each in own or _canonical(each) is None for each in roles)
    return all(each in own for each in roles)


def _canonical(role: str) -> str | None:
    return ROLES.get(role.strip().lower())


def _head(path: str, schema: Mapping[str, Any]) -> str:
    while path not in schema:
        path = path.rpartition(".")[0]
    return path


def _is_flat(layout: Layout, row: Mapping[str, Any]) -> bool:
    """Whether a row has the columns of Alpaca, if by other names."""
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
    made = _alpaca(turns)
    given = pick(row, layout.columns["input"]) if "input" in layout.columns else None
    if isinstance(given, str) and given.strip():
        made |= {"instruction": pick(row, layout.columns["query"]), "input": given}
    return made


def _alternative(value: Any, target: str) -> Any:
    """Put an answer that was chosen or rejected in the form of the target's turns; text stays text."""
    first = value[0] if isinstance(value, list) and value else value
    if not is_turn(first):
        return value
    made = MAKERS[target](turns_of(value))
    turns = next(iter(made.values()))
    return turns[0] if isinstance(value, dict) and len(turns) == 1 else turns


def _walked(whole: pl.DataFrame, layout: Layout, target: str) -> pl.DataFrame:
    """Give each branch of a tree a row of its own."""
    make, rows, made = MAKERS[target], [], []
    if layout.name == "tree":
        trees = [plain(value) for value in whole.get_column(layout.columns["prompt"])]
        for row, tree in enumerate(trees):
            for turns in branches(tree):
                rows.append(row)
                made.append(make(turns))
        used = [frozenset({"prompt"})] * len(rows)
    else:
        tree_of, leaves = _threads(whole, layout)
        for row in leaves:
            rows.append(row)
            made.append(make(tree_of(row)))
        used = [frozenset(layout.columns.values())] * len(rows)
    warn(
        f"{whole.height:,} rows of message trees became {len(rows):,} conversations, one for each message without a reply"
    )
    return _placed(whole[rows], held(made), used)


def _threads(whole: pl.DataFrame, layout: Layout) -> tuple[Callable[[int], list[Turn]], list[int]]:
    """Find the messages that nobody replied to, and the way to them."""
    part = {name: whole.get_column(column).to_list() for name, column in layout.columns.items()}
    places = {key: row for row, key in enumerate(part["key"])}
    replied = {parent for parent in part["parent"] if parent is not None}

    def turns(row: int) -> list[Turn]:
        path: list[Turn] = []
        seen: set[int] = set()
        at: int | None = row
        while at is not None and at not in seen:
            seen.add(at)
            path += turns_of([{"role": part["role"][at], "content": part["query"][at]}])
            at = places.get(part["parent"][at])
        return path[::-1]

    return turns, [row for row, key in enumerate(part["key"]) if key not in replied]


def _placed(whole: pl.DataFrame, made: pl.DataFrame, used: list[frozenset[str]]) -> pl.DataFrame:
    """Put the columns made in the place of those used; what a row did not use stays in its column."""
    counts = Counter(column for columns in used for column in columns)
    heads: dict[str, list[str]] = {}
    for column in counts:
        heads.setdefault(_head(column, whole.schema), []).append(column)
    kept = whole
    for head, columns in heads.items():
        for column in columns:
            if column == head:
                rest = pl.col(head)
                if counts[column] < whole.height:
                    mask = pl.Series([column in each for each in used], dtype=pl.Boolean)
                    rest = pl.when(mask).then(None).otherwise(rest).alias(head)
                    kept = kept.with_columns(rest)
                if counts[column] == whole.height or kept.get_column(head).null_count() == whole.height:
                    kept = kept.drop(head)
            elif head in kept.columns:
                kept = _without(kept, head, column[len(head) + 1 :])
    if clash := set(kept.columns) & set(made.columns):
        raise InputError(f"column {min(clash)!r} would be written twice: rename the one there is")
    if not made.columns:
        return kept
    at = min((whole.columns.index(head) for head in heads), default=len(whole.columns))
    before = [name for name in whole.columns[:at] if name in kept.columns]
    order = [*before, *made.columns, *(name for name in kept.columns if name not in before)]
    return kept.hstack(made).select(order)


def _without(frame: pl.DataFrame, head: str, path: str) -> pl.DataFrame:
    """Take a field out of a column of structs; a column of which nothing is left goes."""
    dtype = frame.schema[head]
    name = path.partition(".")[0]
    if not isinstance(dtype, pl.Struct) or name not in dict(dtype):
        return frame.drop(head) if isinstance(dtype, pl.List) else frame
    if "." in path:
        return frame
    rest = [field.name for field in dtype.fields if field.name != name]
    if not rest:
        return frame.drop(head)
    return frame.with_columns(pl.struct(pl.col(head).struct.field(each) for each in rest).alias(head))


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name!r} ({count:,})" for name, count in counts.most_common(10))


def _messages(turns: list[Turn]) -> dict[str, Any]:
    return {"messages": turns}


def _sharegpt(turns: list[Turn]) -> dict[str, Any]:
    """Give each call of tools a turn of its own."""
    made = []
    for turn in turns:
        calls = turn.get("tool_calls")
        rest = {key: value for key, value in turn.items() if key not in ("role", "content", "tool_calls")}
        if turn["content"] or not calls:
            made.append({"from": _speaker(turn), "value": _text(turn, "sharegpt"), **rest})
            rest = {}
        if calls:
            made.append({"from": CALLER, "value": from_calls(calls), **rest})
    return {"conversations": made}


def _speaker(turn: Turn) -> str:
    if turn["role"] not in SPEAKERS:
        names = [name for each in NAMES.values() for name in each[:2]]
        raise InputError(f"found the role {turn['role']!r}: expected one of {', '.join(names)}, {CALLER}, …")
    return SPEAKERS[turn["role"]]


def _alpaca(turns: list[Turn]) -> dict[str, Any]:
    """Lay the last exchange out flat; the turns have to alternate, after one word of the system at most."""
    for turn in turns:
        if extra := [key for key in turn if key not in ("role", "content")]:
            raise InputError(f"alpaca has no place for {extra[0]!r} in a turn: write sharegpt or messages")
    system = [_text(turn, "alpaca") for turn in turns[:1] if turn["role"] == "system"]
    spoken = turns[len(system) :]
    for at, turn in enumerate(spoken):
        if turn["role"] != ("user", "assistant")[at % 2]:
            raise InputError(
                f"alpaca has no place for turn {at + len(system) + 1}, of role {turn['role']!r}: "
                "expected user and assistant in turn; write sharegpt or messages"
            )
    if not spoken:
        raise InputError("alpaca has no place for a conversation without a user: write sharegpt or messages")
    texts = [_text(turn, "alpaca") for turn in spoken]
    last = (len(texts) - 1) // 2 * 2
    made: dict[str, Any] = {
        "instruction": texts[last],
        "input": "",
        "output": texts[last + 1] if last + 1 < len(texts) else None,
    }
    if system:
        made["system"] = system[0]
    if last:
        made["history"] = [texts[at : at + 2] for at in range(0, last, 2)]
    return made


def _text(turn: Turn, target: str) -> str | None:
    """Join the parts of a turn, if all of them are text."""
    content = turn["content"]
    if content is None or isinstance(content, str):
        return content
    texts = [piece(part) for part in content] if isinstance(content, list) else [None]
    if None in texts:
        raise InputError(f"{target} has no place for content that is not text: write messages")
    return "\n".join(text for text in texts if text is not None)


MAKERS: dict[str, Callable[[list[Turn]], dict[str, Any]]] = {
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
    "messages": _messages,
}
