"""Removing rows that nothing can be learned from: too short, too long, unanswered, or in another script."""

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from instag.chat.truncate import tokens_of
from instag.checks import check_count
from instag.cleaning.options import (
    Answered,
    Cleaning,
    MaxCharacters,
    MaxTokens,
    MaxTurns,
    MinCharacters,
    MinTokens,
    MinTurns,
    Query,
    Script,
    Tokenizer,
)
from instag.cleaning.result import Cleaned, cleaned, shown
from instag.cleaning.scripts import is_written_in
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.conversation.samples import sample_queries
from instag.io.conversation.turns import turns

__all__ = ["clean"]

F = TypeVar("F")

NOTHING = "the user says nothing"
UNANSWERED = "an answer is missing"
UNFINISHED = "the last turn is not the assistant's"


def clean(  # noqa: PLR0913 - all options are keywords
    data: F,
    *,
    query: Query = None,
    min_turns: MinTurns = None,
    max_turns: MaxTurns = None,
    min_characters: MinCharacters = None,
    max_characters: MaxCharacters = None,
    min_tokens: MinTokens = None,
    max_tokens: MaxTokens = None,
    tokenizer: Tokenizer = None,
    answered: Answered = Cleaning.answered,
    script: Script = None,
) -> Cleaned[F]:
    """Remove rows in which the user says nothing, and rows that an option excludes.

    A row with several reasons is counted under the first, in the order of the checks: turns, characters, tokens,
    answers, script.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream.
    query
        The column of the user's queries. By default it is detected, as :func:`instag.read` does.
    min_turns, max_turns
        Bounds for the number of the user's turns.
    min_characters, max_characters
        Bounds for the length of the whole conversation in characters; of the queries, if the data have nothing else.
    min_tokens, max_tokens
        Bounds for the length of the same text in tokens.
    tokenizer
        How to count tokens: the path of a `tokenizer.json` or of a folder with one (needs `tokenizers`), a column with
        counts, or a function from a list of texts to counts. By default they are estimated by a rule, which is a few
        per cent off for English.
    answered
        Remove rows with a missing or blank answer, and rows whose last turn is not the assistant's.
    script
        The script of at least half of the letters in the user's first turn: a script such as ``"latin"``, a language
        such as ``"zh"``, which stands for its script, or a list of them, any of which will do. Languages that share a
        script cannot be distinguished.

    Returns
    -------
    Cleaned
        `dropped` has `row`, `reason` and `query`.

    Raises
    ------
    InputError
        If an option is out of range, or the data lack what an option needs.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"instruction": ["Why?", "", "How?", "Почему?"], "output": ["So.", "Yes.", " ", "Так."]})
    >>> instag.clean(df, answered=True, script="en")
    1 of 4 rows stay
           1  an answer is missing
           1  the user says nothing
           1  the writing is not en
    """
    bounds = {
        "turns": (min_turns, max_turns),
        "characters": (min_characters, max_characters),
        "tokens": (min_tokens, max_tokens),
    }
    for what, (least, most) in bounds.items():
        _check(what, least, most)
    frame = wrap(data)
    queries = sample_queries(frame, query)
    asked = pl.DataFrame({"query": queries.list.first().fill_null(""), "turns": queries.list.len().fill_null(0)})
    blank = queries.list.eval(pl.element().str.contains(r"\S")).list.any().fill_null(value=False).not_()
    reasons: list[tuple[str, pl.Expr]] = [(NOTHING, pl.lit(blank))]
    needed = answered or any(each is not None for name in ("characters", "tokens") for each in bounds[name])
    conversations = _conversations(frame, query, queries) if needed else pl.DataFrame()
    reasons += _between("turns", *bounds["turns"], asked.get_column("turns"))
    if any(each is not None for each in bounds["characters"]):
        lengths = conversations.select(pl.col("texts").list.eval(pl.element().str.len_chars()).list.sum()).to_series()
        reasons += _between("characters", *bounds["characters"], lengths)
    if any(each is not None for each in bounds["tokens"]):
        reasons += _between("tokens", *bounds["tokens"], _tokens(frame, conversations, tokenizer))
    if answered:
        reasons += _answers(conversations)
    if script is not None:
        names = [script] if isinstance(script, str) else list(script)
        reasons.append((f"the writing is not {' or '.join(names)}", is_written_in(names, pl.col("query")).not_()))
    reason = pl.coalesce([pl.when(found).then(pl.lit(text)) for text, found in reasons])
    found = asked.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), reason.alias("reason"))
    dropped = found.filter(pl.col("reason").is_not_null())
    dropped = dropped.with_columns(shown(queries, dropped.get_column("row")))
    return cleaned(frame, dropped, len(queries))


