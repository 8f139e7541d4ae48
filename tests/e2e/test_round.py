"""A round as its people see it: a student and a lecturer in JupyterLab, each with a server of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from nbformat import NotebookNode
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect
from tests.conftest import klasteryste

from klasteryste.grading.reference import grade_id
from klasteryste.grading.tasks import tasks

from .conftest import keep

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("bwrap") is None, reason="bubblewrap is missing; to enable: apt-get install bubblewrap"
    ),
]

STUDENT, COURSE, NAME = "ona", "autumn", "m2"
ANSWER, LETTER = f"{NAME}-task-1-answer", f"{NAME}-letter"
WRITTEN = "Gerbiamas redaktoriau, imtis nėra šalis, todėl palaukime išsamesnių duomenų."
COMMENT = "Aišku ir *trumpa*: o kiek žmonių klausta?"
TOKEN = "round"
# In seconds: a machine that others use too takes its time.
PATIENCE = 120
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # All cells of a notebook are on its page, also those that are out of sight.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@contextmanager
def jupyterlab(folder: Path, home: Path) -> Iterator[str]:
    """Serve JupyterLab from a folder to one person, whose own files are in another; return its address."""
    for name, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "KLASTERYSTE_STUDENT": STUDENT,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    words = ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    words += [f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={TOKEN}", "--LabApp.news_url="]
    if os.geteuid() == 0:
        words.append("--allow-root")
    log = home / "log.txt"
    with log.open("w") as written:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *words],
            cwd=folder, env=os.environ | own, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + PATIENCE
        while not is_answered(f"{address}/api/status?token={TOKEN}"):
            assert server.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE)


def is_answered(address: str) -> bool:
    """Tell whether a server answers."""
    try:
        with urlopen(address, timeout=5):
            return True
    except (URLError, OSError):
        return False


@dataclass
class Classroom:
    """A class of one student, with the folders of both."""

    root: Path

    def __post_init__(self) -> None:
        self.course, self.home, exchange = self.root / COURSE, self.root / STUDENT, self.root / "exchange"
        self.home.mkdir()
        exchange.mkdir()
        exchange.chmod(0o777)
        roster = self.root / "class.csv"
        roster.write_text(f"id,first_name\n{STUDENT},Ona\n", encoding="utf-8")
        self.command("init", str(self.course), "--name", COURSE, "--language", "lt", "--roster", str(roster))
        with (self.course / "nbgrader_config.py").open("a") as config:
            # Everybody is one user here.
            config.write(f"c.Exchange.root = {str(exchange)!r}\nc.ExchangeCollect.check_owner = False\n")
        (self.home / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\n"
            f"c.Exchange.cache = {str(self.root / 'cache')!r}\n"
            f"c.CourseDirectory.course_id, c.CourseDirectory.student_id = {COURSE!r}, {STUDENT!r}\n"
        )

    def command(self, step: str, *words: str) -> None:
        """Run a step of ``klasteryste class``."""
        course = [] if step == "init" else ["--course", str(self.course)]
        run = klasteryste("class", step, *words, *course)
        assert run.returncode == 0, run.stdout + run.stderr

    def cells(self, *folders: str) -> list[NotebookNode]:
        """Return the cells of a notebook of the class."""
        path = self.course.joinpath(*folders) / f"{NAME}.ipynb"
        return list(nbformat.read(path, as_version=4).cells)

    @property
    def released(self) -> list[NotebookNode]:
        """The cells of the Lithuanian release."""
        return self.cells("release", NAME, "lt")

    def guide(self) -> str:
        """Return the marking guide of the letter."""
        reference = self.cells("reference", "lt", NAME)
        text = next(cell.source for cell in reference if grade_id(cell) == f"{LETTER}-text")
        return text.partition("BEGIN MARK SCHEME -->")[2].partition("<!-- END")[0]

    def solution(self) -> str:
        """Return the source's own answer to the first task."""
        text = next(cell.source for cell in self.cells("source", NAME) if grade_id(cell) == ANSWER)
        return "\n".join(line for line in text.splitlines() if "SOLUTION" not in line)


def assignments(tab: Page, address: str) -> Locator:
    """Open the list of assignments."""
    tab.goto(f"{address}/lab?token={TOKEN}")
    tab.locator("#jp-MainMenu").get_by_text("Nbgrader").click()
    tab.get_by_role("menuitem", name="Assignment List").click()
    return tab.locator("#assignments")


def fetch(tab: Page, address: str) -> None:
    """Fetch the assignment."""
    listed = assignments(tab, address)
    listed.locator("#released_assignments_list").get_by_role("button", name="Fetch").click()
    expect(listed.locator("#fetched_assignments_list").get_by_role("button", name="Submit")).to_be_visible()
    keep(tab, "round-fetched")


def work(tab: Page, address: str, room: Classroom) -> None:
    """Answer the first task and write the letter, in the Lithuanian notebook, and save it."""
    tab.goto(f"{address}/lab/tree/{NAME}/lt/{NAME}.ipynb")
    expect(tab.locator("#jp-main-statusbar")).to_contain_text("Idle")
    for name, text in {ANSWER: room.solution(), LETTER: WRITTEN}.items():
        place = next(place for place, cell in enumerate(room.released) if grade_id(cell) == name)
        cell = tab.locator(".jp-NotebookPanel .jp-Cell").nth(place)
        cell.scroll_into_view_if_needed()
        if room.released[place].cell_type == "markdown":
            cell.locator(".jp-MarkdownOutput").dblclick()
        editor = cell.locator(".cm-content")
        editor.click()
        tab.keyboard.press("ControlOrMeta+a")
        tab.keyboard.insert_text(text)
        expect(editor).to_contain_text(text.splitlines()[-1].strip())
    keep(tab, "round-answered")
    with tab.expect_response(lambda answer: answer.request.method == "PUT" and NAME in answer.url) as saved:
        tab.keyboard.press("ControlOrMeta+s")
    assert saved.value.ok


