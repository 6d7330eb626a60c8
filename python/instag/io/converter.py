"""Converting: files of one format become a file of another."""

from pathlib import Path
from typing import NamedTuple, Unpack

from instag.io.options import Reading, options_of
from instag.io.reader import read, read_conversations
from instag.io.source import Source, metadata_of
from instag.io.targets import TARGETS
from instag.io.writer import write


class Converted(NamedTuple):
    """How much was converted."""

    samples: int
    queries: int


def convert(source: Source, output: str | Path, *, to: str = "auto", **options: Unpack[Reading]) -> Converted:
    r"""Read files and write them in another format, without loss.

    Parameters
    ----------
    source
        What to read, as for :func:`instag.read`.
    output
        The file to write, as for :func:`instag.write`.
    to
        How to write: ``"auto"``, a type of file, or a layout: ``"alpaca"``, ``"sharegpt"`` or ``"messages"``.
    **options
        How to read, as for :func:`instag.read`: ``format``, ``query``, ``answer`` and so on.

    Returns
    -------
    Converted
        The numbers of samples and of queries in them.

    Raises
    ------
    InputError
        Where something cannot be read, found, or held by the format; nothing is written then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "pairs.jsonl")
    ...     _ = path.write_text('{"question": "Why?", "answer": "So."}')
    ...     convert(path, f"{folder}/chat.jsonl", to="sharegpt")
    ...     Path(folder, "chat.jsonl").read_text()
    Converted(samples=1, queries=1)
    '{"conversations":[{"from":"human","value":"Why?"},{"from":"gpt","value":"So."}]}\n'
    """
    reading = options_of(**options)
    by_hand = to in TARGETS and reading.parts
    frame = read_conversations(source, reading) if by_hand else read(source, **options)
    queries = int(frame.get_column("queries").list.len().sum())
    write(frame, output, format=to, metadata=metadata_of(source))
    return Converted(frame.height, queries)