def _check(what: str, least: Any, most: Any) -> None:
    for name, value in ((f"min_{what}", least), (f"max_{what}", most)):
        if value is not None:
            check_count(name, value, 0)
    if least is not None and most is not None and least > most:
        raise InputError(f"min_{what}: expected at most max_{what}, which is {most:,}; found {least:,}")


def _between(what: str, least: int | None, most: int | None, values: pl.Series) -> list[tuple[str, pl.Expr]]:
    found = []
    if least is not None:
        found.append((f"fewer than {least:,} {what}", pl.lit(values < least)))
    if most is not None:
        found.append((f"more than {most:,} {what}", pl.lit(values > most)))
    return found


def _conversations(frame: Frame, query: str | None, queries: pl.Series) -> pl.DataFrame:
    """All turns of each row, or only the user's if the data have no others."""
    found = turns(frame.lazy()) if query is None else None
    if found is not None and found.height == len(queries):
        return found
    roles = queries.list.eval(pl.lit("user")).fill_null([])
    return pl.DataFrame({"roles": roles, "texts": queries.fill_null([])})


def _answers(conversations: pl.DataFrame) -> list[tuple[str, pl.Expr]]:
    """Rows with a missing answer, and rows whose last turn is not the assistant's."""
    roles, texts = conversations.get_column("roles"), conversations.get_column("texts")
    flat = pl.DataFrame({"row": np.arange(conversations.height), "role": roles, "text": texts}).explode("role", "text")
    blank = (pl.col("role") == "assistant") & ~pl.col("text").fill_null("").str.contains(r"\S")
    by_row = flat.group_by("row", maintain_order=True).agg(
        missing=blank.any() | ~(pl.col("role") == "assistant").any(), last=pl.col("role").last()
    )
    missing = by_row.get_column("missing").fill_null(value=True)
    return [(UNANSWERED, pl.lit(missing)), (UNFINISHED, pl.lit(by_row.get_column("last").ne_missing("assistant")))]


def _tokens(frame: Frame, conversations: pl.DataFrame, tokenizer: Any) -> pl.Series:
    """The number of tokens of each row."""
    if isinstance(tokenizer, str) and tokenizer in frame.columns:
        column = frame.column(tokenizer)
        if not column.dtype.is_integer():
            raise InputError(f"tokenizer: expected a column of counts; found {column.dtype} in {tokenizer!r}")
        return column
    count = _counter(tokenizer)
    texts = conversations.get_column("texts").list.join("\n").fill_null("")
    counts = [each for start in range(0, len(texts), 1024) for each in count(texts.slice(start, 1024).to_list())]
    return pl.Series(counts, dtype=pl.Int64)


def _counter(tokenizer: Any) -> Callable[[list[str]], Sequence[int]]:
    if tokenizer is None:
        return lambda texts: [tokens_of(text) for text in texts]
    if callable(tokenizer):
        return tokenizer  # type: ignore[no-any-return]
    path = Path(tokenizer) if isinstance(tokenizer, str | PathLike) else None
    if path is None:
        raise InputError(f"tokenizer: expected a file, a folder, a column or a function; found {tokenizer!r}")
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"tokenizer: expected a column, or the path of a tokenizer.json; there is no {tokenizer}")
    try:
        from tokenizers import Tokenizer as Loaded  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError("tokenizer: a file needs the package tokenizers: pip install 'instag[embed]'") from None
    try:
        loaded = Loaded.from_file(str(file))
    except Exception as error:  # noqa: BLE001 - tokenizers raises plain Exceptions
        raise InputError(f"tokenizer: {file} is not a tokenizer: {error}") from None
    return lambda texts: [len(each.ids) for each in loaded.encode_batch_fast(texts, add_special_tokens=False)]
