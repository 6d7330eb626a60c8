"""The audit of tags: whether they are right, and mean the same wherever they stand.

==========  ===========================================================
population  the queries and their tags
sampling    random choices, the same on every machine, and what is put wrong
cases       what is put before the judge, drawn by a seed
judge       what the judge is asked, and what it answers
labels      what people say about the same cases
agreement   people beside each other and beside the judge
result      all of it as numbers and frames, and what deserves a look
auditor     from a frame to a result
==========  ===========================================================

What happens on the way to the judge and back is in :mod:`instag.chat`.
"""

from instag.auditing.auditor import aaudit, audit
from instag.auditing.result import Audit, Share

__all__ = ["Audit", "Share", "aaudit", "audit"]
