"""Choose the data to fine-tune a language model on: the most diverse and complex subset, by tags."""

from instag._core import __version__
from instag.errors import InputError, InstagError, InstagWarning
from instag.measures import Measures, measure
from instag.selection import Method, rank, select

__all__ = [
    "InputError",
    "InstagError",
    "InstagWarning",
    "Measures",
    "Method",
    "__version__",
    "measure",
    "rank",
    "select",
]
