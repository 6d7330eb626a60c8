"""The audit of tags: whether they are right, and mean the same wherever they stand.

=========  ===========================================================
pool       the queries and their tags
design     how many cases of which kind
case       what is put before the judge
cases      cases drawn from the pool, by a seed
probes     what is put wrong on purpose
draws      random choices, the same on every machine
judge      what the judge is told
verdict    what it answers
docket     cases, questions and answers together
interval   shares with confidence intervals
labels     what people say about the same cases
kappa      agreement beyond chance
agreement  people beside each other and beside the judge
result     all of it as numbers and frames
cautions   what about it deserves a look
auditor    from a frame to a result
=========  ===========================================================

What happens on the way to the judge and back is in :mod:`instag.asking`.
"""

from instag.auditing.auditor import aaudit, audit
from instag.auditing.interval import Share
from instag.auditing.result import Audit

__all__ = ["Audit", "Share", "aaudit", "audit"]
