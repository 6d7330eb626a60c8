"""`instag clean`."""

from instag.cleaning.options import Cleaning
from instag.cli.declared import cleaning

clean = cleaning(
    "clean", Cleaning, "Leave out rows in which nothing is said or answered, and those of the wrong size or writing."
)
