"""Selecting: the rows to fine-tune on, in order of selection."""

from instag.selection.ranking import Method
from instag.selection.selector import rank, select

__all__ = ["Method", "rank", "select"]
