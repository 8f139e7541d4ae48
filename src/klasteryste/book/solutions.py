"""Solutions that open by themselves: a ``<details>`` element, with no script and no words of its own."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node


def _visit_solution(translator: HTML5Translator, node: nodes.Element) -> None:
    title = node.pop(0)
    translator.body.append(translator.starttag(node, "details", CLASS="admonition"))
    words = translator.encode(title.astext())
    translator.body.append(f'<summary class="admonition-title">{words}</summary>\n')


def _depart_solution(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Take over how sphinx-exercise writes a solution."""
    app.add_node(solution_node, override=True, html=(_visit_solution, _depart_solution))
