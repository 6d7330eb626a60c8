"""Tags as integers, the form that the core works on.

=========  ==========================================================
sets       the tags of each row as integers: compressed sparse rows
encoding   a column of tags as such rows
counts     its distinct tags and their counts, without the rows
lists      back from integers to columns of lists
=========  ==========================================================
"""

from instag.tagsets.counts import Counts, count_tags, counted
from instag.tagsets.encoding import Encoding, Order, encode, join
from instag.tagsets.lists import Replaced, lists_of
from instag.tagsets.sets import TagSets

__all__ = ["Counts", "Encoding", "Order", "Replaced", "TagSets", "count_tags", "counted", "encode", "join", "lists_of"]
