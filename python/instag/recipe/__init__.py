"""Recipes: one file of options for the way from raw files to files for a trainer, which can be run again and verified.

============  ======================================================
options       the options of each table
parameters    options from the parameters of functions and their docstrings
values        checks of the types of values
lines         the line of each key of a recipe
toml          values as a recipe has them
faults        the list of a recipe's faults
recipe        a recipe, as its file has it
checking      checks of a recipe, all faults at once
secrets       checks that it holds no key or password
sense         checks that its tables go together
trial         values tried on a few made-up rows
sources       checks that its files can be read
columns       checks that its columns are in the data
selection     checks of what a selection needs
counts        checks that there are rows enough
quotas        checks that quotas can be met
models        checks that servers list its models
objective     what the report values the selected rows by
steps         the functions that do the steps
outcome       the result of a step, or the plan of one
cache         results of steps by their inputs; hashes of files
inputs        the options and contents that a result depends on
planning      which steps a run would do, and why
consent       the user's consent to costs
spending      the cost of all runs
road          the steps of a run, one after the other
wording       the line that is printed about a step
conversation  keys of rows by their content
parts         the files of train, val and test, read back
runner        running a recipe: :func:`run`
output        the folder with the result
manifest      the record of inputs, steps and outputs; verification: :func:`verify`
draft         a first recipe for data files: :func:`new`
============  ======================================================
"""

from instag.recipe.draft import new, schema
from instag.recipe.runner import run
from instag.recipe.spending import CostError
from instag.recipe.verification import Check, verify

__all__ = ["Check", "CostError", "new", "run", "schema", "verify"]
