"""Reading: files become frames with every column as it is, and what the users said beside them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

import polars as pl

from instag.errors import InputError
from instag.frame import wrap
from instag.frame.path import resolve
from instag.io.conversation.detection import MIXED, find
from instag.io.conversation.hearing import Hearing
from instag.io.conversation.layout import LAYOUTS, Layout
from instag.io.conversation.nearest import nearest
from instag.io.conversation.queries import TEXTS, column, queries
from instag.io.conversation.targets import TARGETS, to_target
from instag.io.files import reading
from instag.io.options import Reading, ReadOptions, options_of
from instag.io.pace import counted, followed
from instag.io.part import Part
from instag.io.source import Source, parts
from instag.io.union import union
from instag.io.where import kept
from instag.progress import Progress
from instag.warning import warn

MESSAGES = Layout("messages", {"turns": "messages"})


def load(source: Source, *, to: str = "auto", **options: Unpack[Reading]) -> pl.LazyFrame:
    """Open files with every column as it is, and nothing beside.

    Where files, or the rows of a file, have different layouts, their conversations are in one column ``messages``.

    Parameters
    ----------
    source
        As for :func:`read`.
    to
        How they will be written: for a layout, the columns that the user names become ``messages`` too.
    **options
        As for :func:`read`.

    Returns
    -------
    polars.LazyFrame
        The original columns, and ``source`` where there are several files.

    Examples
    --------
    >>> from importlib.resources import files
    >>> load(files("instag") / "sample_data" / "basics.jsonl").collect_schema().names()
    ['id', 'source', 'messages', 'query_tags']
    """
    wanted = options_of(**options)
    found = _opened(source, wanted, need=False, whole=to in TARGETS)
    return kept(union([part for part, _ in found]), wanted.where)


def scan(source: Any, **options: Unpack[Reading]) -> pl.LazyFrame:
    """Open data of any size, without reading more than has to be read to know their columns.

    What it returns goes into every function that takes data, and each of them reads only the columns that it needs, piece
    by piece, and then, once more, the rows that were chosen: docs/scaling.md says what that takes.

    Parameters
    ----------
    source
        Files, as for :func:`read`; a frame of any kind that :func:`instag.select` takes, a LazyFrame among them; an
        iterator of frames, or a stream of ``datasets`` (an `IterableDataset`). What comes from the last two is kept in
        temporary files, for it is read more than once: the environment variable ``TMPDIR`` says where.
    **options
        As for :func:`read`.

    Returns
    -------
    polars.LazyFrame
        The original columns, and ``queries`` where something says what the user said.

    Raises
    ------
    InputError
        Where a file cannot be opened, the frames have different columns, or there is no room to keep them.

    Examples
    --------
    >>> from importlib.resources import files
    >>> scan(files("instag") / "sample_data" / "*.jsonl").select(pl.len()).collect().item()
    780
    >>> parts = (pl.DataFrame({"tags": [[tag]]}) for tag in ("math", "art"))
    >>> scan(parts).collect()["tags"].to_list()
    [['math'], ['art']]
    """
    wanted = options_of(**options)
    return kept(union(opened(source, wanted, lenient=True)), wanted.where)


def read(
    source: Source, *, progress: Callable[[Progress], None] | None = None, **options: Unpack[Reading]
) -> pl.DataFrame:
    """Read files with every column as it is, and what the user said in each sample as ``queries``.

    Parameters
    ----------
    source
        A path, a glob, a list of them, a folder of data files or one saved by ``datasets.save_to_disk``, or ``"-"``
        for standard input. The rows of several files or splits are marked in the column ``source``, unless the data
        have one.
    progress
        Called with an :class:`instag.Progress` as rows are read; ``print`` prints lines.
    **options
        What the files do not say themselves:

        - ``format``: ``"auto"``; or a file type: ``"json"``, ``"jsonl"``, ``"csv"``, ``"tsv"``, ``"parquet"``,
          ``"arrow"`` or ``"text"``; or a layout, where the columns could be read in more than one way:
          ``"messages"``, ``"sharegpt"``, ``"exchanges"``, ``"tree"``, ``"thread"``, ``"turns"``, ``"alpaca"``,
          ``"instances"``, ``"pairs"``, ``"preference"`` or ``"prompts"``;
        - ``query``, ``answer``, ``system``, ``history``: the columns of these, or paths into nested ones such as
          ``"annotation.text"``. With any but ``query`` the conversations are put together in a column ``messages``;
        - ``id``: the column that names each sample, which becomes ``id``;
        - ``encoding``: that of text files that are not UTF-8;
        - ``template``: the chat template that texts are made with, or ``"none"``; one that all texts of a column are
          made with is found;
        - ``skip_bad_lines``: how many lines that cannot be read may be skipped;
        - ``field``: the key that holds the rows, where a file is one JSON object;
        - ``where``: only rows for which this holds: SQL over the columns, such as ``"lang = 'en' AND turns > 1"``. Where
          the data have no such columns, ``tags`` are those of all queries, ``complexity`` is the number of tags,
          ``turns`` that of the user's turns, and ``tokens`` an estimate of all that was said.

    Returns
    -------
    polars.DataFrame
        The original columns and ``queries``. A field whose values are of several JSON types is kept as the struct
        ``{"$json": text}``, which :func:`write` turns back. The columns of CSV and TSV files are text. Where files,
        or the rows of a file, have different layouts, their conversations are in one column ``messages``.

    Raises
    ------
    FileNotFoundError
        Where there is no such file; it is an :class:`instag.InputError` too.
    InputError
        Where a file cannot be read, or nothing says what the user said.

    Examples
    --------
    >>> from importlib.resources import files
    >>> read(files("instag") / "sample_data" / "basics.jsonl")["queries"][0].to_list()
    ['Why does the sky turn red at sunset?']
    """
    wanted = options_of(**options)
    with followed(progress):
        found = opened(source, wanted)
        with blamed(found):
            frame = counted(kept(union(found), wanted.where), "reading", None).collect()
    hearing = Hearing(wanted.query)
    hearing.add(frame)
    hearing.warn()
    return frame


def opened(source: Any, options: ReadOptions, *, whole: bool = False, lenient: bool = False) -> list[Part]:
    """Open every file, with the queries beside its columns.

    Parameters
    ----------
    source
        As for :func:`scan`.
    options
        How files are read.
    whole
        Whether conversations are put together in a column ``messages`` where the user names any column.
    lenient
        Whether there may be no queries.

    Returns
    -------
    list of Part
        One a file or split, to be read as the :func:`instag.io.union.union` of them.
    """
    found = _opened(source, options, need=True, whole=whole, lenient=lenient)
    return [_heard(part, layout, options) for part, layout in found]


@contextmanager
def blamed(parts: Sequence[Part]) -> Iterator[None]:
    """Say of which file it is that something cannot be read, by reading them one by one."""
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


def _opened(
    source: Any, options: ReadOptions, *, need: bool, whole: bool = False, lenient: bool = False
) -> list[tuple[Part, Layout | None]]:
    """Open every file and find its layout; where these are not one, all conversations become messages."""
    mapped = options.parts
    found: list[tuple[Part, Layout | None]] = []
    for each in _parts(source, options):
        part = _identified(each, options.id)
        schema = part.frame.collect_schema()
        if not mapped and options.format not in LAYOUTS and schema.get("queries") == TEXTS and need:
            found.append((part, None))
            continue
        for name in mapped.values():
            try:
                resolve(schema, name)
            except InputError as error:
                raise InputError(f"{part.path}: {error}") from None
        # Only what is asked for is looked for; whoever wants no queries gets what there is.
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
    if not mapped:
        warn(f"{_listed(found)}: these are different layouts; the conversations of all become messages")
    return [(part, None) if layout is None else (_converted(part, layout), MESSAGES) for part, layout in found]


def _converted(part: Part, layout: Layout) -> Part:
    try:
        return replace(part, frame=to_target(part.frame, "messages", layout))
    except InputError as error:
        raise InputError(f"{part.path}: {error}") from error


def _identified(part: Part, name: str | None) -> Part:
    """Call the column that names each sample `id`."""
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
    """Whether no one layout fits all: columns that play a part in one and another in the next."""
    columns: dict[str, str] = {}
    shapes = set()
    for layout in layouts:
        if layout.name == MIXED:
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


def _heard(part: Part, layout: Layout | None, options: ReadOptions) -> Part:
    """Put the queries beside the columns of a part."""
    schema = part.frame.collect_schema()
    if layout is None and (schema.get("queries") == TEXTS or not ("queries" in schema or options.query)):
        return part
    said = queries(layout, schema) if layout is not None else None
    name = options.query
    if name is not None and layout is not MESSAGES and (layout is None or layout.template is None):
        own = column(name, schema)
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
