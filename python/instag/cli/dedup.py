"""`instag dedup`."""

from instag.cleaning.options import Deduplication
from instag.cli.declared import cleaning

dedup = cleaning("dedup", Deduplication, "Remove rows in which users said the same as in another, or nearly.")
