"""The notebook itself: cells doubled, deleted, moved, retyped; marks, names and formats changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy

import nbformat
from nbformat import NotebookNode

from ..probe import TASKS
from ..submission import Edit, Gain, Submission

FORGED = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1}


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return a cell by its name."""
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def tests_of(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the test cells."""
    return [cell_of(notebook, f"{task}-test") for task in TASKS]


def duplicated(notebook: NotebookNode) -> None:
    """Double each test cell, with an empty one before it."""
    for test in tests_of(notebook):
        twin = deepcopy(test)
        twin.id, twin.source = f"{test.id}-twin", "pass"
        notebook.cells.insert(notebook.cells.index(test), twin)


def duplicated_answer(notebook: NotebookNode) -> None:
    """Double an answer cell under the same name."""
    answer = cell_of(notebook, "mean-answer")
    twin = deepcopy(answer)
    twin.id = "mean-answer-twin"
    notebook.cells.append(twin)


def same_ids(notebook: NotebookNode) -> bytes:
    """Give every cell the same id."""
    content = json.loads(nbformat.writes(notebook))
    for cell in content["cells"]:
        cell["id"] = "same"
    return json.dumps(content).encode()


def deleted(notebook: NotebookNode) -> None:
    """Delete all tests."""
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-test")]


def moved(notebook: NotebookNode) -> None:
    """Put all tests first, before the set-up: where nothing is, nothing can be wrong."""
    tests = tests_of(notebook)
    notebook.cells = tests + [cell for cell in notebook.cells if cell not in tests]


def retyped(kind: str) -> Edit:
    """Return what makes each test a cell of another type."""

    def edit(notebook: NotebookNode) -> None:
        for test in tests_of(notebook):
            test.cell_type = kind
            test.metadata.nbgrader["cell_type"] = kind
            test.pop("outputs", None)
            test.pop("execution_count", None)

    return edit


def retyped_answers(notebook: NotebookNode) -> None:
    """Make answers text, and the essay code."""
    for task in ("mean", "words"):
        cell = cell_of(notebook, f"{task}-answer")
        cell.cell_type = "markdown"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    essay = cell_of(notebook, "essay")
    essay.cell_type, essay.source, essay.outputs, essay.execution_count = "code", "2", [], None


def split(notebook: NotebookNode) -> None:
    """Split each test: its name goes with an empty half, its text without."""
    for test in tests_of(notebook):
        rest = nbformat.v4.new_code_cell(test.source, id=f"{test.id}-rest")
        test.source = ""
        notebook.cells.insert(notebook.cells.index(test) + 1, rest)


def points(notebook: NotebookNode) -> None:
    """Ask for a hundred points for each test, and for the essay."""
    for cell in [*tests_of(notebook), cell_of(notebook, "essay")]:
        cell.metadata.nbgrader["points"] = 100


def swapped(notebook: NotebookNode) -> None:
    """Exchange the names of answers and tests, so that what is marked is the student's."""
    for task in TASKS:
        answer, test = cell_of(notebook, f"{task}-answer"), cell_of(notebook, f"{task}-test")
        answer.metadata.nbgrader, test.metadata.nbgrader = test.metadata.nbgrader, answer.metadata.nbgrader
        answer.source, test.source = "pass", "pass"


def unlocked(notebook: NotebookNode) -> None:
    """Say that tests are answers, not locked, not marked, of another version, without checksums."""
    for test in tests_of(notebook):
        test.source = "3"
        test.metadata.nbgrader.update(locked=False, solution=True, grade=True, schema_version=2)
        test.metadata.nbgrader.pop("checksum", None)
        test.metadata.nbgrader.pop("cell_type", None)


def foreign_metadata(notebook: NotebookNode) -> None:
    """Make nbgrader's metadata what nobody expects."""
    strange = [
        None,
        [],
        "x",
        {"grade_id": ["mean-test"]},
        {"grade_id": None, "grade": True, "points": "many"},
    ]
    for cell, details in zip(tests_of(notebook), strange, strict=False):
        cell.metadata["nbgrader"] = details


def bonus(notebook: NotebookNode) -> None:
    """Add marked cells of the student's own, one named like a formula, one like a test but for a letter."""
    for name in ("bonus", '=HYPERLINK("http://example.org")', "mеan-test", "../../zzz"):
        cell = nbformat.v4.new_code_cell("100", id=f"bonus-{len(notebook.cells)}")
        cell.metadata["nbgrader"] = dict(cell_of(notebook, "mean-test").metadata.nbgrader)
        cell.metadata["nbgrader"].update(grade_id=name, points=100)
        notebook.cells.append(cell)


def tagged(tag: str) -> Edit:
    """Return what tags each test, and leaves a result in it."""

    def edit(notebook: NotebookNode) -> None:
        for test in tests_of(notebook):
            test.metadata["tags"] = [tag]
            test.outputs = [nbformat.from_dict(FORGED)]

    return edit


def prefilled(notebook: NotebookNode) -> None:
    """Fill in results beforehand and ask for nothing to be executed, in every dialect there is."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.from_dict(FORGED)]
            cell.execution_count = 1
            cell.metadata["tags"] = ["skip-execution", "nbval-skip", "remove-cell", "raises-exception"]
            cell.metadata["execution"] = {"status": "ok"}
            cell.metadata["papermill"] = {"status": "completed"}
    notebook.metadata["execution"] = {"skip": True}
    notebook.metadata["nbgrader"] = {"graded": True}


def kernel(name: str) -> Edit:
    """Return what asks for another kernel."""

    def edit(notebook: NotebookNode) -> None:
        notebook.metadata["kernelspec"] = {"name": name, "display_name": name, "language": "bash"}
        notebook.metadata["language_info"] = {"name": "bash", "file_extension": "/../../x.sh"}

    return edit


def language(value: object) -> Edit:
    """Return what names another language, or a path where a language should stand."""

    def edit(notebook: NotebookNode) -> None:
        notebook.metadata["klasteryste"] = {"language": value, "isolated": True, "contents": []}

    return edit


def raw(content: bytes) -> Edit:
    """Return what hands in these bytes."""
    return lambda notebook: content


def text(change: Callable[[str], str]) -> Edit:
    """Return what changes the text of the file."""
    return lambda notebook: change(nbformat.writes(notebook)).encode("utf-8", "surrogatepass")


def number(major: int, minor: int) -> Edit:
    """Return what names another version of the format."""

    def edit(notebook: NotebookNode) -> bytes:
        content = json.loads(nbformat.writes(notebook))
        content.update(nbformat=major, nbformat_minor=minor)
        return json.dumps(content).encode()

    return edit


def broken_cells(notebook: NotebookNode) -> bytes:
    """Make cells without what cells have."""
    content = json.loads(nbformat.writes(notebook))
    content["cells"][3:3] = [{}, {"cell_type": "code"}, {"cell_type": "quantum", "source": 5, "metadata": []}]
    content["metadata"] = {"kernelspec": 7}
    return json.dumps(content).encode()


def surrogates(notebook: NotebookNode) -> bytes:
    """Put in text that no encoding has: NUL, lone surrogates, signs that turn the direction."""
    cell_of(notebook, "mean-answer").source = 'text = "\\u0000"'
    cell_of(notebook, "essay").source = "essay PLACE"
    content = nbformat.writes(notebook)
    return content.replace("PLACE", "\\ud800\\udfff \\u0000 \\u202e\\u2066 \\ud83d").encode()


def huge(notebook: NotebookNode) -> None:
    """Add a text of thirty megabytes."""
    notebook.cells.append(nbformat.v4.new_markdown_cell("x " * 15_000_000, id="huge"))


def many(notebook: NotebookNode) -> None:
    """Add twenty thousand cells."""
    notebook.cells[3:3] = [nbformat.v4.new_code_cell("1", id=f"many-{count}") for count in range(20_000)]


def answered_in_new_cell(notebook: NotebookNode) -> None:
    """Put a cell before each test that shows its points, and one after it."""
    for test in tests_of(notebook):
        place = notebook.cells.index(test)
        mark = nbformat.v4.new_code_cell("3", id=f"{test.id}-mark")
        mark.metadata["nbgrader"] = dict(test.metadata.nbgrader)
        notebook.cells[place:place] = [mark]
        test.metadata.pop("nbgrader")


ATTACKS = [
    Submission(
        "doubled-tests",
        "Each test stands there twice under its name, first an empty one.",
        Gain.STOPPED,
        edit=duplicated,
    ),
    Submission(
        "doubled-answer",
        "An answer stands there twice under one name, which stops a run that is not ready for it.",
        Gain.STOPPED,
        edit=duplicated_answer,
    ),
    Submission("same-ids", "All cells have the same id.", Gain.STOPPED, edit=same_ids),
    Submission("deleted-tests", "All tests are deleted.", Gain.MARKS, edit=deleted),
    Submission("moved-tests", "All tests stand before the set-up.", Gain.MARKS, edit=moved),
    Submission("tests-as-text", "All tests are text cells.", Gain.MARKS, edit=retyped("markdown")),
    Submission("tests-as-raw", "All tests are raw cells.", Gain.MARKS, edit=retyped("raw")),
    Submission(
        "retyped-answers",
        "Answers are text cells, and the essay is code.",
        Gain.STOPPED,
        edit=retyped_answers,
    ),
    Submission(
        "split-tests", "Each test is split: its name stays with an empty half.", Gain.MARKS, edit=split
    ),
    Submission(
        "more-points", "The tests and the essay ask for a hundred points each.", Gain.MARKS, edit=points
    ),
    Submission(
        "swapped-names",
        "Answers and tests have exchanged their names, so that the student's cell is marked.",
        Gain.MARKS,
        edit=swapped,
    ),
    Submission(
        "tests-as-answers",
        "The metadata say that the tests are answers, not locked, of an older version, without checksums.",
        Gain.MARKS,
        edit=unlocked,
    ),
    Submission(
        "strange-metadata",
        "nbgrader's metadata are null, lists, and numbers in words.",
        Gain.STOPPED,
        edit=foreign_metadata,
    ),
    Submission(
        "own-marked-cells",
        "Marked cells are added: a bonus, one named like a formula, one like a test but for a letter.",
        Gain.MARKS,
        edit=bonus,
    ),
    Submission(
        "marked-cell-before-test",
        "The name of each test is on a cell before it that shows a number of points.",
        Gain.MARKS,
        edit=answered_in_new_cell,
    ),
    Submission(
        "tag-skip-execution",
        "Each test has the tag that keeps it from being executed.",
        Gain.MARKS,
        edit=tagged("skip-execution"),
    ),
    Submission(
        "tag-raises-exception",
        "Each test has the tag that says an exception is expected.",
        Gain.MARKS,
        edit=tagged("raises-exception"),
    ),
    Submission(
        "results-filled-in",
        "Every cell has its result and the tags and marks of having been executed.",
        Gain.MARKS,
        edit=prefilled,
    ),
    Submission(
        "unknown-kernel",
        "The notebook asks for a kernel that is not there.",
        Gain.STOPPED,
        edit=kernel("no-such-kernel"),
    ),
    Submission(
        "kernel-of-a-path",
        "The notebook asks for a kernel by a path, and for a language whose files end in a path.",
        Gain.CHANGED,
        edit=kernel("../../../tmp/kernel"),
    ),
    Submission(
        "language-of-a-path",
        "The notebook names a path as its language.",
        Gain.SEEN,
        edit=language("../source"),
    ),
    Submission(
        "language-of-a-list",
        "The notebook names a list as its language, and says that it was graded in isolation.",
        Gain.STOPPED,
        edit=language([["en"]]),
    ),
    Submission(
        "not-json",
        "The file is cut short.",
        Gain.STOPPED,
        edit=text(lambda content: content[:2000]),
        refused=True,
    ),
    Submission(
        "not-a-notebook",
        "The file is JSON, but no notebook.",
        Gain.STOPPED,
        edit=raw(b"[null, true, 1e999]"),
        refused=True,
    ),
    Submission("empty-file", "The file is empty.", Gain.STOPPED, edit=raw(b""), refused=True),
    Submission(
        "binary-file",
        "The file is no text.",
        Gain.STOPPED,
        edit=raw(b"\x89PNG\r\n\x1a\n\x00\xff\xfe" * 100),
        refused=True,
    ),
    Submission(
        "nested-json",
        "The file is a list in a list, 200 000 times.",
        Gain.STOPPED,
        edit=raw(b"[" * 200_000),
        refused=True,
    ),
    Submission(
        "old-format", "The file says it has a format of 2011.", Gain.STOPPED, edit=number(2, 0), refused=True
    ),
    Submission(
        "future-format",
        "The file says it has a format of the future.",
        Gain.STOPPED,
        edit=number(99, 0),
        refused=True,
    ),
    Submission(
        "broken-cells",
        "Cells lack a type, a text, metadata; the kernel's name is a number.",
        Gain.STOPPED,
        edit=broken_cells,
        refused=True,
    ),
    Submission(
        "text-that-is-none",
        "Texts hold NUL, halves of letters, and signs that turn the direction of writing.",
        Gain.STOPPED,
        edit=surrogates,
    ),
    Submission("huge-text", "One cell is thirty megabytes of text.", Gain.TOOK, edit=huge, refused=True),
    Submission("many-cells", "There are twenty thousand cells.", Gain.STOPPED, edit=many, refused=True),
    Submission(
        "look-alike-names",
        "Functions have the right names but for letters of another alphabet.",
        Gain.MARKS,
        answers={
            "mean": "def mеan(values):\n    return 3",
            "largest": "lаrgest = 9\nlargest = np.array(True)",
        },
    ),
]
