"""Judging one notebook: the student's cells in the student's process, the tests in the checker's.

The two processes are in jails of their own and share one stream, over which the checker asks the student's
for values. What comes back from either is plain data, and becomes the cells' outputs, from which nbgrader
reads the points. nbgrader reads no output as full marks, so that whatever cannot be judged gets an error.
"""

from __future__ import annotations

import copy
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_locked

from klasteryste.assignment import OWN_SEED
from klasteryste.grading.outputs import Outputs, cleaned
from klasteryste.grading.reference import grade_id, is_test
from klasteryste.grading.sandbox import Limits, Process, Slot, wire
from klasteryste.language import SOURCE_LANGUAGE, _, speaking

_GRACE_SECONDS = 5.0
"""How long a cell may take to stop after it was interrupted."""
_SKIP = "skip-execution"
"""The tag by which nbclient passes a cell over."""


@dataclass(frozen=True)
class Judged:
    """A notebook that was executed and whose tests were run.

    Parameters
    ----------
    notebook : NotebookNode
        A copy, with outputs.
    seconds : float
        By the clock.
    notes : tuple of str
        What a lecturer may want to know, such as a process that had to be ended.
    """

    notebook: NotebookNode
    seconds: float
    notes: tuple[str, ...]


class CheckerGoneError(Exception):
    """A notebook could not be judged: it is the grader that failed, and nothing counts as a mark."""


class _KilledError(Exception):
    """A process was ended from outside, not by what the notebook did."""


def judge(
    notebook: NotebookNode,
    profile: dict[str, Any],
    folder: Path | None,
    release: Path | None,
    slot: Slot,
    limits: Limits | None = None,
    seeds: Mapping[str, str] | None = None,
) -> Judged:
    """Execute a restored notebook and run its tests.

    Parameters
    ----------
    notebook : NotebookNode
        A submission whose locked cells and tests were put back from the reference.
    profile : dict
        What was learnt from the assignment's source.
    folder : Path or None
        The submission's files, copied into the student's jail.
    release : Path or None
        The assignment's own files, copied into the checker's; notebooks among them are left out.
    slot : Slot
        The warm processes.
    limits : Limits, optional
        What either process may use.
    seeds : mapping of str to str, optional
        The variables that name the student's seeds; the student's process gets the student's own alone.

    Returns
    -------
    Judged

    Raises
    ------
    JailError
        If no jail can be made here.
    CheckerGoneError
        If the checker ended or did not answer. Nothing else is raised: what a notebook does ends in its
        outputs.
    """
    begin = time.monotonic()
    details = notebook.metadata.get("klasteryste") or {}
    language = details.get("language", SOURCE_LANGUAGE)
    with speaking(language):
        slot.warm(profile.get("imports", ()))
        # What is ended from outside is heard once more, and twice is no accident.
        for last in (False, True):
            if last:
                slot.renew()
            court = _Court(copy.deepcopy(notebook), limits or Limits(), last, seeds or {})
            try:
                court.open(profile, language, folder, release, slot)
                court.hear()
                break
            except _KilledError:
                continue
            finally:
                court.close()
    return Judged(court.notebook, time.monotonic() - begin, tuple(court.notes))


