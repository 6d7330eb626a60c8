"""The blocks of a page of documentation, and how each is run.

Blocks of a page run in their order, in one folder and one namespace. In a `console` block a line that begins with `$ ` is
a command, and lines after it are printed by it; a `text` block right after a `python` block is what that prints; lines with
an ellipsis are not compared. A comment before a block says what else is to be known of it:

    <!-- file: recipe.toml -->      the block is that file
    <!-- not run: why -->           it is not run, for that reason
"""

import glob
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import instag.cli

BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n+)?^```(?P<language>\S*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
ADDRESS = re.compile(r"https?://[\w.-]+(?::\d+)?/v1\b")
SHELL = {"cat", "echo", "head", "ls", "mkdir", "python", "tail"}
"""Programs that are run as they stand, by a shell."""
OTHERS = {
    "axolotl": "trains",
    "cd": "leads to a program that trains",
    "export": "the environment is set already",
    "git": "needs a network",
    "llamafactory-cli": "trains",
    "make": "builds; CI runs it",
    "pip": "installs",
    "sbatch": "needs a cluster",
    "trl": "trains",
    "uvx": "installs",
    "vllm": "serves",
}
"""Programs that are not run, and why."""


@dataclass(frozen=True)
class Block:
    """A block of a page."""

    line: int
    language: str
    text: str
    note: str

    @property
    def file(self) -> str | None:
        """The file that it is."""
        return self.note.removeprefix("file: ") if self.note.startswith("file: ") else None

    @property
    def reason(self) -> str | None:
        """Why it is not run."""
        return self.note.removeprefix("not run: ") if self.note.startswith("not run: ") else None


def blocks(text: str) -> Iterator[Block]:
    """Find the blocks of a page."""
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("language")) + 1
        yield Block(line, found["language"], found["text"], found["note"] or "")


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Split a console block into commands, each with the lines that it prints."""
    command, printed = "", list[str]()
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            if command:
                yield command, printed
            command, printed = line.removeprefix("$ "), []
        else:
            printed.append(line)
    yield command, printed


def compare(said: list[str], printed: str, where: str) -> None:
    """Check that lines are printed as the page has them, in their order; trailing blanks do not count."""
    lines = iter([line.rstrip() for line in printed.splitlines()])
    for line in said:
        if "…" not in line and line.strip():
            assert line.rstrip() in lines, (
                f"{where}: {line!r} is not printed, or not there; what is printed:\n{printed}"
            )


def expanded(argument: str, command: str) -> list[str]:
    """Put files in the place of a pattern, as a shell does where it is not quoted."""
    if "*" not in argument or f"'{argument}'" in command or "://" in argument:
        return [argument]
    return sorted(glob.glob(argument)) or [argument]  # noqa: PTH207


def instag_command(arguments: list[str]) -> tuple[int, str]:
    """Run a command of instag in this process: its exit code, and what it prints on both streams."""
    printed, before = StringIO(), sys.argv
    sys.argv = ["instag", *arguments]
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            instag.cli.main()
    except SystemExit as leave:
        return int(leave.code or 0), printed.getvalue()
    finally:
        sys.argv = before
    return 0, printed.getvalue()


class Page:
    """A page that is run, in the working directory."""

    def __init__(self, name: str, namespace: dict[str, Any], server: str) -> None:
        self.name, self.namespace, self.server = name, namespace, server
        self.printed: str | None = None
        self.addresses: list[str] = []

    def stand_in(self, found: re.Match[str]) -> str:
        """Give the address of the model's stand-in; of several addresses on a page each has another name of it."""
        if found[0] not in self.addresses:
            self.addresses.append(found[0])
        second = self.addresses.index(found[0]) % 2
        return self.server.replace("127.0.0.1", "localhost") if second else self.server

    def run(self, block: Block) -> None:
        """Run one block, or leave it for the reason that stands before it."""
        where = f"{self.name}, line {block.line}"
        printed, self.printed = self.printed, None
        if block.file is not None:
            Path(block.file).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file).write_text(block.text, "utf-8")
        if block.reason is not None or (block.file is not None and block.language != "python"):
            return
        text = ADDRESS.sub(self.stand_in, block.text)
        if block.language == "python":
            out = StringIO()
            with redirect_stdout(out):
                exec(compile("\n" * block.line + text, self.name, "exec"), self.namespace)  # noqa: S102
            self.printed = out.getvalue()
        elif block.language == "console":
            for command, said in commands(text):
                self.command(command, said, where)
        elif block.language == "text" and printed is not None:
            compare(block.text.splitlines(), printed, where)

    def command(self, command: str, said: list[str], where: str) -> None:
        """Run one command, unless it is another program's."""
        program, *arguments = shlex.split(command, comments=True)
        if program == "instag":
            code, printed = instag_command([path for given in arguments for path in expanded(given, command)])
            failed = any(line.startswith("error: ") for line in said)
        elif program in SHELL:
            done = subprocess.run(  # noqa: S602
                command.replace("python ", f"{shlex.quote(sys.executable)} ", 1) if program == "python" else command,
                shell=True,
                capture_output=True,
                text=True,
                check=False,
            )
            code, printed, failed = done.returncode, done.stdout + done.stderr, False
        else:
            assert program in OTHERS, f"{where}: {program} is not known to the tests"
            return
        assert bool(code) == failed, f"{where}: {command}\n{printed}"
        compare(said, printed, where)
