"""What a command calls: its options on the command line, and what becomes of them."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from instag import io
from instag.cli import console
from instag.cli.app import app
from instag.io.options import ReadOptions

Call = tuple[str, list[object], dict[str, Any]]
Given = Mapping[str, list[str]]
"""Options by the names of their parameters, as they stand on the command line; none has its default."""
FRAME = pl.DataFrame({"tags": [["a"]], "queries": [["Why?"]], "kind": ["one"], "other tags": [["b"]]})
LAZY = FRAME.lazy()


class Calls:
    """The calls that a command makes; they are recorded, and nothing is done."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch, self._seen = patch, list[Call]()
        for name in ("table", "say"):
            patch.setattr(console, name, lambda *_: None)
        # Nothing is written, so that the same name does for one file and for several.
        patch.setattr("instag.io.shards.shards_of", lambda *_: None)

    def expect(self, owner: object, name: str, result: object = None) -> None:
        """Record a function's calls: all that it is given except for frames and progress functions."""
        self._patch.setattr(owner, name, self.noting(name, result))

    def noting(self, name: str, result: object = None) -> Callable[..., object]:
        def call(*given: object, **options: object) -> object:
            plain: list[object] = [each for each in given if isinstance(each, str | int | float | Path | list)]
            named: dict[str, Any] = {key: value for key, value in options.items() if key != "progress"}
            self._seen.append((name, plain, named))
            return result

        return call

    def of(self, command: str, given: Given) -> list[Call]:
        self._seen.clear()
        arguments = [argument for option in given.values() for argument in option]
        assert app([command, *arguments], prog_name="instag", standalone_mode=False) in {None, 0}
        return self._seen.copy()

    def check(self, command: str, given: Given, required: set[str], expected: list[Call]) -> None:
        """Check that the calls are the expected ones, and others if any one of the options is missing."""
        assert self.of(command, given) == expected
        for name in given.keys() - required:
            assert self.of(command, {key: each for key, each in given.items() if key != name}) != expected, name


@contextmanager
def taken_down() -> Iterator[Calls]:
    """Keep commands from reading and writing within the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("OPENAI_API_KEY", raising=False)
        calls = Calls(patch)
        calls.expect(io, "load", FRAME.drop("queries").lazy())
        calls.expect(io, "scan", LAZY)
        calls.expect(io, "read", FRAME)
        calls.expect(io, "write")
        yield calls


def read_with(**options: object) -> dict[str, Any]:
    """All options of reading, those that are not given by their defaults."""
    return {each.name: each.default for each in fields(ReadOptions)} | options


def all_of(command: Callable[..., None], *given: Given) -> bool:
    """Whether no option of a command is left out; a new one is, until it is listed."""
    reading = {each.name for each in fields(ReadOptions)}
    # The options of reading are the same everywhere, and tried where they are made.
    return set().union(*given) | reading == inspect.signature(command).parameters.keys() | reading
