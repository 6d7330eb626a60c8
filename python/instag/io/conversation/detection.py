"""Detection: the layout of data for which the rows have to be read: JSON in text, templates, mixed layouts."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.frame.path import resolve
from instag.io.conversation import template as templates
from instag.io.conversation.chat import parsed_chat, parsed_list
from instag.io.conversation.columns import LISTED, OUTPUTS, SENDERS, SENT_AT, SYSTEMS, TELLING
from instag.io.conversation.layout import LAYOUTS, Layout, detect
from instag.io.conversation.mixed import CHAT, mixed_layout
from instag.io.conversation.speech import is_chat
from instag.io.conversation.table import message_table
from instag.warning import warn

# Rows that show what a column of text holds.
SAMPLE = 200
# How the lines of a messenger's export begin.
EXPORTED = re.compile(
    r"^\W?\[?\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}:\d\d\S*(\s*[AP]M)?\]?\s*-?\s*[^:]+:", re.IGNORECASE
)


def find(
    frame: pl.LazyFrame,
    *,
    layout: str = "auto",
    template: str = "auto",
    parts: Mapping[str, str] | None = None,
    where: str | None = None,
) -> Layout | None:
    """Find the layout of data from its columns, or from its rows if the columns do not show it.

    Parameters
    ----------
    frame
        The data.
    layout
        The one to look for; any other name looks for them all.
    template
        The chat template that texts are made with; ``"auto"`` finds it, ``"none"`` takes no text apart.
    parts
        The columns that the user names for ``query``, ``answer``, ``system`` or ``history``.
    where
        What to call the data in a warning; None if they were looked at before, and need no warnings.

    Returns
    -------
    Layout or None
        The layout; :data:`~instag.io.conversation.mixed.MIXED` if rows have several, with all the columns that play a part in any.

    Examples
    --------
    >>> find(pl.LazyFrame({"text": ["<human>: Why? <bot>: So."]}))
    Layout(name='prompts', columns={'query': 'text'}, template='h2ogpt')
    """
    schema = {name: dtype for name, dtype in frame.collect_schema().items() if name != "queries"}
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    sample = frame.select(texts).head(SAMPLE).collect(engine="streaming") if texts else pl.DataFrame()
    types = dict(schema)
    for name in _bracketed(sample):
        said = [text for text in sample.get_column(name).to_list() if text and text.strip()]
        if said and all(parsed_chat(text) is not None for text in said):
            types[name] = CHAT
        elif not parts and name.lower() in LISTED and said and all(_is_texts(text) for text in said):
            types[name] = pl.List(pl.String)
    found = _mapped(types, parts) if parts else _detected(frame, types, layout)
    chats = [name for name in texts if types[name] == CHAT]
    if found is None and chats and layout not in LAYOUTS:
        # The text is a conversation, whatever the name of its column.
        found = _mapped(types, {"query": chats[0]})
    if found is None and layout not in LAYOUTS and template != "none":
        found = _templated(sample, types)
    if found is None:
        return None
    if not parts and layout not in LAYOUTS and (mixed := mixed_layout(frame, types, found)) is not None:
        return mixed
    made = _template(frame, types, found, template, where or "data")
    if found.name == "prompts" and made is None and where is not None and not parts and layout not in LAYOUTS:
        _warn_of_messages(types, sample, found.columns["query"], where)
    if found.name == "preference" and types.get("chosen") == pl.String and made is None:
        return None
    return Layout(found.name, found.columns, made)


def _detected(frame: pl.LazyFrame, types: Mapping[str, Any], layout: str) -> Layout | None:
    """Find the layout by the columns; a text beside who said it may be a message rather than a prompt."""
    found = detect(types, layout)
    if layout not in LAYOUTS and (found is None or found.name == "prompts"):
        return message_table(frame, types) or found
    return message_table(frame, types) if layout == "thread" and found is None else found


def _is_texts(text: str) -> bool:
    """Whether a text is the JSON of a list of texts."""
    held = parsed_list(text)
    return bool(held) and all(isinstance(each, str) for each in held or ())


def _templated(sample: pl.DataFrame, types: Mapping[str, Any]) -> Layout | None:
    """Find a column of texts that are all made with a chat template, whatever it is called."""
    for name in sample.columns:
        said = [text for text in sample.get_column(name).to_list() if text and text.strip()]
        found, count = templates.best(said)
        if found is not None and count == len(said):
            return _mapped(types, {"query": name})
    return None


def _bracketed(sample: pl.DataFrame) -> list[str]:
    """Name the columns of text in which something begins as JSON does."""
    if not sample.width:
        return []
    begins = sample.select(pl.all().str.contains(r"^\s*[\[{]").any())
    return [name for name, found in zip(begins.columns, begins.row(0), strict=True) if found]


def _mapped(types: Mapping[str, Any], parts: Mapping[str, str]) -> Layout:
    """Use the columns that the user names, and others whose names leave no doubt."""
    named = dict(parts)
    if "query" not in named:
        found = detect(types)
        if found is None:
            raise InputError(
                "query: expected the column with what the user said, as well as the others; name it with query= / --query"
            )
        # Columns that the user names replace those that were found.
        columns = {part: column for part, column in found.columns.items() if column not in named.values()}
        return Layout(found.name, columns | named)
    _, dtype = resolve(types, named["query"])
    head = named["query"].rpartition(".")[0]
    near = {name.lower(): f"{head}.{name}" for name in _fields(types, head)} if head else {}
    near |= {name.lower(): name for name in types if name not in named.values()}
    chat = is_chat(dtype, named=True)
    for part, names in (("system", SYSTEMS), ("answer", OUTPUTS)):
        column = next((near[name] for name in names if name in near), None)
        if part not in named and column is not None and column not in named.values():
            kind = resolve(types, column)[1]
            if kind == pl.String or is_chat(kind, named=True):
                named[part] = column
    if chat or dtype == pl.List(pl.String):
        texts = dtype == pl.List(pl.String)
        return Layout("turns" if texts else "messages", {"turns": named.pop("query")} | named)
    return Layout("pairs" if "answer" in named else "prompts", named)


def _fields(types: Mapping[str, Any], path: str) -> list[str]:
    try:
        dtype = resolve(types, path)[1]
    except InputError:
        return []
    return [field.name for field in dtype.fields] if isinstance(dtype, pl.Struct) else []


def _template(frame: pl.LazyFrame, types: Mapping[str, Any], found: Layout, wanted: str, where: str) -> str | None:
    """Find the template of the texts in a layout."""
    column = found.columns.get("query", found.columns.get("turns"))
    if column is None or wanted == "none" or found.name == "thread":
        return None
    if "input" in found.columns:
        given, kind = resolve(types, found.columns["input"])
        if kind not in (pl.String, pl.Null) or _is_anywhere(frame, given.cast(pl.String).str.strip_chars() != ""):
            return None
    value, dtype = resolve(types, column)
    if dtype != pl.String or types.get(column) == CHAT:
        return None
    said = frame.select(said=value).drop_nulls()
    name = _likely(said, column, where) if wanted == "auto" else wanted
    return None if name is None else _fitting(said, name, column, where, sure=wanted != "auto")


def _likely(said: pl.LazyFrame, column: str, where: str) -> str | None:
    """Find the template that most of the first texts are made with."""
    first = said.head(SAMPLE).collect(engine="streaming").get_column("said").to_list()
    name, _ = templates.best(first)
    if name is None:
        _warn_of_marks(first, column, where)
    return name


def _fitting(said: pl.LazyFrame, name: str, column: str, where: str, *, sure: bool) -> str | None:
    """Count the texts that fit a template: all have to, unless the user named the template."""
    rows = parsed = 0
    for batch in said.collect_batches():
        for text in batch.get_column("said"):
            rows += 1
            parsed += templates.fits(text, name)
    if parsed == rows:
        return name
    if not sure:
        warn(
            f"{where}: {parsed:,} of {rows:,} texts in column {column!r} look like the chat template {name!r} and stay as "
            f"they are, because the others do not: take them apart with template={name!r} / --template {name}, or say that "
            "none is one with template='none' / --template none"
        )
        return None
    if parsed < rows:
        warn(
            f"{where}: {rows - parsed:,} of {rows:,} texts in column {column!r} are not of the template {name!r}, and stay text"
        )
    return name


def _is_anywhere(frame: pl.LazyFrame, condition: pl.Expr) -> bool:
    return bool(frame.select(condition.any()).collect(engine="streaming").item())


def _warn_of_messages(types: Mapping[str, Any], sample: pl.DataFrame, column: str, where: str) -> None:
    """Warn if each row, or each line, is a message from a chat between people."""
    names = {name.lower(): name for name in types}
    sender = next((names[name] for name in SENDERS if types.get(names.get(name, "")) == pl.String), None)
    if sender is not None and column.lower() not in TELLING and not names.keys().isdisjoint(SENT_AT):
        warn(
            f"{where}: each row looks like a message of a chat, because {sender!r} says who wrote it, and is read as a prompt of "
            f"its own: put the turns of a conversation in a list with role and content, or keep the rows of those who ask with "
            f'where= / --where, such as --where "\\"{sender}\\" = \'NAME\'"'
        )
    elif column in sample.columns and len(types) == 1:
        said = [text for text in sample.get_column(column).to_list() if text]
        if said and sum(EXPORTED.match(text) is not None for text in said) * 2 > len(said):
            warn(
                f"{where}: the lines look like the export of a chat, and each is read as a prompt of its own: put the turns "
                "in a list with role and content, because no program can know which of the people asks"
            )


def _warn_of_marks(texts: Sequence[str], column: str, where: str) -> None:
    """Warn if texts look like a template that instag does not know."""
    marked = sum(map(templates.is_marked, texts))
    if marked * 2 > len(texts):
        warn(
            f"{where}: {marked:,} of the first {len(texts):,} texts in column {column!r} look like a chat template that instag "
            "does not know, and stay as they are, so that what the user said is not taken out of them: write the turns as "
            "messages, or say that none is one with template='none' / --template none"
        )
