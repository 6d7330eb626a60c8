"""Cleaning: what does not belong in a pool goes, and what is kept apart to validate with is set aside.

===============  ===================================================
options          what each of the functions can be given
cleaner          :func:`clean`; scripts: what texts are written in
deduplication    :func:`dedup`
decontamination  :func:`decontaminate`
benchmarks       the items of benchmarks
paraphrases      rows that may ask an item in other words
judge            who says whether they do; estimation: what that takes
splitting        :func:`split`
result           the rows that stay, and why others went
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

# A file is loaded when its name is first used, so that the options can be shown without loading Polars.
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
