"""Tags as integers, the form that the core works on.

=========  ==========================================================
encoding   a column of tags as compressed sparse rows
counts     its distinct tags and their counts, without the rows
lists      back from integers to columns of lists
=========  ==========================================================
"""

from instag.tagsets.counts import Counts, count_tags, counted
from instag.tagsets.encoding import Encoding, Order, TagSets, encode, join
from instag.tagsets.lists import Replaced, lists_of

__all__ = ["Counts", "Encoding", "Order", "Replaced", "TagSets", "count_tags", "counted", "encode", "join", "lists_of"]
