"""Feedback that gives no test away and asks no other host for anything."""

from __future__ import annotations

import ast
import builtins
import html
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

from jinja2 import pass_context
from jinja2.runtime import Context
from latex2mathml.converter import Converter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_locked

# For nbconvert's `HTMLExporter.extra_template_basedirs`, beside nbgrader's own.
TEMPLATES = str(Path(__file__).parent / "templates")

# A macro that doubles itself would not end, and no formula of a text needs one: to define one is a fault.
NO_MACROS: Any = MappingProxyType({})


class HideTests(ClearHiddenTests):  # type: ignore[misc]
    """Take the hidden tests out of the feedback: out of the source, and out of all that code could print.

    A student's code runs beside the tests and can read them, and what it reads it can print here or in a
    later cell. So of the outputs only what the course wrote stays: a test's own messages, its points and the
    kind of its error. The student's own cells keep no output; their author can run them.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Hide the tests of a notebook, and the state of widgets, which code writes as well."""
        nb.metadata.pop("widgets", None)
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Hide the tests of one cell."""
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = _safe(cell.outputs, _messages(cell.source)) if is_locked(cell) else []
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        return cell, resources


def _messages(source: str) -> list[str]:
    """Return what a test says: the strings it prints and those its assertions carry, in their order."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell of magics says nothing of its own
        return []
    spoken: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.msg:
            spoken.append(node.msg)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            spoken.extend(node.args)
    constants = [part for node in spoken for part in ast.walk(node) if isinstance(part, ast.Constant)]
    constants.sort(key=lambda part: (part.lineno, part.col_offset))
    return [part.value for part in constants if isinstance(part.value, str)]


def _safe(outputs: list[NotebookNode], messages: list[str]) -> list[NotebookNode]:
    """Return what of a test's outputs its author wrote.

    Each message comes once and in the order of the source, and there is one result and one error at most,
    lest their order or number spell something out.
    """
    printed = {
        line for output in outputs if output.output_type == "stream" for line in output.text.splitlines()
    }
    safe = []
    if said := [message for message in dict.fromkeys(messages) if message in printed]:
        safe.append(new_output("stream", name="stdout", text="".join(f"{message}\n" for message in said)))
    results = [output for output in outputs if output.output_type == "execute_result"]
    safe += [
        new_output("execute_result", {"text/plain": points}) for points in map(_points, results[:1]) if points
    ]
    errors = [output for output in outputs if output.output_type == "error"]
    safe += [_safe_error(error, messages) for error in errors[:1]]
    return safe


def _points(result: NotebookNode) -> str:
    """Return a result as a number, or nothing."""
    try:
        return f"{float(result.data['text/plain']):g}"
    except (KeyError, ValueError):
        return ""


def _safe_error(error: NotebookNode, messages: list[str]) -> NotebookNode:
    """Return an error whose kind is Python's and whose message is the test's."""
    kind = getattr(builtins, error.ename, None)
    name = error.ename if isinstance(kind, type) and issubclass(kind, BaseException) else "Error"
    message = error.evalue if error.evalue in messages else ""
    line = f"{name}: {message}" if message else name
    safe: NotebookNode = new_output("error", ename=name, evalue=message, traceback=[line])
    return safe


class FormulasAsMathML(IPythonRenderer):
    """Write the formulas of a text as MathML, which a browser shows without a script."""

    def inline_math(self, body: str) -> str:
        """Write a formula in a line."""
        return _mathml(body, "inline")

    def block_math(self, body: str) -> str:
        """Write a formula of its own."""
        return _mathml(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        r"""Write a formula between ``\begin`` and ``\end``."""
        return _mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Turn Markdown into HTML as nbconvert's filter of this name does, with formulas as MathML."""
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = FormulasAsMathML(escape=False, attachments=attachments)
    return str(MarkdownWithMath(renderer=renderer).render(source))


def _mathml(tex: str, display: str) -> str:
    """Return a formula as MathML, or as the TeX it is if it cannot be converted."""
    try:
        converter = Converter(display=display)
        converter.macros = NO_MACROS
        formula = converter.convert_to_element(tex)
        for element in formula.iter():  # the converter writes its symbols as character references
            element.text = html.unescape(element.text or "")
        mathml = ElementTree.tostring(formula, encoding="unicode")
        ElementTree.fromstring(mathml)
        if "\\" in mathml:
            raise ValueError("a command is left")
    except Exception:  # the converter has a kind of its own for each fault; a student may write any dollars
        return f"<code>{html.escape(tex)}</code>"
    return mathml
