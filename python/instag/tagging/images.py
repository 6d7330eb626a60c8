"""Images in queries: kept in the text as Markdown, and sent as parts of the message."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

import polars as pl

from instag.frame import Frame
from instag.io.conversation.chat import pass_over, turns_of
from instag.io.conversation.content import piece
from instag.io.conversation.conversation import conversation
from instag.io.conversation.detection import find
from instag.io.conversation.mixed import layout_finder
from instag.io.conversation.placement import head_of
from instag.io.conversation.queries import TEXTS
from instag.io.conversation.samples import queries_in_pieces
from instag.io.json.records import plain

__all__ = ["beside_images", "parts_of", "pictured"]

# The images of a query are at its end, a line each; in the text a number stands in place of each.
IMAGES = re.compile(r"(?:\s*!\[[^\[\]\n]*\]\((?:https?://|data:image/)[^()\s]+\))+\s*\Z")
IMAGE = re.compile(r"!\[[^\[\]\n]*\]\(([^()\s]+)\)")
ADDRESS = re.compile(r"https?://|data:image/")


def pictured(frame: Frame, name: str | None) -> Iterable[pl.Series]:
    r"""Find the queries of each sample, with their images.

    Parameters
    ----------
    frame, name
        As for :func:`instag.io.conversation.samples.sample_queries`. If there is a column `queries` of texts, which no
        longer has the images, and also a conversation, the conversation is used.

    Returns
    -------
    iterable of polars.Series
        A list of strings a sample, piece by piece; it can be iterated over several times. Images with an address
        (`http://…`, `https://…`, `data:image/…`) are at the end of a text, as Markdown; others are left out.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> said = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "https://x/1.png"}}]
    >>> data = pl.DataFrame({"messages": [[{"role": "user", "content": said}]]})
    >>> [piece.to_list() for piece in pictured(wrap(data), None)]
    [[['What is it?\n[image 1]\n![](https://x/1.png)']]]
    """
    if name is not None:
        held, dtype = frame.alone(name, "said")
        if dtype in (pl.String, TEXTS):
            return queries_in_pieces(frame, name)
        return frame.pieces(held.select(queries=_said(pl.col("said"), lambda value: turns_of(value, pass_over))))
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    lazy = lazy.drop("queries") if schema.get("queries") == TEXTS else lazy
    layout = find(lazy)
    if layout is None:
        return queries_in_pieces(frame, None)
    find_layout = layout_finder(layout, schema)

    def turns(row: Any) -> list[Any]:
        own = find_layout(row)
        return [] if own is None else conversation(own, row, pass_over, answered=False)[0]

    heads = list(dict.fromkeys(head_of(path, schema) for path in layout.columns.values()))
    return frame.pieces(lazy.select(queries=_said(pl.struct(heads), turns)))


def _said(value: pl.Expr, turns: Callable[[Any], list[Any]]) -> pl.Expr:
    """The texts of the user's turns in each value."""
    return value.map_batches(lambda values: _texts(values, turns), return_dtype=TEXTS, is_elementwise=True)


def _texts(values: pl.Series, turns: Callable[[Any], list[Any]]) -> pl.Series:
    said = [
        [_text(turn["content"]) for turn in turns(plain(value)) if turn["role"] == "user"] for value in values.to_list()
    ]
    return pl.Series("queries", said, dtype=TEXTS)


def _text(content: Any) -> str:
    """A turn's text, with its images at the end."""
    texts, images = [], []
    for part in content if isinstance(content, list) else [content]:
        address = _address(part) if isinstance(part, dict) else None
        if address is not None:
            images.append(f"![]({quote(address, safe=':/?#[]@!$&*+,;=%~.-_')})")
            texts.append(f"[image {len(images)}]")
        elif (text := piece(part)) is not None:
            texts.append(text)
    return "\n".join([*texts, *images])


def _address(part: Mapping[str, Any]) -> str | None:
    """The address of the image in a part, in the formats of OpenAI, Anthropic and the Hugging Face Hub."""
    held = part.get("image_url") or part.get("source") or part.get("image") or part.get("url")
    if isinstance(held, Mapping) and held.get("data"):
        return f"data:{held.get('media_type') or 'image/png'};base64,{held['data']}"
    address = held.get("url") if isinstance(held, Mapping) else held
    return address if isinstance(address, str) and ADDRESS.match(address) else None


def _parted(query: str) -> tuple[str, str]:
    """A query's text, and its images."""
    found = IMAGES.search(query)
    return (query[: found.start()], found[0]) if found else (query, "")


def parts_of(query: str) -> tuple[str, list[dict[str, Any]]]:
    r"""Take a query's images out of its text.

    Returns
    -------
    str, list of dict
        The text, and a part of a message for each image.

    Examples
    --------
    >>> parts_of("What is it?\n[image 1]\n![](https://x/1.png)")
    ('What is it?\n[image 1]', [{'type': 'image_url', 'image_url': {'url': 'https://x/1.png'}}])
    """
    text, images = _parted(query)
    return text, [{"type": "image_url", "image_url": {"url": address}} for address in IMAGE.findall(images)]


def beside_images(cut: Callable[[str], tuple[str, int]]) -> Callable[[str], tuple[str, int]]:
    r"""Cut the text of a query, but not its images.

    Examples
    --------
    >>> beside_images(lambda text: (text[:4], len(text) - 4))("What is it?\n![](https://x/1.png)")
    ('What\n![](https://x/1.png)', 7)
    """

    def shorten(query: str) -> tuple[str, int]:
        text, images = _parted(query)
        shortened, left_out = cut(text)
        return shortened + images.rstrip(), left_out

    return shorten