class _Court:
    """One hearing of a notebook."""

    def __init__(self, notebook: NotebookNode, limits: Limits, last: bool, seeds: Mapping[str, str]) -> None:
        self.notebook = notebook
        self.notes: list[str] = []
        self._limits = limits
        self._last = last
        self._seeds = dict(seeds)
        self._outputs = Outputs(notebook, int(limits.output_mb * 1e6))
        self._end = time.monotonic() + limits.total_seconds
        self._student: Process | None = None
        self._checker: Process | None = None

    def open(
        self,
        profile: dict[str, Any],
        language: str,
        folder: Path | None,
        release: Path | None,
        slot: Slot,
    ) -> None:
        """Fork both processes and join them by a stream."""
        ours, theirs = socket.socketpair()
        try:
            self._student = slot.fork("student", folder, self._limits, ours)
            self._checker = slot.fork("checker", release, self._limits, theirs)
        finally:
            ours.close()
            theirs.close()
        seconds = self._limits.cell_seconds
        begin = {"profile": profile, "language": language, "seconds": seconds, "environment": self._seeds}
        self._ask(begin, _("at the beginning"))

    def close(self) -> None:
        """End both processes."""
        for process in (self._student, self._checker):
            if process is not None:
                process.close()

    def hear(self) -> None:
        """Go through the cells in their order."""
        count = 0
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs = []
            cell.execution_count = None
            test = is_test(cell)
            # A student may pass over a cell of their own, as in Jupyter; never a test.
            if not test and (not cell.source.strip() or _SKIP in cell.metadata.get("tags", [])):
                continue
            count += 1
            if test:
                cell.outputs = self._test(cell, count)
            else:
                self._run(cell, index, count)
            cell.execution_count = count

    def _run(self, cell: NotebookNode, index: int, count: int) -> None:
        """Run a cell in the student's process, and let the checker know of it."""
        if self._student is not None and time.monotonic() > self._end:
            reason = _("it took more than {value} seconds in all").format(value=self._limits.total_seconds)
            self._lose_student(cell, reason)
            return
        if self._student is None:
            cell.outputs = [_error("DeadKernelError", _("Not run: the notebook's process is gone."))]
            return
        self._outputs.begin(index)
        own = {name: seed for name, seed in self._seeds.items() if name == OWN_SEED}
        self._student.send({"source": cell.source, "count": count, "environment": own})
        deadline = self._deadline()
        late = False
        while True:
            try:
                message = self._student.receive(deadline)
                if message is not None and message.get("type") == wire.REPLY:
                    self._reply(cell, message)
                    break
                self._outputs.take(index, message)
            except TimeoutError:
                if late:
                    self._lose_student(cell, _("it could not be interrupted"))
                    break
                late = True
                cell.outputs.append(_timeout())
                self._student.interrupt()
                deadline = time.monotonic() + _GRACE_SECONDS
            except EOFError:
                self._lose_student(cell, self._reason(self._student))
                break
            except wire.MalformedError:
                self._lose_student(cell, _("it did not keep to the rules of the conversation"))
                break
        self._outputs.end(index, _("More was put out than is kept."))
        self._ask({"do": "locked" if is_locked(cell) else "student", "source": cell.source}, _name(cell))

    def _reply(self, cell: NotebookNode, message: dict[str, Any]) -> None:
        """Add the error of a cell if it was not put out already, as nbgrader does."""
        content = message.get("content")
        if not isinstance(content, dict) or content.get("status") != "error":
            return
        error = new_output("error", **cleaned({"type": "error", "content": content})[1])
        if not any(each.output_type == "error" and each.ename == error.ename for each in cell.outputs):
            cell.outputs.append(error)

    def _lose_student(self, cell: NotebookNode, reason: str) -> None:
        """Go on without the student's process: its tests fail one by one."""
        assert self._student is not None
        self._student.close()
        self._student = None
        self.notes.append(f"{_name(cell)}: {reason}")
        text = _("The notebook's process is gone: {reason}.").format(reason=reason)
        if not is_test(cell):
            cell.outputs.append(_error("DeadKernelError", text))

    def _reason(self, process: Process) -> str:
        """Return why a process ended, in words.

        Raises
        ------
        _KilledError
            If it was ended from outside, and may be heard once more.
        """
        kind, value = process.why_it_ended()
        if kind == "killed" and not self._last:
            raise _KilledError
        return {
            "memory": _("it used more than {value} MB of memory"),
            "time": _("it computed for more than {value} seconds"),
            "folder": _("its files could not be unpacked ({value})"),
            "code": _("it left with code {value}"),
            "signal": _("it was ended by signal {value}"),
            "killed": _("it was ended"),
        }[kind].format(value=value)

    def _test(self, cell: NotebookNode, count: int) -> list[NotebookNode]:
        """Run a test in the checker's process and return its outputs, an error where it cannot be judged."""
        if time.monotonic() > self._end:
            return [_error("NotJudged", _("Not run: the notebook took too long in all."))]
        answer = self._ask({"do": "test", "source": cell.source}, _name(cell))
        if answer is None:
            return [_timeout()]
        try:
            outputs = [_output(each, count) for each in answer["outputs"]]
        except (wire.MalformedError, KeyError, TypeError, ValueError, AttributeError):
            return [_error("NotJudged", _("The test put out what cannot be read."))]
        failed = any(each.output_type == "error" for each in outputs)
        if failed and self._student is not None and self._student.is_gone():
            self._lose_student(cell, self._reason(self._student))
        return outputs

    def _ask(self, request: dict[str, Any], place: str) -> dict[str, Any] | None:
        """Ask the checker; None stands for an answer that came too late.

        Raises
        ------
        CheckerGoneError
            If the checker ends or cannot be stopped, the second time: whosever fault that is, nothing it said
            before is a mark.
        """
        assert self._checker is not None
        self._checker.send(request)
        # It keeps to the limit of a cell itself, and knows best whom to stop.
        deadline = self._deadline(2 * _GRACE_SECONDS)
        patience = [self._checker.interrupt]
        if self._student is not None:
            # It waits for a student's function, more likely than not, and goes on if that is stopped.
            patience.insert(0, self._student.interrupt)
        late = False
        while True:
            try:
                answer = self._checker.receive(deadline)
                return None if late else answer or {}
            except TimeoutError:
                late = True
                if patience:
                    patience.pop(0)()
                    deadline = time.monotonic() + _GRACE_SECONDS
                    continue
                reason = _("it could not be interrupted")
            except EOFError:
                reason = self._reason(self._checker)
            except wire.MalformedError:
                reason = _("it did not keep to the rules of the conversation")
            if not self._last:
                raise _KilledError
            raise CheckerGoneError(
                _("{place}: the checker is gone ({reason}), so nothing was graded").format(
                    place=place, reason=reason
                )
            )

    def _deadline(self, grace: float = 0) -> float:
        return min(time.monotonic() + self._limits.cell_seconds, self._end) + grace


def _name(cell: NotebookNode) -> str:
    return grade_id(cell) or str(cell.get("id", "?"))


def _output(said: dict[str, Any], count: int) -> NotebookNode:
    """Return an output of the test with number `count`, as the checker describes it."""
    kind, content = cleaned({"type": said.get("output_type"), "content": said})
    if kind == "execute_result":
        content["execution_count"] = count
    output: NotebookNode = new_output(kind, **content)
    return output


def _error(name: str, text: str) -> NotebookNode:
    error: NotebookNode = new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
    return error


def _timeout() -> NotebookNode:
    """Return what nbgrader writes under a cell that took too long."""
    line = "\x1b[0;31mCellTimeoutError\x1b[0m: No reply from kernel before timeout"
    error: NotebookNode = new_output("error", ename="CellTimeoutError", evalue="", traceback=[line])
    return error
