"""Rules on the partners and the ties between them."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any

from klasteryste.errors import CourseError
from klasteryste.language import _
from klasteryste.methods.networks.brokerage import betweenness
from klasteryste.methods.networks.graphs import Graph
from klasteryste.methods.networks.mixing import ei_index, ei_test, expected_ei_index
from klasteryste.methods.networks.nulls import MonteCarloTest, monte_carlo_test, rewired
from klasteryste.methods.networks.robustness import removal_shares
from klasteryste.methods.networks.structure import components, degree_centralisation, density
from klasteryste.plan.case import Case
from klasteryste.plan.document import Place
from klasteryste.plan.model import Governance, NetworkClaim
from klasteryste.plan.phrases import phrases_in
from klasteryste.plan.references import require_ids
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding, Verdict, found
from klasteryste.plan.words import words

# The same plan gets the same answer.
_SEED = 1
# How many standard errors of two random draws a stated p may be off.
_SIGMAS = 3.3


def r14_sectors(case: Case, limits: Limits) -> Iterator[Finding]:
    """R14: partners are of several sectors, the civic one among them, and one brings knowledge."""
    partners = case.plan.partners
    sectors = {partner.sector for partner in partners}
    if len(sectors) < limits["fewest_sectors"]:
        yield found(
            Verdict.FAIL,
            _(
                "The partners are of {count} sectors; it takes {fewest}. Of {all} partners {agreed} "
                "have agreed."
            ),
            ("partners",),
            recomputed=len(sectors),
            fix=_("Win partners of other sectors."),
            count=len(sectors),
            fewest=limits["fewest_sectors"],
            all=len(partners),
            agreed=sum(partner.status == "agreed" for partner in partners),
        )
    for sector in limits["required"]:
        if sector not in sectors:
            yield found(
                Verdict.FAIL,
                _("No partner is of this sector: {sector}."),
                ("partners",),
                fix=_("Win one."),
                sector=words("sector").get(sector, sector),
            )
    for sector in limits["wanted"]:
        if sector not in sectors:
            yield found(
                Verdict.WARN,
                _("No partner is of this sector: {sector}."),
                ("partners",),
                fix=_("Win one."),
                sector=words("sector").get(sector, sector),
            )


def r15_one_whole(case: Case, limits: Limits) -> Iterator[Finding]:
    """R15: every partner is tied to others, all hang together, and nobody by a single tie."""
    graph = _graph(case)
    parts = components(graph)
    for number, (partner, degree) in enumerate(zip(graph.nodes, graph.degrees, strict=True)):
        if degree == 0:
            yield found(
                Verdict.FAIL,
                _("{partner} is tied to nobody."),
                ("partners", number),
                fix=_("Tie it to others, or leave it out."),
                partner=partner,
            )
        elif degree == 1:
            yield found(
                Verdict.WARN,
                _("{partner} hangs by a single tie."),
                ("partners", number),
                fix=_("Tie it to a second partner."),
                partner=partner,
            )
    linked = parts[graph.degrees > 0]
    if linked.nunique() > 1:
        yield found(
            Verdict.FAIL,
            _("The network falls into {count} parts."),
            ("ties",),
            recomputed=linked.nunique(),
            fix=_("Tie the parts to one another."),
            count=linked.nunique(),
        )


def _graph(case: Case) -> Graph:
    require_ids(case.plan, "partners", "ties")
    return case.graph


def r16_brokers(case: Case, limits: Limits) -> Iterator[Finding]:
    """R16: what remains when any one partner leaves holds together, or the loss is among the risks."""
    require_ids(case.plan, "risks")
    graph, least = _graph(case), limits["largest_share"]
    if len(graph.nodes) < 2:
        raise CourseError(_("There is but one partner: nobody would be left (R14)."))
    if (components(graph) == 0).mean() < least:
        text = _("The network has fallen apart already, with everybody there (R15).")
        yield Finding(Verdict.NOT_CHECKABLE, text, ("ties",))
        return
    mitigated = {
        risk.partner
        for risk in case.plan.risks
        if risk.class_ == "broker_loss" and risk.mitigation is not None
    }
    for number, (partner, share) in enumerate(removal_shares(graph).items()):
        if share >= least:
            continue
        named = partner in mitigated
        yield found(
            Verdict.PASS if named else Verdict.FAIL,
            _("Without {partner}, the largest part that holds together is {share:.0%} of the rest."),
            ("partners", number),
            recomputed=share,
            fix=None
            if named
            else _(
                "Tie its neighbours to one another, or add its loss to the risks with what is done about it."
            ),
            partner=partner,
            share=share,
        )


def r17_shape(case: Case, limits: Limits) -> Iterator[Finding]:
    """R17: what is said of the network's shape is more than chance would give."""
    for number, claim in enumerate(case.plan.claims):
        place: Place = ("claims", number)
        if claim.kind == "network":
            try:
                require_ids(case.plan, "claims")
                yield _against_chance(case, place, claim, limits)
            except CourseError as error:
                yield Finding(Verdict.NOT_CHECKABLE, case.words(error), place)
            continue
        for language, phrase in phrases_in(claim.text, limits["words"]):
            yield found(
                Verdict.FAIL,
                _("“{words}” says something of the network's shape, and no comparison with chance."),
                (*place, "text", language),
                fix=_("Make it a claim of the kind network with its p, or use plainer words."),
                words=phrase,
            )


