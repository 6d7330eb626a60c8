"""Removing rows that nothing can be learned from: too short, too long, unanswered, or in another script."""

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

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
from instag.io.conversation.samples import queries_in_pieces
from instag.io.conversation.turns import turns_in_pieces

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
    queries = queries_in_pieces(frame, query)
    names = [script] if isinstance(script, str) else None if script is None else list(script)
    found = pl.concat(_asked(piece, names) for piece in queries)
    wanted = {what for what in ("characters", "tokens") if any(each is not None for each in bounds[what])}
    if "tokens" in wanted and isinstance(tokenizer, str) and tokenizer in frame.columns:
        counts = frame.column(tokenizer)
        if not counts.dtype.is_integer():
            raise InputError(f"tokenizer: expected a column of counts; found {counts.dtype} in {tokenizer!r}")
        found = found.with_columns(tokens=counts)
        wanted.remove("tokens")
    if answered:
        wanted.add("answers")
    if wanted:
        count = _counter(tokenizer) if "tokens" in wanted else None
        found = found.hstack(_measured(frame, query, queries, wanted, count, found.height))
    reasons = [(NOTHING, pl.col("blank"))]
    for what, (least, most) in bounds.items():
        reasons += _between(what, least, most)
    if answered:
        reasons += [(UNANSWERED, pl.col("missing")), (UNFINISHED, pl.col("unfinished"))]
    if names is not None:
        reasons.append((f"the writing is not {' or '.join(names)}", pl.col("foreign")))
    reason = pl.coalesce([pl.when(condition).then(pl.lit(text)) for text, condition in reasons])
    dropped = found.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), reason.alias("reason"))
    dropped = dropped.filter(pl.col("reason").is_not_null())
    dropped = dropped.with_columns(shown(queries, dropped.get_column("row")))
    return cleaned(frame, dropped, found.height)


def _check(what: str, least: Any, most: Any) -> None:
    for name, value in ((f"min_{what}", least), (f"max_{what}", most)):
        if value is not None:
            check_count(name, value, 0)
    if least is not None and most is not None and least > most:
        raise InputError(f"min_{what}: expected at most max_{what}, which is {most:,}; found {least:,}")


def _between(what: str, least: int | None, most: int | None) -> list[tuple[str, pl.Expr]]:
    found = []
    if least is not None:
        found.append((f"fewer than {least:,} {what}", pl.col(what) < least))
    if most is not None:
        found.append((f"more than {most:,} {what}", pl.col(what) > most))
    return found


def _asked(queries: pl.Series, scripts: Sequence[str] | None) -> pl.DataFrame:
    """What the queries of some rows say about these: `turns`, `blank`, and `foreign` if scripts are expected."""
    asked = pl.DataFrame({"query": queries.list.first().fill_null(""), "turns": queries.list.len().fill_null(0)})
    blank = queries.list.eval(pl.element().str.contains(r"\S")).list.any().fill_null(value=False).not_()
    foreign = [] if scripts is None else [is_written_in(scripts, pl.col("query")).not_().alias("foreign")]
    return asked.select("turns", blank.alias("blank"), *foreign)


def _measured(
    frame: Frame,
    query: str | None,
    queries: Iterable[pl.Series],
    wanted: set[str],
    count: Callable[[list[str]], Sequence[int]] | None,
    rows: int,
) -> pl.DataFrame:
    """What the conversations of all rows say about these; of the user's turns alone if the data have no others."""
    found = turns_in_pieces(frame) if query is None else None
    if found is not None:
        measured = pl.concat(_measure(piece, wanted, count) for piece in found)
        if measured.height == rows:
            return measured
    return pl.concat(_measure(_of_the_user(piece), wanted, count) for piece in queries)


def _of_the_user(queries: pl.Series) -> pl.DataFrame:
    roles = queries.list.eval(pl.lit("user")).fill_null([])
    return pl.DataFrame({"roles": roles, "texts": queries.fill_null([])})


def _measure(
    conversations: pl.DataFrame, wanted: set[str], count: Callable[[list[str]], Sequence[int]] | None
) -> pl.DataFrame:
    """The length of some conversations in `characters` and `tokens`, and which are `missing` an answer or `unfinished`."""
    found: list[pl.Series] = []
    if "characters" in wanted:
        lengths = pl.col("texts").list.eval(pl.element().str.len_chars()).list.sum().alias("characters")
        found.append(conversations.select(lengths).to_series())
    if "tokens" in wanted and count is not None:
        texts = conversations.get_column("texts").list.join("\n").fill_null("")
        counts = [each for some in texts.to_frame().iter_slices(1024) for each in count(some.to_series().to_list())]
        found.append(pl.Series("tokens", counts, dtype=pl.Int64))
    return pl.DataFrame([*found, *(_answers(conversations) if "answers" in wanted else ())])


def _answers(conversations: pl.DataFrame) -> pl.DataFrame:
    """Which rows have an answer missing, and in which the last turn is not the assistant's."""
    flat = conversations.with_row_index("row").explode("roles", "texts")
    is_answer = pl.col("roles") == "assistant"
    blank = is_answer & ~pl.col("texts").fill_null("").str.contains(r"\S")
    missing = (blank.any() | ~is_answer.any()).fill_null(value=True)
    by_row = flat.group_by("row", maintain_order=True).agg(
        missing=missing, unfinished=pl.col("roles").last().ne_missing("assistant")
    )
    return by_row.drop("row")


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
