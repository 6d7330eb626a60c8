"""The trial: one question is asked at once, so that a batch goes out in a form that the model understands."""

from collections.abc import Callable, Iterator

import orjson

from instag.asking.form import Form
from instag.asking.hiding import Hiding
from instag.asking.journal import Journal
from instag.asking.question import Question
from instag.asking.reply import EndpointError, Reply, Unreadable
from instag.asking.tally import Tally
from instag.asking.verdict import judge
from instag.tagging.batches.service import Service

__all__ = ["tried"]


async def tried(
    service: Service,
    journal: Journal,
    form: Form,
    questions: Iterator[Question],
    hide: Hiding,
    read: Callable[[Reply], object] | None,
) -> Question | None:
    """Ask the first question, changing the form until the server takes it.

    Where the server is busy or does not like this one question, nothing is learnt, and the form stays.

    Returns
    -------
    Question or None
        The first that is still without an answer.

    Raises
    ------
    EndpointError
        Where the server would take no question at all.
    """
    question = next(questions, None)
    if question is None or service.azure:
        return question
    messages = orjson.dumps(question.messages)
    # Each round changes the form, and there are only so many changes.
    while True:
        verdict = judge(await service.ask(form.body(messages)), question.key, form.limit, hide)
        if isinstance(verdict, Reply):
            journal.append(verdict)
            if not _again(form, verdict, read):
                return next(questions, None)
        elif verdict.kind == "stop":
            raise EndpointError(
                f"batch: tried with one question, the server says {verdict.reason}: {verdict.detail}", Tally()
            )
        elif not (verdict.about_request and form.refused(verdict.detail, passing=verdict.kind == "again")):
            return question


def _again(form: Form, reply: Reply, read: Callable[[Reply], object] | None) -> bool:
    """Whether an answer cannot be read, and another form may help."""
    try:
        if read is not None:
            read(reply)
    except Unreadable as error:
        return form.unread(error.reason)
    form.understood()
    return False
