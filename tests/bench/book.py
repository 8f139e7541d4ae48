"""How much a build of the book saves when nothing changed."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from tests.bench.measure import Row, seconds
from tests.book.small import TITLES, small_course
from tests.conftest import ROOT

from klasteryste.book.build import Titles, build
from klasteryste.book.folders import Folders
from klasteryste.course import read_course


def rows(toy: bool) -> list[Row]:
    """Compare a cold build of the book with one in which nothing changed."""
    cold, unchanged = [], []
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(1 if toy else 3):
            target = Path(folder) / str(repeat)
            if toy:
                folders, titles, modules = small_course(target), TITLES, ["m0"]
            else:
                course = read_course(ROOT / "course.yml")
                folders = Folders(ROOT, target)
                titles = {code: Titles(course.title[code], course.subtitle[code]) for code in course.title}
                modules = [module.id for module in course.modules]
            cold.append(seconds(lambda f=folders, t=titles, m=modules: build(f, t, m)))
            unchanged.append(seconds(lambda f=folders, t=titles, m=modules: build(f, t, m)))
    return [
        Row("an unchanged book, against a cold build", statistics.median(unchanged), statistics.median(cold))
    ]
