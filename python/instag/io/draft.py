"""Drafts: a file is written beside its final name, and takes it only when it is complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import polars as pl

from instag.errors import InputError


@contextmanager
def whole_or_nothing(target: Path, kind: str) -> Iterator[Path]:
    """Write beside the target and take its place only at the end."""
    final = target.resolve()  # what a link points to is replaced, not the link
    draft = final.with_name(f".{token_hex(4)}.{final.name}")
    try:
        yield draft
        draft.replace(final)
    except InputError as error:
        reason = str(error).split("\n\nThis error occurred")[0]  # Polars adds the expression it was in
        raise InputError(f"{target}: {reason}") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(f"{target}: cannot be written as {kind}: {reason}") from error
    finally:
        draft.unlink(missing_ok=True)
