"""One element of a conversation, in any form in use: a turn of messages, of Gemini, or an exchange.

A turn is a dict with ``role`` ("user", "assistant", "system", "tool", or an unknown role as the file has it) and
``content`` (text, a list of parts, or None), with ``tool_calls`` if the assistant makes some, and with whatever else the
file says of it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any

from instag.errors import InputError
from instag.io.conversation.calls import to_calls
from instag.io.conversation.content import content_of, kind_of, text_of
from instag.io.conversation.roles import CALLER, CONTENTS, EXCHANGES, SPEAKERS, TYPE, role_of
from instag.io.conversation.saved import branch, flagged_speaker, is_saved, stepped
from instag.io.json.text import dump

Turn = dict[str, Any]
OnFault = Callable[[str], None]
"""What to do about something that is not a turn: raise, or nothing."""

# What MOSS and similar models put around the words of a turn.
MARKED = re.compile(r"^\s*<\|[\w ]+\|>:\s*|\s*<eo[a-z]>\s*$")


def utterances(each: Any, on_fault: OnFault) -> Iterator[Turn]:
    """Read one element of a conversation: a turn, or a question with its answer."""
    if isinstance(each, list) and each and all(text is None or isinstance(text, str) for text in each):
        yield from (turn for turn in alternated(each) if turn["content"] is not None)
    elif isinstance(each, dict):
        for shown in branch(each) if is_saved(each) else (each,):
            yield from _uttered(shown, on_fault)
    elif each is not None:
        on_fault(f"found {dump(each)} for a turn: expected a role and what was said")


def _uttered(each: Mapping[str, Any], on_fault: OnFault) -> Iterator[Turn]:
    """Read one record of a conversation."""
    if "lc" in each and isinstance(each.get("kwargs"), dict):
        # As LangChain dumps its objects: their class says who speaks, if nothing else does.
        kind = str((each.get("id") or [""])[-1]).removesuffix("Chunk").removesuffix("Message").lower()
        each = {TYPE: kind, **each["kwargs"]}
    field, speaker = speaker_of(each)
    if speaker is None and each.get(TYPE) in ITEMS:
        yield ITEMS[each[TYPE]]({key: member for key, member in each.items() if key != field})
        return
    if field is not None:
        if field == TYPE and isinstance(each.get("data"), dict):
            each = {TYPE: speaker, **{key: member for key, member in each["data"].items() if key != TYPE}}
        yield from _spoken(each, field, speaker)
        return
    names = {key.lower(): key for key in each}
    for asked, answer in EXCHANGES:
        if asked in names and answer in names:
            yield from _exchanged(each, names, asked, answer)
            return
    on_fault(f"found {dump(each)} for a turn: expected a role and what was said")


def speaker_of(turn: Mapping[str, Any]) -> tuple[str | None, Any]:
    """Find the field that says who spoke, and its value."""
    field, value = field_of(turn, SPEAKERS)
    if isinstance(value, dict):
        value = value.get("role") or value.get("name")
    if role_of(value) is None and (flagged := flagged_speaker(turn)) is not None:
        return flagged
    if value is None and role_of(turn.get(TYPE)) not in (None, CALLER):
        return TYPE, turn[TYPE]
    return field, value


def field_of(turn: Mapping[str, Any], wanted: Sequence[str]) -> tuple[str | None, Any]:
    """Find the first of some fields that is not null, in any letter case, or else the first that is there."""
    names = {key.lower(): key for key in reversed(list(turn))}
    there = [names[name] for name in wanted if name in names]
    field = next((name for name in there if turn[name] not in (None, [])), there[0] if there else None)
    return field, None if field is None else turn[field]


def _spoken(turn: Mapping[str, Any], role: str, speaker: Any) -> Iterator[Turn]:
    """Name the role and the content of a turn as messages do, and leave out what is null."""
    field, value = field_of(turn, CONTENTS)
    rest = {key: member for key, member in turn.items() if key not in (role, field) and member is not None}
    if field is not None and field.lower() == "steps":
        value, thought = stepped(value)
        rest |= {"thinking": thought} if thought else {}
    if field is not None and field.lower() == "parts":
        yield from _parted(value, role_of(speaker) or str(speaker), rest)
        return
    content = content_of(value)
    for twin in [key for key in rest if key.lower() in CONTENTS]:
        if rest[twin] in ("", []) or (isinstance(rest[twin], str) and rest[twin] == text_of(content)):
            del rest[twin]
    named = role_of(speaker)
    if named == "assistant":
        rest = _called(rest)
    if named == CALLER:
        yield {"role": "assistant", "content": None, "tool_calls": to_calls(content), **rest}
    elif isinstance(content, list) and any(_use(part) or _result(part) for part in content):
        yield from _used(named or str(speaker), content, rest)
    else:
        yield {"role": named or str(speaker), "content": content, **rest}


def _called(rest: dict[str, Any]) -> dict[str, Any]:
    """Name calls of tools as messages do: a `function_call`, as they were before, and calls without a `function` around them."""
    calls = rest.get("tool_calls")
    if isinstance(call := rest.get("function_call"), dict) and "name" in call and not calls:
        kept = {key: member for key, member in rest.items() if key not in ("function_call", "tool_calls")}
        return {"tool_calls": to_calls(call), **kept}
    if calls == []:
        return {key: member for key, member in rest.items() if key != "tool_calls"}
    if isinstance(calls, list) and any(isinstance(call, dict) and "function" not in call for call in calls):
        with suppress(InputError):
            return rest | {
                "tool_calls": to_calls(
                    [{key: member for key, member in call.items() if member is not None} for call in calls]
                )
            }
    return rest


def _use(part: Any) -> dict[str, Any] | None:
    """Find the use of a tool in a part, by the names of Anthropic or of Bedrock."""
    if kind_of(part) == "tool_use":
        return dict(part)
    inner = part.get("toolUse") if isinstance(part, dict) else None
    return {**inner, "id": inner.get("toolUseId")} if isinstance(inner, dict) else None


def _result(part: Any) -> dict[str, Any] | None:
    """Find the result of a tool in a part, by the names of Anthropic or of Bedrock."""
    if kind_of(part) == "tool_result":
        return {key: member for key, member in part.items() if key != "type"}
    inner = part.get("toolResult") if isinstance(part, dict) else None
    if not isinstance(inner, dict):
        return None
    return {"tool_use_id" if key == "toolUseId" else key: member for key, member in inner.items()}


def _used(role: str, parts: Sequence[Any], rest: Mapping[str, Any]) -> Iterator[Turn]:
    """Read the uses of tools and their results that stand among the parts of a turn."""
    calls, spoken = [], []
    for part in parts:
        if use := _use(part):
            arguments = json.dumps(use.get("input") or {}, ensure_ascii=False)
            call = {"type": "function", "function": {"name": use.get("name"), "arguments": arguments}}
            calls.append({"id": use.get("id"), **call})
        elif result := _result(part):
            content, key = result.pop("content", None), result.pop("tool_use_id", None)
            known = {name: member for name, member in result.items() if member is not None}
            yield {"role": "tool", "content": content_of(content), "tool_call_id": key, **known}
        else:
            spoken.append(part)
    if calls or spoken:
        called = {"tool_calls": calls} if calls else {}
        yield {"role": role, "content": spoken or None, **called, **rest}


def _item_call(item: Mapping[str, Any]) -> Turn:
    """Read a call as a list of a response's items has it."""
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": item.get("call_id") or item.get("id"), "type": "function", "function": function}],
    }


