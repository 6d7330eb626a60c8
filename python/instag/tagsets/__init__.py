"""Tags as integers, between columns of strings and the core.

=========  ==========================================================
encoding   the one encoding: the rows of a column as compressed sparse rows
counts     its distinct tags alone, counted
lists      columns of lists again
=========  ==========================================================
"""

from instag.tagsets.counts import Counts, count_tags, counted
from instag.tagsets.encoding import Encoding, Order, TagSets, encode, join
from instag.tagsets.lists import Replaced, lists_of

__all__ = ["Counts", "Encoding", "Order", "Replaced", "TagSets", "count_tags", "counted", "encode", "join", "lists_of"]
