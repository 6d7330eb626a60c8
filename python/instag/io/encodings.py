"""Encodings of text files: found by their first bytes, and converted to UTF-8."""

import codecs
from pathlib import Path
from typing import IO

from instag.errors import InputError
from instag.io.temporary import CHUNK, new_file, opened, rewritten

__all__ = ["broken", "check_utf8", "encoding_of", "recoded"]

# The encodings that bytes at the beginning stand for.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def encoding_of(head: bytes) -> str | None:
    r"""Find the encoding of a text file by its first bytes.

    Parameters
    ----------
    head
        The first bytes.

    Returns
    -------
    str or None
        The encoding; None for UTF-8, and if they do not show it.

    Examples
    --------
    >>> encoding_of("\ufeffa".encode("utf-16-le")), encoding_of("ab".encode("utf-16-be")), encoding_of(b"ab")
    ('utf-16', 'utf-16-be', None)
    """
    found = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    if found is not None or not head[1:]:
        return found
    even, odd = head[::2].count(0), head[1::2].count(0)
    guess = None
    if odd > len(head) // 4 and even == 0 == head[1]:
        guess = "utf-16-le"
    elif even > len(head) // 4 and odd == 0 == head[0]:
        guess = "utf-16-be"
    # Without a mark it is a guess, since zeros may be part of the text: tables and JSON begin with an ASCII character, and
    # have words.
    is_text = guess is not None and any(map(str.isalnum, head.decode(guess, "ignore")))
    return guess if is_text else None


def broken(path: Path) -> Path:
    """Replace lone carriage returns by line feeds.

    Parameters
    ----------
    path
        A text file, packed or not.

    Returns
    -------
    pathlib.Path
        The same text with other line ends.
    """
    packed = path.suffix.lower() == ".gz"

    def write(file: IO[bytes]) -> None:
        with opened(path) as source:
            while chunk := source.read(CHUNK):
                file.write(chunk.replace(b"\r", b"\n"))

    return rewritten(path, write, path.stem if packed else path.name)


def recoded(path: Path, encoding: str, name: object) -> Path:
    """Recode a text file as UTF-8.

    Parameters
    ----------
    path
        The file, packed or not.
    encoding
        The encoding that it has.
    name
        What to call it in an error.

    Returns
    -------
    pathlib.Path
        The file in UTF-8.
    """
    if path.suffix.lower() == ".zst":
        raise InputError(f"{name}: text in {encoding} cannot be read from .zst: unpack it, or save it as UTF-8")
    packed = path.suffix.lower() == ".gz"
    target = new_file(path.stem if packed else path.name)
    decoder = codecs.getincrementaldecoder(encoding)()
    at = line = 0
    with opened(path) as source, target.open("wb") as file:
        chunk = b"not read yet"
        while chunk:
            chunk = source.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                line += chunk[: error.start].count(b"\n") + 1
                raise InputError(
                    f"{name}, line {line}: byte {error.object[error.start]:#04x} is not {encoding}: "
                    "expected another encoding; say which with encoding= / --encoding"
                ) from error
            at, line = at + len(chunk), line + chunk.count(b"\n")
            file.write(text.encode("utf-8", "replace"))
    return target


def check_utf8(path: Path, name: object) -> None:
    """Check that a text file is UTF-8.

    Parameters
    ----------
    path
        The file, packed or not.
    name
        What to call it in an error.

    Raises
    ------
    InputError
        If it is not; the message has the line, the text around it, and how it would read in a Western encoding.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with opened(path) as file:
        while chunk := file.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                held, at = error.object, error.start
                line += chunk.count(b"\n") - held.count(b"\n", at)
                start = held.rfind(b"\n", 0, at) + 1
                end = held.find(b"\n", at)
                around = held[max(start, at - 30) : end if 0 <= end < at + 30 else at + 30]
                seen = around.decode("cp1252", "replace").strip()
                raise InputError(
                    f"{name}, line {line}, column {at - start + 1}: not UTF-8 (byte {held[at]:#04x}): save it as UTF-8, or "
                    f"say its encoding with encoding= / --encoding: in cp1252, of Western Windows, it would read {seen!r}"
                ) from None
            line += chunk.count(b"\n")
