"""Reading: files become frames with every column as it is, and what the users said beside them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Unpack

import polars as pl

from instag.errors import InputError
from instag.frame.path import resolve
from instag.io.detection import MIXED, find
from instag.io.files import reading
from instag.io.layout import LAYOUTS, Layout
from instag.io.nearest import nearest
from instag.io.options import Reading, ReadOptions, options_of
from instag.io.part import Part
from instag.io.queries import TEXTS, column, queries
from instag.io.roles import role_of
from instag.io.source import Source, parts
from instag.io.speech import speech
from instag.io.targets import TARGETS, to_target
from instag.io.union import union
from instag.io.where import kept
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


def scan(source: Source, **options: Unpack[Reading]) -> pl.LazyFrame:
    """Open files as :func:`read` does, without reading more than has to be read to know their columns.

    Parameters
    ----------
    source
        As for :func:`read`.
    **options
        As for :func:`read`.

    Returns
    -------
    polars.LazyFrame
        The original columns and ``queries``.

    Examples
    --------
    >>> from importlib.resources import files
    >>> scan(files("instag") / "sample_data" / "*.jsonl").select(pl.len()).collect().item()
    780
    """
    wanted = options_of(**options)
    return kept(union(_with_queries(source, wanted)), wanted.where)


def read(source: Source, **options: Unpack[Reading]) -> pl.DataFrame:
    """Read files with every column as it is, and what the user said in each sample as ``queries``.

    Parameters
    ----------
    source
        A path, a glob, a list of them, a folder of data files or one saved by ``datasets.save_to_disk``, or ``"-"``
        for standard input. The rows of several files or splits are marked in the column ``source``, unless the data
        have one.
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
    found = _with_queries(source, wanted)
    try:
        with reading("data", "data"):
            frame = kept(union(found), wanted.where).collect()
    except InputError:
        # Which of the files it was is found out by reading them one by one.
        for part in found:
            with reading(part.path, "data"):
                part.frame.select(pl.all().null_count()).collect(engine="streaming")
        raise
    _warn_of_silence(frame)
    return frame


def read_conversations(source: Source, options: ReadOptions) -> pl.DataFrame:
    """Read files whose columns the user names, with the conversations put together in a column ``messages``.

    Parameters
    ----------
    source
        As for :func:`read`.
    options
        How files are read.

    Returns
    -------
    polars.DataFrame
        The other columns, ``messages`` and ``queries``.
    """
    found = [_heard(part, layout, options) for part, layout in _opened(source, options, need=True, whole=True)]
    frame = kept(union(found), options.where).collect()
    _warn_of_silence(frame)
    return frame


def _with_queries(source: Source, options: ReadOptions) -> list[Part]:
    return [_heard(part, layout, options) for part, layout in _opened(source, options, need=True)]


def _opened(
    source: Source, options: ReadOptions, *, need: bool, whole: bool = False
) -> list[tuple[Part, Layout | None]]:
    """Open every file and find its layout; where these are not one, all conversations become messages."""
    mapped = options.parts
    found: list[tuple[Part, Layout | None]] = []
    for each in parts(source, options):
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
        if layout is None and need and "queries" not in schema:
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
    if layout is None and schema.get("queries") == TEXTS:
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
    return replace(part, frame=part.frame.with_columns(queries=said))


def _warn_of_silence(frame: pl.DataFrame) -> None:
    """Say which speakers nobody knows, and where no user is among them."""
    unknown = Counter[str]()
    known = Counter[str]()
    for name, dtype in frame.schema.items():
        inner = getattr(dtype, "inner", None)
        fields = speech(inner)
        if fields is None or inner is None or dict(inner)[fields[0]] != pl.String:
            continue
        speakers = frame.get_column(name).list.eval(pl.element().struct.field(fields[0])).explode().drop_nulls()
        for speaker, count in speakers.value_counts().iter_rows():
            (unknown if role_of(speaker) is None else known)[speaker] += count
    silent = frame.height and not frame.get_column("queries").list.len().sum()
    if unknown:
        names = _counts(unknown)
        beside = f"; no row has a user turn: the roles found are {_counts(unknown + known)}" if silent else ""
        warn(f"turns of roles that instag does not know: {names}{beside}")
    elif silent:
        roles = f": the roles found are {_counts(known)}" if known else ""
        warn(f"no row has a user turn{roles}")


def _counts(counter: Mapping[str, int]) -> str:
    most = sorted(counter.items(), key=lambda each: -each[1])
    return ", ".join(f"{name} ({count:,})" for name, count in most[:10])
