"""Finding the questions of benchmarks in a pool: what is trained on cannot be tested with."""

from collections.abc import Mapping
from typing import Any, TypeVar, Unpack

import numpy as np
import polars as pl

from instag._core import contamination
from instag.checks import check_choice
from instag.cleaning.benchmarks import Items, items_of
from instag.cleaning.judge import Pair, Verdict, judge_pairs, read_judgements
from instag.cleaning.options import (
    Acting,
    Against,
    Decontamination,
    Embedding,
    Judged,
    Judging,
    JudgingFrom,
    Numbering,
    Query,
)
from instag.cleaning.paraphrases import check_from, nearest
from instag.cleaning.result import LONGEST, Cleaned, cleaned, shown
from instag.errors import InputError
from instag.frame import wrap
from instag.io.conversation.samples import sample_queries
from instag.model_options import ModelOptions, with_model_options
from instag.warning import warn

__all__ = ["decontaminate", "hits_of", "turns_of"]

F = TypeVar("F")

# The cosine from which a judge is asked, by default.
FROM = 0.7
CANDIDATES: dict[str, Any] = {
    "row": pl.UInt32, "turn": pl.UInt32, "likeness": pl.Float64, "benchmark": pl.String, "item": pl.String,
    "query": pl.String, "asked": pl.String, "same": pl.Boolean, "reason": pl.String, "judge": pl.String,
}  # fmt: skip


@with_model_options()
def decontaminate(  # noqa: PLR0913 - options are keywords, and a user names those that matter
    data: F,
    against: Against,
    *,
    query: Query = None,
    numbers: Numbering = Decontamination.numbers,
    action: Acting = Decontamination.action,
    judge: Judging = None,
    judge_from: JudgingFrom = None,
    judgments: Judged = None,
    embedder: Embedding = Decontamination.embedder,
    **options: Unpack[ModelOptions],
) -> Cleaned[F]:
    """Remove rows in which a user asks an item of a benchmark, or most of one.

    A word weighs ln((N + 1) / (df + ½)), where `df` of the N turns of users in the data have it: what everybody says
    weighs little. A row goes where, of an item's weight, 60 % lie in runs of eight words that one of its turns has
    too, or 70 % in runs of four. An item of fewer words is one run, whole; one of one or two words is found only where
    a turn says nothing else. Words are letters and digits, in lower case (NFKC); Chinese, Japanese and Thai characters
    are words by themselves.

    Other words for the same are not found that way: for that rows have to be read. With `judge`, `judgments` or
    `judge_from`, the nearest item in meaning is found for each of the other rows, and where it is near enough, the two
    are candidates: a model, a function, or a file of judgements says whether both ask the same. Answers go to a journal,
    as those of :func:`instag.tag` do, so that the same call goes on where an earlier one ended. Finding candidates takes
    long: some 26 ms of processor time a text with the offline embedder.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream.
    against
        The benchmarks: a path, a glob, a list of them, or a frame. Their items are the users' turns in them.
    query
        The column of the data with the users' queries. By default it is found, as :func:`instag.read` finds it.
    numbers
        ``"same"``, or ``"any"``: an item of fifteen words or more with other numbers is the same item.
    action
        ``"remove"``, or ``"mark"``: all rows stay, and the columns `contaminated`, `item` and `share` (the larger of
        the two shares; null for a paraphrase) are added. Where the data have a column `item` or `share`, the new one is
        called `contaminated_item` or `contaminated_share`, with a warning.
    judge
        A model's name at an endpoint, or a function, or coroutine function, from a list of pairs (what the user says,
        what the item asks) to true or false for each, or to a pair of that and a reason; None is no answer.
    judge_from
        The least cosine of candidates, 0.7 by default. If it is the only option given, candidates are found but not judged.
    judgments
        Files of earlier judgements of pairs: JSON Lines with `query`, `asked` and `same`, such as a file of
        `candidates` that people have filled in. They count more than the judge, which is not asked about them.
    embedder
        What finds the nearest item, as for :func:`instag.normalize`; the offline one reads the first 256 tokens.
    **options

    Returns
    -------
    Cleaned
        `dropped` has `row`, `reason` (the benchmark), `item` (its id, or its row from 1), `turn` (which of the user's,
        from 0), `share_8` and `share_4` (of the item's weight in runs of eight and of four words), `numbers` (whether
        its numbers differ from the item's), `shared` (the words), `asked` (the item) and `query`. Where candidates
        were looked for, also `likeness` and `why` of paraphrases, which have no shares; `candidates` has all that were
        looked at.

    Raises
    ------
    InputError
        If the data or the benchmarks have no queries of users, or an option is invalid.
    EndpointError
        If the endpoint ends it all, as for :func:`instag.tag`.

    Warns
    -----
    InstagWarning
        If items are very short, candidates have no judgement, or the embedder does not know a writing.

    Examples
    --------
    >>> import instag, polars as pl
    >>> test = pl.DataFrame({"question": ["A heron stands on one leg for 40 minutes a day. How long is that in a week?"]})
    >>> pool = pl.DataFrame({"prompt": [
    ...     "Solve it step by step: a heron stands on one leg for 40 minutes a day; how long is that in a week?",
    ...     "Why does a heron stand on one leg?",
    ... ]})
    >>> instag.decontaminate(pool, test)
    1 of 2 rows stay
           1  in the benchmark
    """
    check_from(judge_from)
    if judge is not None and not callable(judge) and not (isinstance(judge, str) and judge):
        raise InputError(f"judge / --judge-model: expected the name of a model, or a function; found {judge!r}")
    check_choice("numbers", numbers, ("same", "any"))
    check_choice("action", action, ("remove", "mark"))
    items = items_of(against)
    known = {} if judgments is None else read_judgements(judgments)
    frame = wrap(data)
    queries = sample_queries(frame, query)
    turns = turns_of(queries)
    hits = hits_of(turns, items, numbers)
    found = hits.get_column("nth")
    dropped = hits.select(
        "row",
        ("in " + items.benchmarks.gather(found)).alias("reason"),
        items.names.gather(found).alias("item"),
        "turn",
        "share_8",
        "share_4",
        "numbers",
        "shared",
        items.texts.gather(found).str.slice(0, LONGEST).alias("asked"),
    )
    more: dict[str, Any] = {}
    if judge is not None or judgments is not None or judge_from is not None:
        others = turns.join(dropped.select("row"), on="row", how="anti", maintain_order="left")
        least = FROM if judge_from is None else float(judge_from)
        met = nearest(others, items.texts, embedder, least, options.get("progress"))
        more["candidates"], more["tally"] = _judged(met, items, judge, known, options)
        dropped = _with_paraphrases(dropped, more["candidates"])
    dropped = dropped.with_columns(shown(queries, dropped.get_column("row")))
    marks = _marks(dropped, len(queries)) if action == "mark" else None
    return cleaned(frame, dropped, len(queries), marks, **more)


