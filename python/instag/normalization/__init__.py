"""Normalising: raw tags become a vocabulary, and every merge has a reason.

============  ======================================================
normalizer    the steps in order: :func:`normalize`
settings      its options; result: the data and the record it returns
foresight     the memory and time that it will take
white_space   that of raw tags, tidied as they are read
state         the rows with the tags as they are now
steps         a file for each step: frequency, rules, semantic, judge,
              broader, association
matching      whether two tags are the same: used by steps and application
judging       the questions to a judge, and its answers
history       what became of each raw tag, and why
hierarchy     which tags are broader than others
tree          the same as a table, with levels
rollup        one broad tag for each row
vocabulary    the tags that are left; vocabulary_file: its file
draft         a vocabulary while it is edited
editing       a small text file of edits, applied on top
quality       a vocabulary compared with what people say
matcher       matches tags that a vocabulary has not seen
application   a vocabulary applied to other data
============  ======================================================
"""

from instag.normalization.application import Applied
from instag.normalization.judging import JudgeEstimate, Judgement, ModelJudge, Question, write_judgments
from instag.normalization.normalizer import normalize
from instag.normalization.quality import Quality, vocabulary_quality
from instag.normalization.result import Normalized
from instag.normalization.rollup import roll_up
from instag.normalization.steps.association import associations
from instag.normalization.vocabulary import Vocabulary

__all__ = [
    "Applied",
    "JudgeEstimate",
    "Judgement",
    "ModelJudge",
    "Normalized",
    "Quality",
    "Question",
    "Vocabulary",
    "associations",
    "normalize",
    "roll_up",
    "vocabulary_quality",
    "write_judgments",
]
