"""The purse: what was spent, and what what is under way may cost yet."""

from math import ceil

from instag.asking.pace import BYTES_A_TOKEN
from instag.asking.price import Price
from instag.asking.reply import TOO_LARGE, Reply

__all__ = ["Purse"]

# Tokens that an answer may have where no limit is set, and none has had more yet.
UNLIMITED = 1024


class Purse:
    """Money: each request sets aside the most it may cost, and the answer settles it.

    Parameters
    ----------
    price
        What tokens cost, or None.
    most
        US dollars that may be spent, or None.

    Examples
    --------
    >>> purse = Purse(Price(1.0, 1.0), most=0.002)
    >>> purse.most_of(4_000, limit=500)
    0.0015
    >>> purse.reserve(0.0015), purse.affords(0.0015)
    (None, False)
    """

    def __init__(self, price: Price | None, most: float | None) -> None:
        self._price, self._most = price, most
        self.spent = 0.0
        self._reserved = 0.0
        self._bytes, self._tokens = 0, 0
        self._longest = 0

    def most_of(self, size: int, limit: int | None) -> float:
        """The most that a request of so many bytes may cost.

        Its tokens are estimated: a quarter of the bytes, or as many as the server has counted for others of that size.
        Those of its answer are the limit, or those of the longest answer yet where a server has gone beyond.
        """
        if self._price is None:
            return 0.0
        tokens = size * max(1 / BYTES_A_TOKEN, self._tokens / self._bytes if self._bytes else 0.0)
        return self._price.of(ceil(tokens), max(UNLIMITED if limit is None else limit, self._longest))

    def affords(self, dollars: float) -> bool:
        """Whether so much more may be set aside."""
        return self._most is None or self.spent + self._reserved + dollars <= self._most

    def reserve(self, dollars: float) -> None:
        """Set money aside; less than nothing gives it back."""
        self._reserved += dollars

    def pay(self, reply: Reply, size: int) -> None:
        """Pay for a reply to a request of so many bytes; what the server did not count is estimated."""
        if reply.prompt_tokens:
            self._bytes += size
            self._tokens += reply.prompt_tokens
        said = reply.completion_tokens or _said(reply)
        self._longest = max(self._longest, said)
        if self._price is not None:
            self.spent += self._price.of(reply.prompt_tokens or size // BYTES_A_TOKEN, said)


def _said(reply: Reply) -> int:
    """The tokens of an answer, as its text tells; of one that was not read to its end, as many as it may have."""
    if reply.finish_reason == TOO_LARGE:
        return UNLIMITED if reply.limit is None else reply.limit
    return len((reply.content or "").encode()) // BYTES_A_TOKEN
