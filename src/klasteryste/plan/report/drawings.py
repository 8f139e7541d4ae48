"""The report's figures as images in the page, each with the words that stand in for it."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import pandas as pd
from matplotlib.figure import Figure

from klasteryste.figures.plan import LAYERS, logic_model, partner_network, removal_curve
from klasteryste.figures.show import as_svg
from klasteryste.language import _, fill
from klasteryste.methods.networks.robustness import articulation_points, removal_curves
from klasteryste.plan.case import Case
from klasteryste.plan.words import words

# Of orders in which partners leave at random, and of where they are drawn.
_SEED = 1


@dataclass(frozen=True)
class Drawing:
    """A figure of the report.

    Attributes
    ----------
    source : str
        The image, as the address of an ``img``.
    alt : str
        What it shows, in words.
    caption : str
        What is printed beneath it.
    """

    source: str
    alt: str
    caption: str


def draw(make: Callable[[], tuple[Figure, str]], caption: str) -> Drawing:
    """Draw a figure as an image that the page itself holds."""
    with warnings.catch_warnings():
        # A plan may hold letters that the course's font lacks; they are drawn as boxes, and are in the words.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure, alt = make()
        source = base64.b64encode(as_svg(figure)).decode("ascii")
    return Drawing(f"data:image/svg+xml;base64,{source}", alt, caption)


def network(case: Case) -> Drawing:
    """Draw the partners and their ties."""
    partners = pd.DataFrame(
        {
            "label": [str(partner.name) for partner in case.plan.partners],
            "sector": [partner.sector for partner in case.plan.partners],
            "broker": articulation_points(case.graph).to_numpy(),
            "proposed": [partner.status == "proposed" for partner in case.plan.partners],
        },
        index=pd.Index([partner.id for partner in case.plan.partners]),
    )
    sectors = words("sector")
    counts = partners["sector"].value_counts()
    there = ", ".join(f"{name}: {counts[code]}" for code, name in sectors.items() if code in counts)
    brokers = "; ".join(partners["label"][partners["broker"]]) or _("none")
    alt = fill(
        _("A network of partners. Partners: {partners:d} ({there}). Ties: {ties:d}. Brokers: {brokers}."),
        {
            **{"partners": len(partners), "there": there},
            **{"ties": len(case.graph.ties[0]), "brokers": brokers},
        },
    )
    return draw(
        lambda: (partner_network(case.graph, partners, sector_names=sectors, seed=_SEED), alt),
        _(
            "The partners and who works with whom. A broker is a partner without whom some others lose every "
            "link to the rest. The table below lists each partner's ties."
        ),
    )


def removal(case: Case) -> Drawing:
    """Draw how the network shrinks while partners leave."""
    curves = removal_curves(case.graph, seed=_SEED)
    left = ceil(len(case.graph.nodes) / 10)
    shares = {name: float(curves[name].iloc[left]) for name in ("random", "degree", "betweenness")}
    alt = fill(
        _(
            "The share of all partners in the largest part that holds together, while partners leave. When "
            "{left:d} have left, it is {random:.0%} if they left at random, {degree:.0%} if those of "
            "most ties left first, and {betweenness:.0%} if those most in between left first."
        ),
        {"left": left, **shares},
    )
    return draw(
        lambda: (removal_curve(curves), alt),
        _(
            "What is left of the network when partners leave one after another. The faster a line falls, the "
            "more rests on a few."
        ),
    )


def logic(case: Case) -> Drawing:
    """Draw the logic model, as far as its arrows lead from box to box."""
    plan = case.plan.logic
    nodes = pd.DataFrame(
        {"kind": [node.kind for node in plan.nodes], "label": [str(node.label) for node in plan.nodes]},
        index=pd.Index([node.id for node in plan.nodes]),
    )
    nodes = nodes[~nodes.index.duplicated()]
    known = [link for link in plan.links if {link.from_, link.to} <= set(nodes.index)]
    links = pd.DataFrame(
        {
            "from": [link.from_ for link in known],
            "to": [link.to for link in known],
            "assumed": [link.evidence is None for link in known],
        }
    )
    kinds = words("layer")
    there = "; ".join(
        f"{kinds[kind]}: {', '.join(nodes['label'][nodes['kind'] == kind])}"
        for kind in LAYERS
        if kind in set(nodes["kind"])
    )
    alt = fill(
        _("The logic model from left to right. {there}. Arrows: {arrows:d}, of which assumed: {assumed:d}."),
        {"there": there, "arrows": len(known), "assumed": int(links["assumed"].sum())},
    )
    return draw(
        lambda: (logic_model(nodes, links, kind_names=kinds), alt),
        _("From what is put in to what is to change. The table below lists every arrow and what backs it."),
    )
