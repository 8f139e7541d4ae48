"""The site, from sources to folders of HTML: localise, execute, Sphinx, and what surrounds the pages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from jupyter_book.config import get_final_config

from klasteryste.book import surroundings
from klasteryste.book.execute import Executed, execute
from klasteryste.book.folders import Folders, fingerprint, keep_only, read, write
from klasteryste.errors import CourseError
from klasteryste.language import LANGUAGES, _, known_language, use_language
from klasteryste.translate import catalogue_path, localise_file, sources

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
class Titles:
    """What the book is called in one language."""

    title: str
    subtitle: str


def localise(
    folders: Folders, notebooks: Sequence[str], languages: Sequence[str], strict: bool = True
) -> list[str]:
    """Write every page and notebook in each language, into ``localised/<language>`` of the build.

    Parameters
    ----------
    folders : Folders
        Where to read and write.
    notebooks : sequence of str
        The notebooks that are wanted, such as ``m2``: below the folder ``notebooks``, without suffix.
    languages : sequence of str
        Language codes.
    strict : bool
        Whether a missing or outdated translation is an error; otherwise its English stands in.

    Returns
    -------
    list of str
        What was written for each language: paths within its folder.

    Raises
    ------
    CourseError
        If a language is unknown, a file is missing or a translation may not be used.
    """
    book = folders.root / "book"
    placed = {page: str(page.relative_to(book)) for page in sources(folders.root) if book in page.parents}
    for notebook in notebooks:
        name = f"notebooks/{notebook}.ipynb"
        read(folders.root / name, "course.yml")
        placed[folders.root / name] = name
    for language in languages:
        target = folders.localised(known_language(language))
        for source, name in placed.items():
            catalogue = catalogue_path(folders.root, source, language)
            write(target / name, localise_file(source, catalogue, language, strict=strict))
        keep_only(target, (target / name for name in placed.values()))
    return list(placed.values())


def build(
    folders: Folders, titles: Mapping[str, Titles], notebooks: Sequence[str], strict: bool = True
) -> None:
    """Build the site of every language in `titles`.

    Parameters
    ----------
    folders : Folders
        Where to read and write.
    titles : mapping of str to Titles
        By language code.
    notebooks : sequence of str
        The notebooks, as in `localise`, in order.
    strict : bool
        Whether a missing or outdated translation is an error.

    Raises
    ------
    CourseError
        If a notebook fails (the cell and its error are named), or Sphinx or Pagefind has something to say.
    """
    languages = list(titles)
    names = localise(folders, notebooks, languages, strict)
    executed = _execute(folders, languages, [name for name in names if name.endswith(".ipynb")])
    took = {
        language: {name: asdict(each.took) for name, each in own.items()}
        for language, own in executed.items()
    }
    write(folders.took, json.dumps(took, indent=1))
    wheel = surroundings.wheel(folders)
    for language in languages:
        texts = {name: each.notebook for name, each in executed[language].items()}
        _prepare(folders, language, names, texts)
        write(folders.source(language) / "conf.py", _configuration(folders, language, titles, wheel))
    runs = {language: _start_sphinx(folders, language) for language in languages}
    failures = [_finish_sphinx(folders, language, run) for language, run in runs.items()]
    if any(failures):
        raise CourseError("the book was not built: " + "; ".join(filter(None, failures)))

    pages = [str(Path(name).with_suffix(".html")) for name in names]
    for language in LANGUAGES:
        shutil.rmtree(folders.site / language, ignore_errors=True)
    for language in languages:
        html = folders.html(language)
        keep_only(html, (html / page for page in [*pages, "search.html"]), "*.html")
        shutil.copytree(html, folders.site / language)
        for name in executed[language]:
            shutil.copy2(folders.localised(language) / name, folders.site / language / name)
    surroundings.front_door(folders, {code: (words.title, words.subtitle) for code, words in titles.items()})
    surroundings.constraints(folders)
    surroundings.math_font(folders)
    surroundings.index(folders)


def _execute(
    folders: Folders, languages: Sequence[str], names: Sequence[str]
) -> dict[str, dict[str, Executed]]:
    """Execute the notebooks of every language, several at a time; return them by language and name."""
    rests_on = folders.what_notebooks_rest_on()
    jobs = [(language, name) for name in names for language in languages]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(
            lambda job: execute(
                f"{job[1]} ({job[0]})",
                (folders.localised(job[0]) / job[1]).read_text(encoding="utf-8"),
                folders.work / "cache",
                rests_on,
            ),
            jobs,
        )
        executed: dict[str, dict[str, Executed]] = {language: {} for language in languages}
        for (language, name), result in zip(jobs, results, strict=True):
            executed[language][name] = result
    return executed


def _prepare(folders: Folders, language: str, names: Sequence[str], executed: dict[str, str]) -> None:
    """Lay out one language's Sphinx source: pages, executed notebooks, contents, bibliography."""
    source = folders.source(language)
    written = [
        write(source / name, executed.get(name) or (folders.localised(language) / name).read_text("utf-8"))
        for name in names
    ]
    use_language(language)
    contents = _contents(folders.root / "book" / "_toc.yml")
    for part in contents.get("parts", []):
        part["caption"] = _(part["caption"])
    written.append(write(source / "_toc.yml", yaml.safe_dump(contents, allow_unicode=True, sort_keys=False)))
    bibliography = read(folders.root / "book" / "references.bib", "the bibliography of the pages")
    written.append(write(source / "references.bib", bibliography))
    keep_only(source, [*written, source / "conf.py"])


