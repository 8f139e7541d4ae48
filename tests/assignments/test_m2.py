"""What m2 says of its data is true, whichever part of them a student gets."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from klasteryste import load
from klasteryste.grading.reference import grade_id, is_test
from klasteryste.methods import surveys
from klasteryste.translate import messages

from .answers import localised, marks, run, solutions, source

STUDENTS = [hashlib.sha256(f"student {number}".encode()).hexdigest() for number in range(40)]


@pytest.fixture
def reference(class_of_thirty):
    return class_of_thirty.references("m2")["en"]


def run_all(seeds, student: str) -> dict[str, Any]:
    """Run the cells of the source that are no tests, as one student; return what they leave."""
    seeds(student, student)
    names: dict[str, Any] = {}
    for cell in localised("m2", "en").cells:
        if cell.cell_type == "code" and not (grade_id(cell) and is_test(cell)):
            run(cell.source, names)
    return names


@pytest.mark.parametrize("student", STUDENTS)
def test_the_honest_statements_are_true(seeds, student):
    """Letters are those of the statements' order in the source."""
    names = run_all(seeds, student)
    honest = {"ABCDEF"[names["letters_of_8"].index(letter)] for letter in names["honest"]}
    pair, norway = names["comparison"].iloc[0], names["comparison"].iloc[1]
    assert set("AE") <= honest and not set("DF") & honest
    assert pair["difference"] < 0  # A
    assert ("B" in honest) == (pair["high"] < 0 and pair["p_holm"] < 0.05)
    assert ("C" in honest) == (pair["low"] < 0 < pair["high"])
    assert norway["high"] < 0 and norway["p_holm"] < 0.05  # E


@pytest.mark.parametrize("student", STUDENTS)
def test_the_readings_fit_the_data(seeds, student):
    names = run_all(seeds, student)
    plain = names["people"][names["item"]].mean()
    assert round(plain, 3) != round(float(names["mean_of_3"]), 3)  # the weights do change the mean
    assert names["deff_of_4"] > 1 and names["effective_of_4"] < len(names["people"])
    assert names["error_of_5"] > names["plain_error_of_5"]  # “here the first is larger”
    assert names["people"]["psu"].is_unique  # and not for neighbours' sake
    assert (names["people"].groupby("stratum").size() > 1).all()


def test_students_have_different_countries(seeds):
    drawn = set()
    for student in STUDENTS[:10]:
        names = run_all(seeds, student)
        drawn.add((names["first"], names["second"], names["wave"]))
    assert len(drawn) > 5


def test_the_model_letter_is_true():
    """Its student compares Lithuania with Estonia in the fifth wave."""
    trust = load("trust")
    evs = trust[(trust["survey"] == "EVS") & (trust["wave"] == 5)].set_index("country")
    share, error = evs["trust"], 1.5**0.5 * evs["se_srs"]
    estonia = surveys.difference(share["LT"], error["LT"], share["EE"], error["EE"])
    assert abs(100 * estonia.value - 1.5) < 0.25  # about one and a half points
    assert estonia.low < 0 < estonia.high
    for country in ("LT", "EE"):
        norway = surveys.difference(share[country], error[country], share["NO"], error["NO"])
        assert norway.low > 0 and 3 * norway.p < 0.05
    assert (evs.loc["LT", "year_start"], evs.loc["EE", "year_end"]) == (2017, 2020)


@pytest.mark.parametrize(("honest", "lines"), [("ABCDEF", 1), ("AE", 1), ("DF", 2)])
def test_what_is_said_of_the_statements_names_none(reference, seeds, capsys, honest, lines):
    seeds(*STUDENTS[:2])
    answer = f'honest = [letters_of_8["ABCDEF".index(letter)] for letter in {honest!r}]'
    marks(reference, solutions("m2") | {"m2-task-8-answer": answer})
    told = {message.msgid for message in messages(source("m2"))}
    said = [line for line in capsys.readouterr().out.splitlines() if line in told]
    assert len(said) == lines
    assert not re.search(r"\b[A-F]\b", " ".join(said))
