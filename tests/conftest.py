"""What every test shares."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from klasteryste.language import use_language

ROOT = Path(__file__).parents[1]


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
