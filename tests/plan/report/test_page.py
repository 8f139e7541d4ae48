"""The report as a page: what it says, that it holds all it needs, and that a plan's words stay words."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.plan.report.changes import (
    HOSTILE,
    among_towns,
    apart,
    bare,
    breach,
    crowd,
    hostile,
    public,
    real,
    untouched,
)
from tests.plan.report.told import Page

from klasteryste.data import describe, load
from klasteryste.errors import CourseError
from klasteryste.language import _, use_language
from klasteryste.methods.networks.robustness import articulation_points, removal_curves, removal_shares
from klasteryste.plan import Verdict, check, model
from klasteryste.plan.report import render
from klasteryste.plan.report.page import _css, _link
from klasteryste.plan.settings import read_settings
from klasteryste.plan.words import words

LANGUAGES = ["en", "lt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_in_one_language_and_has_every_part(tell, language):
    page = tell(language=language).page
    assert ("html", {"lang": language}) in page.elements
    parts = ["summary", "problem", "evidence", "partners", "logic", "targets", "evaluation"]
    parts += ["budget", "risks", "rules", "sources", "about"]
    assert list(page.sections) == ["", *parts]
    assert [dict(a)["href"] for t, a in page.elements if t == "a" and dict(a)["href"].startswith("#")] == [
        f"#{part}" for part in parts[1:]
    ]
    heading = {"en": "Neighbourhood cluster", "lt": "Kaimynystės klasteris"}
    assert (
        heading[language] in page.words() and heading[{"en": "lt", "lt": "en"}[language]] not in page.words()
    )


def test_the_summary_says_what_for_whom_and_how_it_came_out(tell):
    summary = tell().page.words("summary")
    for part in (
        *("All that was checked is backed", "26 pass", "0 fail", "not whether it is wise"),
        *("In Pramaniai people gladly help", "All residents of the municipality (18,640)"),
        *("civic organisation: 4", "168,000 EUR (promised in writing: 148,000)"),
        *("Share of residents who volunteered at least once in the year 16% 19% 31 Dec 2030",),
    ):
        assert part in summary, part


def test_numbers_follow_the_language(tell):
    page = tell(language="lt").page
    assert "(18 640)" in page.words("summary")
    assert "34,9 % – 41,1 %" in page.words("evidence")
    assert "2030 m. gruodžio 31 d." in page.words("")


def test_evidence_has_intervals_and_what_the_plan_states(tell):
    evidence = tell().page.words("evidence")
    assert "Cited in: Problem; Share of adults who trust most people 37.9% 37.9% 34.9% – 41.1%" in evidence
    assert "n = 960; effective 928" in evidence
    assert "Stands in: The most similar place, and not Pramaniai." in evidence
    assert "The plan cites no public table." in evidence


def test_own_evidence_stands_apart_from_public(tell):
    evidence = tell(public).page.words("evidence")
    before, after = evidence.split("The plan's own evidence")
    assert "Trust in Lithuania" in before and "Lithuania, 2017" in before and "(trust)" in before
    assert "own:" not in before
    assert "own:places" in after and "(trust)" not in after


def test_a_number_bears_the_gravest_verdict_on_it(tell):
    evidence = tell(breach).page.words("evidence")
    assert re.search(r"volunteered at least once in the year Cited in: Problem 20% 16% .*?✗ fail", evidence)


def test_what_cannot_be_computed_says_so(tell):
    assert "37.9% not computed" in tell(breach).page.words("evidence")


def test_figures_have_words_with_computed_numbers(tell):
    told = tell()
    case, page = told.report.case, told.page
    assert case is not None
    network, removal, logic, *targets = [image["alt"] or "" for image in page.images()]
    assert f"Partners: {len(case.plan.partners)} (" in network
    assert f"Ties: {len(case.graph.ties[0])}." in network
    assert "business: 2" in network
    row = removal_curves(case.graph, seed=1).iloc[2]
    assert f"When 2 have left, it is {row['random']:.0%}" in removal
    assert f"{row['degree']:.0%} if those of most ties" in removal
    assert f"{row['betweenness']:.0%} if those most in between" in removal
    assert "Arrows: 8, of which assumed: 7." in logic and "Outcomes: More residents volunteer" in logic
    assert len(targets) == 3
    for alt in targets:
        assert len(alt) > 60 and re.search(r"\d", alt)
    # Those of the rules stand beneath the indicator they are about.
    in_targets = page.html.split('id="targets"')[1].split('id="evaluation"')[0]
    assert in_targets.count("<img") == 3


def test_brokers_and_proposed_partners_are_marked(tell):
    told = tell(crowd(12))
    case, page = told.report.case, told.page
    assert case is not None
    brokers = articulation_points(case.graph)
    text = page.words("partners")
    assert page.html.count(">broker</span>") == brokers.sum() > 0
    assert page.html.count(">proposed</span>") == 3
    assert "of these proposed and not yet agreed: 3" in page.words("summary")
    for broker, share in removal_shares(case.graph)[brokers].items():
        name = f"Invented community organisation {str(broker)[1:]}"
        assert f"Without {name}, the largest part that still holds together is {share:.0%}" in text
    assert "Brokers: Invented community organisation 1;" in (page.images()[0]["alt"] or "")


def test_hundreds_of_partners_are_in_the_table(tell):
    page = tell(crowd(200)).page
    for row in range(200):
        assert f"Invented community organisation {row} " in page.words("partners")
    assert len(page.html) < 2_000_000


def test_rules_are_grouped_by_verdict_with_line_and_mend(tell):
    told = tell(breach)
    found, page = told.report, told.page
    rules = page.words("rules")
    order = [rules.index(result.rule + " ") for result in found.results]
    by_place = [
        result.verdict
        for _place, result in sorted(zip(order, found.results, strict=True), key=lambda x: x[0])
    ]
    assert by_place == sorted(by_place, key=lambda verdict: -verdict.gravity)
    assert len(set(by_place)) >= 3
    for result in found.results:
        for finding in result.findings:
            if finding.verdict is Verdict.PASS:
                continue
            row = re.escape(" ".join(finding.message.split()))
            assert re.search(rf"{row} \S+ {found.document.line(finding.place)} ", rules), finding
            if finding.fix:
                assert " ".join(finding.fix.split()) in rules
    counts = {verdict: sum(result.verdict is verdict for result in found.results) for verdict in Verdict}
    for verdict, count in counts.items():
        assert f"{count} {verdict.label()}" in page.words("summary")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_that_backing_is_judged_and_not_wisdom(tell, language):
    page = tell(language=language).page
    use_language(language)
    assert {"en": "Whether the plan is wise", "lt": "Ar planas išmintingas"}[language] in page.words("about")


def test_sources_have_licence_version_and_hash(tell):
    told = tell(public)
    path, found, page = told.path, told.report, told.page
    sources = page.words("sources")
    package = json.loads((path.parent / "evidence" / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:
        assert f"own:{table['name']}" in sources and table["hash"].removeprefix("sha256:") in sources
        assert table["licenses"][0]["title"] in sources
    assert sources.index("Generalised trust") < sources.index("own:")
    assert found.version in page.words("about")
    assert _css(f"Version {found.version[:12]}") in page.style
    assert "make_evidence.py" not in [dict(about).get("href") for _tag, about in page.elements]


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_and_variables_are_named_in_the_language(tell, language):
    page = tell(among_towns, language).page
    towns = load("municipalities").set_index("municipality")[f"name_{language}"]
    text = page.words("evaluation")
    assert f"{towns['30']}, {towns['82']}" in text
    assert f"{towns['62']}, {towns['45']}" in text
    use_language(language)
    (column,) = [field for field in describe("municipality_years").fields if field.name == "population"]
    assert " ".join(column.description.split()) in text
    assert " ".join(describe("municipality_years").title.split()) in page.words("sources")


def test_thresholds_of_a_course_are_told(tell):
    settings = dict(read_settings())
    limits = {**settings["R16"].limits, "largest_share": 0.55}
    settings["R16"] = replace(settings["R16"], limits=limits)
    told = tell()
    assert "differ" not in told.page.words("about")
    about = Page(render(check(told.path, settings))).words("about")
    assert "largest_share 0.55 (usually 0.8)" in about


# --- made up ---------------------------------------------------------------------------------------------


def unmark_evidence(path: Path) -> None:
    descriptor = path.parent / "evidence" / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    package["fictional"] = False
    descriptor.write_text(json.dumps(package), encoding="utf-8")


@pytest.mark.parametrize(("place", "package", "language"), [(True, False, "lt"), (False, True, "en")])
def test_what_is_made_up_is_marked(plan_file, place, package, language):
    path = plan_file(untouched if place else real)
    if not package:
        unmark_evidence(path)
    use_language(language)
    page = Page(render(check(path)))
    mark = {"en": "FICTIONAL EXAMPLE", "lt": "IŠGALVOTAS PAVYZDYS"}[language]
    assert ("body", {"class": "fictional"}) in page.elements
    assert page.words("").count(mark) == 1
    assert f"body::after {{ content: {_css(mark)}" in page.style
    assert f"@bottom-center {{ content: {_css(mark)}" in page.style


def test_what_is_real_is_not(plan_file):
    path = plan_file(real)
    unmark_evidence(path)
    page = Page(render(check(path)))
    assert "FICTIONAL" not in page.html
    assert "body::after" not in page.style and "@bottom-center" not in page.style


# --- plans that lack something or are wrong ----------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bare_plan_has_its_report(tell, language):
    page = tell(bare, language).page
    use_language(language)
    for section, sentence in (
        ("summary", _("The plan names no indicator yet.")),
        ("targets", _("The plan names no indicator yet.")),
        ("risks", _("The plan names no risks yet.")),
        ("evaluation", _("The plan names no places to compare with.")),
        ("problem", _("The plan makes no further claims.")),
    ):
        assert sentence in page.words(section)
    assert len(page.images()) == 1


def test_a_tie_that_leads_nowhere_leaves_out_the_network_alone(tell):
    page = tell(breach).page
    assert "There is no network to draw" in page.words("partners")
    assert "nobody yet" not in page.words("partners")
    assert "Sum of the lines 168,000 Total as the plan states it 1" in page.words("budget")
    assert "nothing is said" in page.words("logic")


def test_an_empty_network_is_not_drawn(tell):
    page = tell(apart).page
    assert "There is no network to draw" in page.words("partners")
    assert page.words("partners").count("nobody yet") == 13


def test_what_is_no_plan_has_no_report(plan_file):
    def headless(plan):
        del plan["meta"]

    with pytest.raises(CourseError, match="is no plan yet"):
        render(check(plan_file(headless)))


# --- safe and whole --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plans_words_stay_words(tell, language):
    page = tell(hostile, language).page
    tags = {tag for tag, _about in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "link", "form", "base", "svg"}
    assert [tag for tag, _about in page.elements].count("style") == 1
    for _tag, about in page.elements:
        assert not any(name.startswith("on") or name == "style" for name in about)
    assert all((image["src"] or "").startswith("data:image/svg+xml;base64,") for image in page.images())
    assert "alert" not in page.style
    shown = " ".join(HOSTILE.split())
    for section in ("", "summary", "problem", "evidence", "partners", "logic", "targets", "budget", "risks"):
        assert shown in page.words(section), section
    assert any(HOSTILE in (image["alt"] or "") for image in page.images())
    assert "49" not in page.words("")  # no template within a text is filled


def test_images_hold_neither_script_nor_text_nor_address(tell):
    page = tell(hostile).page
    assert len(page.images()) >= 5
    for image in page.images():
        svg = base64.b64decode((image["src"] or "").split(",", 1)[1])
        for element in ElementTree.fromstring(svg).iter():
            assert element.tag.rpartition("}")[2] not in {"script", "text", "image", "foreignObject", "a"}
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                assert not name.endswith("href") or value.startswith("#")


def test_the_page_asks_nothing_of_anybody(tell):
    page = tell(public).page
    for tag, about in page.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            value = about.get(name)
            assert (
                value is None
                or value.startswith(("data:", "#"))
                or (tag == "a" and value.startswith("https://"))
            )
    assert "url(" not in page.style and "@import" not in page.style
    policy = next(about for tag, about in page.elements if about.get("http-equiv"))
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@given(st.text())
def test_a_text_in_a_style_sheet_cannot_end_its_string(text):
    written = str(_css(text))
    inside = written[1:-1]
    assert written[0] == written[-1] == '"'
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]{6})*", inside)
    read = re.sub(r"\\([0-9a-f]{6})", lambda match: chr(int(match[1], 16)), inside)
    assert read == text


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "make_evidence.py", "//host/x", "https://", "https://a b"],
)
def test_only_web_pages_are_linked(address):
    assert _link(address) is None
    assert _link("https://creativecommons.org/licenses/by/4.0/") is not None


@pytest.mark.parametrize("change", [public, breach, bare])
def test_no_path_of_the_machine_is_printed(tell, change):
    told = tell(change)
    page = told.page
    assert str(told.path.parent) not in page.html
    assert str(Path(sys.prefix)) not in page.html


def test_the_same_plan_gives_the_same_bytes(tell):
    told = tell(public)
    code = (
        "import sys; from pathlib import Path; import klasteryste.plan as p;"
        "from klasteryste.plan.report import render;"
        "sys.stdout.buffer.write(render(p.check(Path(sys.argv[1]))).encode())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(told.path)],
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "3", "MPLBACKEND": "agg", "PATH": ""},
    )
    # Compared as one, since to show where half a million letters differ would take for ever.
    same = run.stdout.decode() == told.page.html
    assert same


def codes(section: type[BaseModel], field: str) -> set[str]:
    """List the codes that a field of the plan may hold."""
    annotation = section.model_fields[field].annotation
    return {
        one
        for part in (annotation, *get_args(annotation))
        for one in (*get_args(part), part)
        if isinstance(one, str)
    }


@pytest.mark.parametrize(
    ("kind", "section", "field"),
    [
        ("sector", model.Partner, "sector"),
        ("layer", model.Node, "kind"),
        ("level", model.Indicator, "level"),
        ("measure", model.Indicator, "measure"),
        ("frequency", model.Indicator, "frequency"),
        ("mode", model.Governance, "mode"),
        ("degree", model.Governance, "consensus"),
        ("degree", model.Governance, "competence_need"),
        ("design", model.Evaluation, "design"),
        ("distance", model.Peers, "distance"),
        ("risk", model.Risk, "class_"),
        ("law", model.Ethics, "legal_basis"),
        ("basis", model.Statement, "basis"),
    ],
)
def test_every_code_of_a_plan_has_its_words(kind, section, field):
    found = codes(section, field)
    assert len(found) >= 2
    assert set(words(kind)) == found
