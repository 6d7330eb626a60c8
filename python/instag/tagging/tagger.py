"""Tagging: from a frame by way of an endpoint to a frame with tags."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from instag.chat import Endpoint, Journal, Limits, Structured, Tally, ask
from instag.chat.function import ask_function
from instag.chat.local import is_weights, serving
from instag.chat.options import check_cost, check_limit, priced, sampling_of
from instag.chat.spending import Price
from instag.chat.sync import waiting
from instag.chat.task import Asking, interruptible
from instag.chat.truncate import Cut
from instag.tagging.answers import AnswerTable
from instag.tagging.examples import Examples, Hint
from instag.tagging.model import Model, check_alone, known_as, written
from instag.tagging.parsing import read_answer
from instag.tagging.plan import Plan
from instag.tagging.prompt import Prompt
from instag.tagging.result import Tagged, check_columns
from instag.warning import keep_caller

__all__ = ["Run", "atag", "tag"]


class Run:
    """One run of :func:`instag.tag`.

    Parameters
    ----------
    plan
        What is to be asked.
    asking
        :func:`instag.chat.ask` with its options; None asks nothing.
    progress
        Called with the tally.
    """

    def __init__(self, plan: Plan, asking: Asking | None, progress: Callable[[Tally], None] | None) -> None:
        self._plan, self._asking, self._progress = plan, asking, progress

    async def go(
        self, max_tokens: int | None, limit: int | None, *, retry_unread: bool, explanations: bool
    ) -> tuple[AnswerTable, Tally, str | None]:
        """Ask what is to be asked; the answers, the tally, and why some questions were not tried."""
        plan = self._plan
        with plan.open() as journal:
            unanswered = await asyncio.to_thread(plan.unanswered, journal, max_tokens, retry_unread=retry_unread)
            turns = await asyncio.to_thread(plan.turns, journal, unanswered, limit)
            wanted = sum(map(len, turns))
            kept = int((~unanswered).sum())
            total = kept + wanted
            tally = Tally(total=total, kept=kept)
            if (asking := self._asking) is not None and wanted:
                tally = await interruptible(
                    lambda **told: asking(plan.questions(*turns), journal=journal, total=total, **told),
                    tally,
                    self._progress,
                    plan.path,
                )
            sheet = await asyncio.to_thread(_read, plan, journal, explanations=explanations)
        limited = wanted < unanswered.sum()
        return sheet, tally, tally.stopped or ("limit" if limited else None)


def _read(plan: Plan, journal: Journal, *, explanations: bool) -> AnswerTable:
    """Take down all that the journal holds."""
    sheet = AnswerTable(plan.samples.keys, explanations=explanations)
    sheet.read(journal.replies(), read_answer)
    if not (sheet.tagged | sheet.failed).all():
        sheet.miss(journal.faults())
    sheet.close()
    return sheet


F = TypeVar("F")


async def atag(  # noqa: PLR0913 - a user names those that matter
    data: F,
    *,
    model: Model,
    base_url: str | None = None,
    api_key: str | None = None,
    client: Any = None,
    headers: Mapping[str, str] | None = None,
    prompt: str | Path | Prompt = "instag",
    examples: Examples = (),
    vocabulary: Hint = None,
    tags_in: str = "English",
    query: str | None = None,
    cut: int | Cut = 6000,
    journal: str | Path | None = None,
    retry_unread: bool = False,
    limit: int | None = None,
    concurrency: int | Literal["auto"] = "auto",
    rpm: float | None = None,
    tpm: float | None = None,
    max_cost: float | None = None,
    price: Price | tuple[float, float] | None = None,
    attempts: int = 6,
    timeout: float = 120.0,  # noqa: ASYNC109 - of one request, not of the whole
    patience: float = 600.0,
    max_unread: float = 0.5,
    max_tokens: int | None = 1024,
    temperature: float | None = 0.0,
    structured: Structured = "auto",
    extra_body: Mapping[str, Any] | None = None,
    explanations: bool = False,
    replace: bool = False,
    progress: Callable[[Tally], None] | None = None,
) -> Tagged[F]:
    """Tag the queries of each sample with a language model: `instag.tag` waits for it, `await instag.atag` does not.

    Every query (what a user says in a turn) is a question to a chat endpoint that speaks OpenAI's protocol; identical
    ones are asked once. Answers go to a journal as they come. The same call goes on where an earlier one ended,
    however that ended, and asks nothing again that was answered.

    Ctrl-C lets the requests in flight end, so that their answers are kept, and then raises
    :class:`KeyboardInterrupt`; a second one stops at once. `instag.tag` also works where an event loop runs already,
    as in a notebook. Cancelling `instag.atag` once or twice does the same.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes.
    model
        The model's name at the endpoint. Or the path of a `.gguf` file, which is run in this process (`pip install
        'instag[local]'`). Or a function, or coroutine function, from a list of queries to the tags of each: tags, pairs
        of a tag and its explanation, a mapping of these, or text, which is read like a model's; None is no answer. It
        gets up to `concurrency` queries at once (32), and its answers are kept under its name: where it changes, name
        another journal.
    base_url
        The endpoint's address, with the version, such as ``"http://localhost:8000/v1"``; the environment's
        by default `OPENAI_BASE_URL`, or else OpenAI's.
    api_key
        The key; by default the environment's `OPENAI_API_KEY`. It is shown and written nowhere.
    client
        A client of your own, for a proxy, certificates, or another way to log in: an `httpx2.AsyncClient`,
        `openai.AsyncOpenAI` or `openai.AsyncAzureOpenAI`. It is left open. Connections belong to an event loop, and each
        call of `instag.tag` has its own: for several calls with one client use `instag.atag`.
    headers
        More headers for every request.
    prompt
        ``"instag"``, the paper's in substance; ``"instag-cached"``, the rules first and the query last, for servers
        that cache prefixes; ``"instagger"`` or ``"instagger-vicuna"``, for OFA-Sys/InsTagger; ``"code"``, ``"tools"`` or
        ``"images"``, for data of these kinds; or the path of a text file with `{query}` in it.
    examples
        Queries with tags to show the model: mappings with `query` and `tags` (and `explanations`), or the path of a
        JSONL file of these.
    vocabulary
        Tags to prefer: a list, or an :class:`instag.Vocabulary` or the path of one, of which the 200 most frequent are
        named.
    tags_in
        The language of the tags, by its English name; ``"same"`` keeps that of each query.
    query
        The column with what users said: text, a list of texts, or conversations. By default it is `queries`, which
        :func:`instag.read` makes, or else found by the layout of the columns.
    cut
        The most characters of a query that is asked with; a longer one keeps its beginning and end. Or an
        :class:`instag.tagging.Cut`, which can count tokens.
    journal
        The file for the answers; by default one in the working directory, named after model and prompt.
    retry_unread
        Whether to ask again where an answer came but could not be read, was refused or filtered. It was paid for, so
        it is asked again only with this.
    limit
        The most questions to ask in this run, in the order of the data, those that failed before after all others; 0
        asks none, and makes the frame of what the journal holds.
    concurrency
        Requests in flight: ``"auto"`` finds what the server bears; a number is the most there will be.
    rpm, tpm
        Requests and tokens a minute; None for what the server allows.
    max_cost
        US dollars that this run may spend.
    price
        US dollars for a million tokens of questions and of answers; by default the published price of the model.
    attempts
        How often a question is asked before it counts as failed; "too many requests" is no attempt.
    timeout
        Seconds for an answer.
    patience
        Seconds of nothing but "too many requests" after which it stops; a server that asks to wait for longer stops it
        at once.
    max_unread
        The share of the last 500 answers that may be unreadable before it stops, once there are 20. Questions whose
        answer could not be read before, and which `retry_unread` asks again, do not count.
    max_tokens
        The longest answer, in tokens; None for the server's own limit. Where it grows, answers that a lower one had
        cut off are asked again.
    temperature
        That of the sampling; None sends none.
    structured
        How JSON is asked for: ``"json_schema"``, ``"structured_outputs"`` (vLLM), ``"json_object"``, ``"none"``, or
        ``"auto"``, which tries them in this order with the first question.
    extra_body
        More fields for every request, such as ``{"reasoning_effort": "low"}``; not the length of an answer, which is
        `max_tokens`.
    explanations
        Whether to add the column `explanations`. The prompt `instag` asks for them in any case.
    replace
        Whether columns that the data already have give way to those of the same name that are added.
    progress
        Called with the :class:`instag.Tally` four times a second and at the end, in another thread; it is a
        :class:`instag.Progress`, and ``print`` prints it.

    Returns
    -------
    The data in the kind they came in, and what was done; see :class:`instag.Tagged`. A sample without queries has an
    empty list of tags, and so has a query that is blank, which is not asked.

    Raises
    ------
    InputError
        Where an option or the data are not what was expected, or another process has the journal open.
    EndpointError
        Where the endpoint ends it all: it refuses the key or the model, the quota is used up, nothing it answers can
        be read. What was answered until then is kept.

    Warns
    -----
    InstagWarning
        Where queries have no tags, with the reasons.

    Examples
    --------
    >>> import httpx2, instag, polars as pl, tempfile
    >>> from instag.tagging import tag
    >>> def answer(request):  # in the place of a server
    ...     said = {"content": '{"tags": [{"tag": "physics", "explanation": "It asks about light."}]}'}
    ...     return httpx2.Response(200, json={"choices": [{"message": said, "finish_reason": "stop"}]})
    >>> client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    >>> df = pl.DataFrame({"question": ["Why is the sky blue?"], "answer": ["It scatters."]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tagged = tag(df, model="m", base_url="http://localhost/v1", client=client, journal=f"{folder}/journal")
    >>> tagged.data["tags"].to_list()
    [['physics']]

    References
    ----------
    Section 2 of the InsTag paper; docs/tagging.md says where this departs from it.
    """
    if callable(model):
        check_alone(atag, locals())
    check_limit(limit)
    sampling = sampling_of(max_tokens, temperature, extra_body)
    name = known_as(model, base_url, client)
    local = is_weights(model, base_url, client)
    # Nothing will be asked at a limit of 0: then there need be no key either.
    remote = limit != 0 and not local and not callable(model)
    endpoint = Endpoint.of(name, base_url, api_key, client, headers) if remote else None
    known = priced(price, name, base_url if endpoint is None else endpoint.base_url)
    check_cost(max_cost, known)
    limits = Limits(
        concurrency,
        rpm,
        tpm,
        max_cost,
        attempts,
        timeout,
        max_unread=max_unread,
        price=known,
        patience=patience,
    )
    with keep_caller():
        plan = await asyncio.to_thread(
            Plan.of,
            data,
            model=model if callable(model) else name,
            prompt=prompt,
            examples=examples,
            vocabulary=vocabulary,
            tags_in=tags_in,
            query=query,
            cut=cut,
            journal=journal,
        )
        check_columns(plan.frame.columns, explanations=explanations, replace=replace)
        with ExitStack() as stack:
            if local and limit != 0:
                address = await asyncio.to_thread(stack.enter_context, serving(str(model), name, concurrency))
                endpoint = Endpoint.of(name, address)
            asking: Asking | None = None
            if endpoint is not None:
                asking = partial(
                    ask,
                    endpoint=endpoint,
                    read=read_answer,
                    schema=plan.prompt.schema,
                    structured=structured,
                    sampling=sampling,
                    limits=limits,
                )
            elif callable(model) and limit != 0:
                asking = partial(ask_function, function=model, write=written, read=read_answer, limits=limits)
            run = Run(plan, asking, progress)
            sheet, tally, untried = await run.go(
                max_tokens, limit, retry_unread=retry_unread, explanations=explanations
            )
        # Millions of keys are let go before the columns are made.
        del run
        plan = plan.without_keys()
        return await asyncio.to_thread(Tagged.of, plan, sheet, tally, untried)


tag = waiting(atag)
