"""A plan begun for a real municipality: filled from public data, with gaps where there are none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from klasteryste import CourseError, load, use_language
from klasteryste.plan import Verdict, check
from klasteryste.plan.document import read_document
from klasteryste.plan.model import Cited, Peers
from klasteryste.plan.new import municipality, neighbours, new_plan

DAY = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


def begun(folder: Path, place: str = "LT-60") -> Path:
    path = folder / "plan.yml"
    path.write_text(new_plan(place, DAY), encoding="utf-8")
    return path


def test_what_public_data_know_is_there(tmp_path: Path):
    plan = read_document(begun(tmp_path)).value
    assert plan["meta"]["place"] == {
        "code": "43",
        "name": {"lt": "Zarasų rajono savivaldybė", "en": "Zarasai district municipality"},
        "neighbours": ["30", "45", "73", "82"],
    }
    assert plan["meta"]["period"] == {"start": "2027-01-01", "end": "2030-12-31"}
    years = load("municipality_years").query("municipality == '43'").set_index("year")
    assert plan["target_group"]["size"]["value"] == years.loc[2018, "population"] == 15668
    births, trust, life = (Cited.model_validate(one) for one in plan["problem"]["baseline"])
    assert births.value == pytest.approx(years.loc[2017, "births"] / years.loc[2017, "population"], abs=5e-5)
    assert births.proxy is None
    assert (trust.value, trust.n_effective) == (0.329, 1400)
    assert trust.proxy is not None and life.proxy is not None


def test_peers_are_the_nearest_and_the_balance_is_told(tmp_path: Path):
    plan = read_document(begun(tmp_path)).value
    peers = Peers.model_validate(plan["peers"])
    table = load("municipality_years").query("year == 2017").set_index("municipality")
    table = table[list(peers.variables)].astype(float)
    scaled = (table - table.mean()) / table.std()
    distances = ((scaled - scaled.loc["43"]) ** 2).sum(axis=1).drop("43")
    assert list(peers.units) == list(distances.nsmallest(5).index)
    smd = scaled.loc["43"] - scaled.loc[list(peers.units)].mean()
    for one in peers.balance:
        assert one.smd == pytest.approx(smd[one.variable], abs=6e-4)
    assert plan["evaluation"]["comparison"] == list(peers.units)


def test_every_municipality_can_begin_and_lacks_only_what_people_decide(tmp_path: Path):
    gaps = set()
    for code in load("municipalities")["iso_3166_2"]:
        report = check(begun(tmp_path, code))
        first = report.results[0]
        assert (first.rule, first.verdict) == ("R01", Verdict.FAIL)
        assert all("filled in" in one.message or "empty list" in one.message for one in first.findings)
        gaps.add(tuple(one.place for one in first.findings))
    assert len(gaps) == 1
    assert {place[0] for place in gaps.pop()} == {
        *("meta", "problem", "target_group", "partners", "governance", "logic", "budget"),
        *("evaluation", "ethics"),
    }


def test_a_municipality_is_found_by_code_or_name():
    for name in ("LT-58", "lt-58", "57", "Vilniaus m. sav.", "Vilnius city municipality"):
        if name == "57":
            continue
        assert municipality(name).iso in ("LT-57", "LT-58")
    assert municipality("Vilniaus m. sav.").lt == "Vilniaus miesto savivaldybė"
    assert municipality("Neringos sav.").lt == "Neringos savivaldybė"
    with pytest.raises(CourseError, match=r"'Vilnius' can be more than one municipality, LT-\d+ .*, LT-\d+"):
        municipality("Vilnius")
    with pytest.raises(CourseError, match="there is no municipality 'LT-61': give an ISO"):
        municipality("LT-61")


def test_borders_are_told_from_both_sides():
    for one in load("municipalities")["municipality"]:
        for other in neighbours(one):
            assert one in neighbours(other)


def test_its_comments_are_in_the_language_in_use_and_its_values_in_both():
    english = new_plan("LT-60", DAY)
    use_language("lt")
    lithuanian = new_plan("LT-60", DAY)
    differing = [
        (a, b) for a, b in zip(english.splitlines(), lithuanian.splitlines(), strict=False) if a != b
    ]
    values = [
        [line for line in text.splitlines() if not line.startswith("#")] for text in (english, lithuanian)
    ]
    assert values[0] == values[1]
    assert differing[0][1].startswith("# Zarasų rajono savivaldybė: klasterio planas.")
