"""A rehearsal: an assignment's source, with its solutions, judged as a submission will be.

Run as a program of its own, since the source's code and tests run here: it reads the cells as JSON from its
standard input and writes what was learnt to its standard output. Each run of the notebook has two processes,
as in a class: a student's, in which the solutions run, and a judging one.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import select
import socket
import sys
import types
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from klasteryste.grading.boundary.checker import Checker, score, source_of
from klasteryste.grading.boundary.codec import LIMITS, Encoder, Nothing, Refused, dumps
from klasteryste.grading.boundary.profile import Profile, fingerprint
from klasteryste.grading.boundary.source import (
    Cell,
    bound,
    classes,
    imported,
    modules,
    read_by_functions,
    touched,
)
from klasteryste.grading.boundary.student import Server

SECONDS = 120.0
"""How long one cell of the source may take here."""


@dataclass
class Run:
    """What one run of the notebook showed.

    Attributes
    ----------
    scores : dict of str to float
        By test, what it gave: infinity stands for all its points.
    errors : dict of str to str
        By cell, the error it ended with.
    lines : dict of str to int
        By cell that ended with an error, the line of it.
    changed : list of str
        Names of locked cells whose objects a later student's cell, or a call, changed.
    touching : list of str
        Locked cells that asked for something of the student's (hashes of their text).
    asked : list of str
        Names that tests and locked cells asked for.
    lent : list of str
        See `Profile`.
    operators, changes : dict of str to list of str
        See `Profile`.
    loaded : list of str
        Modules that were loaded when it was done, in their order.
    """

    scores: dict[str, float] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    touching: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    lent: list[str] = field(default_factory=list)
    operators: dict[str, list[str]] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    loaded: list[str] = field(default_factory=list)

    def passes(self, cells: list[Cell]) -> bool:
        """Tell whether every test gave all its points."""
        return not self.failing(cells)

    def failing(self, cells: list[Cell]) -> list[Cell]:
        """Return the tests that gave less than their points."""
        return [cell for cell in cells if cell.role == "test" and self.scores[cell.name] < cell.points]


def alone(cells: list[Cell]) -> Run:
    """Run a notebook in one process, as nbgrader does."""
    shell = _shell()
    run = Run()
    texts: list[str] = []
    shell.user_ns["source_of"] = lambda name: source_of(name, texts)
    for cell in cells:
        texts += [cell.source] if cell.role == "student" else []
        printed = StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            result = shell.run_cell(cell.source)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            run.errors[cell.name] = f"{type(error).__name__}: {error}"
        if cell.role == "test":
            run.scores[cell.name] = 0.0 if error is not None else _points(result.result)
    run.loaded = list(sys.modules)
    return run


def _points(value: Any) -> float:
    with suppress(TypeError, ValueError):
        return float(value)
    return float("inf")


def apart(cells: list[Cell], profile: Profile, language: str, *, learning: bool) -> Run:
    """Run a notebook in two processes, as a class run does."""
    ours, theirs = socket.socketpair()
    orders, taken = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        orders.close()
        _finish(lambda: _student(theirs, taken))
    theirs.close()
    taken.close()
    try:
        return _judge(cells, profile, language, ours, orders.makefile("rw", encoding="utf-8"), learning)
    finally:
        ours.close()
        orders.close()
        os.waitpid(child, 0)


def _judge(
    cells: list[Cell], profile: Profile, language: str, sock: socket.socket, orders: Any, learning: bool
) -> Run:
    checker = Checker(sock, profile.to_json(), language, learning=learning, seconds=SECONDS)
    run = Run()
    for cell in cells:
        outputs = []
        if cell.role != "test":
            done = _ordered(orders, cell.source, locked=cell.role == "locked")
            run.changed += done["changed"]
            if done["error"]:
                run.errors[cell.name] = done["error"]
        if cell.role == "student":
            checker.student_cell(cell.source)
        elif cell.role == "locked":
            before = checker.link.asked
            outputs = checker.run_locked(cell.source)
            if checker.link.asked > before:
                run.touching.append(fingerprint(cell.source))
        else:
            outputs = checker.run_test(cell.source)
            run.scores[cell.name] = score(outputs)
        for output in outputs:
            if output["output_type"] == "error":
                run.errors[cell.name] = f"{output['ename']}: {output['evalue']}"
                line = output["traceback"][0].removeprefix("line ").partition(":")[0]
                run.lines[cell.name] = int(line) if line.isdigit() else 1
    run.changed += _ordered(orders, "", locked=False)["changed"]
    run.asked = sorted(checker.asked)
    run.lent = sorted(checker.link.lent)
    run.operators = {name: sorted(names) for name, names in checker.link.operators.items()}
    run.changes = {name: sorted(names) for name, names in checker.link.changes.items()}
    return run


def _ordered(orders: Any, source: str, *, locked: bool) -> dict[str, Any]:
    """Have a cell run on the student's side, which may have ended, and say so if it has."""
    answer = ""
    # Where the other end closed before it read the last order, there is no plain end of file.
    with contextlib.suppress(ConnectionError):
        orders.write(json.dumps({"source": source, "locked": locked}) + "\n")
        orders.flush()
        answer = orders.readline()
    done: dict[str, Any] = json.loads(answer or '{"error": "the process ended", "changed": []}')
    return done


