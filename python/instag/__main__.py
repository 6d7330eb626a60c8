"""`python -m instag` is the command line."""

from instag.cli import main

main()
