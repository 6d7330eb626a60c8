"""The line of each key of a recipe: `tomllib` gives lines only of syntax errors."""

import re

__all__ = ["Lines"]

PART = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
DOTTED = rf"{PART}(?:\s*\.\s*{PART})*"
HEADER = re.compile(rf"\s*(\[\[?)\s*({DOTTED})\s*\]\]?\s*(#.*)?$")
KEY = re.compile(rf"\s*({DOTTED})\s*=")


class Lines:
    r"""The lines of the tables and keys of a recipe, counted from 1.

    Examples
    --------
    >>> lines = Lines('name = "a"\n\n[[source]]\nfiles = [\n  "x",\n]\n[[source]]\nname = "b"\n[select]\nbudget = 3')
    >>> lines.of("name"), lines.of("source", 1, "name"), lines.of("select", "budget"), lines.of("select", "nothing")
    (1, 8, 10, 9)
    >>> lines = Lines('[normalize]\njudge.model = "m"\n[select.at_least]\nmath = 3')
    >>> lines.of("normalize", "judge", "model"), lines.of("select"), lines.of("select", "at_least", "math")
    (2, 3, 4)
    """

    def __init__(self, text: str) -> None:
        self._found: dict[tuple[str | int, ...], int] = {}
        table: tuple[str | int, ...] = ()
        many: dict[str, int] = {}
        depth, quote = 0, ""
        for number, line in enumerate(text.splitlines(), 1):
            if not depth and not quote:
                if header := HEADER.match(line):
                    first, *rest = _parts(header[2])
                    if header[1] == "[[" and not rest:
                        many[first] = many.get(first, -1) + 1
                    table = (first, many[first], *rest) if first in many else (first, *rest)
                    self._add(table, number)
                    continue
                if key := KEY.match(line):
                    self._add((*table, *_parts(key[1])), number)
            depth, quote = _after(line, depth, quote)

    def of(self, *path: str | int) -> int | None:
        """The line of a key or table, or of the nearest table around it."""
        for end in range(len(path), 0, -1):
            if (line := self._found.get(path[:end])) is not None:
                return line
        return None

    def has(self, *path: str | int) -> bool:
        """Whether a key or table is in the recipe."""
        return path in self._found

    def _add(self, path: tuple[str | int, ...], number: int) -> None:
        """Record the line of a key, and of the tables around it that have none yet."""
        for end in range(len(path), 0, -1):
            self._found.setdefault(path[:end], number)


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(PART, name)]


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets, and which multi-line string, are open at the end of a line."""
    at = 0
    while at < len(line):
        if quote:
            end = _end(line, quote, at)
            if end < 0:
                return depth, quote if len(quote) == 3 else ""  # noqa: PLR2004 - three quotes open a text of lines
            at, quote = end + len(quote), ""
        elif line.startswith(('"""', "'''"), at):
            quote, at = line[at : at + 3], at + 3
        elif line[at] in "\"'":
            quote, at = line[at], at + 1
        elif line[at] == "#":
            break
        else:
            depth += (line[at] in "[{") - (line[at] in "]}")
            at += 1
    return depth, quote if len(quote) == 3 else ""  # noqa: PLR2004 - as above


def _end(line: str, quote: str, at: int) -> int:
    r"""Where a text ends; -1 if it does not end in this line. Between double quotes, \" is not the end.

    Examples
    --------
    >>> _end(r'"a\"b" # c', '"', 1), _end(r"'a\' # c", "'", 1)
    (5, 3)
    """
    while (end := line.find(quote, at)) >= 0 and quote[0] == '"':
        before = line[at:end]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return end
        at = end + 1
    return end
