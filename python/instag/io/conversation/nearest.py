"""The message if no layout fits: the columns, the nearest layout, what it lacks, and what to do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

import polars as pl

from instag.frame.path import JSON
from instag.io.conversation.columns import CHATS, OUTPUTS, PROMPTS, RIGHT, SYSTEMS, TURNS
from instag.io.conversation.layout import LAYOUTS, listed
from instag.io.conversation.speech import is_text, speech

# Words in the names of columns that show what they are likely to hold.
ASKING = (
    *PROMPTS,
    "ask",
    "request",
    "user",
    "human",
    "questions",
    "prompts",
    "queries",
    "definition",
    "description",
    "task",
)
SPOKEN = (
    *TURNS,
    "dialogue",
    "dialog",
    "conversation",
    "chat",
    "turns",
    "history",
    "context",
    "content",
    "message",
    "body",
    "words",
    "utterance",
    "title",
    "post",
    "sentence",
    "sentences",
    "passage",
    "paragraph",
    "document",
    "article",
    "review",
    "comment",
)
ANSWERING = (
    *OUTPUTS,
    *RIGHT,
    "target",
    "tgt",
    "ref",
    "reference",
    "label",
    "assistant",
    "bot",
    "summary",
    "highlights",
    "rationale",
    "reasoning",
    "generation",
    "generated",
)
# Of these, words that leave little doubt.
REPLYING = {"answer", "answers", "response", "responses", "completion", "completions", "output", "outputs", "solution"}
REPLYING |= {"solutions", "reply", "replies", "sql"}
UNLIKE = {"id", "ids", "type", "kind", "format", "language", "length", "incorrect", "wrong", "rejected", "input"}
# One of several answers that are compared.
NUMBERED = re.compile(r"(\d|[_ ][a-zA-Z])$")
INSTRUCTING = (*SYSTEMS, "instructions")
ABOUT = (
    "id",
    "uuid",
    "key",
    "role",
    "roles",
    "who",
    "type",
    "kind",
    "lang",
    "language",
    "model",
    "date",
    "time",
    "url",
    "name",
    "split",
    "path",
    "bytes",
    "metadata",
    "dataset",
    "object",
    "timestamp",
    "actor",
    "author",
    "sender",
    "speaker",
    "tests",
    "tags",
    "domain",
    "topic",
    "category",
    "genre",
    "license",
    "locale",
    "iso",
)
# How deep a text is looked for within columns.
WITHIN = 3
# Words in names are separated by signs, or by capitals.
BETWEEN_WORDS = re.compile(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])")


def nearest(schema: Mapping[str, Any], format: str, path: object) -> str:
    """Describe what was found instead of a layout.

    Parameters
    ----------
    schema
        The columns and their types.
    format
        The layout that was asked for, if any.
    path
        The file, for the command that works.

    Returns
    -------
    str
        A message.

    Examples
    --------
    >>> print(nearest({"body": pl.String(), "id": pl.Int64()}, "auto", "data.csv"))
    expected a layout instag knows: found the columns body (String), id (Int64); the nearest is prompts, which lacks a column of text named prompt, instruction, question, query, text or problem; name the user's with query= / --query: instag convert data.csv --query body -o OUT.jsonl
    """
    wanted = f"the layout {format!r}" if format in LAYOUTS else "a layout instag knows"
    columns = listed(schema)
    if not columns:
        return f"expected {wanted}: found records without a single key: there is nothing that a user said"
    several = next(
        (name for name, dtype in schema.items() if speech(getattr(getattr(dtype, "inner", None), "inner", None))), None
    )
    if several is not None:
        step = f"instag.scan({str(path)!r}).explode({several!r})"
        return (
            f"expected {wanted}: found the columns {columns}; the nearest is messages, but a row of {several!r} has several "
            f"conversations: read one a row, in Python with {step}"
        )
    hint, options = _lack(schema)
    if "query" not in options:
        return f"expected {wanted}: found the columns {columns}; {hint}; no column holds what a user could have said"
    named = " ".join(f"--{part} {quote(column)}" for part, column in options.items())
    todo = f"instag convert {quote(str(path))} {named} -o OUT.jsonl"
    what = "the user's with query= / --query" if len(options) == 1 else "the columns, in Python with query= and so on"
    return f"expected {wanted}: found the columns {columns}; {hint}; name {what}: {todo}"


def likely_answers(schema: Mapping[str, Any]) -> list[str]:
    """Name the columns that probably hold the answers to prompts, although no layout has their names.

    Parameters
    ----------
    schema
        The columns and their types.

    Examples
    --------
    >>> likely_answers({"prompt": pl.String(), "gold_solution": pl.String(), "answer_id": pl.Int64()})
    ['gold_solution']
    """
    texts = [name for name, dtype in schema.items() if is_text(dtype) or dtype == pl.List(pl.String)]
    words = {name: {word.lower() for word in BETWEEN_WORDS.split(name)} for name in texts}
    return [
        name
        for name in texts
        if name != "correct_answers"
        and words[name].isdisjoint(UNLIKE)
        and not words[name].isdisjoint(REPLYING)
        and not NUMBERED.search(name)
    ]


def _lack(schema: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Find the layout that comes nearest, what it lacks, and the columns that may play the parts of one."""
    texts = [*_texts(schema)]
    asking = sorted((path for path in texts if _rank(path) < len(RANKS) - 1), key=_rank)
    for name, dtype in schema.items():
        inner = getattr(dtype, "inner", None)
        if isinstance(inner, pl.Struct) and (name.lower() in (*CHATS, *TURNS) or not asking):
            fields = ", ".join(field.name for field in inner.fields)
            said = [f"{name}.{field.name}" for field in inner.fields if field.dtype == pl.String]
            hint = f"the nearest is messages, because {name!r} is a list of records ({fields}); it lacks fields such as role and content"
            best = min(said, key=lambda path: (_rank(path), _rank(path.rpartition(".")[2])), default=None)
            return hint, {} if best is None or _rank(best) == len(RANKS) - 1 else {"query": best}
    options = {"query": asking[0]} if asking else {}
    answers = [path for path in texts if path not in options.values() and _rank(path) == RANKS.index(ANSWERING)]
    answer = answers[0] if answers else None
    system = next(
        (path for path in texts if path not in (*options.values(), answer) and _says(path, INSTRUCTING)), None
    )
    if options:
        options |= {part: path for part, path in (("answer", answer), ("system", system)) if path is not None}
    if "answer" in options:
        others = f", or {', '.join(map(repr, answers[1:]))}" if answers[1:] else ""
        hint = (
            f"the nearest is pairs, because {options['answer']!r} may be the answer{others}; it lacks a column such as question or "
            "prompt"
        )
    else:
        hint = "the nearest is prompts, which lacks a column of text named prompt, instruction, question, query, text or problem"
    return hint, options


