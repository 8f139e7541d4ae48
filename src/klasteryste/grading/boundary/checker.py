"""The judging side: runs an assignment's locked cells and tests, and asks a student's process for the rest.

No code of a student runs here. A test's names come from the locked cells, which run here from the assignment
itself, or are asked for: the namespace is a dict that asks when it misses one, so that helpers and lambdas
find them as in any notebook. Whenever a cell cannot be judged its outputs hold an error, since
nbgrader reads a test without outputs as passed.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import linecache
import random
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.formatters import PlainTextFormatter
from IPython.core.inputtransformer2 import TransformerManager

from klasteryste.grading.boundary.codec import is_name
from klasteryste.grading.boundary.link import GRACE, Halt, Link
from klasteryste.grading.boundary.profile import Profile, fingerprint
from klasteryste.grading.boundary.proxies import RemoteClass, Unlearnt
from klasteryste.grading.boundary.student import PRINTED, Capture
from klasteryste.language import use_language

SECONDS = 30.0
"""How long one test may take, as nbgrader has it."""

Output = dict[str, Any]
"""An output of a cell as nbformat has it."""

_BUILTINS = frozenset(vars(builtins))


class Namespace(dict[str, Any]):
    """The names of the cells that run on the judging side; a missing one is asked for.

    Parameters
    ----------
    ask : callable
        Returns what a name stands for, or raises `KeyError`.
    has : callable
        Tells whether a name stands for anything.
    names : callable
        Returns the names on the other side.
    """

    def __init__(
        self, ask: Callable[[str], Any], has: Callable[[str], bool], names: Callable[[], list[str]]
    ) -> None:
        super().__init__()
        self._ask, self._has, self._names = ask, has, names

    def __missing__(self, name: str) -> Any:
        return self._ask(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self._has(name))

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a name stands for, on either side."""
        try:
            return self[name]
        except KeyError:
            return default

    def keys(self) -> Any:
        """Return the names of both sides."""
        return dict.fromkeys([*super().keys(), *self._names()]).keys()


