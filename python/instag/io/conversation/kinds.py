"""The kinds of layouts: each finds its columns by their names and types, if they are there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from instag.choices import LayoutName
from instag.frame.path import JSON
from instag.io.conversation.choices import find_choices
from instag.io.conversation.columns import (
    ALPACA,
    ASKED,
    CHATS,
    CHOOSING,
    CHOSEN,
    CONTEXT,
    EXCHANGED,
    HISTORIES,
    OUTPUTS,
    PAIRS,
    PREFERRED,
    PROMPTS,
    RIGHT,
    SYSTEMS,
    TESTS,
    TURNS,
)
from instag.io.conversation.speech import is_answer, is_chat, is_exchange, is_spoken, is_text, loose_speech, speech

__all__ = ["KINDS", "reply_of"]

Types = Mapping[str, Any]
Found = Iterator[tuple[LayoutName, dict[str, str]]]


def _chats(types: Types) -> Found:
    """Find lists of turns by their type, columns with a known name first; and columns with what precedes or follows them."""
    known = (*CHATS, *ASKED)
    asked = any(is_text(types.get(name)) for name in ASKED)
    for column in sorted(types, key=lambda column: known.index(column) if column in known else len(known)):
        dtype = types[column]
        if asked and column in (*HISTORIES, CONTEXT):
            continue
        if column in PREFERRED or column in OUTPUTS or not is_chat(dtype, named=_is_named(column, dtype)):
            one = column in ASKED and speech(dtype) is not None
            if not one and not (column in ASKED and isinstance(dtype, pl.List) and is_chat(dtype, named=True)):
                continue
            if dtype in (pl.List(JSON), pl.List(pl.List(pl.String))):
                continue
        inner = getattr(dtype, "inner", None)
        parts = {"turns": column, **_system(types)}
        loose = isinstance(inner, pl.Struct) and speech(inner) is None and loose_speech(inner)
        if loose and "system" not in parts and is_text(types.get(CONTEXT)):
            parts["system"] = CONTEXT
        parts |= reply_of(types)
        fields = speech(inner)
        if fields is not None and fields[0].lower() == "from":
            yield "sharegpt", parts
        else:
            yield ("exchanges" if is_exchange(inner) and not fields else "messages"), parts


def _is_named(column: str, dtype: Any) -> bool:
    """Whether the name of a column says that it holds conversations."""
    return column in CHATS or (column in TURNS and isinstance(getattr(dtype, "inner", None), pl.Struct))


def _system(types: Types, *, empty: bool = False) -> dict[str, str]:
    """Find the words of the system in a column of their own, which may be empty in every row."""
    name = next(
        (name for name in SYSTEMS if is_spoken(types.get(name)) or (empty and types.get(name) == pl.Null)), None
    )
    return {} if name is None else {"system": name}


def reply_of(types: Types) -> dict[str, str]:
    """Find the answer to a conversation in a column of its own, or in the response of a server that is kept there."""
    for name in (*OUTPUTS, "response_body"):
        dtype = types.get(name)
        if is_text(dtype) or dtype == pl.List(pl.String) or is_chat(dtype, named=True) or speech(dtype) is not None:
            return {"answer": name}
        if isinstance(dtype, pl.Struct) and _is_response(dict(dtype).get("choices")):
            return {"answer": f"{name}.choices.0.message"}
    return {"answer": "choices.0.message"} if _is_response(types.get("choices")) else {}


def _is_response(dtype: Any) -> bool:
    """Whether these are the choices in the response of a server."""
    inner = getattr(dtype, "inner", None)
    return isinstance(inner, pl.Struct) and "message" in dict(inner)


def _earlier(types: Types) -> dict[str, str]:
    """Find earlier turns in a column of their own."""
    name = next((name for name in HISTORIES if name in types), None)
    if name is None and isinstance(types.get(CONTEXT), pl.List) and is_chat(types[CONTEXT], named=True):
        name = CONTEXT
    return {} if name is None else {"history": name}


def _trees(types: Types) -> Found:
    """Find OpenAssistant's trees."""
    dtype = types.get("prompt")
    if isinstance(dtype, pl.Struct) and {"text", "role", "replies"} <= {field.name for field in dtype.fields}:
        yield "tree", {"prompt": "prompt"}


def _threads(types: Types) -> Found:
    """Find tables of messages, each of which knows the one that it replies to."""
    key = next((name for name in ("message_id", "id") if name in types), None)
    content = next((name for name in ("text", "content") if types.get(name) == pl.String), None)
    if key and content and "parent_id" in types and types.get("role") == pl.String:
        yield "thread", {"query": content, "role": "role", "key": key, "parent": "parent_id"}


def _turns(types: Types) -> Found:
    """Find lists of strings by their names alone, for tags are lists of strings too."""
    if types.get("prompt") == pl.List(pl.String):
        yield "turns", {"turns": "prompt"}
    for column in CHATS:
        if types.get(column) in (pl.List(pl.String), pl.List(pl.Null)):
            yield ("turns" if column == "turns" else "exchanges"), {"turns": column}


