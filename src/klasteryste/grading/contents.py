"""The page at the top of a release, from which a student chooses a language.

nbgrader's student side looks at the top of an assignment's folder only: for the notebooks to list, and for
those whose feedback to fetch. The page has the name of the notebook, so it finds both there.
"""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from klasteryste.language import LANGUAGES

DIRECTIONS = {
    "en": "**English**: open [en/{name}.ipynb](en/{name}.ipynb) and work there.",
    "lt": "**Lietuviškai**: atverkite [lt/{name}.ipynb](lt/{name}.ipynb) ir dirbkite ten.",
}
NOTHING_TO_VALIDATE = {
    "en": "This page holds no answers. Validate the notebook in which you work.",
    "lt": "Šiame puslapyje atsakymų nėra. Tikrinkite užrašinę, kurioje dirbate.",
}


def contents_page(name: str, metadata: NotebookNode) -> NotebookNode:
    """Return the page that leads to a notebook's languages.

    Parameters
    ----------
    name : str
        Name of the notebook without its suffix.
    metadata : NotebookNode
        The notebook's metadata, which tell the kernel.
    """
    directions = nbformat.v4.new_markdown_cell(
        "\n\n".join(DIRECTIONS[language].format(name=name) for language in LANGUAGES), id="contents"
    )
    # To validate a page without tests would be told as a success.
    refusal = nbformat.v4.new_code_cell(
        f"raise NotImplementedError({' '.join(NOTHING_TO_VALIDATE[code] for code in LANGUAGES)!r})",
        id="contents-validate",
        metadata={
            "jupyter": {"source_hidden": True},
            "nbgrader": {
                "cell_type": "code",
                "grade": True,
                "grade_id": "contents-validate",
                "locked": True,
                "points": 0,
                "schema_version": 3,
                "solution": False,
                "task": False,
            },
        },
    )
    page: NotebookNode = nbformat.v4.new_notebook(cells=[directions, refusal], metadata=dict(metadata))
    page.metadata["klasteryste"] = {"contents": list(LANGUAGES)}
    return page


def is_contents_page(notebook: NotebookNode) -> bool:
    """Tell whether a notebook is such a page, and so holds no answers."""
    details = notebook.metadata.get("klasteryste")
    return isinstance(details, dict) and "contents" in details
