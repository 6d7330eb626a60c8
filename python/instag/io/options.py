"""Options of reading: declared once, for functions and for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypedDict, Unpack, get_args

from instag.checks import check_count
from instag.choices import ChatTemplate, LayoutName
from instag.errors import InputError
from instag.io.filetypes import TYPES

FORMATS = ("auto", *TYPES, *get_args(LayoutName))
TEMPLATES = get_args(ChatTemplate)
AUTO = ("auto", "none")


class Reading(TypedDict, total=False):
    """The keyword options of :func:`instag.read`, :func:`instag.scan` and :func:`instag.convert`."""

    format: str
    query: str | None
    answer: str | None
    system: str | None
    history: str | None
    id: str | None
    encoding: str | None
    template: str
    skip_bad_lines: int
    field: str | None
    where: str | None


def _option(default: Any, help: str, metavar: str | None = None) -> Any:  # noqa: A002 - as the command line calls it
    return field(default=default, metadata={"help": help, "metavar": metavar})


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How files are read, as far as they do not show it themselves; checked when it is made.

    Columns may be paths into nested ones, such as ``annotation.text``.

    Examples
    --------
    >>> ReadOptions(format="xml")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: format: found 'xml': expected one of auto, arrow, csv, json, jsonl, parquet, text, tsv, messages, sharegpt, exchanges, tree, thread, turns, alpaca, instances, pairs, preference, prompts
    """

    format: str = _option(
        "auto", f"The type of the files ({', '.join(TYPES)}), or their layout; by default both are found.", "FORMAT"
    )
    query: str | None = _option(None, "The column with the user's query.", "COLUMN")
    answer: str | None = _option(None, "The column with the answer.", "COLUMN")
    system: str | None = _option(None, "The column with the system prompt.", "COLUMN")
    history: str | None = _option(None, "The column with the earlier turns.", "COLUMN")
    id: str | None = _option(None, "The column with the name of each sample; it becomes `id`.", "COLUMN")
    encoding: str | None = _option(None, "The encoding of text files that are not UTF-8, such as cp1252.", "NAME")
    template: str = _option(
        "auto", f"The chat template that texts are made with: {', '.join(TEMPLATES)}; or none.", "NAME"
    )
    skip_bad_lines: int = _option(0, "Skip up to N lines that cannot be read; they are listed.", "N")
    field: str | None = _option(None, "The key that holds the rows, where a file is one JSON object.", "KEY")
    where: str | None = _option(
        None, "Keep only rows for which this holds, in SQL, such as \"lang = 'en' AND turns > 1\".", "SQL"
    )

    def __post_init__(self) -> None:
        """Check what can be checked before anything is read."""
        if self.format not in FORMATS:
            raise InputError(f"format: found {self.format!r}: expected one of {', '.join(FORMATS)}")
        if self.template not in (*AUTO, *TEMPLATES):
            names = ", ".join((*AUTO, *TEMPLATES))
            raise InputError(f"template: found {self.template!r}: expected one of {names}")
        check_count("skip_bad_lines", self.skip_bad_lines, 0)
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except (LookupError, TypeError):
                raise InputError(
                    f"encoding: found {self.encoding!r}: expected one that Python knows, such as cp1252, utf-16 or gb18030"
                ) from None

    @property
    def parts(self) -> Mapping[str, str]:
        """The columns that the user names, with their roles."""
        named = {name: getattr(self, name) for name in ("query", "answer", "system", "history")}
        return {name: column for name, column in named.items() if column is not None}


def options_of(**options: Unpack[Reading]) -> ReadOptions:
    """Make the options from keywords, and refuse unknown ones.

    Examples
    --------
    >>> options_of(fromat="json")
    Traceback (most recent call last):
    ...
    TypeError: there is no option 'fromat': expected one of format, query, answer, system, history, id, encoding, template, skip_bad_lines, field, where
    """
    known = [each.name for each in fields(ReadOptions)]
    for name in options:
        if name not in known:
            raise TypeError(f"there is no option {name!r}: expected one of {', '.join(known)}")
    return ReadOptions(**options)