def _texts(schema: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Name the columns of text, and then those of lists of texts, with those within other columns."""
    depth = above.count(".")
    texts = [name for name, dtype in schema.items() if is_text(dtype)]
    records = [name for name, dtype in schema.items() if isinstance(dtype, pl.Struct) and dtype != JSON]
    yield from (f"{above}{name}" for name in texts)
    for name in records if depth < WITHIN else ():
        yield from _texts(dict(schema[name]), f"{above}{name}.")
    yield from (f"{above}{name}" for name, dtype in schema.items() if dtype == pl.List(pl.String))
    yield from (f"{above}{name}" for name, dtype in schema.items() if dtype == pl.List(pl.List(pl.String)))


# How likely it is that a user's words stand under a name: asked, spoken, anything, answered, about them.
RANKS: Sequence[Sequence[str]] = (ASKING, SPOKEN, (), ANSWERING, ABOUT)


def _rank(path: str) -> int:
    """Say how unlikely it is that a user's words stand under a name."""
    last = len(RANKS) - 1
    if _says(path.rpartition(".")[2], (*RANKS[last], *INSTRUCTING)):
        return last
    return max((rank for rank in range(last) if _says(path, RANKS[rank])), default=RANKS.index(()))


def _says(path: str, names: Sequence[str]) -> bool:
    """Whether a name is one of these, or has a word that is."""
    name = path.rpartition(".")[2].lower()
    return name in names or not {word.lower() for word in BETWEEN_WORDS.split(path)}.isdisjoint(names)
