"""Read many damaged files in one process, and print of each what came of it; what is written to standard error with it."""

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import polars as pl

import instag
from instag.chat import Journal
from instag.errors import InputError


def rows(path: Path) -> str:
    return instag.read(path).drop("queries").write_json()


def vocabulary(path: Path) -> str:
    loaded = instag.Vocabulary.load(path)
    applied = loaded.apply(pl.DataFrame({"tags": [["Tides", "moon"]]}), embedder=None)
    return f"{loaded!r} {loaded.tags.to_dicts()} {applied.data.to_dicts()}"


def journal(path: Path) -> str:
    with Journal.open(path, model="m", prompt="p", schema=None) as opened:
        return str(len(opened.replied()))


READERS: dict[str, Callable[[Path], str]] = {"vocabulary": vocabulary, "journal": journal}


def main(folder: Path) -> None:
    """Read all files of a folder by their names: those of vocabularies and journals begin so."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryFile() as errors:
        os.dup2(errors.fileno(), 2)
        for path in sorted(folder.iterdir()):
            before = os.fstat(errors.fileno()).st_size
            print(path.name, end="\t", flush=True)  # noqa: T201 - so that it is known in which file a process ends
            try:
                outcome = {"read": READERS.get(path.name.partition("-")[0], rows)(path)}
            except InputError as error:
                outcome = {"error": str(error)}
            except Exception as error:  # noqa: BLE001 - what must not come
                outcome = {"raised": repr(error)}
            said = os.pread(errors.fileno(), 4_000, before).decode(errors="replace")
            print(json.dumps(outcome | ({"said": said} if said else {})), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(Path(sys.argv[1]))
