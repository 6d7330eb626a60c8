"""Sets of keys, millions of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag.asking.question import KEY

__all__ = ["KeySet"]

# Compared as bytes of one length, 16 bytes each.
BYTES = np.dtype(f"S{KEY}")


class KeySet:
    """A set of keys that does not change: 16 bytes each, and found by halving.

    Parameters
    ----------
    keys
        An array of `n` keys: `V16`, or `n` rows of 16 `uint8`.

    Examples
    --------
    >>> keys = KeySet(np.frombuffer(b"first key, first" + b"second key, 2nd.", "V16"))
    >>> b"first key, first" in keys, b"another key, 3rd" in keys, len(keys)
    (True, False, 2)
    """

    def __init__(self, keys: NDArray[Any]) -> None:
        self._sorted = np.unique(_flat(keys))

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, key: bytes) -> bool:
        return bool(self.isin(np.frombuffer(key, BYTES))[0])

    def isin(self, keys: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of the keys are in the set.

        Parameters
        ----------
        keys
            An array of `n` keys, as above.

        Returns
        -------
        numpy.ndarray
            `n` times True or False.
        """
        wanted = _flat(keys)
        if not len(self._sorted):
            return np.zeros(len(wanted), np.bool_)
        places = np.searchsorted(self._sorted, wanted)
        return np.asarray(self._sorted[np.minimum(places, len(self._sorted) - 1)] == wanted)


def _flat(keys: NDArray[Any]) -> NDArray[np.bytes_]:
    return np.ascontiguousarray(keys).reshape(-1).view(BYTES)
