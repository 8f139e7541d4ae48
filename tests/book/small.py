"""A course of one page and one module, to build in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tests.conftest import ROOT

from klasteryste.book.build import Titles
from klasteryste.book.folders import Folders

TITLES = {"en": Titles("Small", "A small book")}


def small_course(folder: Path) -> Folders:
    """Lay the course out; the library, the tables and the settings are the real ones."""
    root = folder / "course"
    root.mkdir(parents=True)
    for name in ("data", "_config.yml", "requirements.txt", "README.md", "LICENSE"):
        (root / name).symlink_to(ROOT / name)
    # Copied, since tests change them.
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "book").mkdir()
    (root / "book" / "index.md").write_text("# Start\n\nSee {doc}`notebooks/m0`.\n", encoding="utf-8")
    (root / "book" / "references.bib").write_text("", encoding="utf-8")
    contents = "format: jb-book\nroot: index\nchapters:\n  - file: notebooks/m0\n"
    (root / "book" / "_toc.yml").write_text(contents, encoding="utf-8")
    put(root, [new_markdown_cell("# Module", id="m0-title"), new_code_cell("6 * 7", id="m0-answer")])
    return Folders(root, folder / "work")


def put(root: Path, cells: list[nbformat.NotebookNode]) -> None:
    """Write the module's notebook."""
    (root / "notebooks").mkdir(exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, root / "notebooks" / "m0.ipynb")
