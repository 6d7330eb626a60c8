"""What a report says, as far as tests ask."""

from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson


class Reader(HTMLParser):
    """What a browser would make of a page, as far as tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[tuple[str | None, str]] = []
        self.sections: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.policy = ""
        self._within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._within.append(tag)
        named = dict(attributes)
        if tag == "script":
            self.scripts.append((named.get("type"), ""))
        if tag == "section":
            self.sections.append(named["id"] or "")
        if tag == "a":
            self.links.append(named["href"] or "")
        if tag == "meta" and named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, text: str) -> None:
        if self._within and self._within[-1] == "script":
            kind, before = self.scripts[-1]
            self.scripts[-1] = kind, before + text
        if "h1" in self._within:
            self.headings.append(text.strip())

    @property
    def data(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What the page draws."""
        found: dict[str, dict[str, dict[str, Any]]] = orjson.loads(self.scripts[0][1])
        return found


def read(path: Path) -> Reader:
    return Reader(path.read_text(encoding="utf-8"))


def values(spec: Any) -> list[dict[str, Any]]:
    """The rows that a figure draws, of its first data."""
    found: list[dict[str, Any]] = next(iter(spec["datasets"].values()))
    return found


def section(path: Path, name: str) -> str:
    """The HTML of a section, without its entities."""
    return unescape(path.read_text().partition(f'<section id="{name}"')[2].partition("</section>")[0])
