"""Selecting: the rows to fine-tune on, in order of selection.

============  ======================================================
selector      :func:`select`, :func:`rank` and :func:`choose`
choice        a selection, with the reasons and all that is known of it
ranking       the order of samples, and why each was taken
folding       complexity-first over parts of the data
options       the options of a selection by gain
foresight     the memory and time that a selection will take
problem       the rows to choose from, the objective and the constraints
objective     the weight of each tag
propagation   tags that also count for similar tags
matching      the curve that matches complexity-first
cost          the cost of each sample
tokens        :func:`count_tokens`
amounts       counts and shares, as users write them
columns       columns and frames that options refer to
constraint    the budget and all other limits
quota         limits for groups and tags
start         an earlier selection
shortfall     which part of the budget and quotas was missed, and why
certificate   :func:`certify`: how far a selection may be from the best
subsets       :func:`sweep`: subsets that differ in one measure; exchange: how they are found
============  ======================================================
"""

from typing import TYPE_CHECKING

from instag.choices import Method
from instag.lazy import loader

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
__getattr__ = loader(
    __name__,
    {
        "Certificate": "certificate",
        "Selection": "choice",
        "Sweep": "subsets",
        "certify": "certificate",
        "choose": "selector",
        "count_tokens": "tokens",
        "rank": "selector",
        "select": "selector",
        "sweep": "subsets",
    },
)
