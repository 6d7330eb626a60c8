"""The command line in this process, as a shell would run it: a process of its own takes a second of CPU to start."""

import io
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from instag import cli
from instag.cli import console


def instag(
    *arguments: object, code: int | None = 0, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command; its exit code, and what it printed.

    Parameters
    ----------
    arguments
        Those of the command line.
    code
        The exit code that is expected; None for any.
    cwd, env
        The working directory and all of the environment, in the place of this process's own.
    """
    command = ["instag", *map(str, arguments)]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True) for _ in range(2))
    with ExitStack() as stack:
        if cwd is not None:
            stack.enter_context(chdir(cwd))
        if env is not None:
            stack.enter_context(mock.patch.dict(os.environ, env, clear=True))
        # A warning that was shown before is shown again, as in another process.
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(mock.patch.object(sys, "argv", command))
        stack.enter_context(mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(), "utf-8")))
        for name in ("_out", "_err"):
            # Both are kept for a process, with the width and colours of its environment.
            kept = getattr(console, name)
            kept.cache_clear()
            stack.callback(kept.cache_clear)
            stack.enter_context(mock.patch.object(console, name, kept))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        status = 0
        try:
            cli.main()
        except SystemExit as leave:
            status = leave.code if isinstance(leave.code, int) else 0 if leave.code is None else 1
    done = subprocess.CompletedProcess(command, status, _text(out), _text(err))
    assert code is None or status == code, done.stderr
    return done


def _text(stream: io.TextIOWrapper) -> str:
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue().decode()
