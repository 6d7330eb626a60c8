"""Selecting: the rows to fine-tune on, in order of selection."""

from instag.choices import Method
from instag.selection.certificate import Certificate, certify
from instag.selection.selector import rank, select
from instag.selection.subsets import Sweep, sweep
from instag.selection.tokens import count_tokens

__all__ = ["Certificate", "Method", "Sweep", "certify", "count_tokens", "rank", "select", "sweep"]
