"""The audit of tags: whether they are right, and mean the same wherever they stand.

==========  ===========================================================
population  the queries and their tags
sampling    random choices, the same on every machine, and cases made wrong on purpose
cases       the cases that are judged, drawn by a seed
judge       the questions to the judge, and its verdicts
labels      labels that people give the same cases
agreement   how far people agree with each other and with the judge
result      numbers, frames and warnings
auditor     from a frame to a result
==========  ===========================================================

Requests to the judge and its answers are the work of :mod:`instag.chat`.
"""

from instag.auditing.auditor import aaudit, audit
from instag.auditing.result import Audit, Share

__all__ = ["Audit", "Share", "aaudit", "audit"]
