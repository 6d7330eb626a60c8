"""The audit of tags: whether they are right, and mean the same for every query.

==========  ===========================================================
population  the queries and their tags
sampling    reproducible random draws, and wrong tags and queries for probes
cases       the cases for the judge, drawn by a seed
judge       the judge's prompts and verdicts
labels      labels by people for the same cases
agreement   agreement of people with each other and with the judge
result      the result as numbers and frames, and its warnings
auditor     the entry point, from a frame to a result
==========  ===========================================================

:mod:`instag.chat` sends the questions to the judge and keeps the answers.
"""

from instag.auditing.auditor import aaudit, audit
from instag.auditing.result import Audit, Share

__all__ = ["Audit", "Share", "aaudit", "audit"]
