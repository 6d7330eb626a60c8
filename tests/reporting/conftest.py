"""A browser to open reports in, where there is one."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# In milliseconds, and generous: machines that test may be busy.
PATIENCE = 60_000


# Playwright's event loop runs for as long as the browser does, and no other test could start one of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no browser: apt-get install chromium")
    # Chromium refuses its sandbox to root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=arguments)
        yield running
        running.close()


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Open a report, and hold against it whatever the console says and whatever leaves the file."""
    faults: list[str] = []
    pages: list[Page] = []

    def watch(page: Page, address: str) -> None:
        def heard(message: ConsoleMessage) -> None:
            faults.append(f"console: {message.text}")

        def asked(request: Request) -> None:
            if request.url.partition("#")[0] != address:
                faults.append(f"request: {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.on("request", asked)

    def open_page(path: Path, *, width: int = 1280, shade: str = "light", watched: bool = True) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=shade)  # type: ignore[arg-type]
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        address = path.resolve().as_uri()
        if watched:
            watch(page, address)
        page.goto(address)
        page.wait_for_selector("html[data-drawn]")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert faults == []
