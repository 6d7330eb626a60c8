"""Estimates: what a model that judges tags would be asked, and what that takes; nothing is asked."""

from dataclasses import dataclass

from instag.chat.options import Settings
from instag.chat.progress import duration
from instag.chat.task import Task, wanted
from instag.chat.truncate import tokens_of
from instag.normalization.judging.answer import Answer
from instag.normalization.judging.batches import BATCH, Batches
from instag.normalization.judging.prompt import RULES

__all__ = ["JudgeEstimate", "estimate"]

# Tokens that a model writes about a tag.
ANSWER = 30
# Seconds to the first word of an answer, tokens a second of one, and answers at a time, where the journal has no pace.
WAIT, SPEED, IN_FLIGHT = 0.5, 60.0, 32


@dataclass(frozen=True, slots=True)
class JudgeEstimate:
    """What it takes to ask a model about tags.

    Attributes
    ----------
    tags
        The tags that there are to judge, and in how many `questions`; `answered` of these have an answer, and the run
        will ask `asked` of the others.
    prompt_tokens, completion_tokens
        What is asked and answered then, by a rule of thumb.
    cost
        US dollars for that; None where the price is not known.
    seconds
        How long it takes: at the pace of the journal's last answers, or where it has none, at a usual one.
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
    """Estimate what it takes to ask what has no answer in the journal, which another run may be writing."""
    held = task.peek()
    if settings.retry_unread:
        batches.read(held.replies(), task.read)
    found = wanted(batches, held, settings)
    chosen = [nth for turn in found.turns for nth in turn.tolist()]
    prompt = sum(tokens_of(RULES) + tokens_of(batches.texts[nth]) for nth in chosen)
    answer = sum(len(batches.batches[nth]) for nth in chosen) * ANSWER
    limits, pace = settings.limits, held.pace()
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
    """Seconds that so many questions usually take: the estimate where the journal has no pace."""
    at_once = IN_FLIGHT if settings.limits.concurrency == "auto" else settings.limits.concurrency
    return asked * (WAIT + BATCH * ANSWER / SPEED) / max(min(at_once, asked), 1)
