"""What the runs of a recipe have spent on a model: a record of the parts of a journal that they wrote."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from instag.chat import Price, Reply
from instag.chat.journal_lines import record_of
from instag.chat.spending import tokens_said
from instag.errors import InstagError

__all__ = ["CostError", "Ledger"]


class CostError(InstagError):
    """A recipe has spent its `max_cost`, and there is more to ask; the answers so far are kept."""


class Ledger:
    """A record of which bytes of a journal were written by which recipe, from which its cost is known even after a crash.

    Only one run at a time writes to a journal, so that all that was added since a run began is that run's, even if it was
    killed.

    Parameters
    ----------
    path
        The file of the ledger, beside the journals.
    whose
        The recipe and its step.
    """

    def __init__(self, path: Path, whose: str) -> None:
        self._path, self._whose = path, whose

    @contextmanager
    def writing(self, journal: Path) -> Iterator[None]:
        """Record what is written to a journal within the block."""
        known = self._read()
        _close(known, journal.parent)
        known.setdefault(self._whose, {}).setdefault(journal.name, []).append([_size(journal), None])
        self._write(known)
        try:
            yield
        finally:
            _close(known, journal.parent)
            self._write(known)

    def spent(self, journal: Path, price: Price | None) -> float:
        """US dollars that the recipe has spent on answers in a journal."""
        if price is None or not journal.is_file():
            return 0.0
        known = self._read()
        _close(known, journal.parent)
        dollars = 0.0
        with journal.open("rb") as file:
            for start, end in known.get(self._whose, {}).get(journal.name, []):
                file.seek(start)
                for line in file.read(end - start).splitlines():
                    found = record_of(line)
                    if isinstance(found, Reply):
                        dollars += price.of(found.prompt_tokens, tokens_said(found))
        return dollars

    def _read(self) -> dict[str, dict[str, list[list[Any]]]]:
        try:
            found: dict[str, dict[str, list[list[Any]]]] = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _write(self, known: dict[str, dict[str, list[list[Any]]]]) -> None:
        draft = self._path.with_name(f".{self._path.name}.draft")
        draft.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
        draft.replace(self._path)


def _close(known: dict[str, dict[str, list[list[Any]]]], folder: Path) -> None:
    """Close the parts that a killed run left open: it wrote all that is there now."""
    for journals in known.values():
        for name, spans in journals.items():
            for span in spans:
                if span[1] is None:
                    span[1] = _size(folder / name)
            journals[name] = [span for span in spans if span[1] > span[0]]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
