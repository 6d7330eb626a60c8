"""Tagging: a frame becomes a frame with tags, by a model's answers."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import TypeVar, Unpack

from instag.chat.function import ask_function
from instag.chat.options import Settings
from instag.chat.run import ask
from instag.chat.sync import waiting
from instag.chat.task import Asking, carry_out
from instag.chat.truncate import Cut
from instag.model_options import ModelOptions, with_model_options
from instag.tagging.answers import AnswerTable
from instag.tagging.examples import Examples, Hint
from instag.tagging.model import Model, check_alone, known_as, written
from instag.tagging.plan import Plan, Tagging
from instag.tagging.prompt import Prompt
from instag.tagging.result import Tagged, check_columns
from instag.tagging.workers import tag_on_ray
from instag.warning import keep_caller

__all__ = ["atag", "tag"]

F = TypeVar("F")


@with_model_options()
async def atag(  # noqa: PLR0913 - a user names those that matter
    data: F,
    *,
    model: Model,
    prompt: str | Path | Prompt = "instag",
    examples: Examples = (),
    vocabulary: Hint = None,
    tags_in: str = "English",
    query: str | None = None,
    cut: int | Cut = 6000,
    explanations: bool = False,
    replace: bool = False,
    **options: Unpack[ModelOptions],
) -> Tagged[F]:
    """Tag the queries of each sample with a language model: `instag.tag` waits for it, `await instag.atag` does not.

    Every query (a user's turn) is a question to a chat endpoint that speaks OpenAI's protocol; identical queries are
    asked once. Answers are written to a journal as they come. If the call ends early, for whatever reason, the same call
    goes on, and asks no answered question again.

    Ctrl-C lets the requests in flight end, so that their answers are kept, and then raises
    :class:`KeyboardInterrupt`; a second one stops at once. `instag.tag` also works while an event loop is running,
    as in a notebook. Cancelling `instag.atag` once or twice does the same.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes.
    model
        The model's name at the endpoint. Or the path of a `.gguf` file, which is run in this process (`pip install
        'instag[local]'`). Or a function, or coroutine function, from a list of queries to the tags of each: tags, pairs
        of a tag and its explanation, a mapping of these, or text, which is parsed like a model's; None is no answer. It
        gets up to `concurrency` queries at once (32), and its answers are kept under its name: if you change the
        function, use another journal.
    prompt
        ``"instag"``, in substance the paper's; ``"instag-cached"``, the rules first and the query last, for servers
        that cache prefixes; ``"instagger"`` or ``"instagger-vicuna"``, for OFA-Sys/InsTagger; ``"code"``, ``"tools"`` or
        ``"images"``, for data of these kinds; or the path of a text file with `{query}` in it.
    examples
        Queries with tags to show the model: mappings with `query` and `tags` (and `explanations`), or the path of a
        JSONL file of these.
    vocabulary
        Tags to prefer: a list, or an :class:`instag.Vocabulary` or the path of one, of which the 200 most frequent are
        listed.
    tags_in
        The language of the tags, by its English name; ``"same"`` keeps that of each query.
    query
        The column with the user's queries: text, a list of texts, or conversations. By default it is `queries`, which
        :func:`instag.read` adds, or else the layout of the columns decides.
    cut
        The most characters of a query that are sent; a longer query keeps its beginning and end. Or an
        :class:`instag.Cut`, which can count tokens.
    explanations
        Whether to add the column `explanations`. The prompt `instag` always asks for them.
    replace
        Whether to replace columns of the data that have the names of the added ones.
    **options

    Returns
    -------
    The tagged data, as a frame of the same kind, with counts and failures; see :class:`instag.Tagged`. A sample without
    queries has an empty list of tags, and so has a blank query, which is not asked.

    Raises
    ------
    InputError
        If an option or the data are not as expected, or another process has the journal open.
    EndpointError
        If the endpoint makes it useless to go on: it refuses the key or the model, the quota is used up, or none of its
        answers can be read. The answers so far are kept.

    Warns
    -----
    InstagWarning
        If queries have no tags, with the reasons.

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
    ray = sys.modules.get("ray.data")
    if ray is not None and isinstance(data, ray.Dataset):
        given = {name: value for name, value in locals().items() if name not in ("data", "options", "ray")} | options
        return await asyncio.to_thread(tag_on_ray, tag, data, given)
    if callable(model):
        check_alone(atag, {name: value for name, value in locals().items() if name != "options"} | options)
    name = known_as(model, options.get("base_url"), options.get("client"))
    settings = Settings.of(name if callable(model) else model, options, remote=not callable(model))
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
            journal=settings.journal,
        )
        check_columns(plan.frame.columns, explanations=explanations, replace=replace)
        table = AnswerTable(plan.samples.keys, explanations=explanations)
        asking: Asking = partial(ask_function, function=model, write=written) if callable(model) else ask
        tally, untried = await carry_out(plan.task, Tagging(plan, table), settings, asking)
        # Millions of keys are freed before the columns are made.
        table.close()
        plan = plan.without_keys()
        return await asyncio.to_thread(Tagged.of, plan, table, tally, untried)


tag = waiting(atag)
