"""From a model's answer to tags, in whatever form they are written.

=========  ======================================================
answer     an answer, tried with one recogniser after the other
forms      tags in a JSON value; form: the form that was found
entries    items of a list of tags that are not plain texts
lists      tags in plain text
words      words that show what is a tag and what is not
=========  ======================================================
"""

from instag.tagging.parsing.answer import LONGEST_EXPLANATION, LONGEST_TAG, MOST_TAGS, TagList, read_answer

__all__ = ["LONGEST_EXPLANATION", "LONGEST_TAG", "MOST_TAGS", "TagList", "read_answer"]
