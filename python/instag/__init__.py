"""Choose the data to fine-tune a language model on: the most diverse and complex subset, by tags."""

import warnings

from instag._core import DEBUG, __version__
from instag.errors import InputError, InstagError, InstagWarning
from instag.io import read, scan, write
from instag.measures import Measures, measure
from instag.sample import load_sample
from instag.selection import Method, rank, select

__all__ = [
    "InputError",
    "InstagError",
    "InstagWarning",
    "Measures",
    "Method",
    "__version__",
    "load_sample",
    "measure",
    "rank",
    "read",
    "scan",
    "select",
    "write",
]

if DEBUG:
    warnings.warn("instag's core was built without optimisation: it is slow", InstagWarning, stacklevel=2)
