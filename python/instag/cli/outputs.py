"""Files to be written, looked at before any work."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from instag.errors import InputError
from instag.io.file import type_of

__all__ = ["check_outputs"]


def check_outputs(outputs: Mapping[str, Path | None], kept: Iterable[str | Path] = (), *, to: str = "auto") -> None:
    """See that each file can be written, and that none takes another's place, or that of a file to be kept.

    Parameters
    ----------
    outputs
        The files by option, None where one is not wanted; ``--vocabulary`` is always Parquet.
    kept
        Files that must stay.
    to
        How the first is to be written, where its ending does not say.

    Raises
    ------
    InputError
        Where one cannot.
    """
    taken = {Path(path).resolve(): f"the input {path}" for path in kept}
    for option, path in outputs.items():
        if path is None:
            continue
        if option == "--vocabulary":
            if path.suffix.lower() != ".parquet":
                raise InputError(f"{option}: expected a name that ends in .parquet; found {path}")
        else:
            type_of(path, to if option == "--output" else "auto")
        if path.is_dir():
            raise InputError(f"{option}: expected a file to write; {path} is a folder")
        if not path.resolve().parent.is_dir():
            raise InputError(f"{option}: expected a folder to write {path.name} to; there is no {path.parent}")
        if path.resolve() in taken:
            raise InputError(f"{option}: {path} is {taken[path.resolve()]}; expected a file of its own")
        taken[path.resolve()] = f"that of {option}"
