"""No hostile submission gains anything, and no honest one loses a mark, in one class of all of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from . import canaries, probe
from .canaries import BYSTANDER
from .conftest import FIRST, Graded
from .corpus import ATTACKS, CLASSES
from .honest import HONEST
from .submission import Submission

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gains_nothing(graded: Graded, attack: Submission) -> None:
    assert graded.after.gains(attack) == set()


@pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.name)
def test_an_honest_submission_loses_nothing(graded: Graded, honest: Submission) -> None:
    assert graded.after.score(honest.name) == probe.FULL, graded.report["students"].get(honest.name)


@pytest.mark.parametrize("student", [FIRST, BYSTANDER])
def test_bystanders_are_graded_as_if_they_were_alone(graded: Graded, student: str) -> None:
    assert graded.after.score(student) == probe.FULL


def test_the_class_run_ends_and_accounts_for_everybody(graded: Graded) -> None:
    assert graded.code in {0, 3}, graded.log
    everybody = {FIRST, BYSTANDER, *(one.name for one in (*ATTACKS, *HONEST))}
    assert set(graded.report["students"]) == everybody
    told = [*graded.report["graded"], *graded.report["quarantined"], *graded.report["failed"]]
    assert sorted(told) == sorted(everybody)
    assert not graded.report["failed"]


def test_what_is_quarantined_has_a_reason(graded: Graded) -> None:
    for student in graded.report["quarantined"]:
        assert graded.report["students"][student]["reason"]
        assert student not in {one.name for one in HONEST}


def test_the_course_is_as_it_was(graded: Graded) -> None:
    assert graded.after.harm() == set()
    after = canaries.kept(graded.course, graded.home)
    assert after == {**graded.after.before, **after} and set(after) == set(graded.after.before)


def test_nothing_is_left_in_the_home_of_the_account(graded: Graded) -> None:
    assert graded.home_after == graded.home_before


def test_nothing_runs_any_more(graded: Graded) -> None:
    assert canaries.LEFT not in graded.after.processes
    assert not [line for line in graded.after.processes.splitlines() if str(graded.course) in line]


def test_nothing_is_left_in_shared_folders(graded: Graded) -> None:
    for place in ("/tmp", "/var/tmp", "/dev/shm"):
        assert not [*Path(place).glob(f"{canaries.LEFT}*")]


def test_no_cell_of_an_export_is_a_formula(graded: Graded) -> None:
    rows = [*csv.reader(io.StringIO(graded.exported()))]
    assert any(BYSTANDER in row for row in rows)
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(ATTACKS) >= 70 and len(HONEST) >= 25
    assert min(map(len, CLASSES.values())) >= 5
    names = [one.name for one in (*ATTACKS, *HONEST)]
    assert len(set(names)) == len(names) and max(names) < BYSTANDER and min(names) > FIRST
