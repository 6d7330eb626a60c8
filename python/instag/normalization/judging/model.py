"""A language model as a judge: it is asked about 20 tags at a time, and its answers are kept in a journal."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from instag.chat.journal_file import default_name
from instag.chat.options import Settings
from instag.chat.sync import waiting
from instag.chat.task import Task, carry_out
from instag.choices import JUDGE_TOKENS
from instag.model_options import ModelOptions, with_model_options
from instag.normalization.judging.answer import Answer, read_judgements
from instag.normalization.judging.batches import Batches
from instag.normalization.judging.estimation import JudgeEstimate, estimate
from instag.normalization.judging.prompt import IDENTITY, SCHEMA
from instag.normalization.judging.question import Judgement, Question
from instag.progress import Progress
from instag.warning import warn

if TYPE_CHECKING:
    from instag.chat import Tally

__all__ = ["ModelJudge"]


@with_model_options(max_tokens=JUDGE_TOKENS)
class ModelJudge:
    """A language model that judges tags, for :func:`instag.normalize` and :meth:`instag.Vocabulary.apply`.

    Each question is about 20 tags. Answers are kept in a journal, like those of :func:`instag.tag`: nothing that has an
    answer is asked again, and a run that ended early continues where it stopped.

    Parameters
    ----------
    model
        The model's name at the endpoint, or the path of a `.gguf` file, which runs in this process.
    **options

    Attributes
    ----------
    name
        The model's name.
    journal
        The file that answers are written to.
    tally
        The progress report of the last run; None before the first.

    Raises
    ------
    InputError
        If an option is not what was expected.

    Examples
    --------
    >>> import instag
    >>> instag.ModelJudge("gpt-4o-mini", api_key="secret", journal="judge.journal", max_cost=2, price=(0.15, 0.6))
    ModelJudge('gpt-4o-mini')
    """

    def __init__(self, model: str, **options: Unpack[ModelOptions]) -> None:
        self._model, self._options = model, ModelOptions(max_tokens=JUDGE_TOKENS) | options
        # A wrong option is reported at once, but a key is needed only when something is asked.
        self._offline = Settings.of(model, self._options, remote=False)
        self.name = self._offline.model
        name = default_name(self.name, "judge", IDENTITY.split()[1])
        path = name if self._offline.journal is None else self._offline.journal
        self._task: Task[Answer] = Task(self.name, IDENTITY, SCHEMA, read_judgements, path)
        self.journal = self._task.written
        self.tally: Tally | None = None

    def __repr__(self) -> str:
        return f"ModelJudge({self.name!r})"

    def __call__(
        self, questions: Sequence[Question], progress: Callable[[Progress], None] | None = None
    ) -> list[Judgement | None]:
        """Judge tags: return a judgement for each, or None if the model gave no readable answer.

        Parameters
        ----------
        questions
            The tags, each with its candidates.
        progress
            Called with the :class:`instag.Tally`, unless the judge has a `progress` option of its own.

        Raises
        ------
        EndpointError
            If the endpoint cannot be used, as for :func:`instag.tag`.
        InputError
            If there is no key, or the journal cannot be opened.
        """
        return judge(self, questions, progress)

    async def ask(
        self, questions: Sequence[Question], progress: Callable[[Progress], None] | None = None
    ) -> list[Judgement | None]:
        """Judge tags in an event loop that is already running; otherwise the same as calling the judge."""
        options: dict[str, Any] = dict(self._options)
        if options.get("progress") is None:
            options["progress"] = progress
        batches = Batches(questions, self._task)
        self.tally, untried = await carry_out(self._task, batches, Settings.of(self._model, options))
        judgements = batches.judgements()
        if missing := judgements.count(None):
            why = f" ({untried})" if untried else ""
            warn(
                f"judge {self.name}: {missing:,} of {len(questions):,} tags have no judgement, because their questions were "
                f"not answered{why} or the answers could not be read: run the same again to ask about them ({self.journal} has the rest)"
            )
        return judgements

    def estimate(self, questions: Sequence[Question]) -> JudgeEstimate:
        """Estimate the cost of asking about tags, without asking and without creating a file."""
        return estimate(Batches(questions, self._task), self._task, self._offline)


async def ajudge(
    model: ModelJudge, questions: Sequence[Question], progress: Callable[[Progress], None] | None
) -> list[Judgement | None]:
    """Judge tags by a model."""
    return await model.ask(questions, progress)


judge = waiting(ajudge)
