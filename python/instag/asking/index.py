"""What a journal holds, by key, in a few bytes each."""

from array import array

import numpy as np
from numpy.typing import NDArray

from instag.asking.keys import BYTES, KeySet
from instag.asking.reply import Fault, Reply

__all__ = ["Index"]


class Index:
    """The keys of a journal's replies and faults: 24 bytes a record."""

    def __init__(self) -> None:
        self._replies, self._limits = bytearray(), array("q")
        self._faults, self._places = bytearray(), array("q")

    def add(self, record: Reply | Fault, place: int) -> None:
        """Take in a record, and where in the file it begins."""
        if isinstance(record, Fault):
            self._faults += record.key
            self._places.append(place)
        else:
            self._replies += record.key
            # 0 where nothing cut it off, or nobody knows at what length.
            self._limits.append(record.limit or 0 if record.finish_reason == "length" else 0)

    def answered(self, max_tokens: int | None) -> KeySet:
        """The keys whose last reply is whole, or would be cut off again at this limit."""
        keys, last = _last(self._replies)
        limits = np.array(self._limits, np.int64)[last]
        whole = (limits == 0) if max_tokens is None else (limits == 0) | (limits >= max_tokens)
        return KeySet(keys[whole])

    def replied(self) -> KeySet:
        """The keys that have a reply."""
        return KeySet(_keys(self._replies))

    def failed(self) -> KeySet:
        """The keys that have a fault and no reply."""
        keys, _, unanswered = self._unanswered()
        return KeySet(keys[unanswered])

    def faults(self) -> list[int]:
        """Where the last faults of keys without a reply begin, in the file's order."""
        _, last, unanswered = self._unanswered()
        places: list[int] = np.sort(np.array(self._places, np.int64)[last][unanswered]).tolist()
        return places

    def _unanswered(self) -> tuple[NDArray[np.bytes_], NDArray[np.intp], NDArray[np.bool_]]:
        """The keys with a fault, where each was seen last, and which of them have no reply."""
        keys, last = _last(self._faults)
        return keys, last, ~self.replied().isin(keys)


def _keys(buffer: bytearray) -> NDArray[np.bytes_]:
    # A copy: a buffer that is looked at could not grow.
    return np.frombuffer(buffer, BYTES).copy()


def _last(buffer: bytearray) -> tuple[NDArray[np.bytes_], NDArray[np.intp]]:
    """The distinct keys, and where each was seen last."""
    keys, first = np.unique(_keys(buffer)[::-1], return_index=True)
    return keys, len(buffer) // BYTES.itemsize - 1 - first
