"""Tags looked at by a judge: which mean the same, and which are a kind or a part of another."""

from instag.normalization.judging.judgments import write_judgments
from instag.normalization.judging.question import Judge, Judgement, Question

__all__ = ["Judge", "Judgement", "Question", "write_judgments"]
