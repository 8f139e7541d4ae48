"""What every assignment keeps to, whatever it asks."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from itertools import pairwise

import pytest
from nbgrader.utils import is_grade, is_locked, is_solution

from klasteryste.course import read_course
from klasteryste.grading.reference import is_test

from .answers import ASSIGNMENTS, ROOT, localised, names_of, read

COURSE = read_course(ROOT / "course.yml")
MODULES = [module.id for module in COURSE.modules]
PLAN = MODULES[-1]
GUIDE = re.compile(r"(?s)<!-- BEGIN MARK SCHEME -->\n(.+)\n<!-- END MARK SCHEME -->")

every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


def test_every_module_has_an_assignment():
    assert ASSIGNMENTS == MODULES


@every_assignment
def test_cells_have_words_for_names(assignment):
    for cell in localised(assignment, "en").cells:
        assert re.fullmatch(rf"{assignment}(-[a-z]+)+(-\d+)?(-[a-z]+)?", cell.id), cell.id
        details = cell.metadata.get("nbgrader")
        if details is None:  # a cell to try things in
            assert cell.cell_type == "code" and cell.id.endswith("-try"), cell.id
        else:
            assert cell.id == details.grade_id
            assert details.schema_version == 3
        assert not cell.get("outputs")


@every_assignment
def test_languages_share_names_points_and_tests(assignment):
    english, lithuanian = (localised(assignment, language).cells for language in ("en", "lt"))
    assert [cell.id for cell in english] == [cell.id for cell in lithuanian]
    for one, other in zip(english, lithuanian, strict=True):
        assert one.metadata == other.metadata and one.cell_type == other.cell_type
        if one.cell_type == "code":
            assert _without_texts(one.source) == _without_texts(other.source), one.id
        else:
            assert one.source != other.source, f"{one.id} is not translated"


def _without_texts(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@every_assignment
def test_points_are_as_the_course_weighs_them(assignment):
    cells = localised(assignment, "en").cells
    tests = [cell for cell in cells if "nbgrader" in cell.metadata and is_test(cell)]
    written = [cell for cell in cells if "nbgrader" in cell.metadata and is_grade(cell) and is_solution(cell)]
    assert 6 <= len(tests) <= 12
    assert 1 <= len(written) <= 2
    automatic, by_hand = (sum(cell.metadata.nbgrader.points for cell in each) for each in (tests, written))
    if assignment != PLAN:
        shares = [weight.share for weight in COURSE.weights]
        assert automatic * shares[1] == by_hand * shares[0]


@every_assignment
def test_each_task_begins_with_its_number_and_title(assignment):
    cells = localised(assignment, "en").cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown" and is_locked(cell))
    numbers = [int(number) for number in re.findall(r"(?m)^## Task (\d+)\. \S", text)]
    assert numbers == list(range(1, len(numbers) + 1))
    marked = {cell.id.rpartition("-")[0] for cell in cells if "nbgrader" in cell.metadata and is_test(cell)}
    written = sum("nbgrader" in c.metadata and bool(is_grade(c) and is_solution(c)) for c in cells)
    assert len(numbers) == len(marked) + written
    assert re.search(r"(?m)^.*\*\*Allow\*\* about", text), "no time is named"


@every_assignment
@pytest.mark.parametrize("language", ["en", "lt"])
def test_a_written_answer_has_a_marking_guide_above_it(assignment, language):
    cells = localised(assignment, language).cells
    for above, cell in pairwise(cells):
        if "nbgrader" in cell.metadata and is_grade(cell) and is_solution(cell):
            (guide,) = GUIDE.findall(above.source)
            points = [float(row) for row in re.findall(r"(?m)^\|.*\| (\d+) \|$", guide)]
            assert sum(points) == cell.metadata.nbgrader.points, cell.id
            assert cell.source.strip() in guide, f"{cell.id}: the good answer is not the solution"
            assert len(re.findall(r"(?m)^### ", guide)) >= 2, f"{cell.id}: a good and a weak answer"


@every_assignment
def test_a_task_with_tests_shows_some_and_hides_some(assignment):
    cells = names_of(localised(assignment, "en"))
    tests = {name: cell.source for name, cell in cells.items() if is_test(cell)}
    for task in {name.rpartition("-")[0] for name in tests}:
        own = [text for name, text in tests.items() if name.rpartition("-")[0] == task]
        assert any("### BEGIN HIDDEN TESTS" in text for text in own), task
        assert any("assert" in text.split("### BEGIN HIDDEN TESTS")[0] for text in own), task


@every_assignment
def test_every_assertion_has_a_marked_message(assignment):
    for name, cell in names_of(read(assignment)).items():
        if not is_test(cell):
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assert):
                message = node.msg
                assert isinstance(message, ast.Call) and ast.unparse(message.func) == "tr", (
                    name,
                    ast.unparse(node),
                )


@every_assignment
def test_a_test_shares_no_name_with_the_student_but_what_it_asks_for(assignment):
    cells = names_of(read(assignment))
    locked = set().union(
        *(_bound(cell.source) for cell in cells.values() if _is_setup(cell)),
    )
    for name, cell in cells.items():
        if not is_test(cell):
            continue
        test, call = ast.parse(cell.source).body
        assert isinstance(test, ast.FunctionDef) and ast.unparse(call) == f"{test.name}()", name
        task = name.rpartition("-")[0]
        asked = set().union(
            *(_bound(other.source) for word, other in cells.items()
              if word in (f"{task}-answer", f"{task}-values"))
        )  # fmt: skip
        (scope,) = symtable.symtable(cell.source, name, "exec").get_children()
        known = asked | locked | set(dir(builtins)) | {"tr"}
        assert _globals(scope) <= known, (name, _globals(scope) - known)


def _is_setup(cell) -> bool:
    return cell.cell_type == "code" and bool(is_locked(cell)) and not is_grade(cell)


def _bound(code: str) -> set[str]:
    """Return the names that a cell binds at its top."""
    symbols = symtable.symtable(code, "cell", "exec").get_symbols()
    return {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}


def _globals(table: symtable.SymbolTable) -> set[str]:
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return names.union(*(_globals(child) for child in table.get_children()))


@every_assignment
def test_data_are_the_students_own(assignment):
    if assignment == PLAN:  # whose student picks the municipality
        return
    setup = names_of(localised(assignment, "en"))[f"{assignment}-setup"].source
    assert re.search(r"\bindividual\(\)", setup)


@every_assignment
def test_computing_tasks_can_be_done_without_code(assignment):
    """Whoever does not write functions sets values instead, and earns the same."""
    cells = names_of(localised(assignment, "en"))
    for name, cell in cells.items():
        if not name.endswith("-answer") or cell.cell_type != "code":
            continue
        asks_for_code = any(isinstance(node, ast.FunctionDef) for node in ast.parse(cell.source).body)
        assert asks_for_code == (f"{name.removesuffix('answer')}values" in cells), name


def test_every_outcome_of_a_module_is_assessed_by_tasks_that_are_there():
    for module in COURSE.modules:
        text = "\n".join(
            cell.source for cell in localised(module.id, "en").cells if cell.cell_type == "markdown"
        )
        there = {int(number) for number in re.findall(r"(?m)^## Task (\d+)\.", text)}
        assessed = {task for outcome in module.outcomes for task in outcome.assessed.tasks}
        assert assessed == there, module.id
