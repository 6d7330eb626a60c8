"""What can go wrong, told so that it can be mended."""

__all__ = ["InputError", "InstagError", "InstagWarning"]


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
    instag.errors.InputError: budget: expected a count of 0 or more, or a share below 1.0; found -1
    """


class InstagWarning(UserWarning):
    """Something in the data deserves a look; the work goes on."""
