"""What the syllabus tells of the course file."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from docutils import nodes
from tests.conftest import ROOT

from klasteryste.book.syllabus import hours, matrix, outcomes, weights
from klasteryste.course import Course, read_course
from klasteryste.language import use_language

SMALL = Course.model_validate(
    {
        "title": {"en": "A", "lt": "B"},
        "subtitle": {"en": "A", "lt": "B"},
        "workload": {"hours": 160, "credits": 6},
        "tracks": [{"id": "t", "credits": 3, "title": {"en": "Short", "lt": "Trumpas"}, "hours": {"m1": 80}}],
        "weights": [
            {"part": "automatic", "share": 30, "of": {"en": "one", "lt": "viena"}},
            {"part": "written", "share": 70, "of": {"en": "two", "lt": "kita"}},
        ],
        "modules": [
            {
                "id": "m0",
                "hours": 70,
                "title": {"en": "First", "lt": "Pirmas"},
                "outcomes": [{"id": "m0.1", "text": {"en": "Do.", "lt": "Daryti."}}],
            },
            {
                "id": "m1",
                "hours": 90,
                "title": {"en": "Second", "lt": "Antras"},
                "outcomes": [
                    {
                        "id": "m1.1",
                        "text": {"en": "See.", "lt": "Matyti."},
                        "assessed": {"exercises": ["a", "b"], "questions": ["A", "C"], "rules": ["R08"]},
                    }
                ],
            },
        ],
    }
)


def rows(written: Sequence[nodes.Node]) -> list[list[str]]:
    (table,) = written
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in table.findall(nodes.row)]


def test_hours_are_summed_and_a_track_leaves_modules_out():
    assert rows(hours(SMALL, "syllabus")) == [
        ["Module", "Hours", "Short"],
        ["", "70", "–"],  # the name of a page is put in when all pages are read
        ["", "90", "80"],
        ["Together", "160", "80"],
        ["ECTS credits", "6", "3"],
    ]


@pytest.mark.parametrize(
    ("language", "share", "text"), [("en", "30%", "Do."), ("lt", "30\u00a0%", "Daryti.")]
)
def test_weights_and_outcomes_are_in_the_language_in_use(language: str, share: str, text: str):
    use_language(language)
    assert rows(weights(SMALL, "syllabus"))[1][1] == share
    first, _second = outcomes(SMALL, "syllabus")
    assert f"m0.1 {text}" in first.astext() and first["ids"] == ["syllabus-m0"]


def test_the_matrix_names_what_assesses_an_outcome_and_leaves_the_rest_empty():
    written = matrix(SMALL, "syllabus")
    assert rows(written)[1:] == [
        ["m0.1", "–", "–", "–", "–"],
        ["m1.1", "{number}, {number}", "A, C", "–", "R08"],
    ]
    assert [
        node["reftarget"] for node in written[0].findall() if "reftarget" in getattr(node, "attributes", {})
    ] == [
        "a",
        "b",
    ]


def test_the_course_is_told_whole():
    course = read_course(ROOT / "course.yml")
    told = [row[0] for row in rows(matrix(course, "syllabus"))[1:]]
    assert told == [outcome.id for module in course.modules for outcome in module.outcomes]
    assert rows(hours(course, "syllabus"))[-2][1] == str(sum(module.hours for module in course.modules))
    assert all(re.fullmatch(r"m\d\.\d", name) for name in told)
