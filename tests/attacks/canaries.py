"""Canaries: what an attack could have gained, told from what is there afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from . import probe
from .submission import Gain, Submission, honest

HOST = "host-decade-77e1"
PEER = "peer-beef-9b2d"
BYSTANDER = "zzz"
LEFT = "left-by-"
# An autograded notebook of the probe has a few kilobytes.
LARGEST_NOTEBOOK = 5_000_000

bystander = honest(
    BYSTANDER,
    "Another student, who is graded last.",
    answers={"mean": f"# {PEER}\n{probe.RIGHT['mean']}"},
)


def make_home(home: Path) -> None:
    """Fill the home of the account that grades with what it must keep."""
    for name in (".ssh/id_canary", ".netrc", ".config/token", ".local/share/jupyter/runtime/kernel-9.json"):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"key": HOST}))


def kept(course: Path, home: Path) -> dict[str, str]:
    """Return a digest of each file that grading must not change."""
    files = [home / ".ssh/id_canary", home / ".netrc", course / "nbgrader_config.py"]
    for step in ("source", "release", "reference", "submitted"):
        # os.walk passes over what is nested too deep to have a path.
        files += [Path(folder, name) for folder, _, names in os.walk(course / step) for name in names]
    plain = [path for path in files if path.is_file() and not path.is_symlink()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in plain}


class Services:
    """Services of the machine that nobody may reach: they remember who called."""

    def __init__(self, home: Path) -> None:
        self.calls: list[bytes] = []
        self._sockets: list[socket.socket] = []
        stream = self._listen(socket.AF_INET, ("127.0.0.1", 0))
        self.port = stream.getsockname()[1]
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", self.port))
        self._serve(datagrams)
        self._listen(socket.AF_UNIX, f"\0klasteryste-canary-{self.port}")
        folder = os.open(home, os.O_RDONLY)  # a path of a socket may not be long
        try:
            self._listen(socket.AF_UNIX, f"/proc/self/fd/{folder}/agent.sock")
        finally:
            os.close(folder)
        (home / "agent.sock").chmod(0o777)

    def _listen(self, family: socket.AddressFamily, address: object) -> socket.socket:
        line = socket.socket(family, socket.SOCK_STREAM)
        line.bind(address)
        line.listen(50)
        self._serve(line)
        return line

    def _serve(self, line: socket.socket) -> None:
        self._sockets.append(line)
        threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        while True:
            try:
                if line.type == socket.SOCK_DGRAM:
                    self.calls.append(line.recv(4096))
                else:
                    caller, _ = line.accept()
                    with caller:
                        caller.settimeout(2)
                        self.calls.append(caller.recv(4096))
            except TimeoutError:
                continue
            except OSError:
                return

    def close(self) -> None:
        """Stop listening."""
        for line in self._sockets:
            line.close()


@contextmanager
def services(home: Path) -> Iterator[Services]:
    """Run the services while something is graded."""
    running = Services(home)
    try:
        yield running
    finally:
        running.close()


class _Active(HTMLParser):
    """Finds in a page what a student made active."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        for name, value in attributes:
            text = (value or "").lower()
            if "owned" in text and (name.startswith("on") or name in _REFERRING):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag in {"script", "style"} and ("owned" in data or "*{display:none}" in data):
            self.found.append(f"<{self._tag}>{data[:60]}")


_REFERRING = {
    "src",
    "href",
    "action",
    "srcdoc",
    "style",
    "data",
    "formaction",
    "xlink:href",
    "poster",
    "background",
}


def active_content(page: str) -> list[str]:
    """Return the elements of a page with which a student's text would act."""
    parser = _Active()
    parser.feed(page)
    parser.close()
    return parser.found


