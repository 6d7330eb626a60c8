"""The judge of tags on the command line: a model, files of judgements, or both."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import instag
from instag.cli import console
from instag.cli.llm_options import kept_beside, read_asking
from instag.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from instag import Judgement, ModelJudge, Question

__all__ = ["DryRun", "Estimating", "Judge", "Judgments", "JudgmentsOut", "judge_of"]

Judge = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="A model that says which tags mean the same, and which are broader: its name at the endpoint, or a .gguf file.",
    ),
]
Judgments = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE", help="Judgements of tags in JSON Lines, which win over the model; repeat it for several files."
    ),
]
JudgmentsOut = Annotated[
    Path | None,
    typer.Option("--judgments-out", metavar="FILE", help="Where to write the judgements, to read and correct them."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Estimate the judge's tokens, cost and time; nothing is asked or written.")
]


class Estimating:
    """Stands in for a model: it records the questions, and answers none."""

    def __init__(self, model: "ModelJudge") -> None:
        self.name, self._model = model.name, model
        self._questions: list[Question] = []

    def __call__(self, questions: "list[Question]") -> "Sequence[Judgement]":
        """Record the questions."""
        self._questions += questions
        return [instag.Judgement() for _ in questions]

    def show(self) -> None:
        """Print the estimate."""
        console.say(str(self._model.estimate(self._questions)))
        console.say("nothing was asked, and nothing was written")


def judge_of(model: str | None, output: Path, asking: dict[str, Any], *, dry_run: bool) -> "ModelJudge | None":
    """The model that judges, if one was given; without --journal its answers are kept beside the output.

    Parameters
    ----------
    model, output, dry_run
        The options of a command.
    asking
        Those of :func:`instag.cli.llm_options.asks_a_model`.
    """
    asking["journal"] = asking["journal"] or [kept_beside(output, ".judge.journal")]
    if model is None:
        if dry_run:
            raise InputError("--dry-run: nothing would be asked without a judge: add --judge MODEL")
        return None
    return instag.ModelJudge(model, **read_asking(asking))
