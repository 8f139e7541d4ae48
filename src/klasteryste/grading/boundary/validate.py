"""Validate as the class run will judge: a student's visible tests look at the student's values from outside.

A release's set-up cell calls `as_graded`. From then on the tests of that release run, in the student's own
kernel, as they run when the work is graded: values cross as plain values, and what cannot cross is said, in
the student's language, while it can still be mended. What fails is named by its task.
"""

from __future__ import annotations

import builtins
import json
import linecache
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from klasteryste.grading.boundary import words
from klasteryste.grading.boundary.profile import Profile, fingerprint
from klasteryste.language import _, current_language, number


def as_graded(name: str) -> None:
    """Let the tests of a released notebook judge as the class run does, from here on.

    Parameters
    ----------
    name : str
        The notebook's name without its suffix; the file that came beside it tells the rest.
    """
    shell = get_ipython()
    if shell is None:  # the judging side runs set-up cells too
        return
    shell.user_ns["source_of"] = lambda wanted: _source_of(wanted, shell)
    if getattr(shell, "judged_outside", False):  # tests never come to this shell
        return
    path = Path(f"{name}.check.json")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        judge = _Judge(shell, told["profile"], set(told["locked"]), dict(told["tests"]))
    except (OSError, ValueError, KeyError, TypeError):
        missing = _("The file {name} is missing: copy it beside your notebook, or tests judge less strictly.")
        print(missing.format(name=path))
        return
    shell.user_ns[_HIDDEN] = judge.run
    ours = [step for step in shell.input_transformers_cleanup if getattr(step, "of_validate", False)]
    for step in ours:  # the set-up cell was run again
        shell.input_transformers_cleanup.remove(step)
    shell.input_transformers_cleanup.append(_swap(frozenset(told["tests"])))


def _source_of(name: str, shell: Any) -> str:
    from klasteryste.grading.boundary.checker import source_of

    return source_of(name, _cells(shell))


def _cells(shell: Any) -> list[str]:
    return [cell for cell in shell.user_ns.get("In", []) if isinstance(cell, str)]


_HIDDEN = "_test_as_graded"


def _swap(tests: frozenset[str]) -> Callable[[list[str]], list[str]]:
    """Return a step of IPython that has a test run through the boundary."""

    def swap(lines: list[str]) -> list[str]:
        text = "".join(lines)
        return [f"{_HIDDEN}({text!r})\n"] if fingerprint(text) in tests else lines

    swap.of_validate = True  # type: ignore[attr-defined]
    return swap


class _Judge:
    """Runs tests in a student's kernel as the class run does."""

    def __init__(
        self, shell: Any, profile: dict[str, Any], locked: set[str], tests: dict[str, dict[str, Any]]
    ) -> None:
        self._shell = shell
        self._tests = tests
        # Both sides share pyplot here.
        self._profile = Profile.from_json(profile | {"pyplot": False})
        self._locked = locked - self._profile.names
        self._checker: Any = None
        self._server: Any = None

    def run(self, source: str) -> Any:
        """Run one test: show what it prints, return its result, raise its error."""
        names = self._shell.user_ns
        if self._checker is None:  # most kernels that run a set-up cell run no test
            from klasteryste.grading.boundary.checker import Checker
            from klasteryste.grading.boundary.student import Server

            self._checker = Checker(None, self._profile.to_json(), current_language())
            self._server = Server(None, lambda: names)
            self._checker.link.join(self._server)
        checker = self._checker
        checker.student_cells(_cells(self._shell))
        locked = {name: names[name] for name in self._locked if name in names}
        dict.update(checker.namespace, locked)
        checker.link.locked = {
            name: value
            for name, value in locked.items()
            if isinstance(value, type) and value.__module__ == "__main__"
        }
        checker.link.hello()
        self._server.failed = None
        return self._shown(checker.run_test(source), **self._tests[fingerprint(source)])

    def _shown(self, outputs: list[dict[str, Any]], task: str, points: float) -> Any:
        """Put out what a test gave, and with what it takes points for the name of its task."""
        from klasteryste.grading.boundary.checker import score

        result = None
        partly = score(outputs) < points and outputs[-1]["output_type"] == "execute_result"
        # Of a test that gives some of its points nbgrader's Validate shows what is on standard error alone.
        out = sys.stderr if partly else sys.stdout
        if partly:
            out.write(f"{_wrapped(task)}\n")
        for output in outputs:
            if output["output_type"] == "stream":
                out.write(_wrapped(output["text"]) if partly else output["text"])
            elif output["output_type"] == "execute_result":
                result = _Result(output["data"]["text/plain"])
            else:
                raise _error(output, [_wrapped(line) for line in (task, *self._said(output))])
        if partly:
            out.write(f"{words.part(number(score(outputs)), number(points))}\n")
        return result

    def _said(self, output: dict[str, Any]) -> list[str]:
        """Return what is said of a test that failed: not how it was run, but where to look."""
        kind, text = output["ename"], output["evalue"]
        missing = re.fullmatch(r"name '(\w+)' is not defined", text)
        if kind == "NameError" and missing and missing[1] in self._profile.names - self._shell.user_ns.keys():
            return [words.not_there(missing[1])]
        said = [words.failure(kind, text)]
        if kind == "NotImplementedError" or (kind == "AssertionError" and text):
            return said
        if own := self._own_line(kind):
            return [*said, words.where(*own, own=True)]
        lines = [found for line in output["traceback"] if (found := _LINE.fullmatch(line))]
        return [*said, *(words.where(int(line[1]), line[2], own=False) for line in lines[-1:])]

    def _own_line(self, kind: str) -> tuple[int, str] | None:
        """Return the line of the student's cells in which an error arose, None if that is not known."""
        error = self._server.failed
        if type(error).__name__ != kind:
            return None
        found, trace = None, error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if self._shell.compile.format_code_name(file) is not None:  # a cell of the notebook
                found = trace.tb_lineno, linecache.getline(file, trace.tb_lineno).strip()
            trace = trace.tb_next
        return found


def _wrapped(text: str) -> str:
    """Return a text in lines as long as Validate's dialog shows them whole."""
    return "".join(
        f"{textwrap.fill(line, _WIDTH)}\n" if line.endswith("\n") else textwrap.fill(line, _WIDTH)
        for line in text.splitlines(keepends=True)
    )


_WIDTH = 100
_LINE = re.compile(r"line (\d+): (.+)")
"""How the checker tells a line of a test."""


class _Result:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _error(output: dict[str, Any], lines: list[str]) -> Exception:
    """Return an exception that IPython shows as the test's own, in these lines."""
    base = getattr(builtins, output["ename"], None)
    base = base if isinstance(base, type) and issubclass(base, Exception) else Exception
    space = {"_render_traceback_": lambda self: lines, "__module__": "builtins"}
    class_: Any = type(output["ename"], (base,), space)
    error: Exception = class_(output["evalue"])
    return error
