"""`instag decontaminate`."""

from instag.cleaning import decontaminate as function
from instag.cli.declared import cleaning

decontaminate = cleaning(function, "Remove rows in which a user asks what a benchmark asks, or most of it.")
