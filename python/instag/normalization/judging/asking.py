"""Ask a judge, and check its answers: names that were not among the candidates are ignored."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from instag import _core
from instag.errors import InputError
from instag.normalization.judging.batches import BATCH
from instag.normalization.judging.judgments import Judged
from instag.normalization.judging.model import ModelJudge
from instag.normalization.judging.question import Judge, Judgement, Question
from instag.progress import Progress, Stage

__all__ = ["Refused", "ask", "checked", "name_of"]

# How many of the ignored names a warning shows.
SHOWN = 3
# How many characters an error shows of an answer that is not a judgement.
SHORT = 80


@dataclass
class Refused:
    """Names in answers that were ignored, counted by the reason."""

    reasons: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)

    def add(self, why: str, name: str) -> None:
        """Count a name."""
        self.reasons[why] += 1
        self.names.append(name)

    def __str__(self) -> str:
        reasons = ", ".join(f"{count:,} {why}" for why, count in sorted(self.reasons.items()))
        some = ", ".join(map(repr, self.names[:SHOWN])) + (", …" if len(self.names) > SHOWN else "")
        return f"{len(self.names):,} names in the judge's answers are ignored ({reasons}): {some}"


def ask(
    questions: Sequence[Question], judge: Judge, refused: Refused, progress: Callable[[Progress], None]
) -> list[Judged]:
    """Ask a judge, a batch of questions at a time.

    Raises
    ------
    InputError
        If it does not return a judgement for each.
    """
    name, judged = name_of(judge), []
    # A model makes its batches itself, and asks several of them at once.
    at_a_time = len(questions) if isinstance(judge, ModelJudge) else BATCH
    for start in range(0, len(questions), max(at_a_time, 1)):
        progress(Stage("judging", start, len(questions)))
        some = list(questions[start : start + at_a_time])
        answers: Any = judge(some, progress) if isinstance(judge, ModelJudge) else judge(some)
        given = list(answers) if isinstance(answers, Iterable) else None
        if given is None or len(given) != len(some):
            found = repr(answers)[:SHORT] if given is None else str(len(given))
            raise InputError(f"judge {name}: expected {len(some)} judgements, one for each question; found {found}")
        # A model may leave a question unanswered; then there is no judgement of its tags.
        judged += [
            checked(question, answer, name, refused)
            for question, answer in zip(some, given, strict=True)
            if answer is not None or not isinstance(judge, ModelJudge)
        ]
    return judged


def checked(question: Question, answer: Any, judge: str, refused: Refused) -> Judged:
    """Check a judgement, and keep what it says of the candidates that were asked about.

    Examples
    --------
    >>> refused = Refused()
    >>> question = Question("Java", 3, ("programming", "coffee"))
    >>> checked(question, Judgement(same=["Java"], broader=["Programming", "island"]), "me", refused).broader
    ('programming',)
    >>> print(refused)
    2 names in the judge's answers are ignored (1 are no candidates, 1 are the tag itself): 'Java', 'island'
    """
    if not isinstance(answer, Judgement):
        raise InputError(f"judge {judge}: expected an instag.Judgement for {question.tag!r}; found {answer!r}")
    reasons = dict(answer.reasons or {})
    same = _candidates(question, answer.same, judge, refused)
    broader = _candidates(question, answer.broader, judge, refused)
    for name in same.keys() & broader.keys():
        refused.add("are the same and broader at once", name)
        del broader[name]
    why = {name: str(reasons[given]) for name, given in (same | broader).items() if given in reasons}
    return Judged(question.tag, question.count, question.candidates, tuple(same), tuple(broader), judge, why)


def name_of(judge: Any) -> str:
    """The name of a judge, for messages and judgements."""
    return str(getattr(judge, "name", None) or getattr(judge, "__name__", type(judge).__name__))


def _candidates(question: Question, names: Any, judge: str, refused: Refused) -> dict[str, str]:
    """The candidates that the names refer to, each with the name as the judge wrote it."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InputError(f"judge {judge}: expected lists of candidates for {question.tag!r}; found {names!r}")
    texts = dict(zip(_core.clean(list(question.candidates)), question.candidates, strict=True))
    found: dict[str, str] = {}
    for name in names:
        given = str(name)
        meant = given if given in question.candidates else texts.get(_core.clean([given])[0])
        if meant is not None:
            found[meant] = given
        else:
            itself = _core.clean([given]) == _core.clean([question.tag])
            refused.add("are the tag itself" if itself else "are no candidates", given)
    return found
