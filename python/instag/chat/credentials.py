"""Keys and headers from files, so that they stand neither in a command nor in a recipe."""

from collections.abc import Sequence
from pathlib import Path

from instag.errors import InputError, file_error

__all__ = ["read_headers", "read_key"]


def read_key(path: Path, option: str) -> str:
    r"""Read the key in a file.

    Parameters
    ----------
    path
        The file.
    option
        What the user calls the option, for errors.

    Raises
    ------
    InputError
        If the file cannot be read.

    Examples
    --------
    >>> path = getfixture("tmp_path") / "key.txt"
    >>> _ = path.write_text("sk-1\n")
    >>> read_key(path, "--api-key-file")
    'sk-1'
    """
    return _text(path, option).strip()


def read_headers(given: Sequence[str], option: str, folder: Path | None = None) -> dict[str, str]:
    """Read headers, and files with headers.

    Parameters
    ----------
    given
        Each ``"NAME: VALUE"``, or ``"@FILE"`` for a file with one a line.
    option
        What the user calls the option, for errors.
    folder
        What the paths of files are relative to; by default the working directory.

    Raises
    ------
    InputError
        If a line is no header, or a file cannot be read.

    Examples
    --------
    >>> read_headers(["X-Team: data", "X-Run:7"], "--header")
    {'X-Team': 'data', 'X-Run': '7'}
    """
    headers = {}
    for text in given:
        for line in _lines(text[1:], option, folder) if text.startswith("@") else [text]:
            name, colon, value = line.partition(":")
            if colon and name.strip():
                headers[name.strip()] = value.strip()
            else:
                # The line is not shown: it may be a secret.
                raise InputError(
                    f"{option}: expected 'NAME: VALUE', or @FILE with one a line; found a line without a ':'"
                )
    return headers


def _lines(name: str, option: str, folder: Path | None) -> list[str]:
    text = _text((folder or Path()) / Path(name).expanduser(), option)
    return [line for line in text.splitlines() if line.strip()]


def _text(path: Path, option: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not in UTF-8"
        raise file_error(f"{option}: {path} cannot be read: {why}", error) from None
