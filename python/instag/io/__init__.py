"""Reading and writing data files.

:func:`read` and :func:`scan` open a file and find what the users said in it, :func:`load` opens it and no more, and
:func:`write` writes it. What they are made of:

============  ===========================================================
files         types of files and their compression
output        a file that is whole or not there; pipes and devices
spool         what Polars does not read: unpacked, recoded
csv_form      separators, headers and faults of CSV
arrow_form    Arrow files: whether their lengths can be true, the names in a schema
parquet_form  Parquet files: whether the places in a footer can be true
records       JSON of mixed types in a frame, without loss
gathering     records that come one after the other as rows
json_text     the text of JSON: what a parser makes of it, and where it is none
json_values   the rows in parsed JSON, however they are kept
inference     the types that hold all values of JSON Lines, and keys that come twice
jsonl         JSON Lines, fast where that is exact
json_array    JSON files of one value
roles         who speaks, by all the names in use
template      texts that are made with a chat template, taken apart
columns       the names of columns, by all the names in use
speech        types that can hold speech
layout        which columns hold what was said
content       what is said in a turn: its text, and the parts of it
calls         calls of tools, as a list and as the JSON of a turn
utterance     one element of a conversation, as whoever wrote it has it
tree          trees of messages with their replies
conversation  the turns of a row, in whatever layout they came
preference    answers that were chosen, and rejected
detection     the layout of data, where their rows have to be looked at
options       what a user may say of how files are read
hub           data sets on the Hugging Face Hub
part          one file, opened, or every file in an archive
folder        what datasets saved, or a hub's clone
source        the files that a path or a glob stands for
union         several parts as one
metadata      what Parquet files say beside their types
queries       what the users said, as expressions on the columns
hearing       who speaks in rows that come batch by batch
nearest       what to say where no layout fits
spelling      the turns of a conversation in the columns of a format
placement     what is made of columns stands in their place
branching     a row for each way through a tree of messages
targets       from conversations to a trainer's layout
turns         who spoke in each row, and what was said
texts         all that is said in a row, or all of one side
where         rows that a condition in SQL keeps
reader        all of this together
json_rows     rows as JSON
pace          how many rows were read and written so far
shards        several files of so many rows each, all of them or none
writer        a frame as a file, or as several
converter     from a file to another
gathering     records become rows, when it is known what all of them are
trainers      folders to train from
description   the card of a data set
publishing    a folder goes to the Hub
============  ===========================================================
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instag.io.converter import convert, convert_placed, scan_for
    from instag.io.description import card
    from instag.io.metadata import metadata_of
    from instag.io.publishing import Pushed, push
    from instag.io.reader import load, read, scan
    from instag.io.writer import write

__all__ = [
    "Pushed",
    "card",
    "convert",
    "convert_placed",
    "load",
    "metadata_of",
    "push",
    "read",
    "scan",
    "scan_for",
    "write",
]

# A file is loaded when its name is first used, so that the options of reading can be shown without loading Polars.
_HOME = {
    "Pushed": "publishing",
    "card": "description",
    "convert": "converter",
    "convert_placed": "converter",
    "load": "reader",
    "metadata_of": "metadata",
    "push": "publishing",
    "read": "reader",
    "scan": "reader",
    "scan_for": "converter",
    "write": "writer",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
