"""Kernels in the jail for programs that speak Jupyter's protocol."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from jupyter_client import KernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from klasteryste.grading.sandbox import provisioner
from klasteryste.grading.sandbox.namespaces import WORK

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _jailed(bubblewrap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "klasteryste-jail")
    monkeypatch.setattr(KernelProvisionerFactory, "_instance", None)


def execute(folder: Path, *sources: str, **options: object) -> nbformat.NotebookNode:
    """Execute cells with nbclient, as it comes."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python"}},
    )
    client = NotebookClient(
        notebook, allow_errors=True, resources={"metadata": {"path": str(folder)}}, **options
    )
    return client.execute()


def said(cell: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") or output.get("ename", "") for output in cell.outputs)


def test_nbclient_gets_a_kernel_in_the_jail(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1")
    notebook = execute(
        tmp_path,
        "import os; print(os.getuid(), os.getcwd(), os.listdir())",
        "open('data.csv', 'w').write('2'); print(os.path.exists('/etc/shadow'))",
        "1 / 0",
        "print('ą'); os.system('echo raw')",
        shutdown_kernel="immediate",
    )
    first, second, third, fourth = map(said, notebook.cells)
    assert first == f"1000 {WORK} ['data.csv']\n"
    assert second == "False\n"
    assert third == "ZeroDivisionError"
    assert fourth.startswith("ą\n")
    assert (tmp_path / "data.csv").read_text() == "1"
    assert not list(Path(provisioner.tempfile.gettempdir()).glob(f"{provisioner._PREFIX}{os.getpid()}-*"))


def test_an_interrupt_reaches_the_kernel(tmp_path: Path) -> None:
    notebook = execute(
        tmp_path,
        "kept = 1\nimport time\nwhile True: time.sleep(0.01)",
        "print(kept)",
        timeout=10,
        interrupt_on_timeout=True,
        shutdown_kernel="immediate",
    )
    assert said(notebook.cells[0]) == "KeyboardInterrupt"
    assert said(notebook.cells[1]) == "1\n"


def test_a_kernel_that_leaves_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(DeadKernelError):
        execute(tmp_path, "import os; os._exit(1)")


def test_a_kernel_can_be_started_again(tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=3000)
        client.execute_interactive("kept = 5", timeout=300)
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=3000)
        reply = client.execute_interactive("kept", timeout=300, output_hook=lambda _: None)
        assert reply["content"]["ename"] == "NameError"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def test_a_folder_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(provisioner.CourseError, match="300 MB, too much to copy into a jail of 256 MB"):
        execute(tmp_path, "1")


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(provisioner.tempfile, "gettempdir", lambda: str(tmp_path))
    dead = 2**22 + 1  # more than the system numbers processes
    left = [f"{provisioner._PREFIX}{owner}-x" for owner in (dead, os.getpid(), "name")]
    for name in left:
        (tmp_path / name).mkdir()
        (tmp_path / name / "k-1").touch()
    provisioner.sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(left[1:])


def test_kernels_share_one_warm_process(tmp_path: Path) -> None:
    execute(tmp_path, "1", shutdown_kernel="immediate")
    first = dict(provisioner._zygotes)
    execute(tmp_path, "1", shutdown_kernel="immediate")
    assert provisioner._zygotes == first