def validate(tab: Page) -> str:
    """Validate the open notebook; return what the dialog says."""
    tab.get_by_role("button", name="Validate").click()
    dialog = tab.locator(".jp-Dialog").filter(has_text="Validation Results")
    said = dialog.inner_text()
    # Below the test that failed first is what it says.
    dialog.locator("pre").nth(1).scroll_into_view_if_needed()
    keep(tab, "round-validated")
    dialog.get_by_role("button", name="Ok").click()
    return said


def submit(tab: Page, address: str) -> None:
    """Submit the work."""
    listed = assignments(tab, address)
    listed.locator("#fetched_assignments_list").get_by_role("button", name="Submit").click()
    expect(
        listed.locator("#submitted_assignments_list").get_by_role("button", name="Fetch Feedback")
    ).to_be_visible()


def mark(tab: Page, address: str) -> FrameLocator:
    """Mark the letter in formgrader; return its page."""
    tab.goto(f"{address}/lab?token={TOKEN}")
    tab.locator("#jp-MainMenu").get_by_text("Nbgrader").click()
    tab.get_by_role("menuitem", name="Formgrader", exact=True).click()
    page = tab.frame_locator("iframe[src*=formgrader]")
    page.get_by_role("link", name="Manual Grading").first.click()
    for _assignment_then_notebook in range(2):
        page.locator("tbody").get_by_role("link", name=NAME, exact=True).click()
    page.get_by_role("link", name="Submission #1").click()
    # What is typed before the marks are loaded is written over.
    waits, loaded = re.compile("needs_manual_grade"), re.compile(".")
    expect(page.locator(f"#{LETTER}")).to_have_class(waits)
    expect(page.locator(f"#{LETTER}-comment")).to_have_attribute("placeholder", loaded)
    for name, text in {LETTER: "2.5", f"{LETTER}-comment": COMMENT}.items():
        field = page.locator(f"#{name}")
        field.fill(text)
        with tab.expect_response(lambda answer: answer.request.method == "PUT") as saved:
            field.press("Tab")
        assert saved.value.ok
    expect(page.locator(f"#{LETTER}")).not_to_have_class(waits)
    return page


def read(tab: Page, address: str) -> FrameLocator:
    """Fetch the feedback and open it; return its page."""
    listed = assignments(tab, address).locator("#submitted_assignments_list")
    listed.get_by_role("button", name="Fetch Feedback").click()
    listed.get_by_text("(view feedback)").click()
    tab.locator(".jp-DirListing-item").get_by_text(f"{NAME}.html").dblclick()
    return tab.frame_locator(".jp-HTMLViewer iframe")


def test_a_student_and_a_lecturer_go_through_a_round(tmp_path: Path, browser: Browser) -> None:
    expect.set_options(timeout=1000 * PATIENCE)
    room = Classroom(tmp_path)
    room.command("release", NAME)
    titles = [task.title for task in tasks(room.released)]
    with (
        jupyterlab(room.home, tmp_path / "student") as students,
        jupyterlab(room.course, tmp_path / "lecturer") as lecturers,
    ):
        tab = browser.new_page(viewport={"width": 1300, "height": 900})
        tab.set_default_timeout(1000 * PATIENCE)
        fetch(tab, students)
        work(tab, students, room)
        said = validate(tab)
        # Each task that was not done is named, and nothing is said of how tests are run.
        named = [title for title in titles if title in said]
        assert named == titles[1:-1]
        assert "Traceback" not in said and "Error" not in said
        submit(tab, students)

        room.command("collect", NAME)
        room.command("grade", NAME)
        page = mark(tab, lecturers)
        expect(page.get_by_text(WRITTEN)).to_be_visible()
        guide = room.guide()
        for heading in re.findall(r"^### (.+)$", guide, re.MULTILINE):
            expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        criteria = page.locator("table").filter(has_text=guide.partition("\n|")[2].split("|")[0].strip())
        criteria.scroll_into_view_if_needed()
        keep(tab, "round-guide")
        page.locator(f"#{LETTER}").scroll_into_view_if_needed()
        keep(tab, "round-marked")
        room.command("feedback", NAME)

        page = read(tab, students)
        rows = [row.split("\t") for row in page.locator("nav table").inner_text().splitlines()]
        points = {row[0]: row[1] for row in rows if len(row) == 3}
        keep(tab, "round-feedback")
        page.get_by_text("o kiek žmonių klausta?").scroll_into_view_if_needed()
        keep(tab, "round-comment")
        shown = page.locator("body").inner_text()
        tab.close()
    assert {title: points[title] for title in titles} == {
        titles[0]: "2", **dict.fromkeys(titles[1:-1], "0"), titles[-1]: "2,5"
    }  # fmt: skip
    assert WRITTEN in shown and "Aišku ir trumpa: o kiek žmonių klausta?" in shown
    assert "Vertinimo pastabos" in shown and "Feedback" not in shown
    lines = [line.strip("#*|> ") for line in guide.splitlines() if len(line) > 40]
    assert len(lines) > 5
    assert not [line for line in (*lines, "HIDDEN TESTS", "MARK SCHEME") if line in shown]
