"""Cleaning: removes rows that do not belong in a pool, and sets rows aside for validation.

===============  ===================================================
options          the options of the functions
cleaner          :func:`clean`; scripts: the writing systems of texts
deduplication    :func:`dedup`
decontamination  :func:`decontaminate`
benchmarks       the items of benchmarks
paraphrases      rows that may ask an item in other words
judge            decides whether they do; estimation: its cost
splitting        :func:`split`
result           the rows that stay, and why others were removed
===============  ===================================================
"""

from typing import TYPE_CHECKING

from instag.lazy import loader

if TYPE_CHECKING:
    from instag.cleaning.cleaner import clean
    from instag.cleaning.decontamination import decontaminate
    from instag.cleaning.deduplication import dedup
    from instag.cleaning.result import Cleaned
    from instag.cleaning.splitting import Split, split

__all__ = ["Cleaned", "Split", "clean", "decontaminate", "dedup", "split"]

# Modules are loaded when first used, so that the options can be shown without loading Polars.
__getattr__ = loader(
    __name__,
    {
        "Cleaned": "result",
        "Split": "splitting",
        "clean": "cleaner",
        "decontaminate": "decontamination",
        "dedup": "deduplication",
        "split": "splitting",
    },
)
