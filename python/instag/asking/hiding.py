"""Secrets, and how they are kept out of what anyone reads."""

import re
from collections.abc import Iterable

__all__ = ["Hiding"]

# Shorter ones stand in too many ordinary words to be blotted out.
SHORTEST = 6
LONGEST_DETAIL = 300
TELLING = re.compile(r"auth|key|token|cookie|secret|passw", re.IGNORECASE)
LOGIN = re.compile(r"//[^/\s@]+@")


class Hiding:
    """Blots out secrets in what a server says.

    Parameters
    ----------
    *secrets
        Those known from the start.

    Examples
    --------
    >>> Hiding("sk-123456")("Incorrect API key: sk-123456")
    'Incorrect API key: ***'
    """

    def __init__(self, *secrets: str | None) -> None:
        self._secrets: list[str] = []
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Hiding({len(self._secrets)} secrets)"

    def add(self, secret: str | None) -> None:
        """Hide a text from now on, and without the word before it, as in `Bearer KEY`."""
        for text in {secret or "", (secret or "").rpartition(" ")[2]}:
            if len(text) >= SHORTEST and text not in self._secrets:
                self._secrets.append(text)
        # The longest first, lest a part of one be blotted out and the rest be left.
        self._secrets.sort(key=len, reverse=True)

    def learn(self, headers: Iterable[tuple[str, str]]) -> None:
        """Hide what the headers of a request hold, by their names."""
        for name, value in headers:
            if TELLING.search(name):
                self.add(value)

    def __call__(self, text: str) -> str:
        """What may be shown of a text: at most 300 characters, on one line."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(LOGIN.sub("//***@", text).split())[:LONGEST_DETAIL]
