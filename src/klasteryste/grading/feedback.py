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
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, GetGrades
from nbgrader.preprocessors.base import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_task
from pygments.formatters import HtmlFormatter

from klasteryste.grading.boundary import words
from klasteryste.grading.own import is_own, saved_outputs
from klasteryste.grading.reference import course_of, is_test, language_of, read_references
from klasteryste.grading.sanitise import Kept, clean_html, code_html, image_html
from klasteryste.grading.tasks import tasks, without_guide
from klasteryste.language import _, current_language, number, speaking

# For nbconvert's `HTMLExporter.extra_template_basedirs`, beside nbgrader's own.
TEMPLATES = str(Path(__file__).parent / "templates")

# A macro that doubles itself would not end, and no formula of a text needs one: to define one is a fault.
NO_MACROS: Any = MappingProxyType({})
SHOWN = {"text/plain", "text/html", "image/png", "image/jpeg"}
"""Kinds of output that a page shows."""
ACTIVE = {"href", "style", "class", "id"}
"""Attributes that a formula could ask for, and that would lead or reach outside it."""


class Grades(GetGrades):  # type: ignore[misc]
    """nbgrader's ``GetGrades``, which also tells what waits for a person."""

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        name = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        cell.metadata.nbgrader["waits"] = grade.needs_manual_grade


class HideTests(ClearHiddenTests):  # type: ignore[misc]
    """Take hidden tests and marking guides out of the feedback, and tests out of all that code could print.

    A test calls what the student wrote, with inputs that may be hidden, and prints what that prints. So of a
    test's outputs only what the course wrote stays: its own messages, its points and the kind of its error.
    Of other cells that is shown which is their student's own to see, as `own` tells.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Hide tests and guides of a notebook, and the state of widgets, which code writes as well."""
        nb.metadata.pop("widgets", None)
        with speaking(nb.metadata.get("klasteryste", {}).get("language", current_language())):
            nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Hide the tests of one cell, or its guide."""
        if cell.cell_type == "code":
            cell.execution_count = None
            if is_test(cell):
                cell.outputs = _safe(cell.outputs, _messages(cell.source))
            elif not is_own(cell):
                cell.outputs = saved_outputs(cell)
        # In an answer the same words are the student's own, and none to stumble over.
        if is_test(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
        elif is_locked(cell):
            cell.source = without_guide(cell.source)
        return cell, resources


class SafeOutputs(Preprocessor):
    """Clean the outputs that a page shows, in formgrader too: a student's HTML runs in nobody's browser."""

    enabled = True

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean the outputs of one cell."""
        for output in cell.outputs if cell.cell_type == "code" else ():
            if "data" in output:
                output.data = {
                    kind: clean_html(content) if kind == "text/html" else content
                    for kind, content in output.data.items()
                    if kind in SHOWN
                }
        return cell, resources


class Speak(NbGraderPreprocessor):  # type: ignore[misc]
    """Put what the page of the feedback says into its resources, in the language of the notebook."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Prepare the page of one notebook, whose marks and comments `Grades` has put into it."""
        told = resources["nbgrader"]
        references = read_references(course_of(self), told["assignment"], told["notebook"])
        language = language_of(nb, references)
        with speaking(language):
            resources["klasteryste"] = page(nb, told, language)
        return nb, resources


def page(notebook: NotebookNode, told: dict[str, Any], language: str) -> dict[str, Any]:
    """Return the words, the table of points and the comments of a page of feedback.

    Parameters
    ----------
    notebook : NotebookNode
        With marks and comments in its cells' metadata.
    told : dict
        nbgrader's resources: notebook, student, score, max_score, late_penalty.
    language : str
        Code of the language in use.
    """
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata and "grade_id" in cell.metadata.nbgrader
    }
    rows = []
    for task in tasks(notebook.cells):
        marks = [cells[name].metadata.nbgrader for name in task.cells]
        score, points = (sum(mark[key] or 0 for mark in marks) for key in ("score", "points"))
        rows.append(
            {
                "title": task.title,
                "cell": task.cells[0],
                "score": _score(score, marks),
                "points": number(points),
            }
        )
    marked = []
    for cell in cells.values():
        details = cell.metadata.nbgrader
        if (
            details.get("comment") == "No response."
        ):  # nbgrader's own words, where an answer was left as it was
            details.comment = _("No response.")
        if is_grade(cell) or is_task(cell):
            marked.append(details)
            score, points = number(details.get("score") or 0), number(details["points"])
            details.shown = (
                _("waits for hand grading")
                if details.get("waits")
                else _("{score} of {points}").format(score=score, points=points)
            )
    return {
        "language": language,
        "tasks": rows,
        "score": _score(told["score"], marked),
        "max_score": number(told["max_score"]),
        "penalty": number(told["late_penalty"]) if told["late_penalty"] else "",
        "css": HtmlFormatter(style="default").get_style_defs("pre"),
        "words": {
            "feedback": _("Feedback: {notebook}").format(notebook=told["notebook"]),
            "student": _("Student"),
            "points": _("Points"),
            "of": _("Of"),
            "task": _("Task"),
            "total": _("In total"),
            "penalty": _("Taken off, for being late"),
            "answer": _("Your answer"),
            "test": _("Test"),
            "shown_test": _("The test, as you have it"),
            "comment": _("Your lecturer's comment"),
            "output": _("What it put out"),
            "saved": _("What it had put out when you saved it"),
            "image": _("A picture that the code drew"),
            "table": _("A table that the code put out"),
            "contents": _("Points by task"),
            "work": _("Your work"),
        },
    }


