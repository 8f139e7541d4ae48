"""Rules on the partners and the ties between them."""

from __future__ import annotations

from collections.abc import Iterator

from klasteryste.language import _
from klasteryste.methods.networks.robustness import removal_shares
from klasteryste.plan.case import Case
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding, Verdict, found


def r16_brokers(case: Case, limits: Limits) -> Iterator[Finding]:
    """R16: what remains when any one partner leaves holds together, or the loss is among the risks."""
    mitigated = {risk.partner for risk in case.plan.risks if risk.mitigation is not None}
    names = [partner.id for partner in case.plan.partners]
    for partner, share in removal_shares(case.graph).items():
        if share >= limits["largest_share"] or partner in mitigated:
            continue
        yield found(
            Verdict.FAIL,
            _("Without {partner}, the largest part that holds together is {share:.0%} of the rest."),
            ("partners", names.index(str(partner))),
            recomputed=share,
            fix=_(
                "Tie its neighbours to one another, or add its loss to the risks with what is done about it."
            ),
            partner=partner,
            share=share,
        )