class Checker:
    """Judges the tests of one notebook.

    Parameters
    ----------
    sock : socket.socket or None
        The connection to the student's process, where a `student.Server` answers; None if that is in this
        process, see `Link.join`.
    profile : dict
        What was learnt of the assignment, as `Profile.to_json` gives it; empty if nothing.
    language : str
        The language in which a student is told what could not be judged.
    learning : bool, optional
        Whether the other side runs the source's own solution, from which the profile is to be learnt.
    seconds : float, optional
        How long one cell may take.
    """

    def __init__(
        self,
        sock: socket.socket | None,
        profile: dict[str, Any],
        language: str,
        *,
        learning: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        use_language(language)
        self.profile = Profile.from_json(profile)
        self.seconds = seconds
        self.namespace = Namespace(self._look_up, self._is_bound, self._other_names)
        self.link = Link(sock, self.profile, self.namespace, learning=learning)
        self.link.before_call.append(self._push)
        self.link.after_call.append(self._forget)
        self.asked: set[str] = set()
        self._cache: dict[str, Any] = {}
        self._pushed: dict[str, Any] = {}
        self._texts: list[str] = []
        self._count = 0
        self._transform = TransformerManager().transform_cell
        dict.update(
            self.namespace,
            __name__="__main__", __builtins__=builtins, __doc__=None, source_of=self.source_of,
            display=self._display, get_ipython=self._shell,
        )  # fmt: skip

    # --- cells -------------------------------------------------------------------------------------------

    def student_cell(self, source: str) -> None:
        """Take note of the text of a student's cell, which ran in the student's process."""
        self._texts.append(source)
        self._forget()

    def student_cells(self, sources: list[str]) -> None:
        """Take note of the texts of all cells of a student so far."""
        self._texts = sources
        self._forget()

    def run_locked(self, source: str) -> list[Output]:
        """Run a locked cell that is no test, for its imports, data and helpers."""
        if fingerprint(source) in self.profile.apart:
            return []
        outputs = self._run(source)
        self._give_up_names()
        locked = {
            name: value
            for name, value in dict.items(self.namespace)
            if isinstance(value, type)
            and value.__module__ == "__main__"
            and value.__qualname__ == name
            and type(value) is not RemoteClass
        }
        if locked != self.link.locked:
            self.link.locked = locked
            try:
                self.link.hello()
            except Halt as halt:
                outputs.append(_error(halt.name, str(halt), []))
        return outputs

    def run_test(self, source: str) -> list[Output]:
        """Run a test and return its outputs, from which nbgrader reads the points.

        A student's function may change an argument that the source's leaves alone. Then the test is judged
        both with the argument as it was and with the change, and the lower mark counts: the first is safe
        against a student who changes what the test compares with, the second is what a notebook would do.
        """
        names, generators = dict(dict.items(self.namespace)), _generators()
        self.link.unexpected = False
        outputs = self._run(source)
        if self.link.unexpected and score(outputs) > 0:
            dict.clear(self.namespace)
            dict.update(self.namespace, names)
            _restore_generators(generators)
            self.link.copy_back = True
            try:
                again = self._run(source)
            finally:
                self.link.copy_back = False
            outputs = min(outputs, again, key=score)
        self._give_up_names()
        return outputs

    def _run(self, source: str) -> list[Output]:
        self._count += 1
        self._cache.clear()
        self.link.halted = None
        self.link.deadline = time.monotonic() + self.seconds
        self.link.watch_seeds()
        name = f"<cell {self._count}>"
        printed = Capture()
        outputs: list[Output] = []
        with _printing_to(printed), self._alarm():
            try:
                value = self._execute(source, name)
                if value is not None:
                    shown = PlainTextFormatter()(_plain(value))
                    outputs.append(_result(shown, self._count))
            except BaseException as error:
                outputs.append(_failure(error, name))
        if self.link.halted is not None and not any(output["output_type"] == "error" for output in outputs):
            outputs.append(_error(self.link.halted.name, str(self.link.halted), []))
        text = printed.take()
        return ([{"output_type": "stream", "name": "stdout", "text": text}] if text else []) + outputs

    def _execute(self, source: str, name: str) -> Any:
        """Run a cell's code and return the value of its last line, None where a notebook shows none."""
        text = self._transform(source)
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        tree = ast.parse(text, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec", dont_inherit=True), self.namespace)
        if not isinstance(last, ast.Expr):
            return None
        value = eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), self.namespace)
        return None if text.rstrip().endswith(";") else value

    @contextmanager
    def _alarm(self) -> Iterator[None]:
        """End a cell that computes for too long on its own."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def ring(*_arguments: Any) -> None:
            if self.link.talk.depth:
                self.link.lost("silent")
            raise self.link.too_slow()

        old = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, self.seconds + GRACE + 2)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)

    # --- names -------------------------------------------------------------------------------------------

    def _look_up(self, name: str) -> Any:
        if name in self._cache:
            return self._cache[name]
        if name in _BUILTINS and name not in self.profile.builtins:
            return getattr(builtins, name)
        if name in self.profile.imported:
            if not self.link.has(name):
                raise KeyError(name)
            return _imported(*self.profile.imported[name])
        if not is_name(name):
            raise KeyError(name)
        self.asked.add(name)
        value = self._cache[name] = self.link.get(name)
        return value

    def _is_bound(self, name: str) -> bool:
        if name in _BUILTINS and name not in self.profile.builtins:
            return False
        return is_name(name) and self.link.has(name)

    def _other_names(self) -> list[str]:
        return self.link.names()

    def _give_up_names(self) -> None:
        """Forget what is bound here under names that come from the student."""
        for name in self.profile.names:
            dict.pop(self.namespace, name, None)

    def _forget(self) -> None:
        self._cache.clear()

    def _push(self) -> None:
        """Let the student's side know the names of tests that solutions read."""
        for name in self.profile.reads:
            if dict.__contains__(self.namespace, name):
                value = dict.__getitem__(self.namespace, name)
                if self._pushed.get(name, self) is not value:
                    self._pushed[name] = value
                    self.link.bind(name, value)

    # --- what a test may use besides -----------------------------------------------------------------------

    def source_of(self, name: str) -> str:
        """Return the text with which the student last defined a name, for tests of style.

        Parameters
        ----------
        name : str
            A function, a class or a variable at the top of a cell.

        Raises
        ------
        NameError
            If the student's cells define no such name.
        """
        return source_of(name, self._texts)

    def _display(self, *values: Any, **_options: Any) -> None:
        for value in values:
            print(PlainTextFormatter()(value))

    def _shell(self) -> _Shell:
        return _Shell(self)


