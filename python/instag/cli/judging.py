"""The judge of tags on the command line: a model, files of judgements, or both."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import instag
from instag.choices import OPENAI
from instag.cli import console
from instag.cli.llm_options import read_body, read_concurrency, read_headers, read_key, read_price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from instag import Judgement, ModelJudge, Question

__all__: list[str] = []

Judge = Annotated[
    str | None,
    typer.Option(metavar="MODEL", help="Let a model say which tags mean the same, and which are broader."),
]
Judgments = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE", help="What was said of tags before: JSON Lines; it wins over the model. Several times."
    ),
]
JudgmentsOut = Annotated[
    Path | None,
    typer.Option("--judgments-out", metavar="FILE", help="Where to write what was said, to be read and corrected."),
]
Kept = Annotated[
    Path | None,
    typer.Option("--journal", metavar="FILE", help="The file for the model's answers; otherwise OUT.judge.journal."),
]
Limit = Annotated[int | None, typer.Option(metavar="N", help="Ask at most so many questions, of 20 tags each.")]
Tokens = Annotated[int, typer.Option("--max-tokens", help="The longest answer; 0 leaves it to the server.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what the judge would take, and ask and write nothing.")]


class Estimating:
    """In the place of a model: it notes what would be asked, and says nothing."""

    def __init__(self, model: "ModelJudge") -> None:
        self.name, self._model = model.name, model
        self._questions: list[Question] = []

    def __call__(self, questions: "list[Question]") -> "Sequence[Judgement]":
        """Note the questions."""
        self._questions += questions
        return [instag.Judgement() for _ in questions]

    def show(self) -> None:
        """Print what it would take."""
        console.say(str(self._model.estimate(self._questions)))
        console.say("nothing was asked, and nothing was written")


def judge_of(  # one parameter an option
    model: str | None,
    output: Path,
    base_url: str | None,
    api_key_env: str,
    api_key_file: Path | None,
    header: list[str] | None,
    journal: Path | None,
    concurrency: str,
    price: str | None,
    max_tokens: int,
    temperature: float,
    extra_body: str | None,
    **rest: Any,
) -> "ModelJudge | None":
    """The model that is to judge, if there is one."""
    if model is None:
        return None
    return instag.ModelJudge(
        model,
        base_url=None if base_url == OPENAI else base_url,
        api_key=read_key(api_key_env, api_key_file),
        headers=read_headers(header),
        journal=journal or Path(f"{output}.judge.journal"),
        concurrency=read_concurrency(concurrency),
        price=read_price(price),
        max_tokens=max_tokens or None,
        temperature=None if temperature < 0 else temperature,
        extra_body=read_body(extra_body),
        **rest,
    )
