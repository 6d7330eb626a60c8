"""Normalising: raw tags become a vocabulary, and every merge has a reason.

============  ======================================================
normalizer    the steps in order: :func:`normalize`
settings      its options
state         tags in their rows, and what each has become
steps         a file for each step: frequency, rules, semantic, judge,
              broader, association
matching      whether two tags are one: shared by steps and application
judging       what a judge is asked, and what it said
history       what was done to each raw tag
hierarchy     which tags are broader than others
tree          the same as a table: levels, and what is below
rollup        each row by its broad tag
vocabulary    what is left; vocabulary_file: how it is kept
draft         a vocabulary while it is edited
editing       a small text file of edits, applied on top
quality       how good a vocabulary is, by what people say
matcher       tags that a vocabulary has not seen
application   a vocabulary on other data
============  ======================================================
"""

from instag.normalization.application import Applied
from instag.normalization.judging import JudgeEstimate, Judgement, ModelJudge, Question, write_judgments
from instag.normalization.normalizer import Normalized, normalize
from instag.normalization.quality import Quality, vocabulary_quality
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
