"""The command line as a process of its own: `instag`, and `python -m instag`."""

import atexit
import os
import sys
from contextlib import suppress

from instag.cli import main

__all__ = ["run"]


def run() -> None:
    """Run the command line, and end the process.

    After an error or Ctrl-C, threads of Polars may still be about to call Python. An interpreter that shuts down ends such
    threads in a way that their compiled code does not survive: the process would abort. So after what has been registered
    for the end is done, the process ends without that.
    """
    try:
        main()
    except SystemExit as leave:
        if not isinstance(leave.code, int) or not leave.code:
            raise
        atexit._run_exitfuncs()  # noqa: SLF001 - the one way to remove temporary files here
        for stream in (sys.stdout, sys.stderr):
            # Without a reader, or a stream, there is nothing left to print to.
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(leave.code)


if __name__ == "__main__":
    run()
