"""What every test shares."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from klasteryste.language import use_language

ROOT = Path(__file__).parents[1]

# Headless Chromium calls home unless it is told not to; none of this touches what a page does.
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _speak_english() -> Iterator[None]:
    """Begin and end every test in English, whatever it spoke."""
    use_language("en")
    yield
    use_language("en")


def klasteryste(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "klasteryste", *words], cwd=cwd, capture_output=True, text=True, timeout=900
    )


@pytest.fixture(scope="session")
def localised() -> Path:
    """Return the folder of the localised sources, a folder a language, made by the command."""
    run = klasteryste("book", "localise")
    assert run.returncode == 0, run.stderr
    return ROOT / "_build" / "localised"


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the finished site, built by the command."""
    run = klasteryste("book", "build")
    assert run.returncode == 0, run.stdout + run.stderr
    return ROOT / "_build" / "site"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return Chromium's path, or skip."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is missing; to enable: sudo apt-get install chromium fonts-dejavu-core")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start a browser for the tests of a file: while it is open, no other can be, and asyncio is taken."""
    with sync_playwright() as playwright:
        opened = started(playwright, chromium)
        yield opened
        opened.close()


def started(playwright: Playwright, chromium: str) -> Browser:
    """Start a browser that asks for nothing of its own accord."""
    return playwright.chromium.launch(executable_path=chromium, args=_QUIET)
