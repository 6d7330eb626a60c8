"""Normalising: raw tags become a vocabulary, and every merge has a reason.

============  ======================================================
pipeline      the steps in order: :func:`normalize`
options       what it can be told
rows, state   tags as codes, and what each has become
frequency     the step that drops rare tags
spelling      the step of rules
semantic      the step of meaning; with acronyms, density, linkage
association   the step of companions; miner: the rules as a frame
decision      whether two tags are one; with guards, difference,
              inflection, lexicon
embedding     vectors of tags; with minilm, hub, endpoint
history       what was done to each raw tag
vocabulary    what is left, in a file
application   a vocabulary on other data; with matching
============  ======================================================
"""

from instag.normalization.application import Applied
from instag.normalization.endpoint import OpenAIEmbedder
from instag.normalization.miner import associations
from instag.normalization.pipeline import Normalized, normalize
from instag.normalization.vocabulary import Vocabulary

__all__ = ["Applied", "Normalized", "OpenAIEmbedder", "Vocabulary", "associations", "normalize"]
