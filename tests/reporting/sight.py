"""What is to be seen of a report in a browser."""

from collections.abc import Callable

from playwright.sync_api import Page

Opener = Callable[..., Page]

TAGS = "[data-table=tags]"


def marks(page: Page) -> dict[str, int]:
    """The number of shapes in each figure."""
    counted: dict[str, int] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".drawing")].map((host) => [
            host.dataset.figure,
            host.querySelectorAll("svg [role=graphics-symbol], svg .mark-group path, svg .mark-rect path").length,
        ]))"""
    )
    return counted


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    pixels: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels


def rows(page: Page, table: str = TAGS) -> list[list[str]]:
    lines: list[list[str]] = page.locator(f"{table} tbody tr").evaluate_all(
        "lines => lines.map((line) => [...line.cells].map((cell) => cell.textContent))"
    )
    return lines
