"""Judge tags: which mean the same, and which are a kind or a part of another."""

from instag.normalization.judging.estimation import JudgeEstimate
from instag.normalization.judging.judgments import write_judgments
from instag.normalization.judging.model import ModelJudge
from instag.normalization.judging.question import Judge, Judgement, Question

__all__ = ["Judge", "JudgeEstimate", "Judgement", "ModelJudge", "Question", "write_judgments"]