def _against_chance(case: Case, place: Place, claim: NetworkClaim, limits: Limits) -> Finding:
    if claim.property == "central" and claim.partner is None:
        return found(
            Verdict.FAIL, _("It is not said which partner is central."), place, fix=_("Name the partner.")
        )
    test = _test(case, claim, limits)
    said: dict[str, Any] = {"observed": test.observed, "expected": test.expected, "p": test.p}
    if claim.p is None:
        return found(
            Verdict.FAIL,
            _("No p is stated. Seen {observed:.3f}, expected by chance {expected:.3f}, p = {p:.3f}."),
            place,
            recomputed=test.p,
            fix=_("State p, and claim it only if p is small."),
            **said,
        )
    chance = max(claim.p, test.p)
    draws = min(limits["stated_draws"], test.draws)
    error = _SIGMAS * sqrt(2 * chance * (1 - chance) / draws) + 1 / (1 + test.draws)
    right = abs(claim.p - test.p) <= error
    holds = chance <= limits["alpha"]
    fix = None if right and holds else _("Correct p, or take the claim out.")
    return found(
        Verdict.PASS if right and holds else Verdict.FAIL,
        _(
            "Seen {observed:.3f}, expected by chance {expected:.3f}; p stated {stated}, computed again "
            "{p:.3f} from {draws:,d} draws; a claim needs p of at most {alpha}."
        ),
        (*place, "p"),
        recomputed=test.p,
        fix=fix,
        stated=claim.p,
        draws=test.draws,
        alpha=limits["alpha"],
        **said,
    )


def _require_ties(graph: Graph) -> None:
    if graph.degrees.sum() < 4:
        raise CourseError(_("There are fewer than two ties: the network is too small to have a shape (R15)."))


def _test(case: Case, claim: NetworkClaim, limits: Limits) -> MonteCarloTest:
    graph = _graph(case)
    _require_ties(graph)
    if len(graph.nodes) < 3 or case.sectors.nunique() < 2:
        raise CourseError(_("The network is too small, or of one sector, to be compared with chance (R14)."))
    if claim.property == "bridging":
        draws = limits["permutations"]
        return ei_test(graph, case.sectors, permutations=draws, seed=_SEED, alternative="greater")
    many = len(graph.nodes) > limits["large_network"]
    draws = limits["draws_if_large"] if many else limits["draws"]
    # Several claims are compared with the same draws.
    drawn = case.once(("rewired", draws), lambda: list(rewired(graph, draws, seed=_SEED)))
    chance = [_shape(one, claim) for one in drawn]
    return monte_carlo_test(_shape(graph, claim), chance, "greater")


def _shape(graph: Graph, claim: NetworkClaim) -> float:
    if claim.property == "cohesive":
        return float(graph.to_igraph().transitivity_undirected(mode="zero"))
    return float(betweenness(graph)[str(claim.partner)])


def shape_of(case: Case, claim: NetworkClaim) -> tuple[float, ...]:
    """Give the numbers that a claim about the network may state: its size, and the property itself.

    Raises
    ------
    CourseError
        If the network cannot be built, or is too small to have the property.
    """
    graph = _graph(case)
    _require_ties(graph)
    size = float(len(graph.nodes)), float(graph.degrees.sum() / 2)
    if claim.property == "bridging":
        return *size, ei_index(graph, case.sectors), expected_ei_index(graph, case.sectors)
    if claim.property == "central" and claim.partner is None:
        return size
    return *size, _shape(graph, claim)


