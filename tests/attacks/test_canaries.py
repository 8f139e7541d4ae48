"""The canaries sing: each gain is noticed when it is there, and not when it is not."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from . import canaries, probe
from .canaries import Aftermath, active_content
from .corpus import ATTACKS
from .corpus.pages import ACTIVE
from .honest import HONEST
from .submission import Gain, Submission, remove

THIEF = Submission("thief", "It tries everything.", Gain.MARKS)


@pytest.mark.parametrize("piece", ACTIVE.replace("><", ">\n<").splitlines())
def test_active_content_is_found(piece: str) -> None:
    if "owned" in piece or "display:none" in piece:
        assert active_content(f"<p>{piece}</p>")
    assert not active_content(f"<p>{piece.replace('<', '&lt;')}</p>")


def aftermath(root: Path, outputs: list[dict[str, object]], **details: object) -> Aftermath:
    """Return what is there after a thief's notebook was graded, with these outputs in it."""
    course, home = root / "course", root / "home"
    canaries.make_home(home)
    folder = course / "autograded" / THIEF.name / probe.NAME
    folder.mkdir(parents=True)
    cell = nbformat.v4.new_code_cell("1", outputs=outputs)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / f"{probe.NAME}.ipynb")
    known = {"log": "", "before": {}, "calls": [], "processes": ""}
    return Aftermath(course, home, **{**known, **details})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "gain"),
    [
        (probe.CANARY, Gain.HIDDEN),
        (canaries.PEER, Gain.PEERS),
        (canaries.HOST, Gain.SEEN),
        ("TOOK thief", Gain.MARKS),
        ("x" * canaries.LARGEST_NOTEBOOK, Gain.TOOK),
    ],
    ids=["hidden", "peers", "seen", "took", "large"],
)
def test_what_is_shown_is_noticed(tmp_path: Path, text: str, gain: Gain) -> None:
    shown = [nbformat.v4.new_output("stream", text=text)]
    assert aftermath(tmp_path, shown).gains(THIEF) == {gain}


def test_the_error_of_a_test_is_not_what_a_student_sees(tmp_path: Path) -> None:
    after = aftermath(tmp_path, [nbformat.v4.new_output("error", ename="E", evalue=probe.CANARY)])
    path = tmp_path / "course" / "autograded" / THIEF.name / probe.NAME / f"{probe.NAME}.ipynb"
    assert after.gains(THIEF) == {Gain.HIDDEN}
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].metadata["nbgrader"] = {"locked": True}
    nbformat.write(notebook, path)
    assert after.gains(THIEF) == set()


@pytest.mark.parametrize(
    ("details", "gain"),
    [
        ({"calls": [b"GET /thief"]}, Gain.REACHED),
        ({"log": "\x1b]0;owned-thief\x07"}, Gain.PAGE),
        ({"processes": "sh -c left-by-thief"}, Gain.LEFT),
    ],
    ids=["reached", "terminal", "process"],
)
def test_what_is_done_elsewhere_is_noticed(tmp_path: Path, details: dict[str, object], gain: Gain) -> None:
    assert aftermath(tmp_path, [], **details).gains(THIEF) == {gain}


def test_files_that_are_left_or_changed_are_noticed(tmp_path: Path) -> None:
    after = aftermath(tmp_path, [])
    source = after.course / "source" / "probe.ipynb"
    source.parent.mkdir()
    source.write_text("x")
    after.before = canaries.kept(after.course, after.home)
    (after.home / f"{canaries.LEFT}{THIEF.name}").touch()
    (Path("/tmp") / f"{canaries.LEFT}{THIEF.name}").touch()
    assert after.gains(THIEF) == {Gain.CHANGED, Gain.LEFT}
    source.write_text("y")
    assert Gain.CHANGED in after.harm()
    (after.home / f"{canaries.LEFT}{THIEF.name}").unlink()
    assert after.gains(THIEF) == set()


def test_services_remember_who_called(tmp_path: Path) -> None:
    connects = {one.name: one for one in ATTACKS if one.gain is Gain.REACHED}
    with canaries.services(tmp_path) as services:
        for name in ("connects", "sends-datagrams", "hidden-socket", "agents-socket"):
            places = {"PORT": str(services.port), "HOME": str(tmp_path), "NAME": name}
            code = connects[name].code
            for key, value in places.items():
                code = code.replace(f"@{key}@", value)
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
        for _ in range(100):
            if len(services.calls) >= 4:
                break
            time.sleep(0.2)
    called = b" ".join(services.calls).decode()
    assert {"connects", "sends-datagrams", "hidden-socket", "agents-socket"} <= set(
        called.replace("/", " ").split()
    )


def test_every_submission_is_written_and_says_what_it_tries(tmp_path: Path) -> None:
    released = probe.source()
    places = {"COURSE": str(tmp_path), "HOME": str(tmp_path), "PORT": "1"}
    for one in (*ATTACKS, *HONEST):
        folder = tmp_path / one.name
        one.write(released, folder, places)
        path = folder / f"{probe.NAME}.ipynb"
        if one.refused or one.edit is not None:
            assert path.is_symlink() or path.is_file()
            continue
        notebook = nbformat.read(path, as_version=4)
        assert notebook.cells[0].source == f"**{one.name}**. {one.tries}"
        assert "@NAME@" not in nbformat.writes(notebook)
    remove(tmp_path)  # pytest could not
