"""Recipes: the road from raw files to files for a trainer, as one file of options that can be run again and checked.

============  ======================================================
lines         the line of a recipe that a key stands on
steps         the steps in order, each a command with its options
recipe        a recipe read and checked, all faults at once
cache         results by what they were made of; hashes of files
conversation  keys that find rows again by what is in them
runner        a recipe run: :func:`run`
manifest      what was made of what: :func:`verify`
draft         a recipe to begin with
============  ======================================================
"""

from instag.recipe.manifest import Check, verify
from instag.recipe.runner import run

__all__ = ["Check", "run", "verify"]
