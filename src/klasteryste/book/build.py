"""The site, from sources to folders of HTML: localise, execute, Sphinx, wheel, search index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from jupyter_book.config import get_final_config

from klasteryste.book.execute import execute, fingerprint
from klasteryste.book.fonts import write_math_font
from klasteryste.errors import CourseError
from klasteryste.language import _, known_language, use_language
from klasteryste.translate import catalogue_path, localise_file

# What Jupyter Book switches on and this book does without: three bring other people's services, and two have
# English words fixed in their scripts.
_UNUSED = {
    "sphinx_thebe",
    "sphinx_comments",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "sphinx_togglebutton",
}


@dataclass(frozen=True)
class Folders:
    """Where a build reads and writes.

    Parameters
    ----------
    root : Path
        The repository.
    work : Path
        The build folder; ``site`` in it is what is served.
    """

    root: Path
    work: Path

    @property
    def site(self) -> Path:
        """Return the folder that holds the finished site."""
        return self.work / "site"

    @property
    def rests_on(self) -> list[Path]:
        """Return what every executed notebook depends on besides its own cells."""
        return [self.root / "src" / "klasteryste", self.root / "data"]

    def notebook(self, language: str, module: str) -> Path:
        """Return the localised, not executed notebook of a module."""
        return self.work / "localised" / language / "notebooks" / f"{module}.ipynb"


@dataclass(frozen=True)
class Titles:
    """What the book is called in one language."""

    title: str
    subtitle: str


def localise(folders: Folders, modules: Sequence[str], languages: Sequence[str], strict: bool = True) -> None:
    """Write every page and module notebook in each language, into ``localised/<language>`` of the build.

    Parameters
    ----------
    folders : Folders
        Where to read and write.
    modules : sequence of str
        Ids of the modules whose notebooks are wanted.
    languages : sequence of str
        Language codes.
    strict : bool
        Whether a missing or outdated translation is an error; otherwise its English stands in.

    Raises
    ------
    CourseError
        If a language is unknown, a file is missing or a translation may not be used.
    """
    notebooks = [folders.root / "notebooks" / f"{module}.ipynb" for module in modules]
    pages = sorted((folders.root / "book").glob("*.md"))
    for language in languages:
        target = folders.work / "localised" / known_language(language)
        written = set()
        for source in [*pages, *notebooks]:
            if not source.is_file():
                raise CourseError(f"{source} is missing: course.yml or book/ names it")
            catalogue = None if language == "en" else catalogue_path(folders.root, source, language)
            text = localise_file(source, catalogue, language, strict=strict)
            place = target / (source.name if source.suffix == ".md" else f"notebooks/{source.name}")
            _write(place, text)
            written.add(place)
        _remove_others(target, written)


def build(folders: Folders, titles: dict[str, Titles], modules: Sequence[str], strict: bool = True) -> None:
    """Build the site of every language in `titles`.

    Parameters
    ----------
    folders : Folders
        Where to read and write.
    titles : dict of str to Titles
        By language code.
    modules : sequence of str
        Ids of the modules, in order.
    strict : bool
        Whether a missing or outdated translation is an error.

    Raises
    ------
    CourseError
        If a notebook fails (the cell and its error are named), or Sphinx or Pagefind has something to say.
    """
    languages = list(titles)
    localise(folders, modules, languages, strict)
    rests_on = fingerprint(folders.rests_on)
    jobs = [(language, module) for module in modules for language in languages]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        executed = pool.map(
            lambda job: execute(
                f"notebooks/{job[1]}.ipynb ({job[0]})",
                folders.notebook(*job).read_text(encoding="utf-8"),
                folders.work / "cache",
                rests_on,
            ),
            jobs,
        )
        for (language, module), text in zip(jobs, executed, strict=True):
            _write(folders.work / "source" / language / "notebooks" / f"{module}.ipynb", text)
    wheel = _wheel(folders, rests_on)
    for language in languages:
        _prepare(folders, language, titles[language], wheel)
    runs = {language: _start_sphinx(folders, language) for language in languages}
    failures = [_finish_sphinx(language, run) for language, run in runs.items()]
    if any(failures):
        raise CourseError("the book was not built:\n" + "\n".join(filter(None, failures)))
    for language in languages:
        shutil.rmtree(folders.site / language, ignore_errors=True)
        shutil.copytree(folders.work / "sphinx" / language / "html", folders.site / language)
    for language, module in jobs:
        shutil.copy2(folders.notebook(language, module), folders.site / language / "notebooks")
    _front_door(folders, titles)
    _constraints(folders)
    write_math_font(folders.site / "fonts")
    _index(folders)


def _write(path: Path, text: str) -> None:
    """Write a file only if that changes it, so that Sphinx builds again only what changed."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _remove_others(folder: Path, wanted: set[Path]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()


