"""`instag select --ray`: on a cluster."""

import logging
import os
import socket
from glob import glob as expanded
from glob import has_magic
from pathlib import Path
from typing import Any

from instag.cli import console, outputs
from instag.errors import InputError

__all__ = ["select_on_ray"]


def select_on_ray(
    address: str,
    source: list[str],
    output: Path,
    budget: float | str,
    to: str,
    rows_per_file: int | None,
    **options: Any,
) -> None:
    """Select on a Ray cluster from Parquet or JSON Lines files that all its machines can read; the result is written here."""
    import polars as pl

    import instag
    from instag import io

    outputs.apart(source, outputs.data("-o", output, to, rows_per_file=rows_per_file))
    if options["key"] is None:
        raise InputError(
            "--ray: the rows of a cluster have no order, so ties need one: name a column with --key COLUMN"
        )
    given = {name: value for name, value in options.items() if value is not None}
    with console.stage(f"reading with Ray at {address}"):
        data = _opened(address, source)
    with console.stage("selecting"):
        chosen = instag.select(data, budget, **given)
        parts = [pl.DataFrame(part) for part in chosen.iter_batches(batch_size=None, batch_format="pyarrow")]
    subset = pl.concat(parts, how="vertical_relaxed")
    with console.stage(f"writing {output}"):
        io.write(subset, output, format=to, rows_per_file=rows_per_file)
    console.say(f"{subset.height:,} samples, {options['method']}, by Ray; written to {output}")


def _opened(address: str, source: list[str]) -> Any:
    try:
        import ray
        import ray.data
    except ImportError:
        raise InputError("--ray: Ray is not installed: pip install 'instag[ray]'") from None
    found = [sorted(expanded(path, recursive=True)) if has_magic(path) else [path] for path in source]  # noqa: PTH207 - they may be absolute
    files = [file for some in found for file in some]
    kinds = {Path(path).suffix for path in source}
    readers = {".parquet": ray.data.read_parquet, ".jsonl": ray.data.read_json}
    if len(kinds) != 1 or (kind := kinds.pop()) not in readers:
        raise InputError(f"--ray: expected Parquet or JSON Lines files, of one kind; found {', '.join(source)}")
    if not files:
        raise InputError(f"--ray: {', '.join(source)}: the glob matches no file: expected at least one")
    if missing := [path for path in files if "://" not in path and not Path(path).exists()]:
        raise InputError(f"--ray: {missing[0]}: there is no such file: expected a path or a glob")
    # The workers of a cluster that runs already stand in another directory.
    files = [path if "://" in path else str(Path(path).absolute()) for path in files]
    _check_reached(address)
    _connect(address, near=not any("://" in path for path in files))
    logging.getLogger("ray").setLevel(logging.ERROR)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    return readers[kind](files)


def _connect(address: str, *, near: bool) -> None:
    import ray

    if address == "local" and near:
        # Ray reads with 160 threads in each worker, as from storage far away: here that only takes memory and time.
        for name in ("RAY_DATA_PARQUET_READER_CPU_COUNT", "RAY_DATA_PARQUET_READER_IO_THREAD_COUNT"):
            os.environ.setdefault(name, "1")
    try:
        ray.init(address, log_to_driver=False, logging_level="error")
    except ConnectionError as error:
        raise InputError(
            f"--ray: no cluster at {address!r}: {error}; if there is one that asks for a token, set RAY_AUTH_MODE=token, "
            "and RAY_AUTH_TOKEN_PATH to the file with the token unless that is ~/.ray/auth_token"
        ) from None
    except (RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise InputError(f"--ray: no cluster at {address!r}: {error}") from None


def _check_reached(address: str) -> None:
    """Fail early: Ray waits for minutes if nothing answers."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        raise InputError(
            f"--ray: no cluster at {address!r}: {error.strerror or error}; ray status there says where it is"
        ) from None