def _contents(path: Path) -> dict[str, Any]:
    """Read the table of contents."""
    try:
        contents = yaml.safe_load(read(path, "Jupyter Book"))
    except yaml.YAMLError as error:
        raise CourseError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(contents, dict) or "root" not in contents:
        raise CourseError(f"{path} has no root: it is Jupyter Book's table of contents, format jb-book")
    return contents


def _configuration(folders: Folders, language: str, titles: Mapping[str, Titles], wheel: str) -> str:
    """Return ``conf.py``: Jupyter Book's settings for ``_config.yml``, and what differs by language."""
    settings: dict[str, Any]
    settings, _meta = get_final_config(
        user_yaml=folders.root / "_config.yml",
        cli_config={"latex_individualpages": False},
        raise_on_invalid=True,
    )
    settings["extensions"] = [name for name in settings["extensions"] if name not in _UNUSED]
    words = titles[language]
    settings |= {
        "author": _("The Klasterystė developers"),
        "language": language,
        "html_title": words.title,
        "project": words.title,
        "klasteryste_languages": list(titles),
        "klasteryste_root": str(folders.root),  # pages are made from its glossary.yml and course.yml
        "klasteryste_subtitle": words.subtitle,
        "klasteryste_wheel": wheel,
        # Sphinx sees its own sources change, and not our templates, words and renderers: this tells it.
        "klasteryste_made_by": fingerprint([folders.package / "book", folders.package / "locale"]),
        "nb_execution_mode": "off",  # they come executed
    }
    return "".join(f"{name} = {value!r}\n" for name, value in sorted(settings.items()))


def _start_sphinx(folders: Folders, language: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"),
            *("-d", str(folders.work / "sphinx" / language / "doctrees")),
            str(folders.source(language)),
            str(folders.html(language)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finish_sphinx(folders: Folders, language: str, run: subprocess.Popen[str]) -> str:
    """Wait for Sphinx; return the first thing it complained of and where the rest is, or nothing."""
    said, _nothing = run.communicate()
    if not run.returncode:
        return ""
    log = write(folders.work / "sphinx" / language / "log.txt", said)
    complaints = [line for line in said.splitlines() if "WARNING" in line or "ERROR" in line.upper()]
    first = (complaints or said.splitlines() or ["Sphinx said nothing"])[0]
    return f"[{language}] {first.removeprefix(str(folders.work) + '/')} (all of it: {log})"
