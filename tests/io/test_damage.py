"""Files that are damaged: an error or the rows that are there, whatever bytes are wrong, and never the end of the process."""

import bz2
import gzip
import io
import json
import lzma
import subprocess
import sys
import tarfile
from pathlib import Path
from random import Random
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
import pytest

import instag
from instag.chat import Journal, Reply

PROGRAM = Path(__file__).parents[1] / "damaged.py"
ROWS = [
    {"prompt": f"Is {number} odd?", "turns": [{"role": "user", "content": "x" * (number % 9)}], "n": number, "f": 0.5}
    for number in range(120)
]
LINES = "".join(f"{json.dumps(row)}\n" for row in ROWS).encode()
# What lengths and places become that are overwritten.
WRONG = (b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\0\0\0")
# These say by a checksum whether they are whole.
CHECKED = ("gz", "bz2", "xz", "zip", "tar.gz", "tar.xz")


def archived() -> dict[str, bytes]:
    held = {}
    zipped = io.BytesIO()
    with ZipFile(zipped, "w", ZIP_DEFLATED) as archive:
        archive.writestr("rows.jsonl", LINES)
    held["zip"] = zipped.getvalue()
    for mode in ("gz", "xz"):
        tarred = io.BytesIO()
        with tarfile.open(fileobj=tarred, mode=f"w:{mode}") as tar:  # type: ignore[call-overload]
            member = tarfile.TarInfo("rows.jsonl")
            member.size = len(LINES)
            tar.addfile(member, io.BytesIO(LINES))
        held[f"tar.{mode}"] = tarred.getvalue()
    return held


def whole_files(folder: Path) -> dict[str, bytes]:
    """A file of each kind, by the ending of its name."""
    frame = pl.DataFrame(ROWS)
    flat = frame.drop("turns")
    parquet: tuple[Literal["zstd", "uncompressed", "snappy"], ...] = ("zstd", "uncompressed", "snappy")
    for packing in parquet:
        frame.write_parquet(folder / f"{packing}.parquet", compression=packing, row_group_size=50)
    arrow: tuple[Literal["zstd", "lz4", "uncompressed"], ...] = ("zstd", "lz4", "uncompressed")
    for way in arrow:
        frame.write_ipc(folder / f"{way}.arrow", compression=way)
    frame.write_ipc_stream(folder / "stream.arrow")
    pl.LazyFrame(frame).sink_ndjson(folder / "rows.jsonl.zst", compression="zstd")
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    held |= {"rows.jsonl.gz": gzip.compress(LINES), "rows.jsonl.bz2": bz2.compress(LINES)}
    held |= {"rows.jsonl.xz": lzma.compress(LINES), "rows.json.gz": gzip.compress(json.dumps(ROWS).encode())}
    held |= {"rows.csv.gz": gzip.compress(flat.write_csv().encode()), "rows.csv": flat.write_csv().encode()}
    held |= {f"rows.{ending}": data for ending, data in archived().items()}
    instag.normalize(pl.DataFrame({"tags": [["tide", "Tides"], ["moon"]] * 5}), min_count=1).vocabulary.save(
        folder / "vocabulary-whole.parquet"
    )
    with Journal.open(folder / "journal-whole", model="m", prompt="p", schema=None) as journal:
        for number in range(20):
            journal.append(Reply(number.to_bytes(16, "big"), content=f"[{number}]"))
    return held | {path.name: data for path in folder.iterdir() if (data := path.read_bytes())}


def damaged(data: bytes, random: Random) -> bytes:
    """Flip bits, overwrite what may be a length, cut the end off, or double a piece."""
    held = bytearray(data)
    place = random.randrange(len(held))
    match random.randrange(5):
        case 0 | 1:
            for _ in range(random.randrange(1, 4)):
                held[random.randrange(len(held))] ^= 1 << random.randrange(8)
        case 2:
            held[place : place + 4] = random.choice((*WRONG, random.randbytes(4)))
        case 3:
            del held[place + 1 :]
        case 4:
            held[place:place] = held[place : place + random.randrange(1, 60)]
    return bytes(held)


def outcomes(folder: Path, count: int, seed: int) -> tuple[dict[str, dict[str, Any]], str]:
    """What comes of so many damaged files of each kind, and what of whole ones, by the name of each."""
    made, random = folder / "made", Random(seed)  # noqa: S311 - the same damage each time
    made.mkdir()
    (folder / "whole").mkdir()
    for name, data in whole_files(folder / "whole").items():
        stem, _, ending = name.partition(".")
        (made / f"{stem}-000.{ending}").write_bytes(data)
        for number in range(1, count + 1):
            (made / f"{stem}-{number:03}.{ending}").write_bytes(damaged(data, random))
    command = [sys.executable, str(PROGRAM), str(made)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    lines = [line.partition("\t") for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, f"the process ended in {lines[-1][0]}"
    return {name: json.loads(text) for name, _, text in lines}, ended.stderr


def check(folder: Path, count: int, seed: int) -> None:
    found, _ = outcomes(folder, count, seed)
    assert len(found) > 18 * count
    for name, outcome in found.items():
        stem, _, ending = name.partition(".")
        whole = found[f"{stem.rpartition('-')[0]}-000.{ending}"]
        assert "raised" not in outcome, (name, outcome)
        assert "read" in whole, (name, whole)
        if ending.endswith(CHECKED):
            # A few bytes of a zip, such as its dates, say nothing of what is in it.
            assert "error" in outcome or outcome == whole, (name, outcome)
        if "error" in outcome:
            assert "\n" not in outcome["error"], (name, outcome)
        if "said" in outcome:
            # In Parquet and Arrow there is damage that Polars finds only as it panics, and says so itself: docs/formats.md.
            assert ending in {"parquet", "arrow"}, (name, outcome)
            assert "error" in outcome, (name, outcome)
            assert "panicked at crates/polars" in outcome["said"], (name, outcome)


def test_damaged_files_are_errors_or_read(tmp_path: Path) -> None:
    check(tmp_path, 6, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_many_damaged_files_are_errors_or_read(seed: int, tmp_path: Path) -> None:
    check(tmp_path, 100, seed)
