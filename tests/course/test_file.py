"""course.yml, and what is wrong with one that cannot be used."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from klasteryste.course import read_course
from klasteryste.course.file import Assessment
from klasteryste.errors import CourseError
from klasteryste.plan.settings import read_settings

ROOT = Path(__file__).parents[2]
GOOD = """
title: {en: A, lt: B}
subtitle: {en: A, lt: B}
workload: {hours: 80, credits: 3}
tracks: [{id: short, credits: 3, title: {en: A, lt: B}, hours: {m2: 80}}]
weights: [{part: automatic, share: 60, of: {en: A, lt: B}}, {part: plan, share: 40, of: {en: A, lt: B}}]
plan: m2
modules:
  - id: m2
    hours: 80
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
        ("    hours: 80", "    hours: 0", r"modules\.0\.hours"),
        ("    hours: 80", "    hours: many", r"modules\.0\.hours"),
        ("id: m2\n", "id: trust\n", r"modules\.0\.id"),
        ("    hours: 80\n", "", r"modules\.0\.hours"),
        ("    hours: 80\n", "    hours: 80\n    hourz: 1\n", r"modules\.0\.hourz"),
        ("title: {en: A, lt: B}\nsub", "title: {en: A}\nsub", r"title.*languages en, lt"),
        ("title: {en: A, lt: B}\nsub", "title: [", "no YAML"),
        ("    hours: 80", "    hours: 81", "the modules have 81 hours, and the workload says 80"),
        ("credits: 3}", "credits: 6}", "the workload has 80 hours, and 6 credits are 160"),
        ("{m2: 80}", "{m2: 79}", "the track short has 79 hours, and 3 credits are 80"),
        ("    hours: 80", "    hours: 79", "the modules have 79 hours"),
        ("{m2: 80}", "{m3: 80}", "the track short gives m3 80 of no hours"),
        ("share: 60", "share: 50", "the weights sum to 90 and not to 100"),
        ("part: plan", "part: exam", "'automatic', 'written' or 'plan'"),
        ("plan: m2", "plan: m9", "the plan is the assignment of m9, which is no module"),
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


def test_the_planner_track_is_half_the_course():
    course = read_course(ROOT / "course.yml")
    assert (course.workload.hours, course.workload.credits) == (160, 6)
    (track,) = course.tracks
    assert (track.id, track.credits, sum(track.hours.values())) == ("planner", 3, 80)
    assert {weight.part: weight.share for weight in course.weights} == {
        "automatic": 50, "written": 20, "plan": 30
    }  # fmt: skip
    assert course.plan == course.modules[-1].id


def test_what_is_said_to_assess_an_outcome_is_there():
    rules = read_settings()
    for module in read_course(ROOT / "course.yml").modules:
        page = _markdown(ROOT / "notebooks" / f"{module.id}.ipynb")
        labels = re.findall(r"\{exercise-start\}\n:label: (\S+)", page)
        questions = re.findall(r"\*\*Question ([A-Z])\.\*\*", page)
        assignment = ROOT / "assignments" / "source" / module.id / f"{module.id}.ipynb"
        tasks = re.findall(r"## Task (\d+)\.", _markdown(assignment)) if assignment.is_file() else []
        used = [outcome.assessed for outcome in module.outcomes]
        # Nothing is named that is not there, and nothing that is there assesses no outcome.
        assert {label for one in used for label in one.exercises} == set(labels), module.id
        assert {letter for one in used for letter in one.questions} == set(questions), module.id
        assert {task for one in used for task in one.tasks} == set(map(int, tasks)), module.id
        assert {rule for one in used for rule in one.rules} <= set(rules), module.id
        for outcome in module.outcomes:
            assert outcome.assessed != Assessment(), f"{outcome.id} is assessed by nothing"


def _markdown(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_a_missing_course_file_says_where_to_stand(tmp_path):
    with pytest.raises(CourseError, match="run this in the course's folder"):
        read_course(tmp_path / "course.yml")
