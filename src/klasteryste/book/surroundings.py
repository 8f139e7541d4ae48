"""What surrounds the pages of the site: front door, wheel, locked versions, font, search index."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from html import escape
from importlib.metadata import version
from pathlib import Path

from klasteryste.book import fonts
from klasteryste.book.folders import Folders, fingerprint, read, write
from klasteryste.errors import CourseError

_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{first}/_static/favicon.svg">
<title>{title}</title>
<style>
body {{ font: 1.2rem/1.6 sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem; color: #12343b; }}
a {{ color: #0b6e6e; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{links}
</main>
</body>
</html>
"""


def front_door(folders: Folders, words: Mapping[str, tuple[str, str]]) -> None:
    """Write the page at the site's root, which asks for the language and nothing else.

    Parameters
    ----------
    folders : Folders
        Where to write.
    words : mapping of str to (str, str)
        Title and subtitle of the book by language code.
    """
    links = "\n".join(
        f'<p lang="{language}"><a href="{language}/index.html">{escape(subtitle)}</a></p>'
        for language, (_title, subtitle) in words.items()
    )
    first, (title, _subtitle) = next(iter(words.items()))
    write(folders.site / "index.html", _DOOR.format(first=first, title=escape(title), links=links))


def wheel(folders: Folders) -> str:
    """Build the package that a downloaded notebook installs, if it changed; return its file name."""
    name = f"klasteryste-{version('klasteryste')}-py3-none-any.whl"
    inside = ("src/klasteryste", "data", "pyproject.toml", "README.md", "LICENSE")
    made_from = fingerprint(folders.root / part for part in inside)
    folders.site.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folders.site.resolve())]
    folders.unless_made(
        folders.site / name, made_from, lambda: _run("the wheel", command, folders.root, folders.work)
    )
    return name


def constraints(folders: Folders) -> None:
    """Write the locked versions without hashes: a learner's one line installs what was tested."""
    locked = read(folders.root / "requirements.txt", "the line that installs a notebook's needs").splitlines()
    pins = [line.removesuffix("\\").strip() for line in locked if "==" in line and line[0] not in " #"]
    write(folders.site / "constraints.txt", "\n".join(pins) + "\n")


def math_font(folders: Folders) -> None:
    """Write the font of the formulas."""
    made_from = fingerprint([Path(fonts.__file__)])
    target = folders.site / "fonts"
    folders.unless_made(target, made_from, lambda: fonts.write_math_font(target))


def index(folders: Folders) -> None:
    """Index the site for searching, an index for each language, articles only."""
    shutil.rmtree(folders.site / "pagefind", ignore_errors=True)
    command = [
        *(sys.executable, "-m", "pagefind", "--site", str(folders.site), "--quiet"),
        *("--glob", "*/**/*.html", "--root-selector", "article.bd-article"),
        *("--exclude-selectors", ".headerlink"),
    ]
    _run("the search index", command, folders.root, folders.work)


def _run(what: str, command: list[str], where: Path, work: Path) -> None:
    run = subprocess.run(command, cwd=where, capture_output=True, text=True)
    if run.returncode:
        said = f"{run.stdout}{run.stderr}".strip()
        log = write(work / "log.txt", said)
        last = (said.splitlines() or ["nothing was said"])[-1]
        raise CourseError(f"{what} was not built: {last} (all of it: {log})")
