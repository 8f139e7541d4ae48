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


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Open a tab; at the end, no request may have left the host, failed, or raised an error on the page."""
    tab = browser.new_page(viewport={"width": 1300, "height": 900})
    requested: list[str] = []
    broken: list[str] = []
    tab.on("request", lambda request: requested.append(request.url))
    tab.on(
        "response",
        lambda answer: broken.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    tab.on("pageerror", lambda error: broken.append(str(error)))
    yield tab
    tab.close()
    host = urlsplit(address).netloc
    away = {
        url
        for url in requested
        if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).netloc != host
    }
    assert requested, "the test opened no page"
    assert not away, "requests left the host"
    assert not broken
    assert tab.is_closed()


def keep(tab: Page, name: str) -> None:
    """Keep a screenshot of the whole page as a build artefact."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