def _alpacas(types: Types) -> Found:
    """Find an instruction with an input or an output beside it; the definition of a task may be one."""
    asked = "instruction" if is_text(types.get("instruction")) else "definition"
    if not is_text(types.get(asked)) or (
        asked == "definition" and not any(name in types for name in ("input", "inputs"))
    ):
        return
    earlier = _earlier(types)
    inputs = [name for name in ALPACA["input"] if name in types and name not in earlier.values()]
    answers = [name for name in (*ALPACA["answer"], "targets") if is_answer(types.get(name))]
    parts = {"query": asked}
    parts |= {part: names[0] for part, names in (("input", inputs), ("answer", answers)) if names}
    parts |= _system(types, empty=True) | earlier
    instances = getattr(types.get("instances"), "inner", None)
    if isinstance(instances, pl.Struct) and {"input", "output"} <= set(dict(instances)) and "input" not in parts:
        taken = {"query": parts["query"], "input": "instances.0.input", "answer": "instances.0.output"}
        yield "instances", parts | taken
    if "input" in parts or "answer" in parts:
        yield "alpaca", parts


def _pairs(types: Types) -> Found:
    """Find a question with its answer."""
    for query, answers in (*PAIRS.items(), *_coded(types)):
        choices = find_choices(types) if query in CHOOSING else {}
        names = (*answers, *CHOSEN) if choices else answers
        answer = next((name for name in names if name not in choices.values() and is_answer(types.get(name))), None)
        if answer is None or not is_text(types.get(query)):
            continue
        # A chosen answer has a rejected twin, so it is not an answer by itself.
        parts = {"query": query} if answer == "chosen" else {"query": query, "answer": answer}
        if query not in choices.values():
            parts |= choices
        if answer == "answers" and is_text(types[answer]) and "tools" in types:
            parts["tools"] = "tools"
        yield "pairs", parts | _system(types, empty=True) | _earlier(types)


def _coded(types: Types) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Find tasks of programming, which have tests beside the code."""
    if any(name in types for name in TESTS):
        yield from (("prompt", ("code",)), ("text", ("code",)))


def _exchanged(types: Types) -> Found:
    """Find what was asked and what was answered in two records, as servers log them."""
    for asked, answered in EXCHANGED:
        dtype, other = types.get(asked), types.get(answered)
        if not isinstance(dtype, pl.Struct) or not isinstance(other, pl.Struct) or speech(other) is not None:
            continue
        fields = {field.name: field.dtype for field in dtype.fields}
        reply = next((field for field in other.fields if _is_reply(field, alone=len(other.fields) == 1)), None)
        if reply is None:
            continue
        answer = {"answer": f"{answered}.{reply.name}"}
        chat = next((name for name in (*CHATS, *ASKED) if is_chat(fields.get(name), named=name in CHATS)), None)
        query = next((name for name in (*PAIRS, *PROMPTS) if is_text(fields.get(name))), None)
        system = {part: f"{asked}.{name}" for part, name in _system(fields).items()}
        if chat is not None:
            yield "messages", {"turns": f"{asked}.{chat}"} | system | answer
        elif query is not None:
            yield "pairs", {"query": f"{asked}.{query}"} | system | answer


def _is_reply(field: pl.Field, *, alone: bool) -> bool:
    name = field.name.lower()
    known = name in (*OUTPUTS, *RIGHT, "content", "text", "messages", "message", "generations")
    kind: Any = field.dtype
    return (known or alone) and (is_text(kind) or is_chat(kind, named=True) or speech(kind) is not None)


def _preferences(types: Types) -> Found:
    """Find preferred answers, each with the whole conversation before it."""
    if "rejected" in types and is_chat(types.get("chosen"), named=True):
        yield "preference", {"turns": "chosen"}


def _preferred_texts(types: Types) -> Found:
    """Find preferred answers that are texts made with a template."""
    if "rejected" in types and is_text(types.get("chosen")):
        yield "preference", {"turns": "chosen"}


def _prompts(types: Types) -> Found:
    """Find a prompt by itself; a message counts as one if there are earlier turns."""
    if is_text(types.get("message")) and (earlier := _earlier(types)):
        yield "prompts", {"query": "message"} | _system(types) | earlier
    for column in PROMPTS:
        if is_text(types.get(column)):
            yield "prompts", {"query": column} | _system(types) | _earlier(types)


def _histories(types: Types) -> Found:
    """Find conversations in a column of earlier turns, with nothing after them."""
    for column in (*HISTORIES, "chatbot"):
        if is_chat(types.get(column), named=True):
            yield "messages", {"turns": column} | _system(types)


# Structured ones before plain text.
KINDS: tuple[Callable[[Types], Found], ...] = (
    _chats,
    _trees,
    _threads,
    _turns,
    _alpacas,
    _pairs,
    _exchanged,
    _preferences,
    _prompts,
    _preferred_texts,
    _histories,
)
