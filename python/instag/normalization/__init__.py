"""Normalising: raw tags become a vocabulary, and every merge has a reason.

============  ======================================================
normalizer    the steps in order: :func:`normalize`
settings      its options
rows, state   tags as codes, and what each has become
steps/        a file for each step: frequency, rules, semantic,
              association
matching/     whether two tags are one: shared by steps and application
history       what was done to each raw tag
vocabulary    what is left, in a file
application   a vocabulary on other data
============  ======================================================
"""

from instag.normalization.application import Applied
from instag.normalization.normalizer import Normalized, normalize
from instag.normalization.steps.association import associations
from instag.normalization.vocabulary import Vocabulary

__all__ = ["Applied", "Normalized", "Vocabulary", "associations", "normalize"]
