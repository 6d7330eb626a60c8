"""`instag clean`."""

from instag.cleaning.options import Cleaning
from instag.cli.declared import cleaning

clean = cleaning(
    "clean", Cleaning, "Remove rows without a question or an answer, and rows of the wrong length or script."
)
