"""Claims on the shape of the network, against what chance gives; and how a network is led."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from tests.plan.plans import PlanDict, base, one_rule, text

from klasteryste.plan import Verdict


def network(graph: nx.Graph, sectors: list[str], claim: dict[str, Any] | None = None) -> PlanDict:
    """Give a plan whose partners and ties are those of a graph, with one claim on it."""
    plan = base()
    plan["partners"] = [
        {
            **{"id": f"p{node}", "name": text("Partneris", "Partner"), "role": text("Dirba", "Works")},
            **{"commits": text("Laikas", "Time"), "sector": sectors[node % len(sectors)]},
        }
        for node in graph
    ]
    plan["ties"] = [{"from": f"p{a}", "to": f"p{b}", "type": "joint_work"} for a, b in graph.edges]
    plan["governance"] |= {"lead": "p0"}
    for item in [*plan["indicators"], *plan["risks"]]:
        item["owner"] = "p0"
        if "partner" in item:
            item["partner"] = "p0"
    given = {"id": "c", "kind": "network", "basis": "descriptive", "text": text("Tinklas", "A network")}
    plan["claims"] = [] if claim is None else [given | claim]
    return plan


SECTORS = ["public", "school", "civic", "business", "knowledge"]
# Two groups of ten that one node alone joins: it is central beyond its two ties, and all is in triangles.
CLIQUES = nx.disjoint_union(nx.complete_graph(9), nx.complete_graph(9))
CLIQUES.add_edges_from([(18, 0), (18, 9)])
RING = nx.circulant_graph(24, [1, 2])
CHANCE = nx.gnm_random_graph(24, 60, seed=3)
# Chance gives as much in about seven of a hundred networks.
NEARLY = nx.gnm_random_graph(24, 60, seed=31)


@pytest.mark.parametrize(
    ("graph", "claim", "verdict"),
    [
        (CLIQUES, {"property": "central", "partner": "p18", "p": 0.005}, Verdict.PASS),
        (CLIQUES, {"property": "central", "partner": "p3", "p": 0.005}, Verdict.FAIL),
        (CLIQUES, {"property": "central", "p": 0.005}, Verdict.FAIL),
        (CLIQUES, {"property": "central", "partner": "p18"}, Verdict.FAIL),
        (RING, {"property": "cohesive", "p": 0.005}, Verdict.PASS),
        (RING, {"property": "cohesive", "p": 0.001}, Verdict.PASS),
        (RING, {"property": "cohesive", "p": 0.6}, Verdict.FAIL),
        (CHANCE, {"property": "cohesive", "p": 0.005}, Verdict.FAIL),
        (CHANCE, {"property": "cohesive", "p": 0.525}, Verdict.FAIL),
        (NEARLY, {"property": "cohesive", "p": 0.07}, Verdict.FAIL),
        (NEARLY, {"property": "cohesive", "p": 0.05}, Verdict.FAIL),
        (NEARLY, {"property": "cohesive", "p": 0.001}, Verdict.FAIL),
        # Neighbours in the ring are of different sectors, those across it are alike.
        (RING, {"property": "bridging", "p": 0.0002}, Verdict.PASS),
        (CHANCE, {"property": "bridging", "p": 0.01}, Verdict.FAIL),
    ],
)
def test_a_shape_is_claimed_only_beyond_chance(
    graph: nx.Graph, claim: dict[str, Any], verdict: Verdict, tmp_path: Path
):
    result = one_rule("R17", network(graph, SECTORS, claim), tmp_path)
    assert result.verdict is verdict, [finding.message for finding in result.findings]


def test_sectors_that_keep_to_themselves_are_not_bridging_however_small_the_stated_p(tmp_path: Path):
    plan = network(CLIQUES, ["public"], {"property": "bridging", "p": 0.001})
    for number, partner in enumerate(plan["partners"]):
        partner["sector"] = "public" if number < 9 else "civic"
    assert one_rule("R17", plan, tmp_path).verdict is Verdict.FAIL


def test_a_single_sector_cannot_bridge_and_that_is_not_checkable(tmp_path: Path):
    plan = network(RING, ["public"], {"property": "bridging", "p": 0.001})
    assert one_rule("R17", plan, tmp_path).verdict is Verdict.NOT_CHECKABLE


@pytest.mark.parametrize(
    ("lt", "en", "verdict"),
    [
        ("Tinklas jungiantysis tinklas.", "It works.", Verdict.FAIL),
        ("Veikia.", "It is a bridging network.", Verdict.FAIL),
        ("Veikia.", "The partners are tightly knit.", Verdict.FAIL),
        ("Gimnazija yra centrinė partnerė.", "It works.", Verdict.FAIL),
        ("Susitinka centrinėje bibliotekoje.", "They meet in the central library.", Verdict.PASS),
        ("Vietos bendruomenių ryšiai.", "The centre of the town is lively.", Verdict.PASS),
    ],
)
def test_words_of_shape_stand_in_no_other_claim(lt: str, en: str, verdict: Verdict, tmp_path: Path):
    plan = base()
    plan["claims"].append({"id": "z", "kind": "statement", "basis": "normative", "text": text(lt, en)})
    assert one_rule("R17", plan, tmp_path).verdict is verdict


@pytest.mark.parametrize(
    ("graph", "governance", "verdict"),
    [
        (nx.complete_graph(6), {"mode": "shared", "consensus": "high"}, Verdict.PASS),
        (nx.circulant_graph(12, [1, 2]), {"mode": "shared", "consensus": "high"}, Verdict.PASS),
        (nx.circulant_graph(13, [1, 2]), {"mode": "shared", "consensus": "high"}, Verdict.WARN),
        (nx.cycle_graph(12), {"mode": "shared", "consensus": "high"}, Verdict.WARN),
        (nx.complete_graph(6), {"mode": "shared", "consensus": "low"}, Verdict.WARN),
        (nx.complete_graph(6), {"mode": "shared", "competence_need": "high"}, Verdict.WARN),
        (nx.wheel_graph(20), {"mode": "lead", "consensus": "low"}, Verdict.PASS),
        (nx.cycle_graph(20), {"mode": "lead"}, Verdict.WARN),
        (nx.wheel_graph(61), {"mode": "lead"}, Verdict.WARN),
        (nx.wheel_graph(61), {"mode": "administrative", "competence_need": "high"}, Verdict.PASS),
        (nx.wheel_graph(8), {"mode": "administrative"}, Verdict.WARN),
        (nx.wheel_graph(61), {"mode": "administrative", "consensus": "low"}, Verdict.WARN),
    ],
)
def test_leadership_fits_the_network_or_there_is_a_warning(
    graph: nx.Graph, governance: dict[str, Any], verdict: Verdict, tmp_path: Path
):
    plan = network(graph, SECTORS)
    plan["governance"] |= governance
    result = one_rule("R18", plan, tmp_path)
    assert result.verdict is verdict, [finding.message for finding in result.findings]


def test_a_network_in_pieces_is_not_asked_who_holds_it_together(tmp_path: Path):
    plan = network(nx.disjoint_union(nx.complete_graph(6), nx.complete_graph(6)), SECTORS)
    assert one_rule("R15", plan, tmp_path / "a").verdict is Verdict.FAIL
    assert one_rule("R16", plan, tmp_path / "b").verdict is Verdict.NOT_CHECKABLE


def test_a_partner_with_one_tie_brings_a_warning(tmp_path: Path):
    graph = nx.complete_graph(6)
    graph.add_edge(0, 6)
    result = one_rule("R15", network(graph, SECTORS), tmp_path)
    assert result.verdict is Verdict.WARN
    assert [finding.place for finding in result.findings] == [("partners", 6)]
