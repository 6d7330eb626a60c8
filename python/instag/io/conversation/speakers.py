"""Counts of rows, queries and the turns of each speaker, batch by batch, with a warning about unknown roles."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from shlex import quote
from typing import Any

import polars as pl

from instag.io.conversation.columns import CHATS, TURNS
from instag.io.conversation.queries import TEXTS
from instag.io.conversation.roles import FLAGS, role_of
from instag.io.conversation.speech import loose_speech, speech
from instag.warning import warn

__all__ = ["WARNED", "Speakers"]

WARNED: ContextVar[frozenset[str]] = ContextVar("WARNED", default=frozenset())
"""Roles that were warned of when the rows were counted, and are not warned of again while they are written."""


class Speakers:
    """Counts of rows, of queries, and of the turns of each speaker.

    Parameters
    ----------
    query
        The column or path that the user named, if any.
    said
        For each part of the data whose conversations became messages, and whose roles were warned of then: the column of
        its file with what was said, empty if there is none; None for other parts.

    Examples
    --------
    >>> speakers = Speakers()
    >>> speakers.add(pl.DataFrame({"queries": [["Why?", "How?"], []]}))
    >>> speakers.samples, speakers.queries
    (2, 2)
    """

    def __init__(self, query: str | None = None, said: Sequence[str | None] = ()) -> None:
        # If the user names a field within turns, it does not matter who speaks.
        self._within = query.partition(".")[0] if query is not None and "." in query else None
        self.samples = self.queries = 0
        self._known: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._words: str | None = None
        self._became = [column for column in said if column is not None]

    @staticmethod
    def columns(schema: Mapping[str, Any]) -> list[str]:
        """Names the columns that are counted: the queries, and those whose turns say who speaks."""
        return [name for name, dtype in schema.items() if _speaker(name, dtype) or (name, dtype) == ("queries", TEXTS)]

    def add(self, rows: pl.DataFrame) -> None:
        """Count more rows."""
        self.samples += rows.height
        for name, dtype in rows.schema.items():
            if (name, dtype) == ("queries", TEXTS):
                self.queries += int(rows.get_column(name).list.len().sum())
            elif name != self._within and (field := _speaker(name, dtype)):
                turn, (head, _, within) = pl.element(), field.partition(".")
                who = turn.struct.field(head).struct.field(within) if within else turn.struct.field(field)
                said = rows.get_column(name).list.eval(who).explode().drop_nulls()
                inner = getattr(dtype, "inner", None)
                words = speech(inner) or loose_speech(inner)
                self._words = f"{name}.{words[1]}" if words else None
                for speaker, count in said.value_counts().iter_rows():
                    (self._unknown if role_of(speaker) is None else self._known)[speaker] += count

    @contextmanager
    def warned(self) -> Iterator[None]:
        """Warn, and keep the block from warning of the same roles again."""
        self.warn()
        token = WARNED.set(WARNED.get() | self._unknown.keys())
        try:
            yield
        finally:
            WARNED.reset(token)

    def warn(self) -> None:
        """Warn of roles that instag does not know, unless that was done before, and if no row has a user turn."""
        silent = ""
        if self.samples and not self.queries:
            found = _counts(self._unknown + self._known)
            silent = "no row has a user turn" + (f": the roles found are {found}" if found else "") + self._advice()
        unknown = f"turns of roles that instag does not know: {_counts(self._unknown)}" if self._unknown else ""
        if text := "; ".join(filter(None, ("" if self._became else unknown, silent))):
            warn(text)

    def _advice(self) -> str:
        words = self._words
        if self._became:
            words = self._became[0] if len({*self._became}) == 1 else None
        if not self._unknown or self._known or self._words is None:
            return ""
        advice = "; call the one who asks user in the file"
        return advice + (
            f", or count all that is said as the user's, with query={words!r} / --query {quote(words)}" if words else ""
        )


def _speaker(name: str, dtype: Any) -> str | None:
    """Name the field with the speaker of a column's turns, if it is text."""
    inner = getattr(dtype, "inner", None)
    fields = speech(inner) or (loose_speech(inner) if name.lower() in (*CHATS, *TURNS) else None)
    if fields is None or inner is None or any(name.lower() in FLAGS for name in dict(inner)):
        return None
    role: Any = dict(inner)[fields[0]]
    if isinstance(role, pl.Struct):
        # Who wrote a message of a messenger, with a name and more.
        return next((f"{fields[0]}.{name}" for name in ("role", "name") if dict(role).get(name) == pl.String), None)
    return fields[0] if role == pl.String else None


def _counts(counter: Mapping[str, int]) -> str:
    most = sorted(counter.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{name} ({count:,})" for name, count in most[:10])
