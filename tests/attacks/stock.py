"""Prove that the attacks bite where nbgrader grades as it comes: writes ``stock.yml``.

Run it as root, which becomes an ordinary account, under limits that the machine survives:

    python -m tests.attacks.stock             # every attack, and every honest submission
    python -m tests.attacks.stock fork-bomb   # these only; the others stay as they were

Each attack is graded by `nbgrader autograde`, in a course, a home and a process of its own, with a bystander
after it.
"""

from __future__ import annotations

import contextlib
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import yaml

from . import canaries, probe
from .canaries import Aftermath, bystander
from .corpus import ATTACKS
from .honest import HONEST
from .submission import Gain, Submission, remove

RESULTS = Path(__file__).with_name("stock.yml")
HEADER = "# What stock nbgrader does with each submission. Made by: python -m tests.attacks.stock\n"
ACCOUNT = 47_110
LIMITS = {
    resource.RLIMIT_NPROC: 1500,
    resource.RLIMIT_FSIZE: 2**30,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_CPU: 100,
}
SECONDS = 150
# An ordinary run of the probe takes about 150 megabytes.
LARGEST_GRADER = 400_000

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "probe"
c.CourseDirectory.root = {root!r}
"""


def make_course(root: Path) -> Path:
    """Make a course as nbgrader has it, with the probe generated and released."""
    course = root / "course"
    (course / "source" / probe.NAME).mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(CONFIG.format(root=str(course)))
    nbformat.write(probe.source(), course / "source" / probe.NAME / f"{probe.NAME}.ipynb")
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", probe.NAME],
        cwd=course,
        env=environment(root / "maker"),
        check=True,
        capture_output=True,
    )
    return course


def environment(home: Path) -> dict[str, str]:
    """Return the environment of the account that grades, with a secret in it."""
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    return {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "GRADER_PASSWORD": canaries.HOST}


def grade(template: Path, submission: Submission, account: int) -> tuple[Aftermath, set[Gain]]:
    """Grade a submission and the bystander as nbgrader does, and return what is there afterwards.

    The second value holds what only the run itself can tell: that it never ended, or took too much.
    """
    root = Path(tempfile.mkdtemp(prefix="attack-"))
    course, home = root / "course", root / "home"
    shutil.copytree(template, course)
    (course / "nbgrader_config.py").write_text(CONFIG.format(root=str(course)))
    canaries.make_home(home)
    released = nbformat.read(course / "release" / probe.NAME / f"{probe.NAME}.ipynb", as_version=4)
    with canaries.services(home) as services:
        places = {"COURSE": str(course), "HOME": str(home), "PORT": str(services.port)}
        for student in (submission, bystander):
            student.write(released, course / "submitted" / student.name / probe.NAME, places)
        before = canaries.kept(course, home)
        subprocess.run(["chown", "-hR", f"{account}:{account}", root], check=True)
        found = set()
        with (root / "log").open("wb") as log:
            try:
                code = _run(course, home, log, account)
            except subprocess.TimeoutExpired:
                found.add(Gain.STOPPED)
                code = 0
        if code < 0:
            found.add(Gain.STOPPED)
        time.sleep(0.5)
        text = (root / "log").read_text(encoding="utf-8", errors="replace")
        after = Aftermath(course, home, text, before, list(services.calls), feedback_counts=False)
        _end(account)
    largest = [int(line.split()[1]) for line in text.splitlines() if line.startswith("LARGEST ")]
    if largest and largest[0] > LARGEST_GRADER:
        found.add(Gain.TOOK)
    return after, found


def _run(course: Path, home: Path, log: Any, account: int) -> int:
    """Run nbgrader at a terminal, as a lecturer does."""
    ours, theirs = pty.openpty()
    threading.Thread(target=_drain, args=(ours, log), daemon=True).start()
    Path(os.ttyname(theirs)).chmod(0o666)

    def limit() -> None:
        for kind, most in LIMITS.items():
            resource.setrlimit(kind, (most, most))

    run = subprocess.Popen(
        [*_as(account), sys.executable, "-m", "tests.attacks.stock", "--grade"],
        cwd=course,
        env={**environment(home), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
        preexec_fn=limit,
    )  # fmt: skip
    os.close(theirs)
    try:
        return run.wait(SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            run.kill()
        run.wait()


def _as(account: int) -> list[str]:
    """Return the command that becomes an account, where that can reach Python even in the home of root."""
    python = sys.base_prefix
    closed = Path("~root").expanduser()
    reach = []
    if closed in Path(python).parents:
        folders = [str(folder) for folder in reversed(Path(python).parents) if closed in folder.parents]
        reach = [
            "--tmpfs",
            str(closed),
            *(word for folder in folders for word in ("--perms", "755", "--dir", folder)),
        ]
        reach += ["--ro-bind", python, python]
    become = ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups", "--"]
    return ["bwrap", "--cap-add", "ALL", "--dev-bind", "/", "/", *reach, "--", *become]


def _drain(terminal: int, log: Any) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := os.read(terminal, 65536):
            log.write(data)
            log.flush()


def _end(account: int) -> None:
    """End what still runs under the account."""
    for _ in range(50):
        mine = [
            int(path.name)
            for path in Path("/proc").glob("[0-9]*")
            if path.exists() and _owner(path) == account
        ]
        for process in mine:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if not mine:
            return
        time.sleep(0.1)


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _grade_here() -> None:
    """Autograde, and write the feedback: in the account's process."""
    from jupyter_core.application import NoStart
    from nbgrader.apps import NbGraderApp

    for words in (["autograde", probe.NAME], ["generate_feedback", probe.NAME]):
        app = NbGraderApp.instance()
        with contextlib.suppress(NoStart, SystemExit):
            app.initialize(words)
            app.start()
        app.reset()
    print("LARGEST", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def prove(template: Path, submission: Submission, account: int) -> Any:
    """Return what stock nbgrader lets an attack gain, or what an honest submission earns there."""
    after, found = grade(template, submission, account)
    try:
        if submission.gain is None:
            if os.environ.get("SHOW"):
                print(after.log[-6000:])
            return after.score(submission.name)
        if os.environ.get("SHOW"):
            print(after.log[-6000:])
        return sorted(gain.name.lower() for gain in found | after.gains(submission) | after.harm())
    finally:
        remove(after.course.parent)


def main(names: list[str]) -> None:
    """Prove all, or the ones that are named, and write the results."""
    if os.geteuid() != 0:
        sys.exit("run it as root: it becomes an account that owns nothing else")
    known: dict[str, Any] = yaml.safe_load(RESULTS.read_text()) if RESULTS.exists() else {}
    wanted = [one for one in (*ATTACKS, *HONEST) if not names or one.name in names]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        template = make_course(Path(folder))
        accounts = [ACCOUNT, ACCOUNT + 1]

        def one(submission: Submission) -> None:
            account = accounts.pop()
            try:
                known[submission.name] = prove(template, submission, account)
            finally:
                accounts.append(account)
            print(submission.name, known[submission.name], flush=True)

        with ThreadPoolExecutor(len(accounts)) as pool:
            for _ in pool.map(one, wanted):
                _write(known)


def _write(known: Mapping[str, Any]) -> None:
    ordered = {one.name: known[one.name] for one in (*ATTACKS, *HONEST) if one.name in known}
    RESULTS.write_text(HEADER + yaml.safe_dump(ordered, sort_keys=False, width=100))


if __name__ == "__main__":
    if sys.argv[1:] == ["--grade"]:
        _grade_here()
    else:
        main(sys.argv[1:])
