"""Errors and the warning: each message says what to do about it."""

__all__ = ["InputError", "InstagError", "InstagWarning", "MissingFileError", "file_error", "unread_file"]


class InstagError(Exception):
    """The base of every error that instag raises on purpose."""


class InputError(InstagError, ValueError):
    """The data or an option is not what was expected; the message names it and says what to do.

    Examples
    --------
    >>> import instag, polars as pl
    >>> instag.select(pl.DataFrame({"tags": [["math"]]}), -1)
    Traceback (most recent call last):
    ...
    instag.errors.InputError: budget: expected a count of 0 or more, or a share up to 1.0; found -1
    """


class MissingFileError(InputError, FileNotFoundError):
    """A file does not exist: an :class:`InputError` that ``except FileNotFoundError`` also catches.

    Examples
    --------
    >>> import instag
    >>> try:
    ...     instag.read("nowhere.jsonl")
    ... except FileNotFoundError as error:
    ...     print(error)
    nowhere.jsonl: there is no such file: expected a path, a glob or a list of them
    """


def file_error(message: str, cause: Exception) -> InputError:
    """The error for a file that could not be read: a :class:`MissingFileError` if the file does not exist."""
    return MissingFileError(message) if isinstance(cause, FileNotFoundError) else InputError(message)


def unread_file(path: object, expected: str, cause: Exception) -> InputError:
    """The error for a file that could not be read, with what was expected of it.

    Examples
    --------
    >>> print(unread_file("no.toml", "a recipe in TOML", FileNotFoundError()))
    no.toml: there is no such file: expected a recipe in TOML
    >>> print(unread_file("a.toml", "a recipe in TOML", PermissionError(13, "Permission denied", "a.toml")))
    a.toml: expected a recipe in TOML; it cannot be read: Permission denied
    """
    if isinstance(cause, FileNotFoundError):
        return MissingFileError(f"{path}: there is no such file: expected {expected}")
    reason = (cause.strerror if isinstance(cause, OSError) else None) or cause
    return InputError(f"{path}: expected {expected}; it cannot be read: {reason}")


class InstagWarning(UserWarning):
    """Something in the data deserves a look; the work goes on."""
