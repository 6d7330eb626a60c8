"""Analysis of a data set, its groups and its selections.

============  ======================================================
analyzer      the whole analysis: :func:`analyze`
result        its frames, and how they print
measures      complexity and coverage in a few numbers
samples       the groups of samples, and the queries of each sample
summary       each group, and its recall of other groups' tags
tags          the tags with examples, and pairs that occur together
curves        coverage against the number of samples
selections    the samples of each selection, in order
worth         how good selections are by an objective
comparison    what one part has more of than another
versions      two data sets side by side
terminal      tables for a terminal
============  ======================================================
"""

from instag.analysis.analyzer import analyze, summarize
from instag.analysis.comparison import Comparison
from instag.analysis.measures import Measures, measure, measure_chosen, measure_parts
from instag.analysis.result import Analysis
from instag.analysis.versions import Versions, compare

__all__ = [
    "Analysis",
    "Comparison",
    "Measures",
    "Versions",
    "analyze",
    "compare",
    "measure",
    "measure_chosen",
    "measure_parts",
    "summarize",
]
