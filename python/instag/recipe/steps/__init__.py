"""What each step of a recipe does: a function from a :class:`Job` to what is to be known of its result.

===========  ======================================================
job          what a step is given: its options, its data, a folder
reading      sources become one table of conversations, with keys
cleaning     clean, dedup, decontaminate, split
tagging      tags from a model; what was spent
asking       how a model is asked
normalizing  a vocabulary
selecting    the rows to train on
writing      files for trainers
describing   the report
===========  ======================================================
"""
