"""The line of each key of a recipe: `tomllib` gives lines only of syntax errors."""

import re

__all__ = ["Lines"]

HEADER = re.compile(r"\s*(\[\[?)\s*([\w\"'.\s-]+?)\s*\]\]?\s*(#.*)?$")
KEY = re.compile(r"\s*([\w-]+|\"[^\"]*\"|'[^']*')\s*=")


class Lines:
    r"""The lines of the tables and keys of a recipe, counted from 1.

    Examples
    --------
    >>> lines = Lines('name = "a"\n\n[[source]]\nfiles = [\n  "x",\n]\n[[source]]\nname = "b"\n[select]\nbudget = 3')
    >>> lines.of("name"), lines.of("source", 1, "name"), lines.of("select", "budget"), lines.of("select", "nothing")
    (1, 8, 10, 9)
    """

    def __init__(self, text: str) -> None:
        self._found: dict[tuple[str | int, ...], int] = {}
        table: tuple[str | int, ...] = ()
        many: dict[str, int] = {}
        depth, quote = 0, ""
        for number, line in enumerate(text.splitlines(), 1):
            if not depth and not quote:
                if header := HEADER.match(line):
                    name = header[2].strip("\"' ")
                    if header[1] == "[[":
                        many[name] = many.get(name, -1) + 1
                        table = (name, many[name])
                    else:
                        table = (name,)
                    self._found.setdefault(table, number)
                    continue
                if key := KEY.match(line):
                    self._found.setdefault((*table, key[1].strip("\"'")), number)
            depth, quote = _after(line, depth, quote)

    def of(self, *path: str | int) -> int | None:
        """The line of a key or table, or of the nearest table around it."""
        for end in range(len(path), 0, -1):
            if (line := self._found.get(path[:end])) is not None:
                return line
        return None


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets, and which multi-line string, are open at the end of a line."""
    at = 0
    while at < len(line):
        if quote:
            end = line.find(quote, at)
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