def _score(score: float, marked: list[NotebookNode]) -> str:
    """Say a score of several marked cells, of which some may wait for a person."""
    waiting = [bool(details.get("waits")) for details in marked]
    if not any(waiting):
        return number(score)
    if all(waiting):
        return _("waits for hand grading")
    return _("{score}; the rest waits for hand grading").format(score=number(score))


def quarantine_page(notebook: str, student: str, reason: str, language: str) -> str:
    """Return the page that tells a student why the work is not graded, and what to do.

    Parameters
    ----------
    notebook, student : str
        Whose notebook.
    reason : str
        In the language in use.
    language : str
        Its code.
    """
    title = html.escape(_("Not graded: {notebook}").format(notebook=notebook))
    style = (Path(TEMPLATES) / "feedback" / "page.css").read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"<p>{html.escape(_('Student'))}: {html.escape(student)}</p>\n<p>{html.escape(reason)}</p>\n"
        "</main>\n</body>\n</html>\n"
    )


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
    message = error.evalue if error.evalue in messages else _of_ours().get(error.ename, "")
    line = words.failure(error.ename if message else name, message)
    safe: NotebookNode = new_output("error", ename=name, evalue=message, traceback=[line])
    return safe


def _of_ours() -> dict[str, str]:
    """Return what is said of errors that the examiner finds, whatever a student's code says in them."""
    return {
        "NotPlain": _(
            "Your answer gave the test something that is no plain value, such as an object of its own."
        ),
        "CellTimeoutError": _("It took longer than it may."),
        "DeadKernelError": _("The program of the notebook had ended before."),
    }


class SafeRenderer(IPythonRenderer):
    """Writes a text as HTML that does nothing, its formulas as MathML, which needs no script."""

    def __init__(self, kept: Kept, attachments: dict[str, Any], deeper: int) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._kept = kept
        self._attached = attachments
        self._deeper = deeper

    def inline_math(self, body: str) -> str:
        """Write a formula in a line."""
        return self._kept.keep(_mathml(body, "inline"))

    def block_math(self, body: str) -> str:
        """Write a formula of its own."""
        return self._kept.keep(_mathml(body, "block"))

    def latex_environment(self, name: str, body: str) -> str:
        r"""Write a formula between ``\begin`` and ``\end``."""
        return self._kept.keep(_mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block"))

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Write a heading, below those of the page it stands in."""
        level = min(level + self._deeper, 6)
        return f"<h{level}>{text}</h{level}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Write an attached picture; of any other its text, for a page asks nobody for anything."""
        attached = self._attached.get(url.removeprefix("attachment:"))
        for kind, content in attached.items() if isinstance(attached, dict) else ():
            if image := image_html(kind, content, text):
                return self._kept.keep(image)
        return html.escape(text)

    def block_code(self, code: str, info: str | None = None) -> str:
        """Write an example of code."""
        python = (info or "").strip().startswith("python")
        shown = code_html(code) if python else html.escape(code)
        return self._kept.keep(f"<pre><code>{shown}</code></pre>\n")


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Turn Markdown into HTML as nbconvert's filter of this name does, with nothing active in it."""
    kept = Kept()
    attachments = context.get("cell", {}).get("attachments", {})
    deeper = 1 if "klasteryste" in context.get("resources", {}) else 0
    renderer = SafeRenderer(kept, attachments, deeper)
    return kept.put_back(clean_html(str(MarkdownWithMath(renderer=renderer).render(source))))


def _mathml(tex: str, display: str) -> str:
    """Return a formula as MathML, or as the TeX it is if it cannot be converted."""
    try:
        converter = Converter(display=display)
        converter.macros = NO_MACROS
        formula = converter.convert_to_element(tex)
        for element in formula.iter():  # the converter writes its symbols as character references
            element.text = html.unescape(element.text or "")
            for name in set(element.attrib) & ACTIVE:
                del element.attrib[name]
        mathml = ElementTree.tostring(formula, encoding="unicode")
        ElementTree.fromstring(mathml)
        if "\\" in mathml:
            raise ValueError("a command is left")
    except Exception:  # the converter has a kind of its own for each fault; a student may write any dollars
        return f"<code>{html.escape(tex)}</code>"
    return mathml
