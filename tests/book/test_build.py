"""Building a small book, and what a build says of one that is broken."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from tests.book.small import TITLES, put, small_course
from tests.conftest import klasteryste

from klasteryste.book.build import Folders, build
from klasteryste.book.execute import execute
from klasteryste.book.mathml import to_mathml
from klasteryste.book.serve import serve
from klasteryste.errors import CourseError


@pytest.fixture
def small(tmp_path: Path) -> Folders:
    return small_course(tmp_path)


def test_a_small_book_is_built_and_nothing_runs_twice(small):
    build(small, TITLES, ["m0"])
    page = (small.site / "en" / "notebooks" / "m0.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in page and "42" in page
    taken = json.loads((small.site / "en" / "notebooks" / "m0.ipynb").read_text(encoding="utf-8"))
    assert taken["cells"][1]["outputs"] == [], "the notebook to take away was not run"
    kept = {path: path.stat().st_mtime_ns for path in (small.work / "cache").iterdir()}
    pages = {path: path.stat().st_mtime_ns for path in (small.work / "sphinx" / "en" / "html").glob("*.html")}
    build(small, TITLES, ["m0"])
    assert {path: path.stat().st_mtime_ns for path in (small.work / "cache").iterdir()} == kept
    unchanged = [path for path, time in pages.items() if path.stat().st_mtime_ns == time]
    assert small.work / "sphinx" / "en" / "html" / "index.html" in unchanged


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("1 / 0", "cell 'm0-broken': ZeroDivisionError: division by zero"),
        ("import warnings; warnings.warn('careful')", "cell 'm0-broken' warns: .*careful"),
        ("import os; os._exit(1)", "cell 'm0-broken': .*[Kk]ernel died"),
    ],
)
def test_a_broken_notebook_is_named_with_cell_and_error(small, code, complaint):
    put(small.root, [new_code_cell("1", id="m0-fine"), new_code_cell(code, id="m0-broken")])
    with pytest.raises(CourseError, match=rf"notebooks/m0\.ipynb \(en\), {complaint}"):
        build(small, TITLES, ["m0"])


def test_a_notebook_that_is_no_notebook_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"notebooks/m0\.ipynb is no valid notebook"):
        execute("notebooks/m0.ipynb", "{", tmp_path, "")


def test_a_warning_of_sphinx_is_an_error(small):
    (small.root / "book" / "index.md").write_text("# Start\n\n{ref}`nowhere`\n", encoding="utf-8")
    with pytest.raises(CourseError, match="nowhere"):
        build(small, TITLES, ["m0"])


def test_a_notebook_is_run_again_when_the_library_changes(tmp_path):
    notebook = new_notebook(cells=[new_code_cell("1 + 1", id="m0-sum")])
    source = nbformat.writes(notebook)
    first = execute("m0", source, tmp_path, "library")
    assert execute("m0", source, tmp_path, "library") == first
    assert len(list(tmp_path.iterdir())) == 1
    execute("m0", source, tmp_path, "another library")
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("latex", [r"\hat V = \sum_h \frac{n_h}{n_h-1}", r"\sqrt{p(1-p)/n}", r"x \ge 2"])
def test_a_formula_becomes_mathml(latex):
    element = to_mathml(latex, "block")
    assert element.startswith("<math") and 'display="block"' in element and "\\" not in element


def test_a_formula_with_an_unknown_command_is_refused():
    with pytest.raises(ValueError, match="unknowncommand"):
        to_mathml(r"\unknowncommand{x}", "inline")


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
    ],
)
def test_bad_words_on_the_command_line_get_one_line_and_an_exit_code(words, complaint):
    run = klasteryste(*words)
    assert run.returncode == 1
    assert complaint in run.stderr and len(run.stderr.splitlines()) == 1


def test_no_page_of_the_site_names_a_script_style_or_picture_of_another_host(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|iframe|source)[^>]+src=\"([^\"]+)", text)
        loaded += re.findall(r"<link[^>]+rel=\"(?!alternate|next|prev)[^>]+href=\"([^\"]+)", text)
        assert [url for url in loaded if re.match(r"(https?:)?//", url)] == [], page
