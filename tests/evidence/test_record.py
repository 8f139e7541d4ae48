"""The record of a piece of evidence: what it refuses, and its form in YAML."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lithuanian import left_in_english, refused

from klasteryste.errors import CourseError
from klasteryste.evidence import Evidence, Published, Range, Sample, from_yaml, to_yaml
from klasteryste.language import speaking

SHA256 = "0" * 63 + "a"
VALUE = {
    "dataset": "trust",
    "sha256": SHA256,
    "filters": {"country": "NO", "year_start": {"min": 2017}},
    "statistic": "value",
    "column": "trust",
    "unit": "share",
    "geography": ["NO"],
    "year": {"min": 2017, "max": 2021},
    "design": {"kind": "published", "se": "se_srs", "n": "n", "deff": 1.5},
}


def test_a_record_says_the_same_in_yaml_and_back():
    evidence = Evidence.model_validate(VALUE)
    assert evidence.design == Published(se="se_srs", n="n", deff=1.5)
    assert evidence.filters["year_start"] == Range(min=2017)
    assert from_yaml(to_yaml(evidence)) == evidence
    # What was left out stays out, and the order is that of the record.
    assert yaml.safe_load(to_yaml(evidence)) == VALUE
    assert to_yaml(evidence).startswith("dataset: trust\nsha256: ")


# What YAML can mistake for something else: truth values, nothing, numbers, dates, code.
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
TEXTS = st.sampled_from(["NO", "yes", "null", "~", "1e3", "2017-01-01", "1_000", "=x", "!!python/name:os"])
CELLS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS | WORDS
RANGES = st.tuples(st.integers(-99, 99), st.integers(0, 99)).map(
    lambda t: Range(min=t[0], max=sum(map(abs, t)))
)
FILTERS = st.dictionaries(WORDS, CELLS | RANGES | st.lists(CELLS, min_size=1).map(tuple), max_size=3)


@settings(max_examples=50)
@given(FILTERS, WORDS, st.none() | st.lists(WORDS, min_size=1), st.none() | st.integers())
def test_any_record_comes_back_from_yaml(filters: dict, text: str, geography: list | None, year: int | None):
    evidence = Evidence(
        **{"dataset": text, "sha256": SHA256, "filters": filters, "statistic": "mean", "column": text},
        **{"unit": text, "geography": geography, "year": year, "design": Sample(weights=text)},
    )
    back = from_yaml(to_yaml(evidence))
    assert back == evidence
    # Pydantic holds 1 and 1.0 for equal, and they are not the same cell.
    assert repr(back) == repr(evidence)


def test_norway_is_no_truth_value():
    text = f"dataset: trust\nsha256: {SHA256}\nfilters: {{country: NO}}\nstatistic: count\nunit: rows\n"
    assert from_yaml(text + "design: {kind: census}\n").filters == {"country": "NO"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "abc"}, "sha256: String should match pattern"),
        ({"dataset": None}, "dataset: Input should be a valid string"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"statistic": "median"}, "statistic: Input should be 'value', 'mean'"),
        ({"filters": {"year": {"min": 2}, "x": {"from": 1}}}, "filters.x"),
        (
            {"filters": {"year": {"min": 3, "max": 2}}},
            "filters.year: give a text, a finite number, a list of",
        ),
        ({"filters": {"year": {}}}, "filters.year: give a text"),
        ({"filters": {"country": True}}, "filters.country: give a text"),
        ({"filters": {"year": float("nan")}}, "filters.year: give a text"),
        ({"filters": {"country": []}}, "filters.country: give a text"),
        ({"year": {"min": 3, "max": 2}}, "min is above max"),
        ({"year": {}}, "give min, max or both"),
        ({"column": None}, "the statistic value needs column"),
        ({"of": [1]}, "the statistic value has no of: leave it out"),
        ({"statistic": "share", "design": {"kind": "sample"}}, "the statistic share needs of"),
        ({"statistic": "ratio", "design": {"kind": "sample"}}, "the statistic ratio needs per"),
        ({"statistic": "count", "design": {"kind": "census"}}, "the statistic count has no column"),
        ({"design": {"kind": "sample"}}, "the statistic value needs a design of kind published or census"),
        ({"statistic": "sum"}, "the statistic sum needs a design of kind census"),
        ({"statistic": "mean"}, "the statistic mean needs a design of kind sample or census"),
        ({"design": {"kind": "guess"}}, "design"),
        ({"design": {"kind": "published", "deff": 0}}, "design.published.deff"),
        (
            {"statistic": "ratio", "per": "n", "design": {"kind": "sample", "weights": "w"}},
            "a ratio of counts knows no weights, strata or psus",
        ),
    ],
)
def test_what_is_no_record_is_named(change: dict, message: str):
    text = yaml.safe_dump({**VALUE, **change})
    with pytest.raises(CourseError, match="the evidence is no record: ") as error:
        from_yaml(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    with speaking("lt"), pytest.raises(CourseError, match="tai ne įrodymo įrašas: ") as error:
        from_yaml(text)
    # What pydantic says of a value's type, it says in English.
    if not re.search(
        "Input should|inputs are not permitted|should match pattern|Input tag", str(error.value)
    ):
        assert not left_in_english(str(error.value)), str(error.value)


def test_a_range_is_said_in_the_language_in_use():
    ranges = [Range(min=1996), Range(max=2020), Range(min=1996, max=2020)]
    assert [str(years) for years in ranges] == ["from 1996", "up to 2020", "1996 to 2020"]
    with speaking("lt"):
        assert [str(years) for years in ranges] == ["nuo 1996", "iki 2020", "nuo 1996 iki 2020"]


@pytest.mark.parametrize("text", ["- a\n- b", "just words", "", "42"])
def test_yaml_that_is_no_mapping_is_no_record(text: str):
    with pytest.raises(
        CourseError, match="the evidence is no record: the record: Input should be a valid dict"
    ):
        from_yaml(text)


@pytest.mark.parametrize("text", ["a: [", "a: !!python/object/apply:os.getcwd []", "a: b: c"])
def test_what_is_no_yaml_is_refused_and_never_run(text: str):
    with pytest.raises(CourseError, match="the evidence is no YAML: ") as error:
        from_yaml(text)
    assert "\n" not in str(error.value)


def test_places_are_in_order_and_each_once():
    evidence = Evidence.model_validate({**VALUE, "geography": ["NO", "EE", "NO"]})
    assert evidence.geography == ("EE", "NO")


def test_numbers_are_decimal_and_codes_stay_codes():
    text = f"dataset: x\nsha256: {SHA256}\nfilters: {{a: 012, b: 1:30, c: 12, d: -3, e: 0, f: 1_000}}\n"
    evidence = from_yaml(text + "statistic: count\nunit: rows\ndesign: {kind: census}\n")
    assert evidence.filters == {"a": "012", "b": "1:30", "c": 12, "d": -3, "e": 0, "f": "1_000"}


@pytest.mark.parametrize("again", ["unit: rows", "filters: {country: LT, country: LV}"])
def test_a_key_that_is_there_twice_is_refused(again: str):
    text = f"dataset: trust\nsha256: {SHA256}\nstatistic: count\nunit: share\ndesign: {{kind: census}}\n"
    refused(lambda: from_yaml(text + again), r"no YAML: the key '(unit|country)' is there twice")


def test_lithuanian_stays_legible():
    assert "savivaldybė" in to_yaml(Evidence.model_validate({**VALUE, "filters": {"kind": "savivaldybė"}}))


def test_ranges_read_well():
    assert [str(Range(min=1, max=2)), str(Range(min=1)), str(Range(max=2))] == ["1 to 2", "from 1", "up to 2"]
