"""The contents of a journal: what all runs until now were answered."""

from collections.abc import Iterator
from pathlib import Path

from instag.asking import record as lines
from instag.asking.index import Index
from instag.asking.keys import KeySet
from instag.asking.reply import Fault, Reply

__all__ = ["Contents"]


class Contents:
    """What a journal holds; :meth:`Journal.peek` gives it without opening the journal.

    Attributes
    ----------
    path
        The file.
    index
        The keys of what is in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.index = Index()

    def answered(self, max_tokens: int | None) -> KeySet:
        """The keys that need no asking.

        Parameters
        ----------
        max_tokens
            The limit that would be asked with. Answers that a lower one cut off do not count; None is no limit.
        """
        return self.index.answered(max_tokens)

    def replied(self) -> KeySet:
        """The keys with a reply, whatever it says."""
        return self.index.replied()

    def failed(self) -> KeySet:
        """The keys that have a fault and no reply."""
        return self.index.failed()

    def replies(self) -> Iterator[Reply]:
        """All replies, as they came; of several to one key the last is the one that counts."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                record = lines.parse(line)
                if isinstance(record, Reply):
                    yield record

    def faults(self) -> Iterator[Fault]:
        """The last fault of each key that has no reply, as they came."""
        if not (places := self.index.faults()):
            return
        with self.path.open("rb") as file:
            for place in places:
                file.seek(place)
                record = lines.parse(file.readline())
                if isinstance(record, Fault):
                    yield record