def _prepare(folders: Folders, language: str, titles: Titles, wheel: str) -> None:
    """Lay out one language's Sphinx source: pages, table of contents, bibliography, ``conf.py``."""
    source = folders.work / "source" / language
    for page in (folders.work / "localised" / language).glob("*.md"):
        _write(source / page.name, page.read_text(encoding="utf-8"))
    use_language(language)
    contents = yaml.safe_load((folders.root / "book" / "_toc.yml").read_text(encoding="utf-8"))
    for part in contents.get("parts", []):
        part["caption"] = _(part["caption"])
    _write(source / "_toc.yml", yaml.safe_dump(contents, allow_unicode=True, sort_keys=False))
    bibliography = folders.root / "book" / "references.bib"
    _write(source / "references.bib", bibliography.read_text(encoding="utf-8"))
    _write(source / "conf.py", _configuration(folders, language, titles, wheel))


def _configuration(folders: Folders, language: str, titles: Titles, wheel: str) -> str:
    """Return ``conf.py``: Jupyter Book's settings for ``_config.yml``, and what differs by language."""
    settings: dict[str, Any]
    settings, _meta = get_final_config(
        user_yaml=folders.root / "_config.yml",
        cli_config={"latex_individualpages": False},
        raise_on_invalid=True,
    )
    settings["extensions"] = [name for name in settings["extensions"] if name not in _UNUSED]
    settings |= {
        "author": _("The Klasterystė developers"),
        "language": language,
        "html_title": titles.title,
        "project": titles.title,
        "klasteryste_subtitle": titles.subtitle,
        "klasteryste_wheel": wheel,
        "nb_execution_mode": "off",  # they come executed
    }
    return "".join(f"{name} = {value!r}\n" for name, value in sorted(settings.items()))


def _start_sphinx(folders: Folders, language: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"),
            *("-d", str(folders.work / "sphinx" / language / "doctrees")),
            str(folders.work / "source" / language),
            str(folders.work / "sphinx" / language / "html"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finish_sphinx(language: str, run: subprocess.Popen[str]) -> str:
    """Wait for Sphinx; return what it complained of, or nothing."""
    said, _nothing = run.communicate()
    return f"[{language}] {said.strip()}" if run.returncode else ""


def _wheel(folders: Folders, rests_on: str) -> str:
    """Build the package that a downloaded notebook installs; return its file name."""
    name = f"klasteryste-{version('klasteryste')}-py3-none-any.whl"
    made_from = folders.work / "wheel.sha256"
    if (folders.site / name).is_file() and made_from.is_file() and made_from.read_text() == rests_on:
        return name
    folders.site.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folders.site.resolve())],
        cwd=folders.root,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise CourseError(f"the wheel was not built:\n{run.stderr.strip()}")
    made_from.write_text(rests_on)
    return name


def _constraints(folders: Folders) -> None:
    """Write the locked versions without hashes: a learner's one line installs what was tested."""
    locked = (folders.root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [
        line.removesuffix("\\").strip() for line in locked if "==" in line and not line.startswith((" ", "#"))
    ]
    _write(folders.site / "constraints.txt", "\n".join(pins) + "\n")


_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="en/_static/favicon.svg">
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


def _front_door(folders: Folders, titles: dict[str, Titles]) -> None:
    """Write the page at the site's root, which asks for the language and nothing else."""
    links = "\n".join(
        f'<p lang="{language}"><a href="{language}/index.html">{words.subtitle}</a></p>'
        for language, words in titles.items()
    )
    title = next(iter(titles.values())).title
    _write(folders.site / "index.html", _DOOR.format(title=title, links=links))


def _index(folders: Folders) -> None:
    """Index the site for searching, an index for each language, articles only."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pagefind", "--site", str(folders.site), "--quiet"),
            *("--glob", "*/**/*.html", "--root-selector", "article.bd-article"),
            *("--exclude-selectors", ".headerlink"),
        ],
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise CourseError(f"the search index was not built:\n{run.stdout}{run.stderr}".strip())