@dataclass
class Aftermath:
    """What is there after a class was graded.

    Attributes
    ----------
    course, home : Path
        The course's folder and the home of the account.
    log : str
        What grading wrote to its outputs.
    before : Mapping of str to str
        `kept`, before.
    calls : list of bytes
        Calls to services of the machine.
    feedback_counts : bool
        Whether a hidden input in the feedback, rather than in the graded notebook, is what a student sees.
    """

    course: Path
    home: Path
    log: str
    before: Mapping[str, str]
    calls: list[bytes]
    feedback_counts: bool = True
    processes: str = field(default_factory=lambda: commands())

    def score(self, student: str) -> float | None:
        """Return a student's marks; None if there are none or no gradebook."""
        if not (self.course / "gradebook.db").exists():
            return None
        try:
            with Gradebook(f"sqlite:///{self.course / 'gradebook.db'}") as book:
                notebook = book.find_submission_notebook(probe.NAME, probe.NAME, student)
                tests = [grade for grade in notebook.grades if grade.cell.cell_type == "code"]
                if all(grade.auto_score is None for grade in tests):
                    return None
                return float(book.find_submission(probe.NAME, student).score)
        except MissingEntry:
            return None
        except Exception:  # an attack may have left anything where the gradebook was
            return None

    def outputs(self, student: str) -> str:
        """Return what the cells of a student's graded notebook show, without the errors of tests."""
        path = self.course / "autograded" / student / probe.NAME / f"{probe.NAME}.ipynb"
        try:
            notebook = json.loads(path.read_text(encoding="utf-8", errors="replace"))
            shown = [
                output
                for cell in notebook["cells"]
                for output in cell.get("outputs", [])
                if output["output_type"] != "error" or not _is_locked(cell)
            ]
        except (OSError, ValueError, KeyError):
            return ""
        return "\n".join(_texts(shown))

    def feedback(self, student: str) -> str:
        """Return a student's feedback."""
        pages = (self.course / "feedback" / student).rglob("*.html")
        return "\n".join(page.read_text(encoding="utf-8", errors="replace") for page in pages)

    def gains(self, attack: Submission) -> set[Gain]:
        """Return what an attack gained."""
        found = set()
        name = attack.name
        score, outputs, feedback = self.score(name), self.outputs(name), self.feedback(name)
        if score is not None and score > attack.earned + 1e-9:
            found.add(Gain.MARKS)
        seen = f"{outputs}\n{feedback}" if self.feedback_counts else outputs
        shown = feedback if self.feedback_counts else outputs
        spelled = probe.SPELLED in shown and probe.NOT_SPELLED not in shown
        if probe.CANARY in seen or probe.LEAKED in shown or spelled:
            found.add(Gain.HIDDEN)
        if PEER in seen:
            found.add(Gain.PEERS)
        if HOST in seen:
            found.add(Gain.SEEN)
        if f"TOOK {name}" in outputs:  # it says itself that it got what it is after
            found.add(attack.gain)
        if self._size(name) > LARGEST_NOTEBOOK:
            found.add(Gain.TOOK)
        if any(name.encode() in call for call in self.calls):
            found.add(Gain.REACHED)
        if active_content(feedback) or f"\x1b]0;owned-{name}" in self.log:
            found.add(Gain.PAGE)
        places = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
        left = [path for place in places for path in place.glob(f"{LEFT}{name}*")]
        if left or f"{LEFT}{name}" in self.processes:
            found.add(Gain.LEFT)
        for path in left:
            path.unlink(missing_ok=True)
        if any(f"{LEFT}{name}" in entry for entry in _names_and_texts(self.home)):
            found.add(Gain.CHANGED)
        return found

    def harm(self) -> set[Gain]:
        """Return what was done to the course and to the bystander, by whomever."""
        found = set()
        after = kept(self.course, self.home)
        changed = {path for path in self.before if after.get(path) != self.before[path]}
        if {path for path in changed if f"/submitted/{BYSTANDER}/" in path}:
            found.add(Gain.PEERS)
        if {path for path in changed if "/submitted/" not in path}:
            found.add(Gain.CHANGED)
        score = self.score(BYSTANDER)
        if score is None:
            found.add(Gain.STOPPED)
        elif score != probe.FULL:
            found.add(Gain.PEERS)
        return found

    def _size(self, student: str) -> int:
        path = self.course / "autograded" / student / probe.NAME / f"{probe.NAME}.ipynb"
        return path.stat().st_size if path.exists() else 0


def commands() -> str:
    """Return the command lines of all processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return "\n".join(found)


def _is_locked(cell: Mapping[str, object]) -> bool:
    details = cell["metadata"].get("nbgrader")  # type: ignore[attr-defined]
    return bool(details and details.get("locked"))


def _texts(thing: object) -> Iterator[str]:
    """Yield every text in nested values."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from _texts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _texts(value)


def _names_and_texts(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        yield path.name
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 100_000:
            yield path.read_text(encoding="utf-8", errors="replace")