def _item_result(item: Mapping[str, Any]) -> Turn:
    return {"role": "tool", "content": content_of(item.get("output")), "tool_call_id": item.get("call_id")}


def _item_reasoning(item: Mapping[str, Any]) -> Turn:
    kept = {key: member for key, member in item.items() if member is not None}
    return {"role": "assistant", "content": None, **kept}


# The items between messages in the input of OpenAI's Responses API.
ITEMS: dict[str, Callable[[Mapping[str, Any]], Turn]] = {
    "function_call": _item_call,
    "function_call_output": _item_result,
    "reasoning": _item_reasoning,
}


def _parted(parts: Any, role: str, rest: Mapping[str, Any]) -> Iterator[Turn]:
    """Read the parts of a turn as Gemini has them."""
    kept: list[Any] = []
    calls: list[Any] = []
    for part in parts if isinstance(parts, list) else [parts]:
        call = part.get("functionCall") or part.get("function_call") if isinstance(part, dict) else None
        result = part.get("functionResponse") or part.get("function_response") if isinstance(part, dict) else None
        if call:
            arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
            calls.append({"type": "function", "function": {"name": call.get("name"), "arguments": arguments}})
        elif result:
            yield {"role": "tool", "content": dump(result.get("response")), "name": result.get("name")}
        elif isinstance(part, dict):
            kept.append({key: member for key, member in part.items() if member is not None})
        elif part is not None:
            kept.append(part)
    texts = [
        part if isinstance(part, str) else part["text"]
        for part in kept
        if isinstance(part, str) or part.keys() == {"text"}
    ]
    content: Any = "\n".join(texts) if len(texts) == len(kept) else [_typed(part) for part in kept]
    if kept or calls:
        called = {"tool_calls": calls} if calls else {}
        yield {"role": role, "content": content if kept else None, **called, **rest}


def _typed(part: Any) -> Any:
    """Mark a part with a text as one of type text, as messages do."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "text", **part} if "text" in part and "type" not in part else part


def _exchanged(each: Mapping[str, Any], names: Mapping[str, str], asked: str, answer: str) -> Iterator[Turn]:
    """Read a question with its answer, and the fields beside them."""
    keys = (names[asked], names[answer])
    rest = {
        key: member
        for key, member in each.items()
        if key not in keys and key.lower() != "system" and member is not None
    }
    if system := each.get(names.get("system", "")):
        yield {"role": "system", "content": system}
    for role, key in zip(("user", "assistant"), keys, strict=True):
        if each[key] is not None:
            words = MARKED.sub("", each[key]) if isinstance(each[key], str) else content_of(each[key])
            yield {"role": role, "content": words, **(rest if role == "assistant" else {})}


def alternated(texts: Iterable[Any]) -> list[Turn]:
    """Let user and assistant speak in turn."""
    return [{"role": role, "content": text} for role, text in zip(cycle(("user", "assistant")), texts, strict=False)]
