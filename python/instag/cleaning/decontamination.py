"""Finding the questions of benchmarks in a pool, since a model cannot be tested with what it was trained on."""

from collections.abc import Iterable, Mapping
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
from instag.cleaning.result import LONGEST, Cleaned, cleaned, line_for_each, shown
from instag.errors import InputError
from instag.frame import wrap
from instag.io.conversation.samples import queries_in_pieces
from instag.model_options import ModelOptions, with_model_options
from instag.warning import warn

__all__ = ["decontaminate", "hits_of", "turns_of"]

F = TypeVar("F")

# The default cosine from which rows are candidates for paraphrases.
FROM = 0.7
CANDIDATES: dict[str, Any] = {
    "row": pl.UInt32, "turn": pl.UInt32, "likeness": pl.Float64, "benchmark": pl.String, "item": pl.String,
    "query": pl.String, "asked": pl.String, "same": pl.Boolean, "reason": pl.String, "judge": pl.String,
}  # fmt: skip


@with_model_options()
def decontaminate(  # noqa: PLR0913 - all options are keywords
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

    A word that `df` of the N user turns in the data contain weighs ln((N + 1) / (df + ½)), so common words weigh little.
    A row is removed if one of its turns shares runs of eight words with an item that make up 60 % of the item's weight,
    or runs of four words that make up 70 %. Shorter items count as one run. Items of one or two words are found only if
    a turn says nothing else. Words are letters and digits, in lower case (NFKC); Chinese, Japanese and Thai characters
    are words by themselves.

    This rule does not find paraphrases. With `judge`, `judgments` or `judge_from`, the item nearest in meaning is found
    for each remaining row. If it is near enough, the two are a candidate, and a model, a function or a file of
    judgements decides whether both ask the same. Answers are kept in a journal, like those of :func:`instag.tag`, and
    the same call continues where an earlier one ended. Finding candidates is slow: about 26 ms of processor time per
    text with the offline embedder.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream.
    against
        The benchmarks: a path, a glob, a list of them, or a frame. Their user queries are the items to look for.
    query
        The column of the user's queries in the data. By default it is detected, as :func:`instag.read` does.
    numbers
        ``"same"``, or ``"any"`` to also find items of fifteen words or more with other numbers.
    action
        ``"remove"``, or ``"mark"`` to keep all rows and add the columns `contaminated`, `item` and `share` (the larger
        of the two shares; null for a paraphrase). If the data already have a column `item` or `share`, the new one is
        called `contaminated_item` or `contaminated_share`, with a warning.
    judge
        A model's name at an endpoint, or a function or coroutine function. The function takes a list of pairs, each of
        the user's text and the item's, and returns for each true or false, or a tuple of that and a reason; None is no
        answer.
    judge_from
        The least cosine of candidates, 0.7 by default. Without a judge, candidates are only listed.
    judgments
        Files with earlier judgements: JSON Lines with `query`, `asked` and `same`, such as a file of `candidates` that
        people have filled in. They take precedence over the judge, which is not asked about them.
    embedder
        The embedder that finds the nearest item, as for :func:`instag.normalize`. The offline one reads the first 256
        tokens of a text.
    **options

    Returns
    -------
    Cleaned
        `dropped` has `row`, `reason` (the benchmark), `item` (its id, or its row from 1), `turn` (the number of the
        user's turn, from 0), `share_8` and `share_4` (the shares of the item's weight in common runs of eight and of
        four words), `numbers` (whether the numbers differ), `shared` (the common words), `asked` (the item) and
        `query`. If candidates were searched, it also has `likeness` and `why` for paraphrases, which have no shares,
        and `candidates` has all candidates.

    Raises
    ------
    InputError
        If the data or a benchmark contain no queries, or an option is invalid.
    EndpointError
        If the endpoint cannot be used any further, as for :func:`instag.tag`.

    Warns
    -----
    InstagWarning
        If items are very short, candidates have no judgement, or texts are in a script that the embedder does not know.

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
        raise InputError(f"judge / --judge-model: expected a model's name or a function; found {judge!r}")
    check_choice("numbers", numbers, ("same", "any"))
    check_choice("action", action, ("remove", "mark"))
    items = items_of(against)
    known = {} if judgments is None else read_judgements(judgments)
    frame = wrap(data)
    queries = queries_in_pieces(frame, query)
    turns, samples = turns_of(queries)
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
        near = nearest(others, items.texts, embedder, least, options.get("progress"))
        more["candidates"], more["tally"] = _judged(near, items, judge, known, options)
        dropped = _with_paraphrases(dropped, more["candidates"])
    dropped = dropped.with_columns(shown(queries, dropped.get_column("row")))
    marks = _marks(dropped, samples) if action == "mark" else None
    return cleaned(frame, dropped, samples, marks, **more)


def turns_of(queries: Iterable[pl.Series]) -> tuple[pl.DataFrame, int]:
    """List the user's turns: `row`, `text`, and `turn`, its number within the row; also returns the number of rows."""
    found, rows = [], 0
    for piece in queries:
        turns = pl.DataFrame({"row": np.arange(rows, rows + len(piece), dtype=np.uint32), "text": piece})
        turns = turns.explode("text").drop_nulls("text")
        found.append(turns.with_columns(turn=pl.int_range(pl.len(), dtype=pl.UInt32).over("row")))
        rows += len(piece)
    whole = pl.concat(found)
    if whole.is_empty():
        raise InputError("data: expected user queries; found none in any row")
    return whole, rows


def hits_of(turns: pl.DataFrame, items: Items, numbers: str) -> pl.DataFrame:
    """Find the rows that contain an item's words, each with the number `nth` of the item that it shares most with."""
    texts, nth, long, short, masked, shared = contamination(turns.get_column("text"), items.texts, numbers == "any")
    hits = pl.DataFrame({"share_8": long, "share_4": short, "numbers": masked, "shared": shared, "nth": nth})
    hits = turns[texts].select("row", "turn").hstack(hits)
    # For each row, the turn that shares most with an item is kept.
    hits = hits.sort("row", "share_4", "share_8", "turn", descending=[False, True, True, False])
    return hits.unique("row", keep="first", maintain_order=True)


def _judged(
    near: pl.DataFrame, items: Items, judge: Any, known: dict[Pair, Verdict], options: Mapping[str, Any]
) -> tuple[pl.DataFrame, Any]:
    """The candidates with their verdicts, and the tally of the model's requests."""
    asked = items.texts.gather(near.get_column("nth"))
    pairs = list(zip(near.get_column("text").to_list(), asked.to_list(), strict=True))
    unknown = [pair for pair in dict.fromkeys(pairs) if pair not in known]
    tally, verdicts = None, dict(known)
    if judge is not None and unknown:
        found, tally = judge_pairs(unknown, judge, options)
        verdicts = found | known
        if missing := sum(pair not in verdicts for pair in unknown):
            warn(
                f"judge: {missing:,} of {len(unknown):,} candidates have no judgement, because the judge did not answer "
                "or its answer could not be read: their rows stay, and the same call asks about them again"
            )
    found_verdicts = [verdicts.get(pair) for pair in pairs]
    columns = {
        "row": near.get_column("row"),
        "turn": near.get_column("turn"),
        "likeness": near.get_column("likeness"),
        "benchmark": items.benchmarks.gather(near.get_column("nth")),
        "item": items.names.gather(near.get_column("nth")),
        "query": near.get_column("text"),
        "asked": asked,
        "same": [None if each is None else each.same for each in found_verdicts],
        "reason": [None if each is None else each.reason for each in found_verdicts],
        "judge": [None if each is None else each.judge for each in found_verdicts],
    }
    return pl.DataFrame(columns, CANDIDATES), tally


def _with_paraphrases(dropped: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Add the rows that ask an item in other words."""
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
    marked = line_for_each(dropped, samples)
    share = pl.max_horizontal("share_8", "share_4").alias("share")
    return marked.select(pl.col("item").is_not_null().alias("contaminated"), "item", share)
