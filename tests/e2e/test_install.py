"""A learner's own computer: an empty environment, an empty folder, and the one line that the page gives."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import venv
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import Page


@pytest.mark.browser
@pytest.mark.slow
def test_the_line_on_the_page_installs_what_the_notebook_needs(page: Page, address, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    programs = tmp_path / "env" / "bin"
    folder = tmp_path / "empty"
    folder.mkdir()
    for language in ("en", "lt"):
        page.goto(f"{address}{language}/notebooks/m2.html")
        line = shlex.split(page.locator("#install-line").inner_text())
        name = page.locator(".run-it-yourself a[download]").get_attribute("href")
        with urlopen(f"{address}{language}/notebooks/{name}") as answer:
            (folder / f"{language}-{name}").write_bytes(answer.read())

    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = [str(programs / line[0]), *line[1:], "--quiet"]
    subprocess.run(run, cwd=folder, env=environment, check=True, timeout=900)
    where = subprocess.check_output(
        [programs / "python", "-c", "import klasteryste; print(klasteryste.__file__)"], cwd=folder, text=True
    )
    assert Path(where.strip()).is_relative_to(tmp_path), "the checkout was found, not the wheel"
    assert sys.prefix != str(tmp_path / "env")
    for notebook in folder.glob("*.ipynb"):
        subprocess.run(
            [programs / "jupyter", "execute", "--inplace", notebook.name],
            cwd=folder,
            env=environment,
            check=True,
            timeout=600,
        )
        cells = nbformat.read(notebook, as_version=4).cells
        figures = [
            output
            for cell in cells
            for output in cell.get("outputs", [])
            if "klasteryste-figure" in output.get("data", {}).get("text/html", "")
        ]
        assert len(figures) >= 4
