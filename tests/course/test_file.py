"""course.yml, and what is wrong with one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from klasteryste.course import read_course
from klasteryste.errors import CourseError

ROOT = Path(__file__).parents[2]
GOOD = """
title: {en: A, lt: B}
subtitle: {en: A, lt: B}
modules:
  - id: m2
    hours: 18
    title: {en: A, lt: B}
    outcomes: [{id: m2.1, text: {en: A, lt: B}}]
"""


def test_the_course_file_is_sound():
    course = read_course(ROOT / "course.yml")
    for module in course.modules:
        assert (ROOT / "notebooks" / f"{module.id}.ipynb").is_file()
        assert [outcome.id for outcome in module.outcomes] == [
            f"{module.id}.{number}" for number in range(1, len(module.outcomes) + 1)
        ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("hours: 18", "hours: 0", r"modules\.0\.hours"),
        ("hours: 18", "hours: many", r"modules\.0\.hours"),
        ("id: m2\n", "id: trust\n", r"modules\.0\.id"),
        ("    hours: 18\n", "", r"modules\.0\.hours"),
        ("    hours: 18\n", "    hours: 18\n    hourz: 1\n", r"modules\.0\.hourz"),
        ("title: {en: A, lt: B}\nsub", "title: {en: A}\nsub", r"title.*languages en, lt"),
        ("title: {en: A, lt: B}\nsub", "title: [", "no YAML"),
    ],
)
def test_a_course_file_with_a_fault_names_the_place(tmp_path, old, new, complaint):
    path = tmp_path / "course.yml"
    path.write_text(GOOD, encoding="utf-8")
    read_course(path)
    assert old in GOOD
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(CourseError, match=complaint):
        read_course(path)


def test_a_missing_course_file_says_where_to_stand(tmp_path):
    with pytest.raises(CourseError, match="run this in the course's folder"):
        read_course(tmp_path / "course.yml")
