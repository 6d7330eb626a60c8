"""The pace: requests and tokens a minute."""

from instag.asking.limits import Limits

__all__ = ["Bucket", "Pace"]

MINUTE = 60.0
BYTES_A_TOKEN = 4


class Bucket:
    """So much a minute, evenly: what a second brings may be taken at once, and what is taken too much is owed.

    Examples
    --------
    >>> bucket = Bucket(120, now=0.0)
    >>> bucket.take(2)
    >>> bucket.wait(1, now=0.0), bucket.wait(1, now=0.5)
    (0.5, 0.0)
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self._rate = per_minute / MINUTE
        self._most = max(self._rate, 1.0)
        self._level = self._most
        self._at = now

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken; what is more than the bucket holds, when it is full."""
        self._level = min(self._level + (now - self._at) * self._rate, self._most)
        self._at = now
        return max(min(amount, self._most) - self._level, 0.0) / self._rate

    def take(self, amount: float) -> None:
        """Take so much; less than nothing gives back."""
        self._level -= amount


class Pace:
    """Requests and tokens a minute, both or neither.

    Tokens are estimated at a quarter of a request's bytes, and put right when the server has counted them.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self._requests = Bucket(limits.rpm, now) if limits.rpm else None
        self._tokens = Bucket(limits.tpm, now) if limits.tpm else None

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a request of so many tokens may be sent."""
        requests = self._requests.wait(1, now) if self._requests else 0.0
        return max(requests, self._tokens.wait(tokens, now) if self._tokens else 0.0)

    def take(self, tokens: int) -> None:
        """A request is sent."""
        if self._requests:
            self._requests.take(1)
        if self._tokens:
            self._tokens.take(tokens)

    def correct(self, tokens: int) -> None:
        """So many tokens more were used than had been taken."""
        if self._tokens:
            self._tokens.take(tokens)
