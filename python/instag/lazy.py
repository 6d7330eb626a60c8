"""Packages whose files are loaded when one of their names is first used, so that importing the package is quick."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["loader"]


def loader(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package.

    Parameters
    ----------
    package
        Its `__name__`.
    homes
        The file in the package that each name comes from.

    Examples
    --------
    >>> find = loader("instag.cleaning", {"Split": "splitting"})
    >>> find("Split")
    <class 'instag.cleaning.splitting.Split'>
    >>> find("split_up")
    Traceback (most recent call last):
    ...
    AttributeError: module 'instag.cleaning' has no attribute 'split_up'
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return find