def turns_of(queries: pl.Series) -> pl.DataFrame:
    """The users' turns: `row`, `text`, and `turn`, the number of the turn in the row."""
    turns = pl.DataFrame({"row": np.arange(len(queries), dtype=np.uint32), "text": queries}).explode("text")
    turns = turns.drop_nulls("text").with_columns(turn=pl.int_range(pl.len(), dtype=pl.UInt32).over("row"))
    if turns.is_empty():
        raise InputError("data: no row has anything that a user said")
    return turns


def hits_of(turns: pl.DataFrame, items: Items, numbers: str) -> pl.DataFrame:
    """The rows that hold an item's words, each with the item, its number `nth`, that it shares most with."""
    texts, nth, long, short, masked, shared = contamination(turns.get_column("text"), items.texts, numbers == "any")
    hits = pl.DataFrame({"share_8": long, "share_4": short, "numbers": masked, "shared": shared, "nth": nth})
    hits = turns[texts].select("row", "turn").hstack(hits)
    # Of several turns of a row, the one that shares most with an item is kept.
    hits = hits.sort("row", "share_4", "share_8", "turn", descending=[False, True, True, False])
    return hits.unique("row", keep="first", maintain_order=True)


def _judged(
    met: pl.DataFrame, items: Items, judge: Any, known: dict[Pair, Verdict], options: Mapping[str, Any]
) -> tuple[pl.DataFrame, Any]:
    """The candidates with the verdict on each, and the tally of what the model was asked."""
    asked = items.texts.gather(met.get_column("nth"))
    pairs = list(zip(met.get_column("text").to_list(), asked.to_list(), strict=True))
    unknown = [pair for pair in dict.fromkeys(pairs) if pair not in known]
    tally, verdicts = None, dict(known)
    if judge is not None and unknown:
        found, tally = judge_pairs(unknown, judge, options)
        verdicts = found | known
        if missing := sum(pair not in verdicts for pair in unknown):
            warn(
                f"judge: {missing:,} of {len(unknown):,} candidates have no judgement, for they were not answered, or not "
                "readably: their rows stay, and the same again asks about them"
            )
    said = [verdicts.get(pair) for pair in pairs]
    columns = {
        "row": met.get_column("row"),
        "turn": met.get_column("turn"),
        "likeness": met.get_column("likeness"),
        "benchmark": items.benchmarks.gather(met.get_column("nth")),
        "item": items.names.gather(met.get_column("nth")),
        "query": met.get_column("text"),
        "asked": asked,
        "same": [None if each is None else each.same for each in said],
        "reason": [None if each is None else each.reason for each in said],
        "judge": [None if each is None else each.judge for each in said],
    }
    return pl.DataFrame(columns, CANDIDATES), tally


def _with_paraphrases(dropped: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Add the rows that ask an item in other words to those that hold one."""
    found = candidates.filter("same").select(
        "row",
        pl.concat_str(pl.lit("in "), "benchmark", pl.lit(", in other words")).alias("reason"),
        "item",
        "turn",
        pl.col("asked").str.slice(0, LONGEST),
        "likeness",
        pl.col("reason").alias("why"),
    )
    return pl.concat([dropped, found], how="diagonal").sort("row")


def _marks(dropped: pl.DataFrame, samples: int) -> pl.DataFrame:
    rows = pl.DataFrame({"row": np.arange(samples, dtype=np.uint32)})
    marked = rows.join(dropped, on="row", how="left", maintain_order="left")
    share = pl.max_horizontal("share_8", "share_4").alias("share")
    return marked.select(pl.col("item").is_not_null().alias("contaminated"), "item", share)
