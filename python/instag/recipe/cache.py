"""Results of steps, found by their inputs; hashes of files, computed once."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from instag.errors import InputError

__all__ = ["Cache", "canonical", "digest", "lines_in"]

# The version of all results: it is raised when a step's result for the same options changes, so that all are made again.
RESULTS = 6
CHUNK = 1 << 20
# How many characters of a changed value are shown.
LONGEST = 40


def digest(path: Path) -> str:
    """The SHA-256 of a file, as `sha256sum` shows it."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def lines_in(path: Path) -> int:
    """The number of lines of a file, each of which ends with a line feed."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK), b""))


def canonical(value: Any) -> str:
    """A value as JSON that is the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


class Cache:
    """The folder `.instag` beside a recipe.

    Attributes
    ----------
    folder
        `cache/STEP/KEY` has a result; `journals` have answers, which were paid for and are not a cache.
    """

    def __init__(self, folder: Path, *, rehash: bool = False) -> None:
        self.folder = folder
        self._rehash = rehash
        self._fresh: set[str] = set()
        self._files = folder / "files.json"
        self._hashes: dict[str, Any] = _read(self._files) or {}

    @property
    def passed(self) -> str | None:
        """The mark of the last recipe that had no faults."""
        found = _read(self.folder / "checked.json")
        return None if found is None else str(found.get("mark"))

    @passed.setter
    def passed(self, mark: str) -> None:
        _write(self.folder / "checked.json", {"mark": mark})

    def journal(self, name: str) -> Path:
        """The path of a journal."""
        folder = self.folder / "journals"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.journal"

    def hash(self, path: Path) -> str:
        """The SHA-256 of a file; computed again only if its size, time or inode has changed."""
        if path.is_dir():
            return digest_of(self.hash(each) for each in sorted(path.rglob("*")) if each.is_file())
        stat = path.stat()
        mark = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        name = str(path.absolute())
        known = self._hashes.get(name)
        if known is None or known[:3] != mark or (self._rehash and name not in self._fresh):
            known = self._hashes[name] = [*mark, digest(path)]
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(self._files, self._hashes)
        self._fresh.add(name)
        return str(known[3])

    def key(self, step: str, options: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
        """The key of a result."""
        of = {"results": RESULTS, "step": step, "options": options, "inputs": inputs}
        return hashlib.sha256(canonical(of).encode()).hexdigest()[:32]

    def folder_of(self, step: str, key: str) -> Path:
        """The folder that a result has, or would have."""
        return self.folder / "cache" / step / key

    def find(self, step: str, key: str) -> Path | None:
        """The folder of a result; None if there is none."""
        folder = self.folder_of(step, key)
        return folder if (folder / "meta.json").is_file() else None

    def meta(self, folder: Path) -> dict[str, Any]:
        """The record of a result."""
        return _read(folder / "meta.json") or {}

    def why(self, step: str, options: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
        """Why a step must be done: what has changed since it was done last."""
        before = _read(self.folder / "cache" / step / "last.json")
        if before is None:
            return "not done yet"
        changed = [
            _change(name, before["options"].get(name), options.get(name))
            for name in sorted({*before["options"], *options})
            if before["options"].get(name) != options.get(name)
        ]
        changed += [
            f"{name} {'changed' if name in inputs and name in before['inputs'] else 'is new' if name in inputs else 'is gone'}"
            for name in sorted({*before["inputs"], *inputs})
            if before["inputs"].get(name) != inputs.get(name)
        ]
        return ", ".join(changed[:4]) + (", …" if len(changed) > 4 else "") or "its result is gone"  # noqa: PLR2004

    @contextmanager
    def make(
        self, step: str, key: str, options: Mapping[str, Any], inputs: Mapping[str, str]
    ) -> Iterator[tuple[Path, dict[str, Any]]]:
        """A folder to make a result in, and its record; the result is stored whole or not at all."""
        target = self.folder_of(step, key)
        draft = target.with_name(f"{key}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        meta: dict[str, Any] = {"step": step, "options": dict(options), "inputs": dict(inputs)}
        try:
            yield draft, meta
            meta["hashes"] = {each.name: digest(each) for each in sorted(draft.rglob("*")) if each.is_file()}
            _write(draft / "meta.json", meta)
            shutil.rmtree(target, ignore_errors=True)
            draft.replace(target)
            _write(target.parent / "last.json", {"options": dict(options), "inputs": dict(inputs)})
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    @contextmanager
    def lock(self, waiting: Callable[[str], None]) -> Iterator[None]:
        """Allow one run at a time; another one waits. The lock is freed when its process ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = sqlite3.connect(self.folder / "lock", timeout=0.2, isolation_level=None)
        try:
            said = False
            while True:
                try:
                    held.execute("BEGIN EXCLUSIVE")
                    break
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error):
                        raise InputError(f"{self.folder}: expected a folder to keep results in: {error}") from None
                    if not said:
                        waiting(
                            f"another run of a recipe in {self.folder.parent.absolute()} is in progress: waiting for it"
                        )
                        said = True
            yield
        finally:
            held.close()


def digest_of(hashes: Iterator[str]) -> str:
    """One hash for several."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _change(name: str, before: Any, after: Any) -> str:
    """The old and the new value; for long values only that they changed."""
    if any(isinstance(value, dict) or len(str(value)) > LONGEST for value in (before, after)):
        return f"{name} changed"
    return f"{name} {_short(before)} → {_short(after)}"


def _short(value: Any) -> str:
    return "(none)" if value is None else str(value)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(path: Path, value: Any) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n", "utf-8")
    draft.replace(path)
