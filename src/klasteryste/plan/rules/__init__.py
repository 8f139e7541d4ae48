"""The rules of a cluster plan, R01 to R26, each a small function; ``rules.yml`` says what they ask and why.

A rule is given the case and its own thresholds, and gives a finding for each thing it looked at. One that has
nothing to look at gives none, and passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from klasteryste.plan.case import Case
from klasteryste.plan.rules import evaluation, evidence, logic, money, partners, targets, wording
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding

RULES: dict[str, Callable[[Case, Limits], Iterator[Finding]]] = {
    "R01": evidence.r01_complete,
    "R02": evidence.r02_resolves,
    "R03": evidence.r03_value,
    "R04": evidence.r04_interval,
    "R05": evidence.r05_place_and_people,
    "R06": evidence.r06_comparable,
    "R07": evidence.r07_age,
    "R08": targets.r08_attainable,
    "R09": targets.r09_detectable,
    "R10": targets.r10_coherent,
    "R11": targets.r11_answered_for,
    "R12": logic.r12_outcomes_measured,
    "R13": logic.r13_leads_somewhere,
    "R14": partners.r14_sectors,
    "R15": partners.r15_one_whole,
    "R16": partners.r16_brokers,
    "R17": partners.r17_shape,
    "R18": partners.r18_governance,
    "R19": partners.r19_tie_data,
    "R20": money.r20_budget,
    "R21": money.r21_risks,
    "R22": evaluation.r22_evaluation,
    "R23": evaluation.r23_peers,
    "R24": wording.r24_ranks,
    "R25": wording.r25_causes,
    "R26": wording.r26_persons,
}
"""Every rule by its id, in order."""
