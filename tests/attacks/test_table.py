"""The record of stock nbgrader is whole, and the page in the book says what it and the tests say."""

from __future__ import annotations

import yaml

from .corpus import ATTACKS, CLASSES
from .honest import HONEST
from .stock import RESULTS
from .submission import Gain
from .table import PAGE, SHORT, filled

STOCK = yaml.safe_load(RESULTS.read_text(encoding="utf-8"))
OWN = "The grader's own machinery"


def test_the_record_has_every_submission_once() -> None:
    assert list(STOCK) == [one.name for one in (*ATTACKS, *HONEST)]
    assert set(SHORT) == {gain.name.lower() for gain in Gain}


def test_most_attacks_bite_in_stock_and_gain_there_what_they_are_after() -> None:
    biting = [attack for attack in ATTACKS if STOCK[attack.name]]
    assert len(biting) >= 70
    assert [attack.name for attack in biting if attack.gain.name.lower() not in STOCK[attack.name]] == []
    for heading, attacks in CLASSES.items():
        assert heading == OWN or sum(bool(STOCK[attack.name]) for attack in attacks) >= 4, heading


def test_the_page_says_what_is_so() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run: python -m tests.attacks.table"
