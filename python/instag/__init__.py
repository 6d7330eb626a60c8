"""Choose the data to fine-tune a language model on: the most diverse and complex subset, by tags."""

import warnings

from instag._core import DEBUG, __version__
from instag.errors import InputError, InstagError, InstagWarning
from instag.io import read, scan, write
from instag.measures import Measures, measure
from instag.normalization import Applied, Normalized, OpenAIEmbedder, Vocabulary, associations, normalize
from instag.sample import load_sample
from instag.selection import Method, rank, select

__all__ = [
    "Applied",
    "InputError",
    "InstagError",
    "InstagWarning",
    "Measures",
    "Method",
    "Normalized",
    "OpenAIEmbedder",
    "Vocabulary",
    "__version__",
    "associations",
    "load_sample",
    "measure",
    "normalize",
    "rank",
    "read",
    "scan",
    "select",
    "write",
]

if DEBUG:
    warnings.warn("instag's core was built without optimisation: it is slow", InstagWarning, stacklevel=2)
