"""What a translation may not change, and how it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.translate.support import cell, notebook, write_catalogue

from klasteryste.errors import CourseError
from klasteryste.translate import localise_file

BROKEN = {
    "maths": ("One $p$", "Vienas $q$", "lacks maths 'p'"),
    "maths lost": ("One $p$", "Vienas", "lacks maths 'p'"),
    "maths added": ("One", "Vienas $p$", "has maths 'p' that the source has not"),
    "code": ("One `x`", "Vienas `ix`", "lacks code 'x'"),
    "link": ("[One](a.md)", "[Vienas](b.md)", "lacks link 'a.md'"),
    "link by name": ("[One][a]", "[Vienas]", "lacks link 'https://example.org'"),
    "image": ("![One](a.png)", "![Vienas](b.png)", "lacks image 'a.png'"),
    "role": ("One {cite:t}`kish1965`", "Vienas {cite:p}`kish1965`", "lacks role '{cite:t}`kish1965`'"),
    "role's key": ("One {cite:p}`kish1965`", "Vienas {cite:p}`kish1966`", "lacks role '{cite:p}`kish1965`'"),
    "role's target": ("See {ref}`one <m2>`", "Žr. {ref}`vieną <m3>`", "lacks role '{ref}`m2`'"),
    "another term": ("Of {term}`trust`", "Apie {term}`imtį <sample>`", "lacks role '{term}`trust`'"),
    "a term's English": ("Of {term}`trust`", "Apie {term}`trust`", "without words of its language"),
    "role's marks": ("One {term}`trust`", "Vienas {term} trust", "lacks role '{term}`trust`'"),
    "footnote": ("One[^n]", "Vienas[^m]", "lacks footnote '[^n]'"),
    "tag": ("One <b>two</b>", "Vienas <i>du</i>", "lacks tag '<b>'"),
    "attributes": ("[One]{lang=en}", "[Vienas]{lang=lt}", "lacks attributes"),
    "substitution": ("One {{ x }}", "Vienas {{ y }}", "lacks substitution 'x'"),
    "line break": ("One", "Vienas\ndu", "other line breaks"),
    "white space": ("One", "Vienas ", "other white space"),
    "list": ("One", "- Vienas", "would not be read as a paragraph"),
    "heading": ("One", "# Vienas", "would not be read as a paragraph"),
    "definition": ("One", ": Vienas", "would not be read as a paragraph"),
    "number brought in": (
        "Trust rose in Lithuania.",
        "Pasitikėjimas Lietuvoje išaugo 12 %.",
        "has number '12' that the source has not",
    ),
    "number lost": ("In wave 5, trust rose.", "Pasitikėjimas išaugo.", "lacks number '5'"),
    "number changed": ("In 1990.", "1991 m.", "lacks number '1990', has number '1991'"),
    "number twice": ("In 1990.", "1990 m. (1990).", "has number '1990'"),
    "decimal mark moved": ("Of 3.26, **a**", "Iš 32,6, **a**", "lacks number '3'"),
    "thousands that became decimals": ("Of 1,000 people", "Iš 1,000 žmonių", "lacks number '1000'"),
    "number in a role": ("See {ref}`wave 5 <m2>`", "Žr. {ref}`6 bangą <m2>`", "lacks number '5'"),
    "comment": ("One", "% Vienas", "would not be read as a paragraph"),
}


@pytest.mark.parametrize(("text", "translation", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_message_is_refused_with_place_and_both_texts(
    tmp_path: Path, text: str, translation: str, told: str
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{text}\n\n[^n]: Note\n\n[a]: https://example.org\n", encoding="utf-8")
    catalogue = write_catalogue(tmp_path / "page.po", {text: translation})
    with pytest.raises(CourseError) as caught:
        localise_file(page, catalogue, "lt")
    message = str(caught.value)
    assert told in message
    assert f"{page.as_posix()}:3" in message
    assert f"{catalogue.as_posix()}:" in message
    assert f"source {text!r}; translation {translation!r}" in message
    assert "\n" not in message


ALLOWED = {
    "order": ("{ref}`one <m2>` and $p$", "$p$ ir {ref}`vienas <m2>`"),
    "a term in another case": ("Of {term}`trust`", "Apie {term}`pasitikėjimą <Trust>`"),
    "an abbreviation": ("The {abbr}`EVS (European Values Study)`", "{abbr}`EVS (Europos vertybių tyrimas)`"),
    "a reference with words": ("See {ref}`m2`", "Žr. {ref}`antrą <m2>`"),
    "the title of a tag": ('<abbr title="One">o</abbr>', '<abbr title="Vienas">v</abbr>'),
    "the title of a link": ('[One](a.md "Two")', '[Vienas](a.md "Du")'),
    "emphasis": ("*One* two", "**Vienas** du"),
    "a numeral with a point that is no list": ("In 1990.", "1990 m."),
    "numbers in their own way": (
        "In 1990-1993, the 5th wave: 32.6% of 12,345,678 and 1,000 people, 0.125 each",
        "5-oji banga (1990–1993 m.): 32,6 % iš 12\u00a0345\u202f678 ir 1 000 žmonių, po 0,125",
    ),
    "years side by side": ("The years 1990, 1999, 2008", "Metai: 2008 1999 1990"),
    "a number said once, and once in words": (
        "In round 10, a better (10) place",
        "Dešimtojoje bangoje – geresnė (10) vieta",
    ),
}


@pytest.mark.parametrize(("text", "translation"), ALLOWED.values(), ids=ALLOWED)
def test_a_translation_may_move_and_inflect(tmp_path: Path, text: str, translation: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{text}\n", encoding="utf-8")
    catalogue = write_catalogue(tmp_path / "page.po", {text: translation})
    assert localise_file(page, catalogue, "lt") == f"{translation}\n"


def test_a_bar_cannot_split_a_table_cell(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("| One |\n|---|\n", encoding="utf-8")
    catalogue = write_catalogue(tmp_path / "page.po", {"One": "Vienas | du"})
    with pytest.raises(CourseError, match="split the table cell"):
        localise_file(page, catalogue, "lt")


def test_a_backtick_cannot_break_the_fence_of_a_directive(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    catalogue = write_catalogue(tmp_path / "page.po", {"One": "Vienas`"})
    page.write_text("```{note} One\n```\n", encoding="utf-8")
    with pytest.raises(CourseError, match="has a backtick"):
        localise_file(page, catalogue, "lt")
    page.write_text(":::{note} One `x`\n:::\n", encoding="utf-8")
    write_catalogue(catalogue, {"One `x`": "Vienas `x`"})
    assert localise_file(page, catalogue, "lt") == ":::{note} Vienas `x`\n:::\n"


@pytest.mark.parametrize(
    "translation", ["{share} žmonių", "{dalis:.0%} žmonių", "žmonių", "{share:.0%} {share:.0%}"]
)
def test_placeholders_stay(tmp_path: Path, translation: str) -> None:
    source = tmp_path / "m2.ipynb"
    source.write_text(
        notebook(cell("code", "m2-x", 'x = 1\nsay(tr("{share:.0%} of people"))')), encoding="utf-8"
    )
    catalogue = write_catalogue(tmp_path / "m2.po", {"{share:.0%} of people": translation})
    with pytest.raises(CourseError, match=r"m2\.ipynb#m2-x:2 .*placeholder '\{share:\.0%\}'"):
        localise_file(source, catalogue, "lt")
    write_catalogue(catalogue, {"{share:.0%} of people": "Žmonių dalis – {share:.0%}"})
    assert "Žmonių dalis – {share:.0%}" in localise_file(source, catalogue, "lt")


def test_a_digit_in_a_placeholder_is_no_number_of_the_sentence(tmp_path: Path) -> None:
    source = tmp_path / "m2.ipynb"
    source.write_text(notebook(cell("code", "m2-x", 'say(tr("{share:.1f} in wave 1"))')), encoding="utf-8")
    catalogue = write_catalogue(tmp_path / "m2.po", {"{share:.1f} in wave 1": "{share:.1f} bangoje"})
    with pytest.raises(CourseError, match="lacks number '1'"):
        localise_file(source, catalogue, "lt")
