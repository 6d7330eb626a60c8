"""The auditor: draws cases, has a judge decide them, and counts the verdicts."""

import asyncio
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

from instag.auditing.agreement import agreement_of
from instag.auditing.cases import Case, Design, cases_of
from instag.auditing.judge import AuditQuestions, task_of
from instag.auditing.labels import Labels, read_labels, write_cases
from instag.auditing.population import column_of, population_of
from instag.auditing.result import (
    Audit,
    cases_frame,
    failures_frame,
    judge_frame,
    share_of,
    tags_frame,
    warn_of_failures,
    warn_of_few,
    warn_of_judge,
)
from instag.chat.options import Settings
from instag.chat.progress import Tally
from instag.chat.sync import waiting
from instag.chat.task import carry_out
from instag.choices import AUDITED, GROUP, PROBES
from instag.errors import InputError
from instag.frame import wrap
from instag.model_options import ModelOptions, with_model_options
from instag.warning import keep_caller

__all__ = ["aaudit", "audit"]

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


@with_model_options()
async def aaudit(  # noqa: PLR0913 - all options are keywords
    data: Any,
    *,
    model: str,
    tags: str = "tags",
    query: str | None = None,
    precision: int = AUDITED,
    consistency: int = AUDITED,
    probes: float = PROBES,
    group: int = GROUP,
    seed: int = 0,
    cases: str | PathLike[str] | None = None,
    labels: Paths | None = None,
    **options: Unpack[ModelOptions],
) -> Audit:
    """Measure how good tags are. `instag.audit` blocks until the result is there; `instag.aaudit` is awaited.

    A language model judges a sample of cases. *Precision*: a query with one of its tags; is the tag right?
    *Consistency*: a tag with several of its queries; does it mean the same in all of them? Among the cases are
    *probes*, which are wrong on purpose: a wrong tag, or a query that does not belong. The judge cannot distinguish
    them from other cases, and the share that it catches shows how far it can be trusted. The same data and seed give
    the same cases.

    Answers are kept in a journal, like those of :func:`instag.tag`. The same call continues where an earlier one ended
    and does not repeat answered questions; a larger sample only costs its additional cases.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes, with tags.
    model
        The judge's name at the endpoint, or the path of a `.gguf` file, which is run in this process.
    tags
        The column of tags, with a list per sample or a list per query. For `tags`, the finer column `query_tags` is
        used instead if the tags of every sample are those of its queries, which is no longer so after one of the two
        was normalised. Tags of a whole sample are judged against all of its queries.
    query
        The column of the user's queries, as for :func:`instag.tag`. Repeated queries count once.
    precision, consistency
        The number of cases of each kind. Precision cases are drawn uniformly from all pairs of a query and a tag.
        Consistency cases are drawn uniformly from all tags with two queries or more. A tag gets a second case, with
        other queries, only after every tag has had its first.
    probes
        The number of additional probes, as a share of the cases of each kind.
    group
        The number of queries in a consistency case. A tag with fewer is shown with all of its queries.
    seed
        The seed of the random sample.
    cases
        A CSV file to write the cases to before the judge is asked, for people to label: see
        :meth:`instag.Audit.write_cases`.
    labels
        CSV files with people's labels: a column `case`, and one column per rater with yes, no, or nothing. `cases`
        writes the file to fill in.
    **options

    Returns
    -------
    The shares with their intervals, the judge's score on the probes, the worst tags, and all cases; see
    :class:`instag.Audit`. With `labels`, its `agreement` has two rows per kind, with and without the `probes`. `raters`
    is the number of raters, `cases` the number of cases that at least one of them has labelled, and `ties` the number
    of those without a majority; `right` is the share of the others that the majority labels right. `same` is the share
    of the `cohen_cases`, those with a majority and a verdict, in which the judge agrees with the majority; `cohen` is
    Cohen's κ of both. `fleiss` is Fleiss' κ of the raters over the `fleiss_cases`, which all of them have labelled. A κ
    that is not defined is null, and its note says why.

    Raises
    ------
    InputError
        If an option, the data or a label is invalid, if the file for the cases cannot be written or already holds
        something else, or if another process has the journal open. Nothing has been asked then.
    EndpointError
        If the endpoint cannot be used any further, as for :func:`instag.tag`.

    Warns
    -----
    InstagWarning
        If the data have fewer cases or probes than requested, if cases have no verdict, or if the judge catches
        significantly less than 90 % of the probes of a kind.

    Examples
    --------
    >>> import httpx2, instag, polars as pl, tempfile
    >>> from instag.auditing import audit
    >>> def answer(request):  # stands in for a server
    ...     message = {"content": '{"reason": "It asks about light.", "right": true}'}
    ...     return httpx2.Response(200, json={"choices": [{"message": message, "finish_reason": "stop"}]})
    >>> client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    >>> df = pl.DataFrame({"question": ["Why is the sky blue?", "Why is ice clear?"], "tags": [["optics"], ["optics"]]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     options = {"base_url": "http://localhost/v1", "client": client, "journal": f"{folder}/journal"}
    ...     done = audit(df, model="m", precision=2, consistency=1, probes=0, **options)
    >>> done.precision
    Share(count=2, of=2, share=1.0, low=0.34238..., high=1.0)

    References
    ----------
    Section 3.3 of the InsTag paper, which has 2,000 cases of each kind; docs/auditing.md describes the differences.
    """
    design = Design(precision, consistency, probes, group, seed)
    design.check()
    settings = Settings.of(model, options)
    with keep_caller():
        column, drawn = await asyncio.to_thread(_drawn, data, design, tags, query)
        given = None if labels is None else read_labels(labels, {case.id for case in drawn})
        task = task_of(settings.model, settings.journal)
        questions = AuditQuestions(drawn, task)
        if cases is not None:
            write_cases(cases_frame(drawn), Path(cases))
        tally, untried = await carry_out(task, questions, settings)
        questions.close(untried)
        audited = _audited(questions, given, column, tally, task.written)
        warn_of_few(drawn, design)
        warn_of_failures(questions.failures, len(drawn))
        warn_of_judge(audited.judge)
        return audited


audit = waiting(aaudit)


def _drawn(data: Any, design: Design, tags: str, query: str | None) -> tuple[str, list[Case]]:
    """The column that the tags are read from, and the cases."""
    frame = wrap(data)
    column = column_of(frame, tags)
    pool = population_of(frame, tags=column, query=query)
    if not len(pool.codes):
        raise InputError(f"column {column!r}: expected queries with tags; found none, so there is nothing to audit")
    return column, cases_of(pool, design)


def _audited(questions: AuditQuestions, labels: Labels | None, column: str, tally: Tally, journal: Path) -> Audit:
    cases, verdicts, failures = questions.cases, questions.verdicts, questions.failures
    agreement = None
    if labels is not None:
        agreement = agreement_of(cases, {name: verdict.right for name, verdict in verdicts.items()}, labels)
    return Audit(
        precision=share_of("precision", cases, verdicts),
        consistency=share_of("consistency", cases, verdicts),
        judge=judge_frame(cases, verdicts),
        tags=tags_frame(cases, verdicts),
        cases=cases_frame(cases, verdicts, failures),
        failures=failures_frame(cases, failures),
        agreement=agreement,
        column=column,
        tally=tally,
        journal=journal,
    )
