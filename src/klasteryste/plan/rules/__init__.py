"""The rules of a cluster plan, R01 to R26, each a small function; ``rules.yml`` says what they ask and why.

A rule is given the case and its own thresholds, and gives a finding for each thing it looked at. One that has
nothing to look at gives none, and passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from klasteryste.plan.case import Case
from klasteryste.plan.rules import evidence, partners
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding

RULES: dict[str, Callable[[Case, Limits], Iterator[Finding]]] = {
    "R03": evidence.r03_value,
    "R16": partners.r16_brokers,
}
"""Every rule by its id, in order."""
