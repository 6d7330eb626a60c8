"""Analysing: what a data set, its groups and its selections hold.

============  ======================================================
analyzer      all of it together: :func:`analyze`
result        what is found, and how it prints
measures      complexity and coverage in a few numbers
samples       the groups of samples, and the queries in each
summary       each group, and which of another's tags it has
tags          the tags with examples, and those that come together
curves        coverage against the number of samples
selections    what was picked, in order
worth         how good selections are by an objective
comparison    what one part holds more of than another
versions      two sets side by side
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
