"""Files that a person may have edited: a mark in each, with a hash, shows whether anyone has."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from instag.errors import InputError
from instag.io.json.text import dump
from instag.io.output import atomic_write
from instag.warning import warn

__all__ = ["is_edited", "is_ours", "merge_entries", "write_config", "write_lines", "write_marked", "write_text"]

# The mark at the end of a text, where its first line is needed for something else.
END = "<!-- written by instag, and by it alone as long as all before this has the hash {} -->"
MARK = "# Written by instag, and by it alone as long as the rest has the hash "


def write_config(path: Path, text: str) -> bool:
    """Write a configuration, and return whether it was written: one that a person has edited stays as it is.

    The hash in the first line is that of all lines after it.
    """
    if path.exists() and not is_ours(path):
        warn(f"{path}: somebody has edited it since: it is left as it is; move it away to have it written anew")
        return False
    write_text(path, f"{MARK}{_hash(text)}\n{text}")
    return True


def write_marked(path: Path, text: str) -> None:
    """Write a text with a last line that says that a program wrote it."""
    write_text(path, f"{text}\n\n{END.format(_hash(text))}\n")


def is_edited(path: Path) -> bool:
    """Whether there is a file of that name that is not as :func:`write_marked` wrote it."""
    if not path.exists():
        return False
    try:
        text, _, end = path.read_text(encoding="utf-8").rstrip("\n").rpartition("\n\n")
    except UnicodeDecodeError:
        return True
    return end != END.format(_hash(text))


def merge_entries(path: Path, entries: dict[str, dict[str, Any]]) -> None:
    """Put entries into the JSON object in a file; its other entries stay, and so do other keys of these entries."""
    there: Any = {}
    if path.exists():
        try:
            there = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path}: not valid JSON: {error}: mend it, or move it away") from None
        if not isinstance(there, dict) or not all(isinstance(there.get(name, {}), dict) for name in entries):
            raise InputError(f"{path}: expected an object with an object for each data set: mend it, or move it away")
    merged = there | {name: there.get(name, {}) | entry for name, entry in entries.items()}
    write_text(path, json.dumps(merged, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, "text") as draft:
        draft.write_text(text, encoding="utf-8")


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON Lines, whole or not at all, a row at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, "jsonl") as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{dump(row)}\n" for row in rows)


def is_ours(path: Path) -> bool:
    """Whether a configuration is still as :func:`write_config` wrote it."""
    try:
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    except UnicodeDecodeError:
        return False
    return first == f"{MARK}{_hash(rest)}"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
