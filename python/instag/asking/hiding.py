"""Secrets, and how they are kept out of what anyone reads."""

import re
from collections.abc import Iterable

__all__ = ["Hiding", "tells"]

# Shorter ones stand in too many ordinary words to be blotted out; and in an answer that is kept, shorter ones than
# this do: a server that wants no key is given a word such as "ollama".
SHORTEST, SURE = 6, 16
LONGEST_DETAIL = 300
TELLING = re.compile(r"auth|key|token|cookie|secret|passw", re.IGNORECASE)
LOGIN = re.compile(r"//[^/\s@]+@")
# What a terminal would act on.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


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
        self._sure: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Hiding({len(self._secrets)} secrets)"

    def add(self, secret: str | None, *, sure: bool = True) -> None:
        """Hide a text from now on, and without the word before it, as in `Bearer KEY`.

        One that is not surely secret, such as any header, is hidden in what a server says goes wrong, but not in answers.
        """
        for text in {secret or "", (secret or "").rpartition(" ")[2]}:
            if len(text) >= SHORTEST and text not in self._secrets:
                self._secrets.append(text)
            if sure and len(text) >= SURE:
                self._sure.add(text)
        # The longest first, lest a part of one be blotted out and the rest be left.
        self._secrets.sort(key=len, reverse=True)

    def learn(self, headers: Iterable[tuple[str, str]]) -> None:
        """Hide what the headers of a request hold, by their names."""
        for name, value in headers:
            if tells(name):
                self.add(value)

    def blot(self, text: str) -> str:
        """An answer with `***` in the place of what is surely secret, and the same in all else."""
        for secret in self._secrets:
            if secret in self._sure and secret in text:
                text = text.replace(secret, "***")
        return text

    def __call__(self, text: str) -> str:
        """What may be shown of a text: at most 300 characters, on one line, without control characters."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return CONTROLS.sub("", " ".join(LOGIN.sub("//***@", text).split()))[:LONGEST_DETAIL]


def tells(name: str) -> bool:
    """Whether a header holds a secret, by its name."""
    return TELLING.search(name) is not None
