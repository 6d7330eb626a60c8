"""The auditor: cases are drawn, judged by a model, and counted."""

import asyncio
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

from instag.auditing.agreement import agreement_of
from instag.auditing.cases import Case, Design, cases_of
from instag.auditing.judge import Docket, task_of
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
async def aaudit(  # noqa: PLR0913 - a user names those that matter
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
    """Measure how good tags are: `instag.audit` waits for it, `await instag.aaudit` does not.

    A language model judges a sample of cases. *Precision*: a query with one of its tags; is the tag right?
    *Consistency*: a tag with several of its queries; does it mean the same in all of them? Among them are *probes*,
    made wrong on purpose (a wrong tag, or a query that does not belong), which the judge cannot distinguish from the
    others: the share that it catches shows how far it can be trusted. The same data and seed give the same cases.

    Answers go to a journal, as with :func:`instag.tag`: the same call goes on where an earlier one ended and asks no
    answered question again, and a larger sample costs only its additional cases.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes, with tags.
    model
        The judge's name at the endpoint, or the path of a `.gguf` file, which is run in this process.
    tags
        The column of tags: a list a sample, or a list a query. Of `tags` the finer `query_tags` is taken instead,
        where the tags of every sample are those of its queries; after normalising one of the two they are not. Tags
        that are known only for a sample are judged by all its queries together.
    query
        The column with the users' queries, as for :func:`instag.tag`. A repeated query counts once.
    precision, consistency
        How many cases of each kind. A precision case is drawn from all pairs of a query and a tag, each as likely. A
        consistency case is drawn from all tags with two queries or more, each as likely; it comes to the second case of
        a tag, with other queries, when every tag has had its first.
    probes
        How many probes are added, as a share of the cases of each kind.
    group
        The queries of a consistency case; a tag that has fewer is shown with those it has.
    seed
        Another seed, another sample.
    cases
        A CSV file to write the cases to, before any is asked about, for people to label: see
        :meth:`instag.Audit.write_cases`.
    labels
        CSV files in which people have labelled cases, with a column `case` and one column a rater: yes, no, or nothing.
        `cases` is the file to fill in.
    **options

    Returns
    -------
    The shares with their intervals, the judge's score on the probes, the worst tags, and all cases; see
    :class:`instag.Audit`. With `labels`, its `agreement` has two rows a kind, with and without the `probes`: `raters`
    have labelled `cases` (one of them at least); `ties` have no majority; the majority calls the share `right` of the
    others right; the judge agrees with the majority in the share `same` of the `cohen_cases`, those with a majority and
    a verdict, and `cohen` is Cohen's κ of these; `fleiss` is Fleiss' κ of the raters over the `fleiss_cases` that all
    of them have labelled. A κ that is not defined is null, and its note says why.

    Raises
    ------
    InputError
        If an option, the data or a label is not what was expected, the file for the cases cannot be written or
        holds something else, or another process has the journal open; nothing was asked then.
    EndpointError
        If the endpoint ends it all, as for :func:`instag.tag`.

    Warns
    -----
    InstagWarning
        If there are fewer cases or probes than were asked for, cases have no verdict, or the judge catches surely
        less than 90 % of the probes of a kind.

    Examples
    --------
    >>> import httpx2, instag, polars as pl, tempfile
    >>> from instag.auditing import audit
    >>> def answer(request):  # in the place of a server
    ...     said = {"content": '{"reason": "It asks about light.", "right": true}'}
    ...     return httpx2.Response(200, json={"choices": [{"message": said, "finish_reason": "stop"}]})
    >>> client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    >>> df = pl.DataFrame({"question": ["Why is the sky blue?", "Why is ice clear?"], "tags": [["optics"], ["optics"]]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     options = {"base_url": "http://localhost/v1", "client": client, "journal": f"{folder}/journal"}
    ...     done = audit(df, model="m", precision=2, consistency=1, probes=0, **options)
    >>> done.precision
    Share(count=2, of=2, share=1.0, low=0.34238..., high=1.0)

    References
    ----------
    Section 3.3 of the InsTag paper, which has 2,000 cases of each kind; docs/auditing.md says where this departs.
    """
    design = Design(precision, consistency, probes, group, seed)
    design.check()
    settings = Settings.of(model, options)
    with keep_caller():
        column, drawn = await asyncio.to_thread(_drawn, data, design, tags, query)
        given = None if labels is None else read_labels(labels, {case.id for case in drawn})
        task = task_of(settings.model, settings.journal)
        docket = Docket(drawn, task)
        if cases is not None:
            write_cases(cases_frame(drawn), Path(cases))
        tally, untried = await carry_out(task, docket, settings)
        docket.close(untried)
        audited = _audited(docket, given, column, tally, task.written)
        warn_of_few(drawn, design)
        warn_of_failures(docket.failures, len(drawn))
        warn_of_judge(audited.judge)
        return audited


audit = waiting(aaudit)


def _drawn(data: Any, design: Design, tags: str, query: str | None) -> tuple[str, list[Case]]:
    """The column that the tags are from, and the cases."""
    frame = wrap(data)
    column = column_of(frame, tags)
    pool = population_of(frame, tags=column, query=query)
    if not len(pool.codes):
        raise InputError(f"column {column!r}: expected queries with tags; found none: there is nothing to audit")
    return column, cases_of(pool, design)


def _audited(docket: Docket, given: Labels | None, column: str, tally: Tally, journal: Path) -> Audit:
    cases, verdicts, failures = docket.cases, docket.verdicts, docket.failures
    agreement = None
    if given is not None:
        agreement = agreement_of(cases, {name: verdict.right for name, verdict in verdicts.items()}, given)
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
