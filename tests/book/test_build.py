"""Building a small book, and what a build says of one that is broken."""

from __future__ import annotations

import json
import re
import shutil
import socket
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from tests.book.small import TITLES, put, small_course
from tests.conftest import klasteryste

from klasteryste.book.build import Titles, build
from klasteryste.book.execute import execute
from klasteryste.book.folders import Folders, fingerprint
from klasteryste.book.mathml import to_mathml
from klasteryste.book.serve import serve
from klasteryste.errors import CourseError
from klasteryste.language import use_language


@pytest.fixture
def small(tmp_path: Path) -> Folders:
    return small_course(tmp_path)


def test_a_small_book_is_built_and_nothing_runs_twice(small):
    build(small, TITLES, ["m0"])
    page = (small.site / "en" / "notebooks" / "m0.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in page and "42" in page
    taken = json.loads((small.site / "en" / "notebooks" / "m0.ipynb").read_text(encoding="utf-8"))
    assert taken["cells"][1]["outputs"] == [], "the notebook to take away was not run"
    took = json.loads(small.took.read_text(encoding="utf-8"))
    assert took["en"]["notebooks/m0.ipynb"]["peak_mb"] > 10
    assert "lt/index.html" not in page, "a link to a language that was not built"
    before = {path: path.stat().st_mtime_ns for path in made(small)}
    build(small, TITLES, ["m0"])
    assert {path: path.stat().st_mtime_ns for path in made(small)} == before
    shutil.rmtree(small.site)
    build(small, TITLES, ["m0"])
    assert list(small.site.glob("*.whl")) and list((small.site / "fonts").glob("*.woff"))


def made(folders: Folders) -> list[Path]:
    """Return what a build that changes nothing leaves alone: executed notebooks, pages, the wheel."""
    pages = [path for path in folders.html("en").rglob("*.html") if path.name != "search.html"]
    return [*(folders.work / "cache").iterdir(), *pages, *folders.site.glob("*.whl")]


def test_a_page_that_is_gone_leaves_the_site_and_the_search(small):
    contents = small.root / "book" / "_toc.yml"
    old = small.root / "book" / "old.md"
    listed = contents.read_text(encoding="utf-8")
    old.write_text("# Old\n\nWords.\n", encoding="utf-8")
    contents.write_text(listed + "  - file: old\n", encoding="utf-8")
    build(small, TITLES, ["m0"])
    fragments = len(list((small.site / "pagefind" / "fragment").iterdir()))
    assert (small.site / "en" / "old.html").is_file()
    old.unlink()
    contents.write_text(listed, encoding="utf-8")
    build(small, TITLES, ["m0"])
    assert not (small.site / "en" / "old.html").exists()
    assert len(list((small.site / "pagefind" / "fragment").iterdir())) == fragments - 1


def test_a_change_of_the_package_reaches_the_wheel_and_one_of_our_words_the_pages(small):
    build(small, TITLES, ["m0"])
    (wheel,) = small.site.glob("*.whl")
    first = wheel.read_bytes()
    project = small.root / "pyproject.toml"
    project.write_text(project.read_text("utf-8").replace("babel>=2.15", "babel>=2.16"), encoding="utf-8")
    template = small.package / "book" / "templates" / "course-title.html"
    template.write_text(template.read_text("utf-8") + "<!-- changed -->", encoding="utf-8")
    executed = {path: path.stat().st_mtime_ns for path in (small.work / "cache").iterdir()}
    build(small, TITLES, ["m0"])
    assert wheel.read_bytes() != first
    assert {path: path.stat().st_mtime_ns for path in (small.work / "cache").iterdir()} == executed
    configuration = (small.source("en") / "conf.py").read_text(encoding="utf-8")
    made_by = fingerprint([small.package / "book", small.package / "locale"])
    assert f"klasteryste_made_by = {made_by!r}" in configuration


def test_notebooks_rest_on_the_library_the_tables_and_the_locked_packages(small):
    before = small.what_notebooks_rest_on()
    style = small.package / "book" / "static" / "klasteryste.css"
    style.write_text(style.read_text("utf-8") + "/* changed */", encoding="utf-8")
    assert small.what_notebooks_rest_on() == before
    method = small.package / "methods" / "surveys.py"
    method.write_text(method.read_text("utf-8") + "# changed", encoding="utf-8")
    after = small.what_notebooks_rest_on()
    assert after != before
    locked = small.root / "requirements.txt"
    text = locked.read_text("utf-8")
    locked.unlink()
    locked.write_text(text.replace("pandas==", "pandas==9"), encoding="utf-8")
    assert small.what_notebooks_rest_on() != after


def test_titles_are_escaped(small):
    build(small, {"en": Titles("<b>x & y", "<i>z")}, ["m0"])
    for page in ("index.html", "en/index.html", "en/search.html"):
        text = (small.site / page).read_text(encoding="utf-8")
        assert "<b>x" not in text and "<i>z" not in text and "&lt;b&gt;x &amp; y" in text


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("1 / 0", "cell 'm0-broken': ZeroDivisionError: division by zero"),
        ("import warnings; warnings.warn('careful')", "cell 'm0-broken' warns: .*careful"),
        ("import os; os._exit(1)", "cell 'm0-broken': .*[Kk]ernel died"),
        (
            "from urllib.request import urlopen; urlopen('https://example.org')",
            "cell 'm0-broken': CourseError: example.org is asked for over the network, and",
        ),
        (
            "import socket; socket.create_connection(('192.0.2.1', 80))",
            "cell 'm0-broken': .* 192.0.2.1 is asked",
        ),
        (
            "import socket as s; s.socket(s.AF_INET6, s.SOCK_DGRAM).sendto(b'', ('2001:db8::1', 9))",
            "cell 'm0-broken': .*2001:db8::1 is asked",
        ),
        (
            "from urllib.request import urlopen\ntry:\n    urlopen('https://example.org')\n"
            "except Exception:\n    pass",
            "cell 'm0-broken' warns: example.org is asked for",
        ),
    ],
)
def test_a_broken_notebook_is_named_with_cell_and_error(small, code, complaint):
    put(small.root, [new_code_cell("1", id="m0-fine"), new_code_cell(code, id="m0-broken")])
    with pytest.raises(CourseError, match=rf"notebooks/m0\.ipynb \(en\), {complaint}"):
        build(small, TITLES, ["m0"])


