"""JSON files of one value: a list of objects, or an object that holds one."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import orjson
import polars as pl

from instag.errors import InputError
from instag.io.compression import UNPACKING
from instag.io.files import lines
from instag.io.filetypes import DataFile, FileType
from instag.io.formats import jsonl
from instag.io.json.buffer import RecordBuffer
from instag.io.json.encoder import dumped
from instag.io.json.inference import Repetition
from instag.io.json.text import concatenated, near, parse, parsed
from instag.io.json.values import NOUNS, rows_of, rows_within
from instag.io.pace import passed
from instag.io.sink import Place, Sink
from instag.surrogates import warn_of_lone

# Characters that are read at a time, and members that are kept at a time.
CHUNK, STEP = 1 << 20, 1_000
OPENERS: dict[str, Callable[..., IO[str]]] = {".json": open, "": open, ".gz": gzip.open}
DECODER = json.JSONDecoder()
SPACES = " \t\r\n"


def scan(file: DataFile) -> pl.LazyFrame:
    """Read one list of objects, or one in an object; a file that has JSON Lines in spite of its name is read as such."""
    path, name, field = file.path, file.name, file.field
    if field is None and jsonl.is_large(path) and (rows := _streamed(path, name)) is not None:
        return rows
    text = "\n".join(lines(path).collect().get_column("line"))
    try:
        value, halves = parsed(text)
    except ValueError as error:
        if text.lstrip().startswith(("{", "[")) and text.strip().find("\n") > 0 and not _is_one(text):
            return jsonl.scan_lines(path, name, skip=file.skip)
        if text.lstrip().startswith("{") and (held := concatenated(text)) is not None:
            return rows_of(held, name, lambda row: f"record {row + 1}")
        reason, number = getattr(error, "msg", error), getattr(error, "lineno", 1)
        line = text.split("\n")[number - 1] if number <= text.count("\n") + 1 else ""
        column = getattr(error, "colno", 1)
        raise InputError(
            f"{name}, line {number}, column {column}: not valid JSON: {reason}, near {near(line, column)}: expected a list of objects"
        ) from error
    if isinstance(value, dict):
        value = rows_within(value, name, field)
    elif field is not None:
        raise InputError(f"{name}: there is no key {field!r}, because the file is a list: leave out field= / --field")
    if not isinstance(value, list):
        raise InputError(f"{name}: found {NOUNS.get(type(value), 'null')}: expected a list of objects")
    warn_of_lone(halves, str(name))
    repetition = Repetition()
    repetition.add([text])
    repetition.warn(name)
    return rows_of(value, name, lambda row: f"record {row + 1}")


def write(frame: pl.LazyFrame, place: Place, sink: Sink) -> None:
    """Write one list of objects."""
    rows = dumped(sink.counted(frame), lambda row: orjson.dumps([row], option=orjson.OPT_INDENT_2).decode()[1:-2])
    before = pl.when(pl.col("row") == 0).then(pl.lit("[")).otherwise(pl.lit(","))
    pieces = rows.with_row_index("row").select(text=before + pl.col("text"))
    if frame.head(1).collect(engine="streaming").height:
        pieces = pl.concat([pieces, pl.LazyFrame({"text": ["\n]\n"]})])
    else:
        pieces = pl.LazyFrame({"text": ["[]\n"]})
    sink.lines(pieces, place, ending="")


def _streamed(path: Path, name: object) -> pl.LazyFrame | None:
    """Read a list of objects one after the other; None if it is anything else, or something is wrong with it."""
    if path.suffix.lower() not in OPENERS:
        return None
    buffer, repetition = RecordBuffer(), Repetition()
    held: list[Any] = []
    texts: list[str] = []
    halves = number = 0
    try:
        with OPENERS[path.suffix.lower()](path, "rt", encoding="utf-8-sig", newline="") as file:
            for number, text in enumerate(_Members(file), start=1):
                value, replaced = parsed(text)
                texts.append(text)
                if not isinstance(value, dict):
                    return None
                halves += replaced
                held.append(value)
                if number % STEP == 0:
                    buffer.add(held)
                    repetition.add(texts)
                    held, texts = [], []
                    passed("parsing", number)
    except (ValueError, RecursionError, *UNPACKING):
        return None
    if not number:
        return None
    buffer.add(held)
    repetition.add(texts)
    warn_of_lone(halves, str(name))
    repetition.warn(name, "record")
    return buffer.rows()


class _Members:
    """The text of each member of a list; a :class:`ValueError` if it is not a list."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._text, self._at = file, "", 0

    def __iter__(self) -> Iterator[str]:
        self._expect("[")
        if self._next() == "]":
            self._at += 1
        else:
            yield self._member()
            while self._next() == ",":
                self._at += 1
                yield self._member()
            self._expect("]")
        if (self._text[self._at :] + self._file.read()).strip():
            raise ValueError

    def _member(self) -> str:
        self._next()
        start = self._at
        while True:
            try:
                _, end = DECODER.raw_decode(self._text, start)
            except ValueError:
                self._more()
                start = self._at
                continue
            self._at = end
            return self._text[start:end]

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise ValueError
        self._at += 1

    def _next(self) -> str:
        """The next character that is not white space."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in SPACES:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            self._more()

    def _more(self) -> None:
        """Read on: as much as is held already, because a member may be long."""
        held = self._text[self._at :]
        read = self._file.read(max(CHUNK, len(held)))
        if not read:
            raise ValueError
        self._text, self._at = held + read, 0


def _is_one(text: str) -> bool:
    """Whether a text that is not JSON was meant to be one list, rather than a value on each line."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        parse(first)
    except ValueError:
        return text.lstrip().startswith("[") or not rest.lstrip().startswith("{")
    return False


TYPE = FileType(endings=(".json",), scan=scan, write=write, divisible=False)
