"""What is fast, as ratios within one run: ``make bench``; ``--toy`` only proves that it runs."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.book.small import TITLES, small_course
from tests.conftest import ROOT

from klasteryste.book.build import Titles, build
from klasteryste.book.folders import Folders
from klasteryste.course import read_course


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def book(toy: bool, folder: Path, repeats: int) -> list[tuple[str, float, float]]:
    """Compare a cold build of the book with one in which nothing changed."""
    cold, unchanged = [], []
    for repeat in range(repeats):
        if toy:
            folders, titles, modules = small_course(folder / str(repeat)), TITLES, ["m0"]
        else:
            course = read_course(ROOT / "course.yml")
            folders = Folders(ROOT, folder / str(repeat))
            titles = {code: Titles(course.title[code], course.subtitle[code]) for code in course.title}
            modules = [module.id for module in course.modules]
        cold.append(seconds(lambda f=folders, t=titles, m=modules: build(f, t, m)))
        unchanged.append(seconds(lambda f=folders, t=titles, m=modules: build(f, t, m)))
    return [
        ("an unchanged book, against a cold build", statistics.median(unchanged), statistics.median(cold))
    ]


def main() -> None:
    """Run every benchmark and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--toy", action="store_true")
    toy = parser.parse_args().toy
    with tempfile.TemporaryDirectory() as folder:
        rows = book(toy, Path(folder), 1 if toy else 3)
    print("| what | median, s | against, s | ratio |\n| --- | --- | --- | --- |")
    for what, ours, other in rows:
        print(f"| {what} | {ours:.2f} | {other:.2f} | {ours / other:.2f} |")


if __name__ == "__main__":
    main()
