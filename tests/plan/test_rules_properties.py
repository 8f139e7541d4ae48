"""What must not change a verdict: the order of lists, the words of prose, the names of ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plan.plans import PlanDict, base, checked, one_rule, restate, text, verdicts
from tests.plan.test_rules import BREACHES

from klasteryste.plan import Verdict

FEW = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
# Breaches that leave the ties as they are, so that several can be made at once.
RULES = sorted(set(BREACHES) - {"R07", "R14", "R15", "R16"})

breaches = st.lists(st.sampled_from(RULES), max_size=4, unique=True)


def broken(rules: list[str]) -> PlanDict:
    plan = base()
    for rule in rules:
        BREACHES[rule][0](plan)
    return plan


def everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    """Apply a change to every list and mapping, the innermost first."""
    if isinstance(value, dict):
        return change({key: everywhere(item, change) for key, item in value.items()})
    if isinstance(value, list):
        return change([everywhere(item, change) for item in value])
    return value


@FEW
@given(rules=breaches, random=st.randoms(use_true_random=False))
def test_reordering_lists_changes_no_verdict(rules: list[str], random: Any, tmp_path: Path):
    def shuffle(value: Any) -> Any:
        if isinstance(value, list):
            return random.sample(value, len(value))
        keys = random.sample(list(value), len(value))
        return {key: value[key] for key in keys}

    plan = broken(rules)
    before = verdicts(checked(plan, tmp_path))
    assert verdicts(checked(everywhere(plan, shuffle), tmp_path)) == before


NEUTRAL = st.sampled_from(
    ["Kaimynai kalbasi", "Žmonės susitinka", "Neighbours talk", "Šiandien lyja", "Tree"]
)


@FEW
@given(rules=breaches, words=st.lists(NEUTRAL, min_size=2, max_size=2))
def test_other_words_with_the_same_numbers_change_no_verdict(
    rules: list[str], words: list[str], tmp_path: Path
):
    # Some rules are about words.
    plan = broken([rule for rule in rules if rule not in ("R24", "R25", "R26")])
    lt, en = words

    def translate(value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"lt", "en"}:
            numbers = [
                re.findall(r"[0-9][0-9.,]*[0-9]?(?:\s?%)?", value[language]) for language in ("lt", "en")
            ]
            said = ["; ".join(one).replace(".;", ";") for one in numbers]
            return text(f"{lt}: {said[0]}", f"{en}: {said[1]}")
        return value

    before = verdicts(checked(plan, tmp_path))
    assert verdicts(checked(everywhere(plan, translate), tmp_path)) == before


@FEW
@given(rules=breaches, prefix=st.text("abcxyz", min_size=1, max_size=6))
def test_renaming_ids_changes_no_verdict(rules: list[str], prefix: str, tmp_path: Path):
    plan = broken(rules)
    ids: set[str] = set()

    def collect(value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            ids.add(value["id"])
        return value

    everywhere(plan, collect)
    new = {name: f"{prefix}-{number}" for number, name in enumerate(sorted(ids))}

    def rename(value: Any) -> Any:
        if isinstance(value, dict):
            references = ("id", "from", "to", "lead", "owner", "node", "activity", "partner", "indicator")
            return {
                key: new.get(item, item) if key in references and isinstance(item, str) else item
                for key, item in value.items()
            }
        return value

    before = verdicts(checked(plan, tmp_path))
    assert verdicts(checked(everywhere(plan, rename), tmp_path)) == before


@pytest.mark.parametrize("factor", [2, 3])
def test_asking_more_people_never_makes_a_change_less_detectable(factor: int, tmp_path: Path):

    plan = restate(base())
    survey = plan["evaluation"]["surveys"][0]
    survey |= {"n": survey["n"] * factor, "mde": round(survey["mde"] / factor**0.5, 5)}
    assert one_rule("R09", plan, tmp_path).verdict is Verdict.PASS
