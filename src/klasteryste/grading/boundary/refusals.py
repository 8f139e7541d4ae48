"""What cannot be judged from outside of a student's process, said before an assignment is released.

A test that passes in the source's own notebook but not from outside would cost every student their marks; a
test that gives points to whoever bends Python would give them away.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klasteryste.grading.boundary.learn import Learnt
from klasteryste.grading.boundary.source import Cell, parsed


def problems(learnt: Learnt) -> list[str]:
    """Return what is wrong with an assignment's tests: the cell, the line, and how to write it instead."""
    told: list[str] = []
    for cell in learnt.cells:
        if cell.role == "test":
            told += [f"{cell.name}, line {line}: {why}" for line, why in _read(cell, learnt)]
    known = {problem.partition(",")[0] for problem in told}
    for cell in learnt.cells:
        if cell.role != "test" or cell.name in known:
            continue
        before, after = learnt.alone["scores"].get(cell.name, 0), learnt.apart["scores"].get(cell.name, 0)
        line = learnt.apart["lines"].get(cell.name, 1)
        if before < cell.points:
            error = learnt.alone["errors"].get(cell.name, f"it gives {before:g} of {cell.points:g} points")
            told.append(
                f"{cell.name}, line 1: the source's own solution fails this test ({_one_line(error)})"
            )
        elif after < cell.points:
            error = learnt.apart["errors"].get(cell.name, f"it gives {after:g} of {cell.points:g} points")
            told.append(
                f"{cell.name}, line {line}: passes in the notebook but not from outside of it "
                f"({_one_line(error)}). Compare plain values: convert with list, sorted or float, compare "
                "attributes and not objects, pass inputs as arguments"
            )
    return told


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _read(cell: Cell, learnt: Learnt) -> Iterator[tuple[int, str]]:
    """Yield what can be told from the text of a test."""
    tree = parsed(cell.text)
    names, tasks = learnt.profile.names, learnt.profile.tasks
    failing = learnt.apart["scores"].get(cell.name, 0) < cell.points
    own = _bound_here(tree)
    replaced = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in tasks - own:
                    yield (
                        node.lineno,
                        f"the class {node.name} extends the student's {base.id}. Make an object of "
                        f"{base.id} and test its methods and attributes",
                    )
        elif isinstance(node, ast.Call):
            yield from _call(node, names - own, failing)
        elif isinstance(node, ast.Name) and node.id in ("In", "Out", "_ih", "_oh") and node.id not in own:
            yield (
                node.lineno,
                f"{node.id} is the history of the student's notebook. For style, read "
                'the text of a function with source_of("name")',
            )
        elif isinstance(node, ast.Assign) and failing:
            for target in node.targets:
                what = ast.unparse(target)
                if what not in replaced and _is_library(target, names | own):
                    replaced.add(what)
                    yield (
                        node.lineno,
                        f"{what} is replaced here, but the student's code has its own. "
                        "Test what the function returns instead",
                    )
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not cell.text.rstrip().endswith(";"):
        value = last.value.func if isinstance(last.value, ast.Call) else last.value
        if isinstance(value, ast.Name) and value.id in names - own:
            yield (
                last.lineno,
                f"the cell ends with the student's {value.id}, which would be read as points. "
                "End with the points, or with an assertion",
            )


def _call(node: ast.Call, names: set[str], failing: bool) -> Iterator[tuple[int, str]]:
    called = ast.unparse(node.func)
    first = node.args[0] if node.args else None
    if called.rpartition(".")[2] in ("getsource", "getsourcelines") and isinstance(first, ast.Name):
        if first.id in names:
            yield node.lineno, f'{called} reads a file. Use source_of("{first.id}")'
    elif (
        called in ("patch", "mock.patch", "unittest.mock.patch", "patch.object", "mock.patch.object")
        and failing
    ):
        what = ast.unparse(first) if first is not None else "?"
        yield (
            node.lineno,
            f"{what} is patched here, but the student's code has its own; only builtins.input reaches it. "
            "Test what the function returns or prints, or pass what it needs as an argument",
        )
    elif called == "get_ipython":
        yield node.lineno, "get_ipython() is not there when a test is judged. Use plain Python"


def _is_library(target: ast.expr, taken: set[str]) -> bool:
    """Tell whether an assignment's target is an attribute of what a test imports."""
    root: ast.AST = target
    if not isinstance(root, ast.Attribute):
        return False
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id not in taken


def _bound_here(tree: ast.Module) -> set[str]:
    """Return the names that a test binds anywhere for itself."""
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return names | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
