"""Printing a page to a tagged PDF by headless Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from klasteryste.errors import CourseError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "No PDF: Chromium is not at hand; install it (sudo apt-get install chromium) or print the page"
_SECONDS = 180
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)
_MADE = re.compile(rb"(/(?:CreationDate|ModDate) )\(D:\d{14}[^)]*\)")


def find_chromium() -> str | None:
    """Give the path of a Chromium or Chrome; None if there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def print_page(chromium: str, page: Path, pdf: Path, day: date) -> None:
    """Print a page; the same page gives the same bytes, since the PDF is dated like the plan.

    Parameters
    ----------
    chromium : str
        Path of the browser.
    page, pdf : Path
        What to print, and where to.
    day : date
        The day that the PDF is to bear.

    Raises
    ------
    CourseError
        If the browser fails, or takes more than three minutes.
    """
    # Chromium's sandbox does not start for root, as in a container; the page has no script to be kept in.
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with TemporaryDirectory() as profile:
        made = Path(profile) / "report.pdf"
        words = [f"--user-data-dir={profile}/profile", f"--print-to-pdf={made}", page.resolve().as_uri()]
        try:
            run = subprocess.run(
                [chromium, *_FLAGS, *root, *words], capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            raise CourseError(f"{chromium} did not print {page}: print the page by hand") from None
        if run.returncode or not made.is_file():
            raise CourseError(f"{chromium} did not print {page}: print the page by hand")
        pdf.write_bytes(_dated(made.read_bytes(), day))


def _dated(content: bytes, day: date) -> bytes:
    """Put a day in place of the times, in as many bytes, so that the table of offsets stays right."""

    def replaced(match: re.Match[bytes]) -> bytes:
        room = len(match[0]) - len(match[1]) - 2
        stamp = f"D:{day:%Y%m%d}000000+00'00'".encode()
        return match[1] + b"(" + stamp[:room].ljust(room) + b")"

    return _MADE.sub(replaced, content)
