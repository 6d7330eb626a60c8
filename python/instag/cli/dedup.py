"""`instag dedup`."""

from instag.cleaning.options import Deduplication
from instag.cli.declared import cleaning

dedup = cleaning(
    "dedup", Deduplication, "Remove rows whose queries are the same as in another row, or nearly the same."
)
