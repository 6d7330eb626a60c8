"""Opening: finding the layout of every file, and adding the users' queries to its columns."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.frame import wrap
from instag.frame.path import resolve
from instag.io.conversation.branching import is_table
from instag.io.conversation.detection import find
from instag.io.conversation.layout import LAYOUTS, Layout
from instag.io.conversation.maps import unmapped
from instag.io.conversation.mixed import MIXED
from instag.io.conversation.nearest import nearest
from instag.io.conversation.queries import TEXTS, column_queries, queries
from instag.io.conversation.targets import to_target
from instag.io.files import reading
from instag.io.options import ReadOptions
from instag.io.part import Part
from instag.io.source import parts
from instag.warning import warn

MESSAGES = Layout("messages", {"turns": "messages"})


def opened(source: Any, options: ReadOptions, *, whole: bool = False, lenient: bool = False) -> list[Part]:
    """Open every file, and add the queries to its columns.

    Parameters
    ----------
    source
        As for :func:`scan`.
    options
        How files are read.
    whole
        Whether conversations are joined in a column ``messages`` if the user names any column.
    lenient
        Whether there may be no queries.

    Returns
    -------
    list of Part
        One a file or split, to be read as the :func:`instag.io.union.union` of them.
    """
    found = layouts_of(source, options, need=True, whole=whole, lenient=lenient)
    return [_with_queries(part, layout, options) for part, layout in found]


@contextmanager
def blamed(parts: Sequence[Part]) -> Iterator[None]:
    """Find the file that cannot be read, by reading them one by one."""
    try:
        with reading("data", "data"):
            yield
    except InputError as error:
        if isinstance(error.__cause__, pl.exceptions.PolarsError | pl.exceptions.PanicException | OSError):
            for part in parts:
                with reading(part.path, "data"):
                    part.frame.select(pl.all().null_count()).collect(engine="streaming")
        raise


def _parts(source: Any, options: ReadOptions) -> list[Part]:
    """Open files, or take frames as they are."""
    if isinstance(source, str | PathLike):
        return parts(Path(source) if not isinstance(source, str) else source, options)
    if isinstance(source, Sequence):
        if all(isinstance(each, str | PathLike) for each in source):
            return parts(source, options)
        source = iter(source)
    return [Part(Path("data"), "data", wrap(source).lazy())]


def layouts_of(
    source: Any, options: ReadOptions, *, need: bool, whole: bool = False, lenient: bool = False
) -> list[tuple[Part, Layout | None]]:
    """Open every file and find its layout; if the layouts differ, all conversations become messages."""
    mapped = options.parts
    found: list[tuple[Part, Layout | None]] = []
    for each in _parts(source, options):
        part = _identified(replace(each, frame=unmapped(each.frame)), options.id)
        schema = part.frame.collect_schema()
        if not mapped and options.format not in LAYOUTS and schema.get("queries") == TEXTS and need:
            found.append((part, None))
            continue
        for name in mapped.values():
            try:
                resolve(schema, name)
            except InputError as error:
                raise InputError(f"{part.path}: {error}") from None
        # Queries are looked for only if they are needed.
        with reading(part.path, "data"):
            layout = find(
                part.frame, layout=options.format, template=options.template, parts=mapped, where=str(part.path)
            )
        if layout is None and need and not lenient and "queries" not in schema:
            raise InputError(f"{part.path}: {nearest(schema, options.format, part.path)}")
        found.append((part, layout))
    layouts = [layout for _, layout in found if layout is not None]
    if not (mapped.keys() - {"query"} or (whole and mapped) or _are_mixed(layouts)):
        return found
    if not mapped and not all(map(is_table, layouts)):
        warn(f"{_listed(found)}: these are different layouts; the conversations of all become messages")
    return [(part, None) if layout is None else (_converted(part, layout), MESSAGES) for part, layout in found]


def _converted(part: Part, layout: Layout) -> Part:
    try:
        frame = to_target(part.frame, "messages", layout)
        # The rows of a table of messages are no longer those of its files.
        if is_table(layout):
            return replace(part, frame=frame, files=(), said=layout.columns["query"])
        return replace(part, frame=frame, said="")
    except InputError as error:
        raise InputError(f"{part.path}: {error}") from error


def _identified(part: Part, name: str | None) -> Part:
    """Rename the column with the name of each sample to `id`."""
    if name is None or name == "id":
        return part
    schema = part.frame.collect_schema()
    try:
        value, _ = resolve(schema, name)
    except InputError as error:
        raise InputError(f"{part.path}: {error}") from None
    if "id" in schema:
        raise InputError(f"{part.path}: there is a column 'id' beside {name!r}: rename it, or leave out id= / --id")
    frame = part.frame.rename({name: "id"}) if name in schema else part.frame.with_columns(id=value)
    return replace(part, frame=frame)


def _are_mixed(layouts: Iterable[Layout]) -> bool:
    """Whether no single layout fits all: columns have different roles in different files."""
    columns: dict[str, str] = {}
    shapes = set()
    for layout in layouts:
        if layout.name == MIXED or is_table(layout):
            return True
        shapes.add(
            ("turns" in layout.columns, layout.template, layout.name in {"tree", "thread", "turns"} and layout.name)
        )
        for part, own in layout.columns.items():
            if columns.setdefault(part, own) != own:
                return True
    return len(shapes) > 1 or len(set(columns.values())) < len(columns)


def _listed(found: list[tuple[Part, Layout | None]]) -> str:
    """Name a file of each layout."""
    first: dict[str, str] = {}
    for part, layout in found:
        if layout is not None:
            columns = ", ".join(layout.columns.values())
            first.setdefault(f"{layout.name} ({columns})", str(part.path))
    return "; ".join(f"{path} is {kind}" for kind, path in list(first.items())[:5])


def _with_queries(part: Part, layout: Layout | None, options: ReadOptions) -> Part:
    """Add the queries to the columns of a part."""
    schema = part.frame.collect_schema()
    if layout is None and (schema.get("queries") == TEXTS or not ("queries" in schema or options.query)):
        return part
    said = queries(layout, schema) if layout is not None else None
    name = options.query
    if name is not None and layout is not MESSAGES and (layout is None or layout.template is None):
        own = column_queries(name, schema)
        if own is None:
            found = resolve(schema, name)[1]
            raise InputError(f"{part.path}: column {name!r} is {found}: expected text, a list of it or messages")
        said = own if layout is None or "turns" not in layout.columns else said
    if "queries" in schema and name != "queries":
        raise InputError(
            f"{part.path}: the column 'queries' is {schema['queries']}, and would be overwritten: "
            "expected a list of strings; rename it, or name it with query= / --query"
        )
    return replace(part, frame=part.frame.with_columns(queries=said), asked="queries" not in schema)