def source_of(name: str, cells: list[str]) -> str:
    """Return the text with which the last of several cells that defines a name does so."""
    transform = TransformerManager().transform_cell
    for cell in reversed(cells):
        try:
            text = transform(cell)
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in reversed(tree.body):
            if name in _defined(node):
                first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
                return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    raise NameError(f"name {name!r} is not defined")


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    return {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


class _Shell:
    """What the magics of a cell call: those that only set a notebook up do nothing here."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker

    def run_line_magic(self, name: str, line: str, **_options: Any) -> None:
        """Run a line magic."""
        if name not in ("matplotlib", "config", "load_ext", "autoreload", "precision", "pylab"):
            raise Unlearnt(f"a test cannot use the magic %{name}")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run a cell magic."""
        if name not in ("time", "timeit", "capture"):
            raise Unlearnt(f"a test cannot use the magic %{name}")
        exec(compile(cell, f"<{name}>", "exec", dont_inherit=True), self._checker.namespace)


def _imported(module: str, name: str | None = None) -> Any:
    found = importlib.import_module(module)
    return found if name is None else getattr(found, name)


# --- outputs ------------------------------------------------------------------------------------------


@contextmanager
def _printing_to(printed: Capture) -> Iterator[None]:
    """Keep what a cell prints; warnings are kept too, but as print: nbgrader takes stderr for a failure."""
    old = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = printed
    try:
        yield
    finally:
        sys.stdout, sys.stderr = old


def _plain(value: Any) -> Any:
    """Return a number of numpy's as Python's: nbgrader takes ``np.int64(1)`` for no number, and gives all."""
    numpy: types.ModuleType | None = sys.modules.get("numpy")
    return value.item() if numpy is not None and isinstance(value, numpy.number) else value


def _result(shown: str, count: int) -> Output:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": shown[:PRINTED]},
        "metadata": {},
        "execution_count": count,
    }


def _error(name: str, text: str, lines: list[str]) -> Output:
    last = f"{name}: {text}" if text else name
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [*lines, last]}


def _failure(error: BaseException, name: str) -> Output:
    """Return the output of a cell that failed, with the lines of the cell that led there."""
    try:
        text = str(error)[:10_000].encode("utf-8", "replace").decode()
    except Exception:  # an exception that a student's code made
        text = ""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            lines.append(f"line {trace.tb_lineno}: {linecache.getline(name, trace.tb_lineno).strip()}")
        trace = trace.tb_next
    kind = error.name if isinstance(error, Halt) else type(error).__name__
    return _error(kind, text, lines)


def score(outputs: list[Output]) -> float:
    """Return how good outputs are, as nbgrader reads them: nothing, a number of points, or all."""
    if any(output["output_type"] == "error" for output in outputs):
        return 0.0
    for output in outputs:
        if output["output_type"] == "execute_result":
            try:
                return float(output["data"]["text/plain"])
            except ValueError:
                return float("inf")
    return float("inf")


# --- random generators --------------------------------------------------------------------------------


def _generators() -> tuple[Any, Any]:
    numpy: types.ModuleType | None = sys.modules.get("numpy")
    return random.getstate(), None if numpy is None else numpy.random.get_state()


def _restore_generators(states: tuple[Any, Any]) -> None:
    random.setstate(states[0])
    if states[1] is not None:
        sys.modules["numpy"].random.set_state(states[1])
