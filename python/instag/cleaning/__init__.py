"""Cleaning: what does not belong in a pool goes, and what is kept apart to validate with is set aside."""

from instag.cleaning.cleaner import clean
from instag.cleaning.decontamination import decontaminate
from instag.cleaning.deduplication import dedup
from instag.cleaning.result import Cleaned
from instag.cleaning.splitting import Split, split

__all__ = ["Cleaned", "Split", "clean", "decontaminate", "dedup", "split"]
