"""Reading and writing data files.

:func:`read` and :func:`scan` open a file and hear the users in it, :func:`load` opens it and no more, and
:func:`write` writes it. What they are made of:

============  ===========================================================
files         types of files and their compression; writing one whole
records       JSON of mixed types in a frame, without loss
layout        which columns hold what was said
jsonl         JSON Lines and JSON lists, fast where that is exact
conversation  the turns of a row, in whatever layout they came
source        the files that a path or a glob stands for, and several as one
queries       what the users said, as expressions on the columns
reader        all of this together
converter     from one layout to another
json_rows     rows as JSON
writer        a frame as a file
============  ===========================================================
"""

from instag.io.reader import load, read, scan
from instag.io.writer import write

__all__ = ["load", "read", "scan", "write"]
