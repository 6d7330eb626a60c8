"""Estimate the cost of asking a model to judge tags, without asking it."""

from dataclasses import dataclass

from instag.chat.options import Settings
from instag.chat.progress import duration
from instag.chat.task import Task, wanted
from instag.chat.truncate import tokens_of
from instag.normalization.judging.answer import Answer
from instag.normalization.judging.batches import BATCH, Batches
from instag.normalization.judging.prompt import RULES

__all__ = ["JudgeEstimate", "estimate"]

# Tokens of an answer about one tag.
ANSWER = 30
# If the journal has no pace: seconds to the first word of an answer, its tokens a second, and answers at a time.
WAIT, SPEED, IN_FLIGHT = 0.5, 60.0, 32


@dataclass(frozen=True, slots=True)
class JudgeEstimate:
    """The number of questions, the cost and the time to ask a model about tags.

    Attributes
    ----------
    tags
        The number of tags, and the number of `questions` that they make; `answered` of these have an answer already,
        and the run will ask `asked` of the others.
    prompt_tokens, completion_tokens
        The tokens of these questions and their answers, by a rule of thumb.
    cost
        US dollars for them; None if the price is not known.
    seconds
        How long it takes: at the pace of the journal's last answers or, if it has none, at a usual pace.
    paced
        Whether the journal has a pace.
    """

    tags: int
    questions: int
    answered: int
    asked: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    seconds: float
    paced: bool = False

    def __str__(self) -> str:
        cost = "at an unknown price" if self.cost is None else f"about ${self.cost:,.3g}"
        pace = " at the pace so far" if self.paced else ""
        return (
            f"{self.tags:,} tags in {self.questions:,} questions, {self.answered:,} of them answered; the {self.asked:,} to "
            f"be asked take about {self.prompt_tokens + self.completion_tokens:,} tokens, {cost}, "
            f"{duration(self.seconds)}{pace}"
        )


def estimate(batches: Batches, task: Task[Answer], settings: Settings) -> JudgeEstimate:
    """Estimate the questions without an answer in the journal, which another run may be writing at the same time."""
    journal = task.peek()
    if settings.retry_unread:
        batches.read(journal.replies(), task.read)
    found = wanted(batches, journal, settings)
    chosen = [nth for turn in found.turns for nth in turn.tolist()]
    prompt = sum(tokens_of(RULES) + tokens_of(batches.texts[nth]) for nth in chosen)
    answer = sum(len(batches.batches[nth]) for nth in chosen) * ANSWER
    limits, pace = settings.limits, journal.pace()
    return JudgeEstimate(
        tags=sum(map(len, batches.batches)),
        questions=len(batches.batches),
        answered=found.kept,
        asked=found.count,
        prompt_tokens=prompt,
        completion_tokens=answer,
        cost=None if limits.price is None else limits.price.of(prompt, answer),
        seconds=_usual(len(chosen), settings) if pace is None else len(chosen) / pace,
        paced=pace is not None,
    )


def _usual(asked: int, settings: Settings) -> float:
    """The seconds that this many questions usually take, for journals without a pace."""
    at_once = IN_FLIGHT if settings.limits.concurrency == "auto" else settings.limits.concurrency
    return asked * (WAIT + BATCH * ANSWER / SPEED) / max(min(at_once, asked), 1)
