"""Recipes: the road from raw files to files for a trainer, as one file of options that can be run again and checked.

============  ======================================================
options       what each table may hold
parameters    of functions: names, types, defaults, what they do
values        whether values are of these types
lines         the line of a recipe that a key stands on
faults        what is wrong with a recipe, as it is found
recipe        a recipe as it stands in its file
checking      a recipe checked, all faults at once
sense         whether its tables go together
trial         values tried on a few made-up rows
columns       whether the columns that it names are in the data
models        whether servers list the models that it names
steps         the functions that do the steps
outcome       a step as it was done, or would be; what does it
cache         results by what they were made of; hashes of files
inputs        what a result depends on
planning      what a run would do, and why
consent       whoever pays is asked
spending      what all runs have paid
road          a recipe on its way
wording       what is printed of a step that was done
conversation  keys that find rows again by what is in them
runner        a recipe run: :func:`run`
output        the folder that it leaves
manifest      what was made of what; verification: :func:`verify`
draft         a first recipe for data files: :func:`new`
============  ======================================================
"""

from instag.recipe.draft import new, schema
from instag.recipe.runner import run
from instag.recipe.spending import CostError
from instag.recipe.verification import Check, verify

__all__ = ["Check", "CostError", "new", "run", "schema", "verify"]
