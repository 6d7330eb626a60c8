"""Reading and writing data files.

:func:`read` and :func:`scan` open files and find the users' queries in them, :func:`load` only opens them, and
:func:`write` writes them. The files of this package:

============  ============================================================
paths         what a path stands for: a file, standard output, a pipe or a device
failures      why a file cannot be read or written
filetypes     the properties of a type of files
formats       one file for each type
files         the type of a file
compression   how a file is compressed
hub           data sets on the Hugging Face Hub
folder        folders saved by datasets, or cloned from a hub
source        the files that a path or a glob stands for
json          JSON in frames, without loss
temporary     files that Polars does not read, in another form
archives      the files in a zip or a tar
encodings     text that is not UTF-8
part          one file, opened, or every file in an archive
union         several parts as one
ahead         how much of files Polars holds while it reads them
metadata      metadata of columns in files
conversation  the conversation in a row of any layout, and any layout from it
options       the options of reading
opening       every file with its layout, and the queries beside
reader        reading: :func:`read`, :func:`scan`, :func:`load`
where         rows that a condition in SQL keeps
pace          the progress of reading and writing
output        a file that is whole or not there; pipes and devices
shards        several files of so many rows each, all of them or none
sink          the place that a frame is written to
writer        a frame as a file, or as several
converter     from a file to another
trainers      folders to train from
description   the card of a data set
publishing    pushing a folder to the Hub
============  ============================================================
"""

from typing import TYPE_CHECKING

from instag.lazy import loader

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
__getattr__ = loader(
    __name__,
    {
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
    },
)
