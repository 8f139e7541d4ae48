"""The plan's codes, such as ``broker_loss``, in the reader's words."""

from __future__ import annotations

from klasteryste.language import _


def words(kind: str) -> dict[str, str]:
    """Give the words for every code of a kind in the language in use, in their order.

    Parameters
    ----------
    kind : str
        ``sector``, ``layer``, ``level``, ``measure``, ``frequency``, ``mode``, ``degree``, ``design``,
        ``distance``, ``risk``, ``law`` or ``basis``.
    """
    return {
        "sector": {
            "public": _("public body"),
            "school": _("school"),
            "knowledge": _("knowledge institution"),
            "civic": _("civic organisation"),
            "business": _("business"),
        },
        "layer": {
            "input": _("Inputs"),
            "activity": _("Activities"),
            "output": _("Outputs"),
            "outcome": _("Outcomes"),
            "impact": _("Impacts"),
        },
        "level": {"output": _("output"), "outcome": _("outcome"), "impact": _("impact")},
        "measure": {
            "count": _("count of what was done"),
            "satisfaction": _("satisfaction"),
            "behaviour": _("what people do"),
            "state": _("how things are"),
        },
        "frequency": {
            "monthly": _("monthly"),
            "quarterly": _("quarterly"),
            "yearly": _("yearly"),
            "two_yearly": _("every two years"),
            "once": _("once"),
        },
        "mode": {
            "shared": _("shared among the partners"),
            "lead": _("led by one partner"),
            "administrative": _("led by an organisation set up for it"),
        },
        "degree": {"low": _("low"), "moderate": _("moderate"), "high": _("high")},
        "design": {
            "before_after": _("before and after, without comparison"),
            "difference_in_differences": _("difference in differences"),
            "synthetic_control": _("synthetic control"),
            "matched": _("matched comparison"),
        },
        "distance": {"standardised": _("standardised distance"), "gower": _("Gower's distance")},
        "risk": {
            "broker_loss": _("loss of a broker"),
            "data_protection": _("data protection"),
            "funding": _("funding"),
            "political_change": _("political change"),
            "other": _("other"),
        },
        "law": {
            "consent": _("consent"),
            "contract": _("contract"),
            "legal_obligation": _("legal obligation"),
            "vital_interests": _("vital interests"),
            "public_task": _("task in the public interest"),
            "legitimate_interests": _("legitimate interests"),
        },
        "basis": {
            "descriptive": _("descriptive"),
            "correlational": _("correlational"),
            "causal": _("causal"),
            "normative": _("normative"),
        },
    }[kind]