def r18_governance(case: Case, limits: Limits) -> Iterator[Finding]:
    """R18: the mode of governance fits the network."""
    graph, governance = _graph(case), case.plan.governance
    mode = governance.mode
    _require_ties(graph)
    if len(graph.nodes) < 3:
        raise CourseError(_("The network is too small to ask how it should be led (R14)."))
    fits = {name.removeprefix(f"{mode}_"): limit for name, limit in limits.items() if name.startswith(mode)}
    for reason in _misfits(graph, governance, fits):
        yield found(
            Verdict.WARN,
            _("A network “{mode}” does not fit: {reason}."),
            ("governance", "mode"),
            fix=_("Choose another mode, or say in the rationale why this one fits."),
            mode=words("mode")[mode],
            reason=reason,
        )


def _misfits(graph: Graph, governance: Governance, fits: Limits) -> Iterator[str]:
    n = len(graph.nodes)
    if n > fits.get("most_partners", n):
        yield _("too many partners")
    if n < fits.get("fewest_partners", n):
        yield _("too few partners")
    if density(graph) < fits.get("least_density", 0):
        yield _("too few ties among the partners")
    if degree_centralisation(graph) < fits.get("least_centralisation", 0):
        yield _("the ties do not run together in anyone")
    if governance.consensus not in fits["consensus"]:
        yield _("the partners agree too little on goals")
    if governance.competence_need not in fits["competence_need"]:
        yield _("the tasks ask for more skills of working as a network")


def r19_tie_data(case: Case, limits: Limits) -> Iterator[Finding]:
    """R19: ties come from a survey that most partners answered, and it is said how many are confirmed."""
    ties, survey = case.plan.ties, case.plan.tie_survey
    if not ties:
        return
    require_ids(case.plan, "partners", "ties")
    if survey is None:
        yield found(
            Verdict.FAIL,
            _("It is not said which survey the ties come from."),
            ("ties",),
            fix=_("Ask the partners, and describe it under tie_survey."),
        )
        return
    if survey.date > case.plan.meta.date:
        yield found(
            Verdict.FAIL,
            _("The survey of partners ended on {day}, after the plan was written."),
            ("tie_survey", "date"),
            fix=_("Correct the day, or that of the plan (meta.date)."),
            day=survey.date.isoformat(),
        )
    if survey.answered > survey.asked:
        yield found(
            Verdict.FAIL,
            _("More partners answered than were asked."),
            ("tie_survey", "answered"),
            fix=_("Correct the numbers."),
        )
        return
    reported = {(tie.from_, tie.to) for tie in ties}
    pairs: dict[frozenset[str], bool] = {}
    for tie in ties:
        pair = frozenset((tie.from_, tie.to))
        both = tie.confirmed or (tie.to, tie.from_) in reported
        pairs[pair] = both or pairs.get(pair, False)
    shares = {
        "response_share": (survey.response_share, survey.answered / survey.asked if survey.asked else 0.0),
        "confirmed_share": (survey.confirmed_share, sum(pairs.values()) / len(pairs)),
    }
    names = {
        "response_share": _("the share of partners who answered"),
        "confirmed_share": _("the share of ties that both partners report"),
    }
    for name, (stated, value) in shares.items():
        where: Place = ("tie_survey", name)
        if stated is None:
            yield found(
                Verdict.FAIL,
                _("It lacks {what}, which is {value:.3f}."),
                ("tie_survey",),
                recomputed=value,
                fix=_("State it as {name}."),
                what=names[name],
                name=name,
                value=value,
            )
        elif not case.agrees(where, value, limits["relative"], share=True):
            yield found(
                Verdict.FAIL,
                _("Stated as {what} {stated}, computed again {value:.3f}."),
                where,
                recomputed=value,
                fix=_("State {value:.3f}."),
                what=names[name],
                stated=stated,
                value=value,
            )
    reached = survey.answered / max(survey.asked, len(case.plan.partners))
    if reached < limits["response"]:
        yield found(
            Verdict.WARN,
            _("Of the partners {share:.0%} answered: what is said of the network rests on part of it."),
            ("tie_survey", "answered"),
            recomputed=reached,
            fix=_("Ask the others again before relying on it."),
            share=reached,
        )
