"""Choose the data to fine-tune a language model on: the most diverse and complex subset, by tags."""

import warnings

from instag._core import DEBUG, __version__
from instag.analysis import Analysis, Comparison, Measures, analyze, measure
from instag.auditing import Audit, Share, aaudit, audit
from instag.chat import EndpointError, Price, Tally
from instag.embedding import OpenAIEmbedder
from instag.errors import InputError, InstagError, InstagWarning
from instag.io import read, scan, write
from instag.normalization import Applied, Normalized, Vocabulary, associations, normalize
from instag.progress import Progress
from instag.reporting import figures, report
from instag.sample import load_sample
from instag.selection import Method, rank, select
from instag.tagging import Cut, Estimate, Prompt, Tagged, atag, estimate, tag

__all__ = [
    "Analysis",
    "Applied",
    "Audit",
    "Comparison",
    "Cut",
    "EndpointError",
    "Estimate",
    "InputError",
    "InstagError",
    "InstagWarning",
    "Measures",
    "Method",
    "Normalized",
    "OpenAIEmbedder",
    "Price",
    "Progress",
    "Prompt",
    "Share",
    "Tagged",
    "Tally",
    "Vocabulary",
    "__version__",
    "aaudit",
    "analyze",
    "associations",
    "atag",
    "audit",
    "estimate",
    "figures",
    "load_sample",
    "measure",
    "normalize",
    "rank",
    "read",
    "report",
    "scan",
    "select",
    "tag",
    "write",
]

if DEBUG:
    warnings.warn("instag's core was built without optimisation: it is slow", InstagWarning, stacklevel=2)
