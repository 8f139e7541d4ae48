"""The report in a browser and as a PDF: accessible, on any screen, tagged, marked on every sheet."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.conftest import klasteryste
from tests.plan.report.changes import breach, crowd, hostile, public, untouched
from tests.plan.report.pdf_reader import Pdf

from klasteryste.errors import CourseError
from klasteryste.language import use_language
from klasteryste.plan import check
from klasteryste.plan.report import pdf, write_report

LANGUAGES = ["en", "lt"]


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request: pytest.FixtureRequest, chromium: str, tell, tmp_path_factory) -> tuple[str, Pdf]:
    """Return the sample's report as a PDF, in each language."""
    assert chromium
    told = tell(language=request.param)
    use_language(request.param)
    written = write_report(told.report, tmp_path_factory.mktemp("report") / "made")
    assert written.page.name == f"plan.{request.param}.html"
    assert written.pdf is not None and written.missing is None
    return request.param, Pdf(written.pdf.read_bytes())


@pytest.mark.browser
@pytest.mark.parametrize("width", [1300, 390])
@pytest.mark.parametrize(
    ("change", "language"),
    [
        (untouched, "en"),
        (untouched, "lt"),
        (breach, "lt"),
        (public, "en"),
        (hostile, "en"),
        (crowd(12), "lt"),
    ],
)
def test_the_page_is_accessible_and_fits_any_screen(browser, tell, tmp_path, change, language, width):
    page = tmp_path / "report.html"
    page.write_text(tell(change, language).page.html, encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    tab.goto(page.as_uri())
    found = Axe().run(tab).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    broken = "[...document.images].filter(image => !image.complete || image.naturalWidth < 100).length"
    assert tab.evaluate(broken) == 0
    assert all(url.startswith("data:") for url in asked[1:])
    tab.close()


@pytest.mark.browser
def test_the_pdf_is_tagged_and_says_its_language_and_title(printed):
    language, pdf_ = printed
    (catalogue,) = [one for one in pdf_.objects.values() if b"/Type /Catalog" in one]
    assert re.search(rb"/MarkInfo <<[^>]*/Marked true", catalogue)
    assert b"/StructTreeRoot" in catalogue and b"/Outlines" in catalogue
    assert f"/Lang ({language})".encode() in catalogue
    assert b"/DisplayDocTitle true" in catalogue
    kinds = set(re.findall(rb"/S /(\w+)", pdf_.whole))
    assert {b"H1", b"H2", b"H3", b"Table", b"TH", b"TD", b"Figure", b"Link"} <= kinds
    figures = [one for one in pdf_.objects.values() if b"/S /Figure" in one and b"/Alt" in one]
    assert len(figures) >= 6


@pytest.mark.browser
def test_every_sheet_bears_the_mark_its_number_and_the_title(printed):
    language, pdf_ = printed
    mark = {"en": "FICTIONAL EXAMPLE", "lt": "IŠGALVOTAS PAVYZDYS"}[language]
    title = {"en": "Neighbourhood cluster: a plan", "lt": "Kaimynystės klasteris: Pramanių"}[language]
    sheets = [pdf_.text(page) for page in pdf_.pages]
    assert len(sheets) > 8
    for number, sheet in enumerate(sheets, 1):
        # Once in the margin and once across the sheet, where it may be broken into lines.
        assert mark in sheet
        assert sheet.count(mark.split()[0]) >= 2
        assert f"{number} / {len(sheets)}" in sheet
        assert title in sheet


@pytest.mark.browser
def test_the_summary_has_the_first_sheet_to_itself(printed):
    language, pdf_ = printed
    first, second = (pdf_.text(page) for page in pdf_.pages[:2])
    heading = {"en": "What will change", "lt": "Kas pasikeis"}[language]
    assert heading in first
    assert {"en": "Problem and claims", "lt": "Problema ir teiginiai"}[language] in second


@pytest.mark.browser
def test_the_same_page_is_printed_alike_and_dated_like_the_plan(chromium, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><html lang=en><title>T</title><h1>Words</h1>", encoding="utf-8")
    made = []
    for name in ("a.pdf", "b.pdf"):
        pdf.print_page(chromium, page, tmp_path / name, date(2026, 9, 30))
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert made[0].count(b"(D:20260930000000+00'00')") == 2


def test_a_browser_that_fails_is_one_clear_line(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>", encoding="utf-8")
    for command in ("false", "true", "no-such-browser"):
        with pytest.raises(CourseError, match="did not print"):
            pdf.print_page(command, page, tmp_path / "page.pdf", date(2026, 9, 30))
    assert not (tmp_path / "page.pdf").exists()


def test_without_chromium_the_page_is_written_and_one_line_says_how(tell, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    written = write_report(tell().report, tmp_path / "new" / "folder")
    assert written.page.read_text(encoding="utf-8") == tell().page.html
    assert written.pdf is None
    assert written.missing is not None and "apt-get install chromium" in written.missing
    assert "\n" not in written.missing
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["plan.en.html"]


def test_the_command_writes_the_report(plan_file, tmp_path):
    path = plan_file(untouched)
    run = klasteryste("plan", "report", str(path), "-o", str(tmp_path / "out"), "--lang", "lt")
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "out" / "plan.lt.html").is_file()
    assert "plan.lt.html" in run.stdout


def test_a_file_that_is_no_plan_writes_nothing(tmp_path):
    path = tmp_path / "plan.yml"
    path.write_text("meta: 1\n", encoding="utf-8")
    with pytest.raises(CourseError, match="no plan yet"):
        write_report(check(path), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert Path(path).is_file()
