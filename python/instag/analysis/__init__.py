"""Analysing: what a data set, its groups and its selections hold.

============  ======================================================
pipeline      all of it together: :func:`analyze`
pool          tags as codes that go by frequency
queries       what the user said in each sample
grouping      groups of samples, and how often each holds each tag
picks         selections, in order
summary       how complex and how diverse each group is
recall        which share of one group's tags another has
catalogue     the tags, with examples
pairs         tags that come together
curves        coverage against the number of samples
parts         groups and selections, to be compared
comparison    what one part holds more of than another
result        what is found
goals         what curves tell in a few numbers
overview      how it prints, by tables of a terminal
============  ======================================================
"""

from instag.analysis.comparison import Comparison
from instag.analysis.pipeline import analyze, summarize
from instag.analysis.result import Analysis

__all__ = ["Analysis", "Comparison", "analyze", "summarize"]