def test_a_notebook_that_is_no_notebook_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"notebooks/m0\.ipynb is no valid notebook"):
        execute("notebooks/m0.ipynb", "{", tmp_path, "")


def test_a_warning_of_sphinx_is_an_error_of_one_line(small):
    (small.root / "book" / "index.md").write_text("# Start\n\n{ref}`nowhere`\n", encoding="utf-8")
    with pytest.raises(CourseError, match=r"index\.md:3: WARNING.*nowhere") as caught:
        build(small, TITLES, ["m0"])
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("_toc.yml", None, "_toc.yml is missing"),
        ("_toc.yml", b"root: [", "_toc.yml is no YAML"),
        ("_toc.yml", b"- a", "_toc.yml has no root"),
        ("references.bib", None, "references.bib is missing"),
        ("references.bib", b"\xff", "references.bib is no UTF-8 at byte 0"),
    ],
)
def test_a_broken_part_of_the_book_is_one_line(small, name, content, complaint):
    path = small.root / "book" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CourseError, match=complaint) as caught:
        build(small, TITLES, ["m0"])
    assert len(str(caught.value).splitlines()) == 1


def test_a_notebook_is_run_again_when_the_library_changes(tmp_path):
    notebook = new_notebook(cells=[new_code_cell("1 + 1", id="m0-sum")])
    source = nbformat.writes(notebook)
    first = execute("m0", source, tmp_path, "library")
    assert execute("m0", source, tmp_path, "library") == first
    assert len(list(tmp_path.glob("*.ipynb"))) == 1
    execute("m0", source, tmp_path, "another library")
    assert len(list(tmp_path.glob("*.ipynb"))) == 2
    assert len(list(tmp_path.iterdir())) == 4, "beside each, what it took, and nothing half done"


def test_a_notebook_may_speak_to_its_own_machine_and_says_what_it_took(tmp_path):
    near = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as near:
    print(near.getpeername()[0])
