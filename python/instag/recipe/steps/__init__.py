"""The steps of a recipe: each a function from a :class:`Job` to the record of its result.

===========  ======================================================
job          the input of a step: its options, its data, a folder
reading      sources become one table of conversations, with keys
cleaning     clean, dedup, decontaminate, split
tagging      tags from a model, and their cost
asking       the options of asking a model
normalizing  a vocabulary
selecting    the rows to train on
writing      files for trainers
describing   the report
===========  ======================================================
"""
