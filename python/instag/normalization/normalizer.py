"""Normalisation: run the steps in order, and return the data with a record of what was done."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from instag.choices import DISTANCE, MIN_CONFIDENCE, MIN_SAMPLES, MIN_SUPPORT
from instag.embedding.vectors import Embed, Vectors, embedder_of
from instag.frame import wrap
from instag.normalization.foresight import foresee
from instag.normalization.history import BROADER, History, raw_beside
from instag.normalization.judging.asking import name_of
from instag.normalization.judging.bench import Bench, judge_of, progress_of, questions_of
from instag.normalization.judging.judgments import Judged, Judgments, frame_of, read_judgments
from instag.normalization.judging.question import Judge
from instag.normalization.matching.decision import Stem
from instag.normalization.result import Normalized
from instag.normalization.settings import JUDGED_STEPS, STEPS, Linkage, Settings, check_judge, each_once
from instag.normalization.state import State, Step, resolved
from instag.normalization.steps.association import association
from instag.normalization.steps.broader import broader
from instag.normalization.steps.frequency import automatic, frequency, rarity
from instag.normalization.steps.judge import Source, Verdicts, verdicts_of
from instag.normalization.steps.judge import judge as judge_step
from instag.normalization.steps.rules import rules
from instag.normalization.steps.semantic import semantic
from instag.normalization.vocabulary import Vocabulary
from instag.normalization.white_space import read_tags
from instag.progress import Progress, Stage
from instag.tagsets import Replaced, TagSets
from instag.warning import warn

__all__ = ["normalize"]

F = TypeVar("F")


def normalize(  # noqa: PLR0913 - each step has parameters
    data: F,
    *,
    tags: str = "tags",
    steps: Sequence[str] | None = None,
    min_count: int | Literal["auto"] | None = "auto",
    rules: bool = True,
    stem: Stem = True,
    distance: float | None = DISTANCE,
    embedder: str | Embed | None = "auto",
    guards: bool = True,
    linkage: Linkage = "star",
    min_samples: int = MIN_SAMPLES,
    max_diameter: float | None = None,
    min_support: int | None = MIN_SUPPORT,
    min_confidence: float = MIN_CONFIDENCE,
    judge: str | Judge | None = None,
    judgments: Judgments | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Normalized[F]:
    """Turn raw tags into a vocabulary, with a reason for every merge.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes.
    tags
        The column with each sample's tags: a list, or a list for each query, which then counts as a row of its own.
        Tags that are not strings are returned as strings.
    steps
        The steps in the order in which they run, each at most once. By default ``("frequency", "rules", "semantic",
        "association")``; with a judge, or judgments, ``("rules", "semantic", "judge", "frequency", "association")``.
    min_count
        Frequency: tags in fewer rows are dropped. ``"auto"`` chooses a value by the size of the data, None leaves the
        step out.
    rules
        Whether the rules step runs.
    stem
        Rules: join inflections of one word (``True``), all words of one Porter stem (``"paper"``), or neither
        (``False``).
    distance
        Semantic: the cosine distance within which tags are merged; None leaves the step out.
    embedder
        Semantic: ``"auto"`` or ``"minilm"``, offline, from the extra `embed` (if that is not installed, ``"auto"``
        warns and leaves the step out); ``"use"``, offline and multilingual, from the extra `multilingual`;
        ``"sentence-transformers:NAME"``; ``"model2vec:NAME"``; an :class:`instag.OpenAIEmbedder`; a function from a
        list of strings to vectors; or None.
    guards
        Whether to keep apart tags that only look alike ("safe" and "not safe"), and to let the distance allowed depend
        on how tags differ. ``guards=False``, ``stem="paper"`` and ``linkage="dbscan"`` give the paper's method, except
        for what docs/normalizing.md lists.
    linkage
        Semantic: with ``"star"``, each tag joins the nearest tag that is given more often; with ``"dbscan"``, tags are
        joined through chains of others too.
    min_samples
        DBSCAN: how many tags, itself included, must be near a tag to make it dense.
    max_diameter
        DBSCAN: clusters with tags farther apart are split. With ``linkage="star"`` these two have no effect, and a
        warning says so.
    min_support, min_confidence
        Association: a tag is absorbed by another if at least `min_support` rows hold both, and these are at least the
        share `min_confidence` of its own rows. ``min_support=None`` leaves the step out.
    judge
        Judge: decides which tags mean the same, and which are broader: an :class:`instag.ModelJudge`, the name of a
        model for one with default options, or a function from a list of :class:`instag.Question` to as many
        :class:`instag.Judgement`, called with 20 questions at a time.
    judgments
        Judge: earlier judgements: a file, or several, of JSON Lines with `tag`, `same` and `broader`, or a frame such
        as :attr:`Normalized.judgments`. A judge is not asked about a tag that is in them, so corrections by people are
        kept.
    progress
        Called with an :class:`instag.Progress` from time to time; ``print`` prints it.

    Returns
    -------
    The data in the same kind of frame, the vocabulary, and what was done; see :class:`instag.Normalized`.

    Raises
    ------
    InputError
        If the column is missing or holds no lists of tags, the column for the raw tags exists and holds anything else,
        or an option is out of range.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["Data Analysis"], ["data_analysis", "C++"], ["Data Analysis", "C"]]})
    >>> normalized = instag.normalize(df, embedder=None)
    >>> normalized.data["tags"].to_list()
    [['Data Analysis'], ['Data Analysis', 'C++'], ['Data Analysis', 'C']]
    >>> normalized.merges.select("from", "to", "step", "why").rows()
    [('data_analysis', 'Data Analysis', 'rules', 'the same once cleaned: data analysis')]

    References
    ----------
    Section 2 of the InsTag paper; docs/normalizing.md says where this departs from it.
    """
    judge = judge_of(judge)
    progress = progress_of(judge, progress)
    named_judge = None if judge is None and judgments is None else "file" if judge is None else name_of(judge)
    settings = Settings(
        steps=each_once((JUDGED_STEPS if named_judge else STEPS) if steps is None else steps),
        min_count=min_count,
        rules=rules,
        stem=stem,
        distance=distance,
        guards=guards,
        linkage=linkage,
        min_samples=min_samples,
        max_diameter=max_diameter,
        min_support=min_support,
        min_confidence=min_confidence,
        judge=named_judge,
    )
    settings.check()
    check_judge(settings.steps, named_judge)
    bench = Bench(judge, [] if judgments is None else read_judgments(judgments))
    frame = wrap(data)
    foreseen = foresee(frame, tags)
    rows = read_tags(frame, tags)
    if not foreseen:
        foresee(frame, tags, rows)
    raw = raw_beside(frame, tags)
    if min_count == "auto":
        settings = replace(settings, min_count=automatic(int(rows.given.sum())))
    found = embedder_of(embedder) if settings.takes("semantic") or settings.takes("judge") else None
    vectors = None if found is None else Vectors(*found, progress)
    run = _Run(rows, settings, vectors, bench, progress)
    state, history = run.all()
    replaced: F = frame.replace(tags, Replaced(rows, state.sets, state.names), raw)
    vocabulary = Vocabulary.of(state, history, settings, vectors, run.verdicts)
    judged = frame_of(run.judged) if settings.takes("judge") else None
    return Normalized(replaced, vocabulary, vocabulary.merges, vocabulary.steps, history.apart(), judged)


class _Run:
    """One normalisation."""

    def __init__(
        self,
        rows: TagSets,
        settings: Settings,
        vectors: Vectors | None,
        bench: Bench,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.judged: list[Judged] = []
        self.verdicts = Verdicts()
        self._settings, self._vectors, self._bench = settings, vectors, bench
        self._progress = progress or (lambda _: None)
        self._history = History(rows)
        self._state = State.of(rows)
        self._history.read(self._state)

    def all(self) -> tuple[State, History]:
        """Run all steps, and repeat those for which a later one has made new changes possible."""
        again = False
        while self._round(again=again):
            again = True
        return self._state, self._history

    def _round(self, *, again: bool) -> bool:
        changed = False
        for name in self._settings.steps:
            step = self._step(name, again=again) if self._settings.takes(name) else None
            if step is None or (again and not len(step.changes)):
                continue
            if name == "frequency" and self.verdicts.broader:
                self._replace_rare()
                step = self._step(name, again=again) or step
            before = self._state
            self._state = before.after(resolved(len(before.names), step.changes))
            self._history.record(name, step, before, self._state)
            _warn_of_loss(name, before, self._state)
            changed = changed or len(step.changes) > 0
        return changed

    def _step(self, name: str, *, again: bool) -> Step | None:
        settings = self._settings
        if name == "association":
            assert settings.min_support is not None  # noqa: S101 - otherwise the step would not run
            return association(self._state, settings.min_support, settings.min_confidence, self._progress)
        self._progress(Stage(f"{name}: {len(self._state.order):,} tags"))
        if name == "semantic":
            return None if self._vectors is None else semantic(self._state, self._vectors, settings, again=again)
        if again:
            # These steps would find nothing new.
            return None
        if name == "rules":
            return rules(self._state, settings.matching)
        if name == "judge":
            questions = questions_of(self._state, self._vectors, self._progress) if self._bench.judge_of else []
            self.judged = self._bench.judge(questions, self._progress)
            self._bench.check({self._state.cleaned[tag] for tag in self._state.order.tolist()})
            self.verdicts = verdicts_of(self._state, self._history.ends, self.judged)
            _warn_of_unknown(self.verdicts)
            return judge_step(self._state, self.verdicts, guards=settings.guards)
        return frequency(self._state, settings.min_count)

    def _replace_rare(self) -> None:
        """Replace rare tags by broader ones."""
        parents, _ = self.verdicts.parents(self._history.ends)
        ways = broader(self._state, parents, self._settings.min_count)
        sources: dict[tuple[int, int], Source] = {}
        for (tag, above), who in self.verdicts.broader.items():
            sources.setdefault((int(self._history.ends[tag]), int(self._history.ends[above])), who)
        whys = {
            tag: [
                f"{rarity(int(self._state.counts[tag]), self._settings.min_count)}; a kind or part of "
                f"{self._state.tags[way.first]}, {sources[tag, way.first]}"
                for way in some
            ]
            for tag, some in ways.items()
        }
        before = self._state
        self._state = before.spread({tag: [way.target for way in some] for tag, some in ways.items()})
        self._history.record_ways(BROADER, ways, whys, (before, self._state))


def _warn_of_unknown(verdicts: Verdicts) -> None:
    if verdicts.unknown:
        some = ", ".join(map(repr, sorted(verdicts.unknown)[:3])) + (", …" if len(verdicts.unknown) > 3 else "")  # noqa: PLR2004 - a few
        warn(f"judgments: {len(verdicts.unknown):,} names in them are not tags of these data, and are ignored: {some}")


def _warn_of_loss(name: str, before: State, after: State) -> None:
    if 2 * after.n_pairs < before.n_pairs:
        lost = 1 - after.n_pairs / before.n_pairs
        hint = "; for small data a lower min_count keeps more" if name == "frequency" else ""
        message = f"the step {name!r} removes {lost:.0%} of all assignments of tags{hint}"
        warn(message)
