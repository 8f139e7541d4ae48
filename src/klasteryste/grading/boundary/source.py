"""What the text of an assignment's cells tells about names, imports and classes, without running anything."""

from __future__ import annotations

import ast
import importlib
import symtable
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution


class Cell(NamedTuple):
    """A code cell of a notebook.

    Attributes
    ----------
    name : str
        Its ``grade_id``, or its place.
    role : str
        ``"test"``, ``"locked"`` or ``"student"``.
    text : str
        Its code, magics turned into Python.
    source : str
        Its code as it is written.
    points : float
        What a test gives at most.
    """

    name: str
    role: str
    text: str
    source: str
    points: float


def cells_of(notebook: NotebookNode) -> list[Cell]:
    """Return the code cells of a notebook with their parts in judging."""
    transform = TransformerManager().transform_cell
    cells = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        details = cell.metadata.get("nbgrader", {})
        test = is_grade(cell) and not is_solution(cell)
        role = "test" if test else "locked" if is_locked(cell) else "student"
        name = details.get("grade_id") or f"number {place + 1}"
        points = float(details.get("points", 0)) if test else 0.0
        cells.append(Cell(name, role, transform(cell.source), cell.source, points))
    return cells


def parsed(text: str) -> ast.Module:
    """Return the tree of a cell, an empty one if it is no Python."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a cell's top scope: not those within functions and classes."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from statements(node)


def bound(text: str) -> set[str]:
    """Return the names that a cell binds at its top, and those that its functions bind as ``global``."""
    names: set[str] = set()
    for node in statements(parsed(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            names.add(node.name or "")
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Global):
            names.update(node.names)
    return names - {""}


def touched(text: str) -> set[str]:
    """Return the names whose objects a cell may change in place at its top, as in ``df["x"] = 1``."""
    names: set[str] = set()
    for node in statements(parsed(text)):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            names.add(_root(node))
        elif isinstance(node, ast.AugAssign):
            names.add(_root(node.target))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            names.add(_root(node.value.func) if isinstance(node.value.func, ast.Attribute) else "")
    return names - {""}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def imported(text: str) -> dict[str, list[str]]:
    """Return the names that a cell imports, each as a module or as a module and a name in it."""
    names: dict[str, list[str]] = {}
    for node in statements(parsed(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = [
                    alias.name if alias.asname else alias.name.partition(".")[0]
                ]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name == "*":
                    names |= {name: [node.module, name] for name in _public(node.module)}
                else:
                    names[alias.asname or alias.name] = [node.module, alias.name]
    return names


def _public(module: str) -> Iterable[str]:
    try:
        found = importlib.import_module(module)
    except ImportError:
        return []
    public: Iterable[str] = getattr(found, "__all__", [name for name in vars(found) if name[0] != "_"])
    return public


def modules(text: str) -> set[str]:
    """Return the modules that a cell imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def classes(text: str) -> set[str]:
    """Return the classes that a cell defines at its top."""
    return {node.name for node in statements(parsed(text)) if isinstance(node, ast.ClassDef)}


def read_by_functions(text: str) -> set[str]:
    """Return the names that a cell's functions read from outside of themselves."""
    try:
        table = symtable.symtable(text, "<cell>", "exec")
    except SyntaxError:
        return set()
    return set().union(*(_globals(child) for child in table.get_children()))


def _globals(table: symtable.SymbolTable) -> set[str]:
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return names.union(*(_globals(child) for child in table.get_children()))
