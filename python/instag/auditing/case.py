"""A case: what is put before the judge."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import orjson

from instag.chat.truncate import Cut

__all__ = ["KINDS", "TAG", "Case", "Kind"]

Kind = Literal["precision", "consistency"]
"""Whether a tag is right for its query, or means the same in several."""

KINDS: tuple[Kind, ...] = ("precision", "consistency")

TAG = Cut(200)
"""How much of a tag is shown."""


@dataclass(frozen=True, slots=True)
class Case:
    """A tag with one query or with several.

    Attributes
    ----------
    kind
        What is asked about it.
    tag
        The tag.
    queries
        The queries as they are shown: long ones are cut.
    rows
        The row of each in the data.
    probe
        Whether something was put wrong on purpose.
    misplaced
        Which of the queries, from 0, was put in the place of one that belongs; None where none was.

    Examples
    --------
    >>> case = Case("precision", "poetry", ("Write a haiku.",), (7,), probe=False)
    >>> case.question
    '{"query":"Write a haiku.","tag":"poetry"}'
    >>> case.id
    'p-58709cc820'
    """

    kind: Kind
    tag: str
    queries: tuple[str, ...]
    rows: tuple[int, ...]
    probe: bool
    misplaced: int | None = None

    @property
    def question(self) -> str:
        """What the judge sees, as JSON: whatever a query holds, it ends where its string ends."""
        shown = {"queries": self.queries} if self.kind == "consistency" else {"query": self.queries[0]}
        return orjson.dumps(shown | {"tag": TAG(self.tag)[0]}).decode()

    @property
    def id(self) -> str:
        """The name of the case: the same for the same question, and without a hint at what it is."""
        return f"{self.kind[0]}-{blake2b(self.question.encode(), digest_size=5).hexdigest()}"
