"""From what a model has written to tags, in whatever form it wrote them.

=========  ======================================================
answer     an answer, by one recogniser after the other
forms      tags in a value of JSON; form: what they are taken down as
entries    what lists of tags hold where it is no bare text
lists      tags in plain text
words      the words that tell a tag from all else
=========  ======================================================
"""

from instag.tagging.parsing.answer import LONGEST_EXPLANATION, LONGEST_TAG, MOST_TAGS, TagList, read_answer

__all__ = ["LONGEST_EXPLANATION", "LONGEST_TAG", "MOST_TAGS", "TagList", "read_answer"]
