"""What holds for every page of the book in every language: barriers, widths, words, requests.

Each page is opened once, in one tab for each language, both at the same time; the tests read what was found.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from tests.conftest import started
from tests.e2e.conftest import ROOT, Watch, keep

pytestmark = pytest.mark.browser

OTHER = {"en": "Lietuvių", "lt": "English"}
_CONTENTS = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [
    _CONTENTS["root"],
    *(chapter["file"] for part in _CONTENTS["parts"] for chapter in part["chapters"]),
    "search",
]
# People look at these.
KEPT = {"index", "notebooks/m2", "data", "plan", "search"}
# The colours of code are the same on all pages: looking at every word of it takes most of the time.
ALL_CODE = "notebooks/m2"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_WORDS = """() => {
    const attributes = [...document.querySelectorAll("[title], [aria-label], [placeholder], [alt]")]
        .filter((element) => element.lang !== "en")
        .filter((element) => !element.closest("article a.reference, figure.klasteryste-figure, [lang=en]"))
        .flatMap((element) =>
            ["title", "aria-label", "placeholder", "alt"].map((name) => element.getAttribute(name)));
    const around = [...document.querySelectorAll("body *:not(script):not(style)")]
        .filter((element) => !element.closest("article, [lang=en], script, style, noscript"))
        .flatMap((element) => [...element.childNodes].filter((node) => node.nodeType === 3))
        .map((node) => node.textContent);
    return [...attributes, ...around].filter((text) => text && text.trim());
}"""
# Without “to”, which is a word of Lithuanian too.
_ENGLISH = re.compile(
    r"\b(the|and|of|this|page|contents|search|by|next|previous|link|show|hide|toggle|exercise|solution|"
    r"copy|back|skip|note|warning|figure|home|version|main|text|code)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """What a browser found on one page."""

    too_wide: int
    switch_shows: bool
    cut_off: list[str]
    words: list[str]
    passed: int
    barriers: list[str]
    faults: list[str]


def visit(browser: Browser, address: str, language: str, name: str) -> Found:
    """Open a page on a telephone, then on a desk, and look."""
    tab = browser.new_page(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    watch = Watch(tab)
    tab.goto(f"{address}{language}/{name}.html")
    if name in KEPT:
        keep(tab, f"{Path(name).name}-{language}-narrow")
    too_wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    switch = tab.get_by_role("link", name=OTHER[language], exact=True).is_visible()
    # A figure has at least the width at which its letters can be read, and its box scrolls where it is wider.
    cut_off = tab.evaluate(
        """() => [...document.querySelectorAll("figure.klasteryste-figure")]
            .filter((figure) => {
                const box = figure.querySelector("[tabindex]"), image = figure.querySelector("img");
                const least = parseFloat(getComputedStyle(image).minWidth);
                const fits = image.width <= box.clientWidth || getComputedStyle(box).overflowX === "auto";
                return !(image.width >= least && fits);
            })
            .map((figure) => figure.querySelector("img").alt)"""
    )
    tab.set_viewport_size({"width": 1300, "height": 900})
    words = tab.evaluate(_WORDS)
    # What opens would fade in, and has its colours only then.
    tab.add_style_tag(content="* { transition: none !important; animation: none !important; }")
    tab.evaluate("document.querySelectorAll('details').forEach((element) => (element.open = true))")
    results = Axe().run(
        tab,
        context=None if name == ALL_CODE else {"include": [["html"]], "exclude": [[".highlight pre"]]},
        options={
            "runOnly": {"type": "tag", "values": RULES},
            "preload": False,
            "resultTypes": ["violations"],
        },
    )
    tab.close()
    barriers = [
        f"{fault['id']} ({fault['impact']}): {node['html'][:200]}"
        for fault in results.response["violations"]
        for node in fault["nodes"]
    ]
    passed = len(results.response["passes"])
    return Found(too_wide, switch, cut_off, words, passed, barriers, watch.faults(address))


@pytest.fixture(scope="session")
def found(chromium: str, address: str) -> dict[tuple[str, str], Found]:
    """Visit every page, both languages at the same time."""

    def tour(language: str) -> dict[tuple[str, str], Found]:
        with sync_playwright() as playwright:
            browser = started(playwright, chromium)
            seen = {(language, name): visit(browser, address, language, name) for name in PAGES}
            browser.close()
        return seen

    with ThreadPoolExecutor(len(OTHER)) as pool:
        english, lithuanian = pool.map(tour, OTHER)
    return english | lithuanian


every_page = pytest.mark.parametrize("name", PAGES)
both = pytest.mark.parametrize("language", OTHER)


@every_page
@both
def test_a_page_is_usable_on_a_telephone(found, language, name):
    own = found[language, name]
    assert own.too_wide <= 0, "the page scrolls sideways"
    assert own.switch_shows
    assert own.cut_off == []


@every_page
@both
def test_a_page_has_no_barrier_that_axe_can_find(found, language, name):
    own = found[language, name]
    assert own.passed, "axe checked nothing"
    assert own.barriers == []


@every_page
@both
def test_a_page_asks_no_other_host_and_raises_no_error(found, language, name):
    assert found[language, name].faults == []


@every_page
def test_a_lithuanian_page_has_no_english_words_of_the_theme(found, name):
    words = found["lt", name].words
    assert words
    assert [text for text in words if _ENGLISH.search(text.replace("CC BY", ""))] == []
