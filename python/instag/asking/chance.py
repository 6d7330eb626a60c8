"""Chance, so that many who wait do not all come at once."""

import random

__all__ = ["jittered"]


def jittered(seconds: float) -> float:
    """Half of a time or more, by chance; it changes when things are done, never what comes of them."""
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret hangs on it
