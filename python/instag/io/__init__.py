"""Reading and writing data files.

:func:`read` and :func:`scan` open a file and find what the users said in it, :func:`load` opens it and no more, and
:func:`write` writes it. What they are made of:

============  ============================================================
filetypes     what there is to say of a type of files
formats       one file for each of them
files         which type a file has
compression   how a file is packed
hub           data sets on the Hugging Face Hub
folder        what datasets saved, or a hub's clone
source        the files that a path or a glob stands for
json          JSON in frames, without loss
temporary     what Polars does not read, in another form
archives      the files in a zip or a tar
encodings     text that is not UTF-8
part          one file, opened, or every file in an archive
union         several parts as one
ahead         what Polars holds of files while it reads them
metadata      what files say beside their types
conversation  the conversation in a row of any layout, and any layout from it
options       what a user may say of how files are read
opening       every file with its layout, and the queries beside
reader        all of this together
where         rows that a condition in SQL keeps
pace          how many rows were read and written so far
output        a file that is whole or not there; pipes and devices
shards        several files of so many rows each, all of them or none
sink          where a frame is written
writer        a frame as a file, or as several
converter     from a file to another
trainers      folders to train from
description   the card of a data set
publishing    a folder goes to the Hub
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
