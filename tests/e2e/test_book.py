"""A reader's steps in a real browser, in both languages."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import keep

from klasteryste.data import describe, names
from klasteryste.language import use_language

pytestmark = pytest.mark.browser

LANGUAGES = ["en", "lt"]
PAGES = ["index", "notebooks/m2", "data", "plan", "student", "lecturer", "contribute", "search"]
OTHER = {"en": ("lt", "Lietuvių"), "lt": ("en", "English")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_door_leads_to_each_language(page: Page, address, language):
    page.goto(address)
    page.locator(f"a[href^='{language}/']").click()
    expect(page).to_have_url(f"{address}{language}/index.html")
    expect(page.locator("html")).to_have_attribute("lang", language)
    keep(page, f"start-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_tells_each_visitor_where_to_go(page: Page, address, language):
    page.goto(f"{address}{language}/index.html")
    cards = page.locator(".sd-card a.sd-stretched-link")
    targets = [cards.nth(index).get_attribute("href") for index in range(cards.count())]
    own = ("notebooks/m0", "student", "plan", "lecturer", "using", "contribute")
    assert targets == [f"{name}.html" for name in own]
    for target in targets:
        assert page.goto(f"{address}{language}/{target}").ok


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_switch_stays_on_the_same_page(page: Page, address, language, name):
    page.goto(f"{address}{language}/{name}.html")
    code, words = OTHER[language]
    title = page.title()
    page.get_by_role("link", name=words, exact=True).click()
    expect(page).to_have_url(f"{address}{code}/{name}.html")
    expect(page.locator("html")).to_have_attribute("lang", code)
    assert page.title() != title or name == "index"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_module_shows_its_figures_and_formulas(page: Page, address, language):
    page.goto(f"{address}{language}/notebooks/m2.html")
    keep(page, f"m2-{language}")
    figures = page.locator("figure.klasteryste-figure img")
    assert figures.count() >= 4
    for index in range(figures.count()):
        figure = figures.nth(index)
        figure.scroll_into_view_if_needed()
        assert figure.evaluate("image => image.complete && image.naturalWidth > 200")
        assert len(figure.get_attribute("alt") or "") > 60, "the text alternative says too little"
    formulas = page.locator("math")
    assert formulas.count() >= 5
    for index in range(formulas.count()):
        box = formulas.nth(index).bounding_box()
        # A formula in a closed solution has no box; one that shows has a height.
        assert box is None or box["height"] > 5
    assert "\\" not in page.locator("article").inner_text(), "a command of LaTeX shows as text"
    assert page.locator("article .output.stderr, article .traceback").count() == 0


def plain(words: str) -> str:
    """Undo what typesetting does to apostrophes, dashes and spaces."""
    return " ".join(words.replace("’", "'").replace("–", "-").split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_page_tells_all_that_the_package_says(page: Page, address, language):
    page.goto(f"{address}{language}/data.html")
    keep(page, f"data-{language}")
    use_language(language)
    try:
        for table in map(describe, names()):
            told = page.locator(f"#table-{table.name.replace('_', '-')}").inner_text()
            told = plain(told)
            labels = [field.unit_label for field in table.fields if field.unit_label]
            columns = [words for field in table.fields for words in (field.name, field.description)]
            for words in (
                *(table.title, table.description, table.sha256, f'load("{table.name}")'),
                *(*table.limitations, *table.transformations, *columns, *labels),
                *(one.title for one in (*table.licences, *table.sources)),
            ):
                assert plain(words) in told, f"{table.name}: {words}"
    finally:
        use_language("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_solutions_open_by_keyboard(page: Page, address, language):
    page.goto(f"{address}{language}/notebooks/m2.html")
    solutions = page.locator("details.solution")
    assert solutions.count() >= 2
    first = solutions.first
    assert first.get_attribute("open") is None
    first.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert first.get_attribute("open") is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_column_of_a_table_is_cut_off(page: Page, address, language):
    page.goto(f"{address}{language}/notebooks/m2.html")
    tables = page.locator(".klasteryste-table")
    assert tables.count() >= 3
    for table in tables.all():
        right = table.evaluate("element => element.getBoundingClientRect().right")
        assert right <= table.evaluate("element => element.closest('article').getBoundingClientRect().right")


def test_labels_and_captions_are_in_lithuanian(page: Page, address):
    page.goto(f"{address}lt/notebooks/m2.html")
    exercises = page.locator(".exercise .admonition-title").all_inner_texts()
    # Exercises are numbered through the book.
    numbers = [int(text.split("(")[0].strip().removesuffix(" užduotis")) for text in exercises]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert set(page.locator("details.solution > summary").all_inner_texts()) == {"Sprendimas"}
    folded = page.locator("details.hide > summary").all_text_contents()
    assert {text.split("Slėpti")[0].strip() for text in folded} == {"Rodyti kodą"}
    letters = re.compile("[ąčęėįšųūž]")
    for words in page.locator("figcaption, table caption").all_inner_texts():
        assert letters.search(words), f"no Lithuanian letter in the caption {words!r}"
    for image in page.locator("figure.klasteryste-figure img").all():
        assert letters.search(image.get_attribute("alt") or "")


def found(page: Page, address: str, language: str, query: str) -> list[str]:
    page.goto(f"{address}{language}/index.html")
    page.get_by_role("search").get_by_role("searchbox").fill(query)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\.html\?q="))
    expect(page.locator("#search-status")).not_to_be_empty()
    links = page.locator("#search-results a")
    return [urlsplit(links.nth(index).get_attribute("href") or "").path for index in range(links.count())]


@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("en", "municipality"),
        ("en", "municipalities"),
        ("en", "weights"),
        ("lt", "savivaldybė"),
        ("lt", "savivaldybėse"),
        ("lt", "savivaldybes"),
        ("lt", "pasitikejimas"),
    ],
)
def test_search_finds_a_word_in_any_form(page: Page, address, language, query):
    paths = found(page, address, language, query)
    assert f"/{language}/notebooks/m2.html" in paths
    assert all(path.startswith(f"/{language}/") for path in paths), "a page in the other language was found"
    keep(page, f"search-{language}")


def test_a_search_finds_the_forms_of_a_lithuanian_word_alike(page: Page, address):
    forms = ["savivaldybė", "savivaldybėse", "savivaldybes", "Savivaldybių"]
    results = [sorted(found(page, address, "lt", form)) for form in forms]
    assert results[0] and all(result == results[0] for result in results)


@pytest.mark.parametrize(("language", "query"), [("en", "zebra"), ("lt", "zuikis"), ("lt", "savivarčiai")])
def test_a_search_for_nothing_that_is_there_says_so(page: Page, address, language, query):
    assert found(page, address, language, query) == []
    assert query in page.locator("#search-status").inner_text()
