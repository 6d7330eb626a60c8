"""Selecting: the rows to fine-tune on, in order of selection.

============  ======================================================
selector      :func:`select` and :func:`rank`
choice        what was chosen, by which method and why
ranking       samples in their order; folding: found in parts of the data
options       what a selection by gain can be given
problem       what is chosen from, what is good, what is allowed
objective     what each tag is worth
propagation   tags that count for those near them
matching      the curve that matches complexity-first
cost          what each sample costs; tokens: counted
amounts       counts and shares, as people write them
constraint    a budget and quotas
start         what was chosen before
shortfall     what a selection lacks of what was asked for, and why
certificate   :func:`certify`: how far it may be from the best
subsets       :func:`sweep`: subsets that differ in one measure
============  ======================================================
"""

from instag.choices import Method
from instag.selection.certificate import Certificate, certify
from instag.selection.selector import rank, select
from instag.selection.subsets import Sweep, sweep
from instag.selection.tokens import count_tokens

__all__ = ["Certificate", "Method", "Sweep", "certify", "count_tokens", "rank", "select", "sweep"]
