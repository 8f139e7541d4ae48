"""Numbers in prose, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klasteryste import use_language
from klasteryste.language import number
from klasteryste.plan.numerals import claimed, numerals, values


def amounts(text: str, language: str) -> set[float]:
    return {float(value) for value in values(numerals(text, language))}


@pytest.mark.parametrize(
    ("lt", "en", "same"),
    [
        ("32,6 %", "32.6%", True),
        ("32,6 proc.", "32.6 per cent", True),
        ("15 000", "15,000", True),
        ("15\u00a0000", "15\u202f000", True),
        ("15\u2009000", "15000", True),
        ("1 234 567,8", "1,234,567.8", True),
        ("1,5 mln.", "1.5 million", True),
        ("1,5 mln.", "1,500,000", True),
        ("15 tūkst. žmonių", "15,000 people", True),
        ("2027–2030 m.", "2027–2030", True),
        ("2026-09-30", "2026-09-30", True),
        ("2026 m., 300 žmonių", "in 2026, 300 people", True),
        ("3, 4 ir 5 klasės", "classes 3, 4 and 5", True),
        ("1-ajame etape", "in the 1st stage", True),
        ("32,60", "32.6", True),
        ("7", "7 (seven) of 7", True),
        ("32,6 %", "32.5%", False),
        ("15 000", "1,500", False),
        ("32,6", "326", False),
        ("du", "2", False),
        ("1,5 mln.", "1.5 thousand", False),
    ],
)
def test_the_same_numbers_are_found_however_each_language_prints_them(lt: str, en: str, same: bool):
    assert (amounts(lt, "lt") == amounts(en, "en")) is same


@given(value=st.decimals("0", "99999999", places=2, allow_nan=False))
def test_what_the_course_itself_prints_is_read_alike_in_both_languages(value: Decimal):
    printed = {}
    try:
        for language in ("lt", "en"):
            use_language(language)
            printed[language] = amounts(f"x {number(float(value), ',.2f')}.", language)
    finally:
        use_language("en")
    assert printed["lt"] == printed["en"] == {float(value)}


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("In 2016, 14.1% of residents volunteered; in 2026, 16.0%.", "en", ["14.1%", "16.0%"]),
        ("2016 metais savanoriavo 14,1 % gyventojų, 2026 metais – 16,0 %.", "lt", ["14,1 %", "16,0 %"]),
        ("Since 30 September 2026, and since 2026-09-30.", "en", []),
        ("Nuo 2026 m. rugsėjo 30 d. iki 2027-01-02.", "lt", []),
        ("Residents aged 16 to 74 in the 1990s.", "en", []),
        ("18 metų ir vyresni gyventojai.", "lt", []),
        ("2000 people", "en", ["2000"]),
        ("2050 families and 2050 residents", "en", ["2050", "2050"]),
        ("2050 gyventojų, 1950\u00a0šeimų, 2000 žmonių", "lt", ["2050", "1950", "2000"]),
        ("In 2026 people volunteered", "en", []),
        ("2026 metais gyventojai savanoriavo", "lt", []),
        ("2,000 people", "en", ["2,000"]),
        ("2016%", "en", ["2016%"]),
        ("75 years", "en", ["75"]),
    ],
)
def test_years_days_and_ages_claim_nothing(text: str, language: str, found: list[str]):
    assert [numeral.text for numeral in claimed(text, language)] == found


@pytest.mark.parametrize(
    ("text", "value", "share", "fits"),
    [
        ("32.6%", 0.3256, True, True),
        ("33%", 0.3256, True, True),
        ("32.6%", 0.33, True, False),
        ("32.6", 0.326, True, True),
        ("32.6", 0.326, False, False),
        ("0.326", 0.326, True, True),
        ("15,000", 14900, False, True),
        ("15,000", 14800, False, False),
        ("3", -3.2, False, True),
        ("0", 0.16, True, False),
        ("1", 0.6, True, False),
        ("0.16", 0.163, True, True),
    ],
)
def test_a_number_is_backed_as_it_is_rounded(text: str, value: float, share: bool, fits: bool):
    (numeral,) = numerals(text, "en")
    assert numeral.rounds(value, 0.01, share=share) is fits
