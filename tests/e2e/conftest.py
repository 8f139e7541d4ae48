"""The built site, served by the command, and a browser that writes down every request."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "_build" / "screenshots"


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site on a free port, and return its address as the command prints it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "klasteryste", "book", "serve", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        printed = re.search(r"http://\S+", server.stdout.readline())
        assert printed is not None
        yield printed.group()
    finally:
        server.terminate()
        server.wait(10)


class Watch:
    """What a tab asked for, and what went wrong in it."""

    def __init__(self, tab: Page) -> None:
        self._requested: list[str] = []
        self._broken: list[str] = []
        tab.on("request", lambda request: self._requested.append(request.url))
        tab.on(
            "response",
            lambda answer: (
                self._broken.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
            ),
        )
        tab.on("pageerror", lambda error: self._broken.append(str(error)))

    def faults(self, address: str) -> list[str]:
        """Return the requests that left the host or failed, and the errors on the page."""
        assert self._requested, "no page was opened"
        host = urlsplit(address).netloc
        away = {
            url
            for url in self._requested
            if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).netloc != host
        }
        return [*(f"left the host: {url}" for url in sorted(away)), *self._broken]


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Open a tab; at the end, no request may have left the host, failed, or raised an error on the page."""
    tab = browser.new_page(viewport={"width": 1300, "height": 900})
    watch = Watch(tab)
    yield tab
    tab.close()
    assert watch.faults(address) == []
    assert tab.is_closed()


def keep(tab: Page, name: str) -> None:
    """Keep a screenshot of the whole page as a build artefact."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
