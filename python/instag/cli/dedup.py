"""`instag dedup`."""

from instag.cleaning import dedup as function
from instag.cli.declared import cleaning

dedup = cleaning(function, "Remove rows in which users said the same as in another, or nearly.")
