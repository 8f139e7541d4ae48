"""Computing evidence again: known answers from the tables, and what is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import t
from statsmodels.stats.proportion import proportion_confint
from tests.lithuanian import refused

from klasteryste.data import describe, load
from klasteryste.evidence import (
    Census,
    Evidence,
    Published,
    Range,
    Sample,
    compute,
    from_yaml,
    record,
    to_yaml,
)
from klasteryste.methods.surveys import design_mean, share_interval

LITHUANIA = {"country": "LT", "survey": "EVS", "year_end": Range(min=2018)}
PUBLISHED = Published(se="se_srs", n="n_answers")
NORWAY = Sample(weights="anweight", strata="stratum", psus="psu")


def trust() -> Evidence:
    return record("trust", LITHUANIA, "value", "trust", design=PUBLISHED)


def test_a_published_value_has_the_figures_of_its_row():
    table = load("trust")
    row = table[
        (table["country"] == "LT") & (table["survey"] == "EVS") & (table["year_end"] >= 2018)
    ].squeeze()
    found = compute(trust())
    assert (found.value, found.se, found.n) == (row["trust"], row["se_srs"], row["n_answers"])
    assert found.low == pytest.approx(row["trust"] - 1.959964 * row["se_srs"])
    assert found.high == pytest.approx(row["trust"] + 1.959964 * row["se_srs"])
    # Its standard error is that of a simple random sample of those who answered.
    assert found.effective_n == pytest.approx(row["n_answers"], rel=1e-3)


def test_a_record_reads_hash_unit_place_and_years_off_the_table():
    evidence = trust()
    assert evidence.sha256 == describe("trust").sha256
    assert (evidence.unit, evidence.geography) == ("share", ("LT",))
    assert evidence.year == Range(min=2017, max=2020)
    assert compute(from_yaml(to_yaml(evidence))) == compute(evidence)


def test_an_assumed_design_effect_widens_the_interval_by_its_root():
    plain = compute(trust())
    assumed = compute(record("trust", LITHUANIA, "value", "trust", design=Published(se="se_srs", deff=2.25)))
    assert assumed.se == pytest.approx(1.5 * plain.se)
    assert assumed.n is None
    assert assumed.effective_n == pytest.approx((plain.effective_n or 0) / 2.25)


def test_a_value_without_a_standard_error_has_no_interval():
    found = compute(record("trust", LITHUANIA, "value", "trust", design=Published()))
    assert (found.se, found.low, found.high) == (None, None, None)


def test_a_mean_of_microdata_is_the_design_based_one():
    people = load("ess10no")
    expected = design_mean(
        people["imwbcnt"], people["anweight"], strata=people["stratum"], psus=people["psu"]
    )
    evidence = record("ess10no", {}, "mean", "imwbcnt", design=NORWAY)
    found = compute(evidence)
    assert (found.value, found.se, found.n) == (expected.value, expected.se, expected.n)
    assert found.effective_n == expected.effective_n
    reach = t.ppf(0.975, expected.df) * expected.se
    assert (found.low, found.high) == pytest.approx((found.value - reach, found.value + reach))
    assert (evidence.unit, evidence.geography) == ("points, 0-10", ("NO",))
    assert evidence.year == Range(min=2021, max=2022)


def test_those_left_out_by_a_filter_stay_in_the_design():
    people = load("ess10no")
    women = people["imwbcnt"].where(people["female"] == 1)
    whole = design_mean(women, people["anweight"], strata=people["stratum"], psus=people["psu"])
    found = compute(record("ess10no", {"female": 1}, "mean", "imwbcnt", design=NORWAY))
    assert (found.value, found.se) == (pytest.approx(whole.value), pytest.approx(whole.se))
    assert found.n == (people["imwbcnt"].notna() & (people["female"] == 1)).sum()


def test_without_strata_a_filtered_sample_is_a_sample_of_its_own():
    women = load("ess10no").query("female == 1")["imwbcnt"].dropna()
    found = compute(record("ess10no", {"female": 1}, "mean", "imwbcnt", design=Sample()))
    assert found.se == pytest.approx(women.std() / math.sqrt(len(women)))
    assert found.effective_n == pytest.approx(len(women))


def test_a_share_is_of_those_who_answered_with_an_interval_inside_the_scale():
    people = load("ess10no")
    found = compute(record("ess10no", {}, "share", "eu_vote", of=("Blank Ballot",), design=Sample()))
    assert found.value == pytest.approx((people["eu_vote"] == "Blank Ballot").mean())
    blank = (people["eu_vote"] == "Blank Ballot").sum()
    assert (found.low, found.high) == pytest.approx(proportion_confint(blank, len(people), method="wilson"))
    assert found.low > 0


def test_a_share_of_nobody_and_of_all_still_has_an_interval():
    nobody = compute(record("ess10no", {"idno": IDS}, "share", "polint", of=(0,), design=Sample()))
    everybody = compute(record("ess10no", {"idno": IDS}, "share", "polint", of=(1,), design=Sample()))
    assert (nobody.value, nobody.se, nobody.low, nobody.effective_n) == (0, 0, 0, 20)
    assert (nobody.high, 1.0) == (pytest.approx(1 - everybody.low), everybody.high)
    assert nobody.high == pytest.approx(proportion_confint(0, 20, method="wilson")[1])
    of_one_mind = record("ess10no", {"idno": IDS}, "share", "polint", of=(0,), design=NORWAY)
    refused(
        lambda: compute(of_one_mind),
        "the answers selected in the column polint of ess10no have no spread",
    )


# Twenty people who are all interested in politics.
IDS = tuple(int(one) for one in load("ess10no").query("polint == 1")["idno"][:20])


def test_a_share_under_a_design_has_the_interval_of_that_design():
    people = load("ess10no")
    expected = design_mean(people["polint"], people["anweight"], strata=people["stratum"], psus=people["psu"])
    found = compute(record("ess10no", {}, "share", "polint", of=(1,), design=NORWAY))
    assert (found.low, found.high) == share_interval(expected)
    assert found.effective_n == expected.effective_n


@pytest.mark.parametrize("design", [Sample(strata="stratum"), Sample(psus="psu")])
def test_strata_or_units_alone_keep_everybody_in_the_design(design: Sample):
    people = load("ess10no")
    women = people["imwbcnt"].where(people["female"] == 1)
    strata = people["stratum"] if design.strata else None
    psus = people["psu"] if design.psus else None
    found = compute(record("ess10no", {"female": 1}, "mean", "imwbcnt", design=design))
    assert found.se == pytest.approx(design_mean(women, strata=strata, psus=psus).se)
    assert found.se != pytest.approx(design_mean(women.dropna()).se, rel=1e-6)


def test_the_share_of_a_yes_or_no_item_is_its_mean():
    yes = compute(record("ess10no", {}, "share", "polint", of=(1,), design=NORWAY))
    mean = compute(record("ess10no", {}, "mean", "polint", design=NORWAY))
    assert (yes.value, yes.se) == (pytest.approx(mean.value), pytest.approx(mean.se))


def test_counts_and_sums_of_all_there_are_have_no_error():
    governance = load("governance")
    count = record("governance", {"year": 2023, "indicator": "cc"}, "count", design=Census())
    assert compute(count).value == ((governance["year"] == 2023) & (governance["indicator"] == "cc")).sum()
    assert (count.unit, len(count.geography or ())) == ("rows", compute(count).value)
    total = compute(record("trust", {"country": ("LT", "LV")}, "sum", "n", design=Census()))
    assert total.value == load("trust").query("country in ['LT', 'LV']")["n"].sum()
    assert (total.se, total.low) == (None, None)


def test_the_mean_of_a_census_is_plain():
    found = compute(
        record("governance", {"year": 2023, "indicator": "cc"}, "mean", "estimate", design=Census())
    )
    assert found.value == load("governance").query("year == 2023 and indicator == 'cc'")["estimate"].mean()
    assert found.se is None


def test_a_range_holds_both_its_ends():
    years = record("governance", {"year": Range(min=2010, max=2012)}, "count", design=Census())
    assert years.year == Range(min=2010, max=2012)
    assert record("governance", {"year": Range(max=1998)}, "count", design=Census()).year == Range(
        min=1996, max=1998
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dataset": "happiness"}, "there is no table 'happiness': the tables are countries, trust, "),
        ({"sha256": "0" * 64}, "cites trust with SHA-256 000000000000…, the installed table has "),
        ({"filters": {"land": "LT"}}, "the table trust has no column 'land': its columns are country, "),
        ({"column": "joy"}, "the table trust has no column 'joy'"),
        ({"column": "survey"}, "the column survey of trust does not hold numbers"),
        (
            {"filters": {"country": 7}},
            "7 is compared with the column country of trust, of texts: put it in quotes",
        ),
        (
            {"filters": {"wave": "5"}},
            "'5' is compared with the column wave of trust, of numbers: leave out quotes",
        ),
        ({"filters": {"country": Range(min=1)}}, "the column country of trust does not hold numbers"),
        ({"filters": {"country": "XX"}}, "the column country of trust nowhere holds 'XX': correct it"),
        ({"filters": {"country": "__import__('os').getcwd()"}}, "the column country of trust nowhere holds"),
        (
            {"filters": {"country": "LT"}, "year": Range(min=1990, max=2020)},
            "rows of trust pass the filters: a value",
        ),
        ({"unit": "percent"}, "states the unit percent, but the rows it selects have share"),
        ({"geography": ("LV",)}, "states the geography ('LV',), but the rows it selects have ('LT',)"),
        ({"geography": None}, "states the geography None"),
        ({"year": 2017}, "states the year 2017, but the rows it selects have 2017 to 2020"),
        ({"design": Published(se="error")}, "the table trust has no column 'error'"),
        ({"design": Published(se="survey")}, "the column survey of trust does not hold numbers"),
    ],
)
def test_what_cannot_be_computed_again_is_named(change: dict, message: str):
    evidence = trust().model_copy(update=change)
    refused(lambda: compute(evidence), re.escape(message))


def test_an_empty_cell_is_no_number(monkeypatch: pytest.MonkeyPatch):
    empty = load("trust").assign(se_srs=np.nan)
    monkeypatch.setattr("klasteryste.evidence.selection.rows_of", lambda table: empty)
    refused(lambda: compute(trust()), "the cell selected in the column se_srs of trust is empty")
    refused(
        lambda: record("trust", {"country": "LT"}, "mean", "se_srs", design=Census()),
        "the cells selected in se_srs of trust are all empty",
    )
    refused(
        lambda: record("trust", {"country": "LT"}, "ratio", "se_srs", per="n", design=Census()),
        "the cells selected in se_srs and n of trust are all empty",
    )


def test_a_ratio_of_counts_has_wilsons_interval():
    wallets = load("civic_honesty").query("country == 'NO'")
    reported, handed_in = int(wallets["n_reported"].sum()), int(wallets["n_wallets"].sum())
    evidence = record(
        "civic_honesty", {"country": "NO"}, "ratio", "n_reported", per="n_wallets", design=Sample()
    )
    found = compute(evidence)
    assert (found.value, found.n, evidence.unit) == (reported / handed_in, handed_in, "share")
    assert (found.low, found.high) == pytest.approx(proportion_confint(reported, handed_in, method="wilson"))
    assert found.se == pytest.approx(math.sqrt(found.value * (1 - found.value) / handed_in))


def test_a_ratio_of_a_census_has_no_error_and_a_unit_of_two():
    filters = {"municipality": "12", "year": 2017}
    evidence = record("municipality_years", filters, "ratio", "births", per="population", design=Census())
    row = load("municipality_years").query("municipality == '12' and year == 2017").squeeze()
    found = compute(evidence)
    assert (found.value, found.se) == (row["births"] / row["population"], None)
    assert (evidence.unit, evidence.geography, evidence.year) == ("births / people", ("12",), 2017)


def test_nothing_is_divided_by_nought():
    filters = {"municipality": "12", "year": 2017}
    evidence = record("municipality_years", filters, "ratio", "births", per="population", design=Census())
    nothing = load("municipality_years").assign(population=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("klasteryste.evidence.selection.rows_of", lambda table: nothing)
        refused(
            lambda: compute(evidence),
            "the cells selected in the column population of municipality_years sum to nought",
        )


AUSTRIA = {"country": "AT", "year": Range(min=2016, max=2022)}


@pytest.mark.parametrize(
    ("statistic", "rest"), [("mean", {}), ("ratio", {"per": "confidence_in_government"})]
)
def test_only_rows_with_a_number_say_which_years_it_is_about(statistic: str, rest: dict):
    evidence = record("wellbeing", AUSTRIA, statistic, "confidence_in_government", design=Census(), **rest)
    years = (
        load("wellbeing").query("country == 'AT' and year >= 2016").dropna(subset="confidence_in_government")
    )
    assert years["year"].max() == 2018
    assert evidence.year == Range(min=2016, max=2018)
    assert compute(evidence).n == len(years)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: record("governance", CORRUPTION, "value", "percentile_rank", design=Published(se="se")),
            "the column se of governance is in standard deviations: name one in percentile",
        ),
        (
            lambda: record("trust", LITHUANIA, "value", "trust", design=Published(n="response_share")),
            "the column response_share of trust does not hold whole numbers",
        ),
        (
            lambda: record("municipalities", {}, "mean", "area", design=Sample()),
            "the rows of municipalities are no sample: cite it under a census",
        ),
        (
            lambda: record("trust", {}, "ratio", "n", per="n", design=Sample()),
            "the rows of trust are no sample",
        ),
        (
            lambda: record("civic_honesty", {}, "ratio", "n_wallets", per="n_reported", design=Sample()),
            "n_wallets of civic_honesty does not count some of n_reported",
        ),
        (
            lambda: record("ess10no", {}, "ratio", "imwbcnt", per="imueclt", design=Sample()),
            "the column imwbcnt of ess10no does not hold whole numbers",
        ),
        (
            lambda: record("ess10no", {}, "mean", "imwbcnt", design=Sample(weights="prob")),
            "the column prob of ess10no is in probability: name one in weight",
        ),
        (
            lambda: record("ess10no", {}, "mean", "imwbcnt", design=Sample(strata="region_code")),
            "the table ess10no has no column 'region_code'",
        ),
        (
            lambda: record("ess10no", {}, "share", "eu_vote", of=("blank ballot",), design=Sample()),
            "the column eu_vote of ess10no nowhere holds 'blank ballot'",
        ),
        (
            lambda: record("ess10no", {}, "share", "polint", of=("1",), design=Sample()),
            "'1' is compared with the column polint of ess10no, of numbers",
        ),
        (
            lambda: record("trust", {"country": ("LT", "LTV")}, "count", design=Census()),
            "the column country of trust nowhere holds 'LTV'",
        ),
        (
            lambda: record("trust", {"country": "NO", "survey": "EVS", "wave": 3}, "count", design=Census()),
            "no row of trust passes the filters",
        ),
        (
            lambda: record("trust", {}, "sum", "trust", design=Census()),
            "the column trust of trust does not hold whole numbers",
        ),
    ],
)
def test_what_would_be_a_wrong_number_is_refused(make: Callable[[], Evidence], message: str):
    refused(lambda: compute(make()), re.escape(message))


CORRUPTION = {"country": "LT", "year": 2023, "indicator": "cc"}


def test_what_makes_no_record_is_said():
    refused(
        lambda: record("trust", {}, "mean", design=Census()),
        "the evidence is no record: the record: the statistic mean needs column",
    )
