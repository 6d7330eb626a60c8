"""Selecting: the rows to fine-tune on, in order of selection.

============  ======================================================
selector      :func:`select`, :func:`rank` and :func:`choose`
choice        what was chosen, by which method and why
ranking       samples in their order; folding: found in parts of the data
options       what a selection by gain can be given
problem       what is chosen from, what is good, what is allowed
objective     what each tag is worth
propagation   tags that count for those near them
matching      the curve that matches complexity-first
cost          what each sample costs; tokens: counted
amounts       counts and shares, as people write them
columns       columns and frames that options name
constraint    a budget, and all that bounds a selection
quota         what groups and tags are to have
start         what was chosen before
shortfall     what a selection lacks of what was asked for, and why
certificate   :func:`certify`: how far it may be from the best
subsets       :func:`sweep`: subsets that differ in one measure
============  ======================================================
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from instag.choices import Method

if TYPE_CHECKING:
    from instag.selection.certificate import Certificate, certify
    from instag.selection.choice import Selection
    from instag.selection.selector import choose, rank, select
    from instag.selection.subsets import Sweep, sweep
    from instag.selection.tokens import count_tokens

__all__ = [
    "Certificate",
    "Method",
    "Selection",
    "Sweep",
    "certify",
    "choose",
    "count_tokens",
    "rank",
    "select",
    "sweep",
]

# A file is loaded when its name is first used, so that the options can be shown without loading Polars.
_HOME = {
    "Certificate": "certificate",
    "Selection": "choice",
    "Sweep": "subsets",
    "certify": "certificate",
    "choose": "selector",
    "count_tokens": "tokens",
    "rank": "selector",
    "select": "selector",
    "sweep": "subsets",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
