"""How files are compressed, by their endings."""

import lzma
import zlib
from pathlib import Path
from typing import Literal

__all__ = ["COMPRESSIONS", "PACKED", "UNPACKING", "Compression", "compression_of"]

Compression = Literal["uncompressed", "gzip", "zstd"]

COMPRESSIONS: dict[str, Compression] = {".gz": "gzip", ".zst": "zstd"}
# These are read, not written.
PACKED = (*COMPRESSIONS, ".bz2", ".xz")
# The errors of a damaged compressed file.
UNPACKING = (EOFError, OSError, lzma.LZMAError, zlib.error)


def compression_of(path: Path) -> Compression:
    """Name the compression that a file's extension asks for.

    Parameters
    ----------
    path
        The file, which need not exist.

    Returns
    -------
    str
        ``"uncompressed"``, ``"gzip"`` or ``"zstd"``.

    Examples
    --------
    >>> compression_of(Path("train.jsonl.zst"))
    'zstd'
    """
    return COMPRESSIONS.get(path.suffix.lower(), "uncompressed")
