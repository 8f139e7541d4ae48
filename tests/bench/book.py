"""How long the book takes to build: against Jupyter Book's own command, and when nothing changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from tests.bench.measure import Row, seconds
from tests.book.small import TITLES, small_course
from tests.conftest import ROOT

from klasteryste.book.build import Titles, build
from klasteryste.book.execute import CELL_SECONDS
from klasteryste.book.folders import Folders
from klasteryste.course import read_course


def rows(toy: bool) -> list[Row]:
    """Compare a cold build with Jupyter Book's of one language, and with one in which nothing changed."""
    with tempfile.TemporaryDirectory() as folder:
        if toy:
            folders, titles, notebooks = small_course(Path(folder)), TITLES, ["m0"]
        else:
            course = read_course(ROOT / "course.yml")
            folders = Folders(ROOT, Path(folder) / "work")
            titles = {code: Titles(course.title[code], course.subtitle[code]) for code in course.title}
            notebooks = course.notebooks
        cold = seconds(lambda: build(folders, titles, notebooks))
        unchanged = seconds(lambda: build(folders, titles, notebooks))
        plain = lay_out(folders, Path(folder) / "plain")
        one_by_one = seconds(lambda: jupyter_book(plain))
    languages = " and ".join(titles)
    return [
        Row(f"a cold build of the book ({languages}); jupyter-book build of its English", cold, one_by_one),
        Row("an unchanged book, against a cold build", unchanged, cold),
    ]


def lay_out(folders: Folders, target: Path) -> Path:
    """Lay out the English pages and notebooks for Jupyter Book, with the course's own settings."""
    shutil.copytree(folders.localised("en"), target)
    for name in ("_toc.yml", "references.bib"):
        shutil.copy(folders.root / "book" / name, target)
    settings = yaml.safe_load((folders.root / "_config.yml").read_text(encoding="utf-8"))
    settings["execute"] = {"execute_notebooks": "force", "timeout": CELL_SECONDS}
    # Where directives find the course file.
    settings["sphinx"]["config"]["klasteryste_root"] = str(folders.root)
    (target / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return target


def jupyter_book(folder: Path) -> None:
    """Build a book as its tool does, which runs one notebook after the other."""
    command = Path(sys.executable).with_name("jupyter-book")
    run = subprocess.run([command, "build", folder], capture_output=True, text=True)
    built = list((folder / "_build" / "html" / "notebooks").rglob("*.html"))
    notebooks = list((folder / "notebooks").rglob("*.ipynb"))
    if (
        run.returncode != 0
        or len(built) != len(notebooks)
        or "Executing notebook" not in run.stdout + run.stderr
    ):
        raise RuntimeError(f"jupyter-book did not build and execute the book:\n{run.stdout}\n{run.stderr}")
