"""`instag clean`."""

from instag.cleaning import clean as function
from instag.cli.declared import cleaning

clean = cleaning(
    function, "Leave out rows in which nothing is said or answered, and those of the wrong size or writing."
)
