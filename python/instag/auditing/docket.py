"""The docket: the cases of an audit, what is asked about them, and what was answered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from instag.asking import Journal, Question, Unreadable, identity_of, key_of
from instag.auditing.case import Case
from instag.auditing.judge import IDENTITY, SCHEMA, messages_of
from instag.auditing.result import Failure
from instag.auditing.verdict import Verdict, read_verdict
from instag.errors import InputError

__all__ = ["Docket"]

# Hexadecimal digits that tell the prompts apart in the names of journals.
TOLD_APART = 8


@dataclass
class Docket:
    """Cases by their keys.

    Attributes
    ----------
    cases
        The cases.
    model
        The judge.
    path
        Where the journal is.
    verdicts
        What the judge says of each case by name.
    failures
        Why a case has no verdict.
    """

    cases: Sequence[Case]
    model: str
    path: Path
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Sequence[Case], model: str, journal: str | Path | None) -> "Docket":
        """Put cases before a judge; the journal is named after both unless told."""
        if not model:
            raise InputError("model: expected the model's name at the endpoint; found none")
        named = f"{model}.audit.{IDENTITY.split()[1][:TOLD_APART]}.journal"
        return cls(cases, model, Path(re.sub(r"[^\w.-]+", "-", named)) if journal is None else Path(journal))

    def open(self) -> Journal:
        """Open the journal, or begin it."""
        return Journal.open(self.path, model=self.model, prompt=IDENTITY, schema=SCHEMA)

    def unanswered(self, journal: Journal, max_tokens: int | None, *, retry_unread: bool) -> list[Case]:
        """The cases without an answer, and those that are asked again."""
        answered = journal.answered(max_tokens)
        self.read(journal)
        again = self.failures if retry_unread else {}
        return [case for case in self.cases if self._key(case) not in answered or case.id in again]

    def questions(self, cases: Sequence[Case]) -> Iterator[Question]:
        """What is asked about cases, made one by one."""
        return (Question(self._key(case), messages_of(case)) for case in cases)

    def read(self, journal: Journal, untried: str | None = None) -> None:
        """Take down all that a journal has on these cases.

        Parameters
        ----------
        journal
            The journal; the last reply to a question counts.
        untried
            Why some were not tried, if there is a reason.
        """
        names = {self._key(case): case.id for case in self.cases}
        self.verdicts, self.failures = {}, dict.fromkeys(names.values(), ("not tried", untried, None))
        for fault in journal.faults():
            if fault.key in names:
                self.failures[names[fault.key]] = ("failed", fault.reason, fault.detail or None)
        for reply in journal.replies():
            if (name := names.get(reply.key)) is None:
                continue
            self.verdicts.pop(name, None)
            try:
                self.verdicts[name] = read_verdict(reply)
                self.failures.pop(name, None)
            except Unreadable as error:
                self.failures[name] = ("failed", error.reason, error.detail or None)

    def _key(self, case: Case) -> bytes:
        return key_of(identity_of(self.model, IDENTITY, SCHEMA), case.question)
