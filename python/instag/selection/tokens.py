"""Count the tokens that a model would read."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import check_choice, check_function, check_name, shown
from instag.errors import InputError
from instag.frame import wrap
from instag.io.conversation.texts import Part, texts_plan
from instag.progress import Progress, Stage

__all__ = ["count_tokens"]

F = TypeVar("F")

# Texts in one call of the tokenizer: enough to keep all threads busy, few enough for progress and Ctrl-C.
BATCH = 20_000


class Encoding(Protocol):
    """One text as a tokenizer sees it."""

    def __len__(self) -> int:
        """The number of tokens."""


def count_tokens(
    data: F,
    tokenizer: str | PathLike[str] | Callable[[str], Any] | Any,
    *,
    column: str | None = None,
    part: Part = "conversation",
    name: str = "tokens",
    progress: Callable[[Progress], None] | None = None,
) -> F:
    """Add a column with the number of tokens of each sample, for ``cost="tokens"``.

    The texts of a sample are counted one by one, without the special tokens that a chat template adds between them.

    Parameters
    ----------
    data
        A frame of any kind that :func:`select` takes.
    tokenizer
        A `tokenizer.json`, a folder with one, the name of a model whose tokenizer is in the cache of Hugging Face on
        this disk, a `tokenizers.Tokenizer`, a `transformers` tokenizer, or a function from a text to its tokens or to
        their number.
    column
        The column with the texts or conversations; by default they are found by the layout of the columns.
    part
        Which part of a sample to count: the whole ``"conversation"``, the user's side (``"query"``), or the
        ``"answer"``.
    name
        The name of the new column; an existing column of that name is replaced.
    progress
        Called with an :class:`instag.Progress` after each batch of texts.

    Returns
    -------
    The same kind of frame as `data`, with the column.

    Raises
    ------
    InputError
        If there is no such tokenizer, or no text.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"question": ["What is 2 + 2?", "Why?"], "answer": ["4", "Because it is."]})
    >>> instag.count_tokens(df, str.split)["tokens"].to_list()
    [6, 4]
    """
    check_choice("part", part, ("conversation", "query", "answer"))
    check_name("name", name)
    check_function("progress", progress)
    if column is not None:
        check_name("column", column)
    count = counter(tokenizer)
    frame = wrap(data)
    pieces = frame.pieces(texts_plan(frame, column=column, part=part))
    tokens, done = [], 0
    for piece in pieces:
        # How many texts there are is known only of data in memory.
        total = None if frame.streams else int(piece.list.len().sum())
        tokens.append(_tokens(piece, count, partial(_report, progress, done, total)))
        done += int(piece.list.len().sum())
    counted: F = frame.with_columns(pl.DataFrame({name: pl.Series(np.concatenate(tokens), dtype=pl.Int64)}))
    return counted


def _tokens(
    conversations: pl.Series, count: Callable[[list[str]], Sequence[int]], report: Callable[[int], None]
) -> NDArray[np.int64]:
    """The tokens of each of some samples."""
    lengths = conversations.list.len().fill_null(0).to_numpy()
    flat = conversations.explode(empty_as_null=False, keep_nulls=False)
    counts = np.zeros(len(flat), np.int64)
    for start in range(0, len(flat), BATCH):
        batch = flat[start : start + BATCH]
        counts[start : start + len(batch)] = count(batch.to_list())
        report(start + len(batch))
    ends = np.concatenate([[0], np.cumsum(counts)])
    last = np.cumsum(lengths)
    found: NDArray[np.int64] = ends[last] - ends[last - lengths]
    return found


def _report(progress: Callable[[Progress], None] | None, before: int, total: int | None, done: int) -> None:
    """Say how many texts were counted."""
    if progress is not None:
        progress(
            Stage(
                "counting tokens" if total is not None else f"counting tokens: {before + done:,} texts",
                before + done,
                total,
            )
        )


def counter(tokenizer: Any) -> Callable[[list[str]], Sequence[int]]:
    """A function that counts the tokens of each of several texts.

    Raises
    ------
    InputError
        If it is not a tokenizer, or there is none of that name on this disk.
    """
    if isinstance(tokenizer, str | PathLike):
        tokenizer = load(tokenizer)
    if hasattr(tokenizer, "backend_tokenizer"):
        tokenizer = tokenizer.backend_tokenizer
    batch = getattr(tokenizer, "encode_batch_fast", None) or getattr(tokenizer, "encode_batch", None)
    if batch is not None:
        return lambda batch_of_texts: [len(encoding) for encoding in encoded(batch, batch_of_texts)]
    one = getattr(tokenizer, "encode", None) or tokenizer
    if not callable(one):
        raise InputError(
            f"tokenizer: expected a tokenizer.json, the name of a model, or a function; found {shown(tokenizer)}"
        )
    return lambda batch_of_texts: [number_of(one(text)) for text in batch_of_texts]


def encoded(batch: Callable[..., Any], batch_of_texts: list[str]) -> Iterator[Encoding]:
    """Encode some texts, without what a chat template adds."""
    try:
        found = batch(batch_of_texts, add_special_tokens=False)
    except TypeError:
        found = batch(batch_of_texts)
    return cast("Iterator[Encoding]", found)


def number_of(tokens: Any) -> int:
    """The number of tokens, from a function that returns the tokens or their number."""
    if isinstance(tokens, int | np.integer) and not isinstance(tokens, bool):
        return int(tokens)
    try:
        return len(tokens)
    except TypeError:
        raise InputError(f"tokenizer: expected tokens or their number for each text; found {shown(tokens)}") from None


def load(name: str | PathLike[str]) -> Any:
    """Load a tokenizer from this disk; nothing is downloaded."""
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError(
            "tokenizer: to load one by name needs the package tokenizers: pip install 'instag[embed]', or pass a function"
        ) from None
    path = Path(name)
    path = path / "tokenizer.json" if path.is_dir() else path
    if not path.is_file():
        path = cached(str(name))
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:
        raise InputError(f"tokenizer: {path}: this is not a tokenizer.json: {error}") from error


def cached(name: str) -> Path:
    """The tokenizer of a model in the cache of Hugging Face."""
    missing = InputError(
        f"tokenizer: {name!r} is neither a file nor a folder with a tokenizer.json nor a model in the cache of Hugging Face: "
        "download it first, or give a file"
    )
    try:
        from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - comes with datasets and transformers
    except ImportError:
        raise missing from None
    try:
        found = try_to_load_from_cache(name, "tokenizer.json")
    except ValueError:
        raise missing from None
    if not isinstance(found, str):
        raise missing
    return Path(found)
