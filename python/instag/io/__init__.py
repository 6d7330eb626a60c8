"""Reading and writing data files.

:func:`read` and :func:`scan` open a file and hear the users in it, :func:`load` opens it and no more, and
:func:`write` writes it. What they are made of:

=========  ===========================================================
source     the files that a path, a glob or a saved dataset stands for
file       their types and compression
jsonl      JSON Lines and JSON lists, fast where that is exact
records    JSON of mixed types in a frame, without loss
layout     which columns hold what was said
queries    what the user said
reader     all of this together
union      several files under one another
turns      the conversation in a row
calls      the calls of tools in it
convert    from one layout to another
encode     rows as JSON
draft      a file that is whole or not there
writer     a frame as a file
=========  ===========================================================
"""

from instag.io.reader import load, read, scan
from instag.io.writer import write

__all__ = ["load", "read", "scan", "write"]
