"""A browser that opens the feedback of those who attack pages runs nothing and asks nobody."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from .conftest import Graded
from .corpus import pages
from .submission import Submission

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.parametrize("attack", pages.ATTACKS, ids=lambda attack: attack.name)
def test_feedback_does_nothing_in_a_browser(graded: Graded, browser: Browser, attack: Submission) -> None:
    (path,) = (graded.course / "feedback" / attack.name).rglob("*.html")
    tab = browser.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    for element in tab.query_selector_all("details, summary, b, a"):
        element.evaluate("element => { element.open = true; element.focus(); }")
    assert tab.evaluate("window.owned") is None
    assert {urlsplit(url).scheme for url in asked} == {"file"}
    assert tab.inner_text("body").strip()
    tab.close()