def _student(sock: socket.socket, orders: socket.socket) -> None:
    """Run the student's cells as they are ordered, answer the checker, and watch what locked cells bound."""
    shell = _shell()
    server = Server(sock, lambda: shell.user_ns)
    file = orders.makefile("rw", encoding="utf-8")
    prints: dict[str, Any] = {}
    while True:
        ready, _, _ = select.select([sock, orders], [], [])
        if orders in ready:
            line = file.readline()
            if not line:
                return
            order = json.loads(line)
            before = set(shell.user_ns)
            printed = StringIO()
            with redirect_stdout(printed), redirect_stderr(printed):
                result = shell.run_cell(order["source"])
            error = result.error_before_exec or result.error_in_exec
            now = {name: _print_of(shell.user_ns.get(name)) for name in prints}
            changed = [name for name in prints if not order["locked"] and now[name] != prints[name]]
            if order["locked"]:
                names = bound(order["source"]) | (set(shell.user_ns) - before)
                now |= {name: _print_of(shell.user_ns[name]) for name in names if name in shell.user_ns}
            prints = now
            told = f"{type(error).__name__}: {error}" if error is not None else ""
            file.write(json.dumps({"error": told, "changed": changed}) + "\n")
            file.flush()
        elif not server.step():
            return


def _print_of(value: Any) -> Any:
    """Return what tells whether an object was changed; None where that cannot be told."""
    encoder = Encoder(Nothing(), LIMITS)
    try:
        return dumps(encoder.value(value)), tuple(encoder.buffers)
    except (Refused, Exception):
        return None


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell

    os.environ["NBGRADER_EXECUTION"] = "autograde"
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    shell: Any = InteractiveShell.instance(user_module=module, user_ns=vars(module))
    shell.showtraceback = lambda *_, **__: None
    return shell


def _finish(do: Callable[[], Any]) -> None:
    """Do something as the last thing of a forked process."""
    code = 1
    try:
        do()
        code = 0
    finally:
        os._exit(code)


def fresh(do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do something in a process of its own, so that none sees what another left behind."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)

        def tell() -> None:
            with os.fdopen(writing, "w", encoding="utf-8") as file:
                json.dump(do(), file)

        _finish(tell)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        text = file.read()
    os.waitpid(child, 0)
    if not text:
        raise RuntimeError("the rehearsal's process ended")
    found: dict[str, Any] = json.loads(text)
    return found


def first_profile(cells: list[Cell]) -> Profile:
    """Return what the text of the cells alone tells."""
    profile = Profile()
    students = [cell for cell in cells if cell.role == "student"]
    tests = [cell for cell in cells if cell.role == "test"]
    locked = set().union(*(bound(cell.text) for cell in cells if cell.role == "locked"))
    for cell in students:
        profile.names |= bound(cell.text) | touched(cell.text)
        profile.tasks |= classes(cell.text)
        profile.imported |= imported(cell.text)
    for name in profile.names & set(profile.imported):
        if any(name in bound(cell.text) for cell in students):
            del profile.imported[name]
    profile.names -= set(profile.imported)
    # What only a locked cell imports is never the student's, however it is called on.
    kept = set().union(*(set(imported(cell.text)) for cell in cells if cell.role == "locked"))
    profile.names -= kept - set().union(*(bound(cell.text) for cell in students))
    profile.builtins = profile.names & set(vars(builtins))
    profile.imports = sorted(set().union(*(modules(cell.text) for cell in cells)))
    read = set().union(*(read_by_functions(cell.text) for cell in students))
    profile.reads = (read & set().union(*(bound(cell.text) for cell in tests))) - profile.names - locked
    profile.pyplot = any(word in cell.text for cell in tests for word in ("gcf(", "gca(", "get_fignums("))
    return profile


def rehearse(cells: list[Cell], language: str) -> dict[str, Any]:
    """Learn what the judging side must know, and try it.

    Returns
    -------
    dict
        ``"profile"``; ``"alone"``, the run in one process; ``"apart"``, the run in two.
    """
    before = set(sys.modules)
    profile = first_profile(cells)
    # What the runs need is loaded once.
    for module in profile.imports:
        with suppress(Exception):
            __import__(module)
    plain = Run(**fresh(lambda: vars(alone(cells))))
    # Libraries load some of their parts late; a notebook's process should find those there as well.
    late = [
        name for name in plain.loaded if name not in before and not name.startswith("klasteryste.grading")
    ]
    profile.imports = [*profile.imports, *(name for name in late if name not in profile.imports)]
    learnt = Run(**fresh(lambda: vars(apart(cells, profile, language, learning=True))))
    profile.names |= set(learnt.changed) - set(profile.imported)
    profile.changes = {name: set(places) for name, places in learnt.changes.items()}
    profile.lent = set(learnt.lent)
    profile.operators = {
        name: set(names) for name, names in learnt.operators.items() if name in profile.tasks
    }
    run = Run(**fresh(lambda: vars(apart(cells, profile, language, learning=False))))
    if not run.passes(cells) and learnt.touching:
        # Perhaps since a locked cell did its work on the student's objects twice.
        other = Profile.from_json(profile.to_json())
        other.apart = set(learnt.touching)
        other.names |= set().union(*(bound(c.text) for c in cells if fingerprint(c.source) in other.apart))
        again = Run(**fresh(lambda: vars(apart(cells, other, language, learning=False))))
        if len(again.failing(cells)) < len(run.failing(cells)):
            profile, run = other, again
    return {"profile": profile.to_json(), "alone": vars(plain), "apart": vars(run)}


def main() -> None:
    """Read cells, rehearse, write what was learnt."""
    asked = json.load(sys.stdin)
    answer = os.dup(1)
    os.dup2(2, 1)
    learnt = rehearse([Cell(*cell) for cell in asked["cells"]], asked["language"])
    with os.fdopen(answer, "w", encoding="utf-8") as file:
        json.dump(learnt, file)


if __name__ == "__main__":
    main()
