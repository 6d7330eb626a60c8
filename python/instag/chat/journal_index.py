"""The index of a journal: the keys of its records, 25 bytes each."""

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag.chat.question import BYTES, Fault, KeySet, Reply

__all__ = ["Index"]

# How many of the last answers the pace is measured over.
ENOUGH = 200


class Index:
    """The keys of a journal's replies and faults.

    Attributes
    ----------
    setups
        How requests are adapted, by the address of an endpoint.
    paces
        Pairs of a number of answers and the seconds they took, in the order they came.
    """

    def __init__(self) -> None:
        self._replies, self._states = bytearray(), array("q")
        self._faults, self._places, self._final = bytearray(), array("q"), bytearray()
        self._unread: dict[bytes, int] = {}
        self.setups: dict[str, dict[str, Any]] = {}
        self.paces: list[tuple[int, float]] = []

    def add(self, record: Reply | Fault, place: int) -> None:
        """Add a record, and where it begins."""
        if isinstance(record, Fault):
            self._faults += record.key
            self._places.append(place)
            self._final.append(record.final)
            return
        self._replies += record.key
        # Below 0 the number of unreadable answers, if the question is to be asked again; else the limit that cut it off, or 0.
        if record.unread:
            self._states.append(-record.unread)
            self._unread[record.key] = max(record.unread, self._unread.get(record.key, 0))
        else:
            self._states.append(record.limit or 0 if record.finish_reason == "length" else 0)

    def unread(self, key: bytes) -> int:
        """How many answers to a question could not be read, so that it was to be asked again."""
        return self._unread.get(key, 0)

    def pace(self) -> float | None:
        """Answers a second, over the last 200 or a few more; None if that is not known.

        Examples
        --------
        >>> index = Index()
        >>> index.paces += [(10, 100.0), (150, 10.0), (150, 20.0)]
        >>> index.pace()
        10.0
        """
        answers, seconds = 0, 0.0
        for some, time in reversed(self.paces):
            answers, seconds = answers + some, seconds + time
            if answers >= ENOUGH:
                break
        return answers / seconds if answers and seconds > 0 else None

    def answered(self, max_tokens: int | None, reask: int) -> KeySet:
        """The keys with a reply that is whole, or would be cut off again at this limit, or was requested often enough."""
        states = np.array(self._states, np.int64)
        done = (states == 0) | (states < -reask)
        if max_tokens is not None:
            done |= states >= max_tokens
        return KeySet(_keys(self._replies)[done])

    def replied(self) -> KeySet:
        """The keys that have a reply."""
        return KeySet(_keys(self._replies))

    def failed(self, *, final: bool | None = None) -> KeySet:
        """The keys that have a fault and no reply, and whose last fault is final, or is not."""
        keys, last, unanswered = self._unanswered()
        if final is not None:
            unanswered &= np.frombuffer(self._final, np.bool_).copy()[last] == final
        return KeySet(keys[unanswered])

    def faults(self) -> list[int]:
        """Where the last faults of keys without a reply begin, in the order of the files."""
        _, last, unanswered = self._unanswered()
        places: list[int] = np.sort(np.array(self._places, np.int64)[last][unanswered]).tolist()
        return places

    def _unanswered(self) -> tuple[NDArray[np.bytes_], NDArray[np.intp], NDArray[np.bool_]]:
        """The keys with a fault, where each was seen last, and which of them have no reply."""
        keys, last = _last(self._faults)
        return keys, last, ~self.replied().isin(keys)


def _keys(buffer: bytearray) -> NDArray[np.bytes_]:
    # A copy, because a buffer that is exported cannot grow.
    return np.frombuffer(buffer, BYTES).copy()


def _last(buffer: bytearray) -> tuple[NDArray[np.bytes_], NDArray[np.intp]]:
    """The distinct keys, and where each was seen last."""
    keys, first = np.unique(_keys(buffer)[::-1], return_index=True)
    return keys, len(buffer) // BYTES.itemsize - 1 - first
