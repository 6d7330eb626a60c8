"""Reading: files become frames with every column as it is, and the users' queries in another."""

from collections.abc import Callable
from typing import Any, Unpack

import polars as pl

from instag.io.conversation.speakers import Speakers
from instag.io.conversation.targets import TARGETS
from instag.io.opening import blamed, layouts_of, opened
from instag.io.options import Reading, options_of
from instag.io.pace import counted, followed
from instag.io.source import Source
from instag.io.union import union
from instag.io.where import kept
from instag.progress import Progress


def load(source: Source, *, to: str = "auto", **options: Unpack[Reading]) -> pl.LazyFrame:
    """Open files with every column as it is, and add none.

    If files, or the rows of a file, have different layouts, their conversations are in one column ``messages``.

    Parameters
    ----------
    source
        As for :func:`read`.
    to
        The format that will be written: for a layout, columns that the user names become ``messages`` too.
    **options
        As for :func:`read`.

    Returns
    -------
    polars.LazyFrame
        The original columns, and ``source`` if there are several files.

    Examples
    --------
    >>> from importlib.resources import files
    >>> load(files("instag") / "sample_data" / "basics.jsonl").collect_schema().names()
    ['id', 'source', 'messages', 'query_tags']
    """
    wanted = options_of(**options)
    found = layouts_of(source, wanted, need=False, whole=to in TARGETS)
    return kept(union([part for part, _ in found]), wanted.where)


def scan(source: Any, **options: Unpack[Reading]) -> pl.LazyFrame:
    """Open data of any size, reading no more than is needed to know their columns.

    Every function that takes data accepts the result. It reads only the columns that it needs, piece by piece, and then the
    rows that were chosen; docs/scaling.md has what that costs.

    Parameters
    ----------
    source
        Files, as for :func:`read`; a frame of any kind that :func:`instag.select` takes, a LazyFrame among them; an
        iterator of frames, or a stream of ``datasets`` (an `IterableDataset`). The last two are stored in temporary files,
        because they are read more than once: the environment variable ``TMPDIR`` sets where.
    **options
        As for :func:`read`.

    Returns
    -------
    polars.LazyFrame
        The original columns, and ``queries`` if a column holds the user's turns.

    Raises
    ------
    InputError
        If a file cannot be opened, the frames have different columns, or there is no room to keep them.

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
    """Read files with every column as it is, and the user's turns in each sample as ``queries``.

    Parameters
    ----------
    source
        A path, a glob, a list of them, a folder of data files or one saved by ``datasets.save_to_disk``, or ``"-"``
        for standard input. The rows of several files or splits are marked in the column ``source``, unless the data
        have one.
    progress
        Called with an :class:`instag.Progress` as rows are read; ``print`` prints lines.
    **options
        How to read the files, as far as they do not show it themselves:

        - ``format``: ``"auto"``; or a file type: ``"json"``, ``"jsonl"``, ``"csv"``, ``"tsv"``, ``"parquet"``,
          ``"arrow"`` or ``"text"``; or a layout, if the columns could be read in more than one way:
          ``"messages"``, ``"sharegpt"``, ``"exchanges"``, ``"tree"``, ``"thread"``, ``"turns"``, ``"alpaca"``,
          ``"instances"``, ``"pairs"``, ``"preference"`` or ``"prompts"``;
        - ``query``, ``answer``, ``system``, ``history``: the columns of these, or paths into nested ones such as
          ``"annotation.text"``. With any but ``query`` the conversations are joined in a column ``messages``;
        - ``id``: the column with the name of each sample, which becomes ``id``;
        - ``encoding``: that of text files that are not UTF-8;
        - ``template``: the chat template that texts are made with, or ``"none"``; a template that fits all texts of a
          column is found by itself;
        - ``skip_bad_lines``: how many lines that cannot be read may be skipped;
        - ``field``: the key that holds the rows, if a file is one JSON object;
        - ``where``: keep only rows for which this holds, in SQL over the columns, such as ``"lang = 'en' AND turns > 1"``.
          If the data have no such columns, ``tags`` are those of all queries, ``complexity`` is the number of tags,
          ``turns`` that of the user's turns, and ``tokens`` an estimate for the whole conversation.

    Returns
    -------
    polars.DataFrame
        The original columns and ``queries``. A field whose values are of several JSON types is kept as the struct
        ``{"$json": text}``, which :func:`write` turns back. The columns of CSV and TSV files are text. If files,
        or the rows of a file, have different layouts, their conversations are in one column ``messages``.

    Raises
    ------
    FileNotFoundError
        If there is no such file; it is an :class:`instag.InputError` too.
    InputError
        If a file cannot be read, or no column holds the user's turns.

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
    speakers = Speakers(wanted.query, [part.said for part in found])
    speakers.add(frame)
    speakers.warn()
    return frame
