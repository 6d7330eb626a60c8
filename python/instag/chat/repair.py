"""Invalid JSON, repaired if nothing is added, lost or split by that."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from instag.chat.question import Unreadable

__all__ = ["repairs"]

# JSON's punctuation, and its full-width forms.
PLAIN = str.maketrans("，、；;：｛｝［］＝", ",,,,:{}[]:")
# Strings; what takes their place in other keyboards' marks; comments; marks; names that want quotation marks.
TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.?)*+(?:"|\Z))
    | “(?P<curly>[^“”"]*+)” | „(?P<low>[^„“"]*+)“ | «(?P<angle>[^«»"]*+)» | 「(?P<corner>[^「」"]*+)」 | ‘(?P<single>[^‘’"]*+)’
    | (?P<comment>//[^\n]*+ | /\*(?:.*?\*/|.*\Z) | \#[^\n]*+)
    | (?P<mark>[，、；;：｛｝［］＝]) | (?P<equals>=>?) | (?P<trailing>,)(?=\s*+[\]}｝］])
    | (?<=[{\[,，])(?P<space>\s*+)(?P<name>(?!(?:true|false|null|None|True|False|NaN)\b)[^\W\d](?:[\w +&/-]*\w)?)(?=\s*[:：=,，\]])
    """,
    re.DOTALL | re.VERBOSE,
)
# A backslash that begins no escape of JSON or another language: in LaTeX or a path.
ESCAPE = re.compile(
    r"""\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}|(?P<apostrophe>')|(?P<stray>)(?!x[0-9A-Fa-f]{2}|U[0-9A-Fa-f]{8}|[0-7N]))"""
)
RIGHT: dict[str | None, str] = {"apostrophe": "'", "stray": "\\\\"}
# Escapes of other languages, whose backslash a repair would drop.
FOREIGN = re.compile(r"""(?<!\\)(?:\\\\)*\\[^\"'\\/bfnrtu]""")
MARKS = re.compile(r"[\s\"'\[\]{},:\\]+")
# Punctuation that only stands between two strings.
SEAM = re.compile(r"""["']\s*[,;:]\s*["']""")
# A string in which the first quotation mark is a closing one.
TORN = re.compile(r"""(?<!\\)"(?:[^"\\]|\\[^"])*+\\"(?:\s|[,;:)])""")
# LaTeX commands that begin like an escape of JSON.
LATEX = re.compile(r"(?<!\\)\\(?=[bfrt][a-z]{2})")
# The thorough repair takes time quadratic in these; a hundred tags need fewer.
LONGEST = 20_000
QUOTES = 800
# It also drops one backslash of two.
DIFFICULT = re.compile(r'\\[^"n/]')


def repairs(body: str) -> Iterator[str]:
    r"""Repair a text that should be JSON, trying the most careful way first.

    `fast-json-repair` handles apostrophes in single quotes, `json-repair` quotation marks in double ones. Before them,
    rules repair comments, escapes of other languages, full-width punctuation and keys without quotation marks.

    Parameters
    ----------
    body
        The text from the first bracket to the last.

    Yields
    ------
    str
        Texts with the same strings in the same order, and as many brackets; they need not be valid JSON yet.

    Raises
    ------
    Unreadable
        If the libraries are not installed.

    Examples
    --------
    >>> list(repairs("['math', 'poetry',]"))[0]
    '["math","poetry"]'
    >>> next(repairs('{tags: ["math"] // mostly\n}'))
    '{"tags": ["math"] \n}'
    """
    fast, thorough = _libraries()
    yield from _kept(body, fast)
    ruled = TOKEN.sub(_by_rule, body)
    if ruled != body:
        yield ruled
        yield from _kept(ruled, fast)
    if len(ruled) <= LONGEST and _strings(ruled) <= QUOTES and not DIFFICULT.search(ruled):
        yield from (kept for kept in _kept(ruled, thorough) if _apart(ruled, kept))


@cache
def _libraries() -> tuple[Callable[..., str], Callable[..., str]]:
    try:
        import fast_json_repair  # noqa: PLC0415 - an extra, and seldom needed
        import json_repair  # noqa: PLC0415 - as above
    except ImportError:
        raise Unreadable("not JSON", "to repair it: pip install 'instag[tag]'") from None
    return fast_json_repair.repair_json, json_repair.repair_json


def _by_rule(token: re.Match[str]) -> str:
    kind, text = token.lastgroup, token[0]
    if kind == "string":
        mended = ESCAPE.sub(lambda escape: RIGHT.get(escape.lastgroup, escape[0]), text)
        return LATEX.sub(r"\\\\", mended) if mended != text else text
    if kind == "mark":
        return text.translate(PLAIN)
    if kind == "equals":
        return ":"
    if kind in {"comment", "trailing"}:
        return ""
    if kind == "name":
        return f'{token["space"]}"{token["name"]}"'
    return f'"{text[1:-1]}"'


def _kept(body: str, repair: Callable[..., str]) -> Iterator[str]:
    """The repaired text, if nothing was added, lost or split."""
    if FOREIGN.search(body):
        return
    try:
        escaped, plain = (repair(body, ensure_ascii=escaped) for escaped in (True, False))
    except (ValueError, TypeError, RecursionError):
        return
    same = _bare(body) in (_bare(escaped), _bare(plain)) and _strings(body) == _strings(plain)
    if same and _closed(body, plain):
        yield escaped


def _apart(body: str, repaired: str) -> bool:
    """Whether no two strings were joined: punctuation separates them, and quotations within them open before they close.

    No string may have absorbed a bracket either.
    """
    seams = len(SEAM.findall(repaired)) >= len(SEAM.findall(body))
    return seams and not TORN.search(repaired) and body.count("}") == repaired.count("}")


def _bare(text: str) -> str:
    """The text without JSON's punctuation; Python's constants count as JSON's."""
    for name, own in (("None", "null"), ("True", "true"), ("False", "false")):
        text = text.replace(name, own)
    return MARKS.sub("", text)


def _strings(text: str) -> int:
    """The number of quotation marks of both kinds."""
    return text.count('"') + text.count("'")


def _closed(body: str, repaired: str) -> bool:
    """Whether no bracket is missing; objects may lack their end if every list has its own."""
    return [*map(body.count, "[]{")] == [*map(repaired.count, "[]{")] and body.count("}") <= repaired.count("}")
