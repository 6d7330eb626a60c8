"""Recipes: the road from raw files to files for a trainer, as one file of options that can be run again and checked.

============  ======================================================
options       what each table may hold, by the parameters of the
              functions; values, whether it does
lines         the line of a recipe that a key stands on; faults, with it
recipe        a recipe as it stands in its file
checking      a recipe checked, all faults at once: sense, trial and
              columns look further than one value
steps         what does each step: the functions in work/
cache         results by what they were made of; hashes of files
inputs        what a result depends on
road          a recipe on its way; planning, what it would do; consent,
              whoever pays; spending, what all its runs have paid
conversation  keys that find rows again by what is in them
runner        a recipe run: :func:`run`
output        the folder that it leaves
manifest      what was made of what; verification: :func:`verify`
draft         a recipe to begin with
============  ======================================================
"""

from instag.recipe.runner import run
from instag.recipe.verification import Check, verify

__all__ = ["Check", "run", "verify"]
