"""What the feedback shows: formulas, and nothing of the hidden tests."""

from __future__ import annotations

import builtins
import re
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import PyFileConfigLoader

from klasteryste.grading.feedback import HideTests

CONFIG = Path(__file__).parents[2] / "assignments" / "nbgrader_config.py"
HIDDEN = "0.0123"
TEST = f"""# A test.
### BEGIN HIDDEN TESTS
def check():
    points = 2
    if answer() != {HIDDEN}:
        print("A part is wrong.")
        points -= 1
    print("Never said." if points > 2 else "A wo" "rd.")
    assert answer() != "ACE", "All is wrong."
    return points

check()
### END HIDDEN TESTS"""


def cell(source: str, **role: bool) -> NotebookNode:
    told = {"grade": False, "locked": False, "solution": False, "task": False, "points": 2} | role
    told |= {"schema_version": 3, "grade_id": "task"}
    return new_code_cell(source, metadata={"nbgrader": told})


def hidden(notebook: NotebookNode) -> NotebookNode:
    return HideTests().preprocess(notebook, {})[0]


def graded(answer: str, after: str = "") -> NotebookNode:
    """Run an answer, the test and another answer, and hide the test."""
    cells = [cell(answer, solution=True), cell(TEST, grade=True, locked=True), cell(after, solution=True)]
    notebook = new_notebook(cells=cells)
    NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
    return hidden(notebook)


def test_a_test_speaks_for_itself():
    said, points = graded("def answer(): return 0").cells[1].outputs
    assert said.text == "A part is wrong.\nA word.\n"
    assert points.data == {"text/plain": "1"}
    *_, error = graded("def answer(): return 'ACE'").cells[1].outputs
    assert error.traceback == ["AssertionError: All is wrong."]


ATTACKS = {
    "printed": "def answer(): print(In[-1]); return 0",
    "to stderr": "import sys\ndef answer(): print(In[-1], file=sys.stderr); return 0",
    "displayed": "from IPython.display import HTML, display\ndef answer(): display(HTML(In[-1])); return 0",
    "raised": "def answer(): raise AssertionError(In[-1])",
    "a kind of error": "def answer(): raise type(In[-1], (Exception,), {})(In[-1])",
    "constants": (
        "import ast\ndef answer():\n"
        "    for node in ast.walk(ast.parse(In[-1])):\n"
        "        if isinstance(node, ast.Constant): print(node.value)\n"
        "    return 0"
    ),
    "a second result": (
        "def answer():\n"
        "    for letter in In[-1]: get_ipython().displayhook(ord(letter))\n"
        "    return 0"
    ),
    "counted": (
        "def answer():\n"
        "    get_ipython().execution_count = int.from_bytes(In[-1].encode())\n"
        "    return 0"
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_answer_can_read_the_test_out(attack):
    notebook = graded(ATTACKS[attack], after="print(*In); raise ValueError(In)")
    assert notebook.cells[0].outputs == notebook.cells[2].outputs == []
    assert notebook.cells[1].execution_count is None
    allowed = {"A part is wrong.", "A word.", "Never said.", "All is wrong."}
    results = 0
    for output in notebook.cells[1].outputs:
        if output.output_type == "stream":
            assert set(output.text.splitlines()) <= allowed
        elif output.output_type == "execute_result":
            results += 1
            assert output.data.keys() == {"text/plain"} and float(output.data["text/plain"]) < 1000
        else:
            assert output.output_type == "error" and len(output.traceback) == 1
            assert hasattr(builtins, output.ename) or output.ename == "Error"
            assert output.evalue in allowed | {""} and output.traceback[0].startswith(output.ename)
    assert results <= 1
    assert HIDDEN not in str(notebook) and "ACE" not in str(notebook.cells[1])


def test_the_order_of_what_is_printed_spells_nothing():
    lines = "A word.\nA part is wrong.\nA word.\n"
    test = cell(TEST, grade=True, locked=True)
    test.outputs = [new_output("stream", name="stdout", text=lines)] * 2
    (said,) = hidden(new_notebook(cells=[test])).cells[0].outputs
    assert said.text == "A part is wrong.\nA word.\n"


def test_widgets_leave_no_state():
    notebook = new_notebook(metadata={"widgets": {"state": HIDDEN}})
    assert "widgets" not in hidden(notebook).metadata


def page(template: str, *texts: str) -> str:
    """Show texts by nbgrader's own template as the course configures it."""
    config = PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()
    config.HTMLExporter.template_name = template
    config.HTMLExporter.extra_template_paths = [
        str(Path(handlers.__file__).parent / "static" / "node_modules" / "bootstrap" / "dist" / "css")
    ]
    notebook = new_notebook(cells=[new_markdown_cell(text) for text in texts])
    told = {"student": "ona", "score": 0, "max_score": 0, "late_penalty": 0, "notebook": "m2"}
    resources = {"nbgrader": told, "metadata": {"name": "m2"}, "index": 0, "total": 1}
    return HTMLExporter(config=config).from_notebook_node(notebook, resources)[0]


def written(text: str) -> str:
    """Return a text as the page shows it, without the page."""
    return page("basic", text).partition("rendered_html")[2]


@pytest.mark.parametrize("template", ["feedback", "formgrade", "basic"])
def test_formulas_become_mathml_in_every_template(template):
    text = page(template, "Let $p$ be a share.\n\n$$\n\\sqrt{p}\n$$\n\nAnd so on.")
    assert "Let <math" in text and 'display="block"' in text and "<msqrt>" in text
    assert "MathJax" not in text and "\\sqrt" not in text


@pytest.mark.parametrize(
    "text",
    ["\\\\(\\sqrt{p}\\\\)", "\\\\[\\sqrt{p}\\\\]", "\\begin{equation}\n\\sqrt{p}\n\\end{equation}",
     "\\begin{align*}a &= 1\\\\ b &< \\sqrt{p}\\end{align*}"],
)  # fmt: skip
def test_every_way_to_write_a_formula(text):
    assert "<msqrt>" in written(text) and "\\" not in written(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("It cost 5 $.", "It cost 5 $."), ("\\$5 and \\$6", "$5 and $6"), ("`$p$`", "<code>$p$</code>"),
     ("~~~\n$p$\n~~~", "$p$"), ("    $p$", "$p$"), ("[a](b$p$c)", 'href="b$p$c"')],
)  # fmt: skip
def test_what_is_no_formula_stays(text, shown):
    assert shown in written(text) and "<math" not in written(text)


@pytest.mark.parametrize(
    "tex",
    ["\\nothinglikethis x", "\\frac", "a\x01b", "\\newcommand{\\a}{x}\\a", "\\def\\a{x}\\a", "{" * 5000],
    ids=["command", "half", "control", "macro", "definition", "deep"],
)
def test_what_cannot_be_converted_is_shown_as_written(tex):
    assert "<math" not in written(f"${tex}$") and f"<code>{tex}</code>" in written(f"${tex}$")


def test_words_in_a_formula_are_words():
    text = written("$\\text{<script>alert(1)</script>} < \\text{&lt;b>}$")
    assert "<math" in text and not re.search("<script|<b>", text)
    assert "<mo>=</mo>" in written("$a = b$")


def test_backticks_do_not_stop_the_page():
    assert "<math" in written("`" * 20_000 + "a" + "`a" * 20_000 + "\n\n$p$")