"""
    work = "held = b'1' * 300_000_000\nwhile time.process_time() < 2:\n    pass"
    codes = {"m0-near": near, "m0-work": f"import time\n{work}"}
    notebook = new_notebook(cells=[new_code_cell(code, id=name) for name, code in codes.items()])
    executed = execute("m0", nbformat.writes(notebook), tmp_path, "")
    assert 2 <= executed.took.cpu_seconds < 20
    assert 300 < executed.took.peak_mb < 900
    cells = nbformat.reads(executed.notebook, as_version=4).cells
    assert [cell.id for cell in cells] == list(codes)
    assert cells[0].outputs[0].text == "127.0.0.1\n"
    idle = execute("m0", nbformat.writes(new_notebook(cells=[])), tmp_path, "")
    assert idle.took.peak_mb < executed.took.peak_mb - 250


def test_an_executed_notebook_without_its_record_is_run_again(tmp_path):
    source = nbformat.writes(new_notebook(cells=[new_code_cell("1 + 1", id="m0-sum")]))
    execute("m0", source, tmp_path, "")
    (record,) = tmp_path.glob("*.json")
    record.unlink()
    execute("m0", source, tmp_path, "")
    assert record.is_file()


@pytest.mark.parametrize("latex", [r"\hat V = \sum_h \frac{n_h}{n_h-1}", r"\sqrt{p(1-p)/n}", r"x \ge 2"])
def test_a_formula_becomes_mathml(latex):
    element = to_mathml(latex, "block")
    assert element.startswith("<math") and 'display="block"' in element and "\\" not in element


def test_a_formula_has_the_decimal_sign_of_the_page():
    assert "<mn>1.96</mn>" in to_mathml("z = 1.96", "inline")
    use_language("lt")
    assert "<mn>1,96</mn>" in to_mathml("z = 1.96", "inline")


@pytest.mark.parametrize("latex", [r"\unknowncommand{x}", r"\text{if p<q}"])
def test_a_formula_that_cannot_be_shown_is_refused(latex):
    with pytest.raises(ValueError, match=re.escape(repr(latex))):
        to_mathml(latex, "inline")


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CourseError, match=f"port {port} cannot be used .* choose another with --port"):
            serve(tmp_path, port, print)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["book", "build", "--language", "de"], "unknown language 'de'"),
        (["book", "serve", "--work", "nowhere"], "run 'klasteryste book build' first"),
        (["book", "build", "--root", "nowhere"], "course.yml is missing"),
        (["translate", "localise", "book/index.md", "de", "-o", "x.md"], "unknown language 'de'"),
        (["translate", "localise", "book/nothing.md", "lt", "-o", "x.md"], "nothing.md"),
        (
            ["translate", "localise", "book/index.md", "lt", "-o", "nowhere/x.md"],
            "nowhere/x.md: No such file",
        ),
        (["translate", "status", "--root", "nowhere"], "nowhere"),
        (["class", "generate", "m99"], "m99"),
    ],
)
def test_bad_words_on_the_command_line_get_one_line_and_an_exit_code(words, complaint):
    run = klasteryste(*words)
    assert run.returncode == 1
    assert complaint in run.stderr and len(run.stderr.splitlines()) == 1


class _Loaded(HTMLParser):
    """Collect what a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        fetched = {"script", "img", "iframe", "source", "audio", "video", "embed", "track", "input"}
        if tag in fetched and values.get("src"):
            self.addresses.append(values["src"] or "")
        quiet = {"alternate", "next", "prev", "index", "search", "canonical"}
        if tag == "link" and not quiet & set((values.get("rel") or "").split()):
            self.addresses.append(values.get("href") or "")


def test_nothing_on_the_site_is_fetched_from_another_host(site):
    away = []
    for page in site.rglob("*.html"):
        parser = _Loaded()
        parser.feed(page.read_text(encoding="utf-8"))
        away += [(page.name, url) for url in parser.addresses if re.match(r"(?i)(https?:)?//", url)]
        assert parser.addresses or page.parent == site
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        found = re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", text)
        away += [(style.name, url) for url in found]
    assert away == []
