"""What code in the jail can reach, use up and leave behind."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from klasteryste.grading.sandbox import JailError, Process, jail
from klasteryste.grading.sandbox.namespaces import WORK, unpack
from klasteryste.grading.sandbox.slot import Zygote
from tests.conftest import ROOT

from .conftest import SMALL, Cells


def test_it_is_an_ordinary_user_without_rights(cells: Cells) -> None:
    said = cells.run("import os; print(os.getuid(), os.geteuid(), os.getgid(), os.path.expanduser('~'))")
    assert said.split() == ["1000", "1000", "1000", "/home/student"]
    capabilities = cells.run("print(*[line for line in open('/proc/self/status') if line.startswith('Cap')])")
    assert set(capabilities.split()[1::2]) == {"0000000000000000"}


def test_outside_it_is_never_root(cells: Cells, warm: Zygote) -> None:
    cells.run("1")
    assert warm._process is not None
    jailed = [warm._process.pid]
    for each in jailed:
        jailed += map(int, Path("/proc", str(each), "task", str(each), "children").read_text().split())
    owners = {Path(f"/proc/{each}/status").read_text().split("Uid:")[1].split()[0] for each in jailed}
    assert len(jailed) >= 4
    assert "0" not in owners


def test_it_sees_the_libraries_and_no_course(cells: Cells) -> None:
    there = cells.run(f"import os; print(*os.listdir({str(ROOT)!r}))").split()
    assert {"src", "data"} <= set(there) <= {"src", "data", ".venv"}
    for path in (ROOT / "assignments", ROOT / "tests", Path("/var"), Path("/etc/shadow"), Path("/sys")):
        assert cells.run(f"print(os.path.exists({str(path)!r}))") == "False\n"
    assert cells.run("print(os.listdir('/root') if os.path.exists('/root') else [])").count("'") <= 2


@pytest.mark.parametrize(
    "folder", ["/", "/usr", "/etc", "/dev", "/proc", ROOT / "src" / "klasteryste", sys.prefix]
)
def test_it_writes_nowhere_else(cells: Cells, folder: str | Path) -> None:
    said = cells.run(f"open({str(Path(folder, 'x'))!r}, 'w')")
    assert said.startswith(("OSError: [Errno 30]", "PermissionError", "FileNotFoundError"))


def test_the_working_folder_is_a_copy(warm: Zygote, tmp_path: Path) -> None:
    (tmp_path / "šaltinis").mkdir()
    (tmp_path / "šaltinis" / "ą.csv").write_text("1\n")
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    cells = Cells(warm, folder=tmp_path)
    assert cells.run("import os; print(os.listdir(), open('šaltinis/ą.csv').read())") == "['šaltinis'] 1\n\n"
    cells.run("open('šaltinis/ą.csv', 'w').write('2'); open('new', 'w')")
    cells.close()
    assert (tmp_path / "šaltinis" / "ą.csv").read_text() == "1\n"
    assert not (tmp_path / "new").exists()


def test_a_name_that_leads_out_of_the_archive_is_passed_over(tmp_path: Path) -> None:
    number = os.memfd_create("archive")
    with os.fdopen(os.dup(number), "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        for name in ("../out", "in/here"):
            member = tarfile.TarInfo(name)
            member.size = 1
            tar.addfile(member, io.BytesIO(b"x"))
    os.lseek(number, 0, os.SEEK_SET)
    folder = tmp_path / "folder"
    folder.mkdir()
    unpack(number, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert (folder / "in" / "here").read_bytes() == b"x"


def test_there_is_no_network(cells: Cells) -> None:
    said = cells.run(
        "import socket\n"
        "for place in (('1.1.1.1', 80), ('169.254.169.254', 80), ('127.0.0.1', 22)):\n"
        "    try:\n        socket.create_connection(place, 2); print('connected')\n"
        "    except OSError as error:\n        print(error.errno)\n"
        "try:\n    socket.socket(40, socket.SOCK_STREAM); print('past the namespace')\n"
        "except OSError as error:\n    print(error.errno)\n"
    )
    assert said.split() == ["101", "101", "101", "1"]


def test_the_environment_tells_nothing(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    names = cells.run("import os; print(*os.environ)").split()
    assert set(names) & {"NBGRADER_EXECUTION", "SSH_AUTH_SOCK", "LOGNAME", "PYTEST_CURRENT_TEST"} == set()
    assert not [name for name in names if "TOKEN" in name or "CANARY" in name or "PROXY" in name.upper()]


def test_its_supervisor_can_neither_be_read_nor_ended(cells: Cells) -> None:
    said = cells.run(
        "import ctypes, os\n"
        "for name in ('mem', 'environ', 'fd/0', 'maps'):\n"
        "    try:\n        open(f'/proc/1/{name}', 'rb').read(); print('read', name)\n"
        "    except OSError as error:\n        print(error.errno)\n"
        "print(ctypes.CDLL(None).ptrace(16, 1, 0, 0))\n"
        "for number in (2, 9, 15, 19):\n    os.kill(1, number)\n"
        "print('done')\n"
    )
    assert said.split() == ["13", "13", "13", "13", "-1", "done"]
    assert cells.run("print('alive')") == "alive\n"


def test_it_sees_no_process_but_its_own(cells: Cells, warm: Zygote) -> None:
    other = Cells(warm)
    other.run("1")
    numbers = cells.run("import os; print(*[n for n in os.listdir('/proc') if n.isdigit()])").split()
    assert len(numbers) == 2
    other.close()


@pytest.mark.parametrize(
    "call",
    [
        "unshare(0x10000000)", "mount(b'x', b'/tmp', b'tmpfs', 0, None)", "syscall(250, 0, -4, 1)",
        "memfd_create(b'x', 0)", "shmget(0, 4096, 0o1600)", "syscall(425, 1, None)",
        "syscall(321, 0, None, 0)",
    ],
)  # fmt: skip
def test_system_calls_that_no_notebook_needs_are_refused(cells: Cells, call: str) -> None:
    said = cells.run(
        f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nprint(libc.{call}, ctypes.get_errno())"
    )
    assert said == "-1 1\n"


def test_memory_is_limited_also_when_shared_out(cells: Cells, warm: Zygote) -> None:
    cells.ask("held = []\nwhile True:\n    held.append(b'x' * 10_000_000)")
    with pytest.raises(EOFError):
        cells.answers()
    assert cells.process.why_it_ended() == ("memory", 400)
    shared = Cells(warm)
    shared.ask(
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        held = bytearray(90_000_000)\n"
        "        for at in range(0, len(held), 4096): held[at] = 1\n"
        "        time.sleep(60)\n"
        "time.sleep(60)"
    )
    with pytest.raises(EOFError):
        shared.answers()
    assert shared.process.why_it_ended() == ("memory", 400)
    shared.close()


def test_what_forked_processes_share_counts_once(cells: Cells) -> None:
    said = cells.run(
        "import os, time\n"
        "held = bytearray(150_000_000)\n"
        "for at in range(0, len(held), 4096): held[at] = 1\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(1.5); os._exit(0)\n"
        "for _ in range(4): os.wait()\n"
        "print('done')"
    )
    assert said == "done\n"


@pytest.mark.parametrize("option", ["SO_SNDBUF", "SO_RCVBUF", "32", "33"])
def test_the_buffers_of_a_socket_stay_as_they_are(cells: Cells, option: str) -> None:
    said = cells.run(
        "import socket\n"
        "from socket import SO_SNDBUF, SO_RCVBUF\n"
        "one = socket.socket(socket.AF_UNIX)\n"
        "one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "one.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)\n"
        "print(one.getsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED))\n"
        "before = one.getsockopt(socket.SOL_SOCKET, SO_SNDBUF)\n"
        f"try:\n    one.setsockopt(socket.SOL_SOCKET, {option}, 1 << 20); print('raised')\n"
        "except PermissionError:\n    print(one.getsockopt(socket.SOL_SOCKET, SO_SNDBUF) == before)"
    )
    assert said == "1\nTrue\n"


def test_what_waits_in_sockets_is_limited(cells: Cells) -> None:
    source = (
        "import os, socket, time\n"
        "def fill(pairs):\n"
        "    held = [socket.socketpair() for _ in range(pairs)]\n"
        "    for one, _ in held:\n"
        "        one.setblocking(False)\n"
        "        try:\n"
        "            while True: one.send(bytes(50_000))\n"
        "        except BlockingIOError: pass\n"
        "    return held\n"
    )
    assert cells.run(
        source + "held = fill(100); time.sleep(0.5); print('as many as anybody needs')"
    ).endswith("needs\n")
    cells.ask(
        "for _ in range(2):\n"
        "    if os.fork() == 0:\n"
        "        del held\n"
        "        held = fill(80); time.sleep(60)\n"
        "time.sleep(60)"
    )
    with pytest.raises(EOFError):
        cells.answers(30)
    assert cells.process.why_it_ended() == ("memory", 400)


def test_too_large_an_array_is_an_error_of_the_cell_alone(cells: Cells) -> None:
    assert cells.run("import numpy as np; np.ones(10**10)").startswith("MemoryError")
    assert cells.run("print(1)") == "1\n"


def test_processes_and_threads_are_limited(cells: Cells) -> None:
    said = cells.run(
        "import os, time\n"
        "count = 0\n"
        "try:\n"
        "    while True:\n"
        "        if os.fork() == 0: time.sleep(60)\n"
        "        count += 1\n"
        "except BlockingIOError:\n"
        "    print(count)"
    )
    assert 20 <= int(said) < 40


def test_disk_is_limited_over_all_folders(cells: Cells) -> None:
    said = cells.run(
        "total = 0\n"
        "for folder in ('.', '/tmp', '/dev/shm', '/home/student'):\n"
        "    try:\n"
        "        with open(folder + '/big', 'wb', buffering=0) as file:\n"
        "            while True: total += file.write(bytes(100_000))\n"
        "    except OSError as error:\n"
        "        print(error.errno)\n"
        "print(total)"
    ).split()
    assert said[:-1] == ["28"] * 4 or said[:-1] == ["27", "28", "28", "28"]
    assert 15_000_000 < int(said[-1]) <= 20 * 2**20


def test_files_are_limited(cells: Cells) -> None:
    said = cells.run("held = [open('/dev/null') for _ in range(1000)]")
    assert said.startswith("OSError: [Errno 24]")


@contextlib.contextmanager
def on(processor: int) -> Iterator[None]:
    """Run this thread on one processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


STOP = (
    "for child in children: os.kill(child, 9)\n"
    "for child in children: os.waitpid(child, 0)\n"
    "print(sum(os.times()[2:4]))"
)


def spin(processes: int) -> str:
    """Return a cell that starts processes which compute without end; `STOP` tells how long they did."""
    return (
        "import os\nchildren = []\nwait, start = os.pipe()\n"
        f"for _ in range({processes}):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        os.close(start); os.read(wait, 1)\n"
        "        while True: pass\n"
        "    children.append(child)\n"
        "os.close(start)"
    )


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor only")
def test_a_hundred_processes_do_not_starve_a_neighbour(warm: Zygote) -> None:
    many, one = sorted(os.sched_getaffinity(0))[:2]
    limits = replace(SMALL, processes=128, memory_mb=1000)
    with on(many):
        greedy = Cells(warm, limits)
    with on(one):
        neighbour = Cells(warm, limits)
    assert greedy.run("import os; print(os.sched_getaffinity(0))") == f"{{{many}}}\n"
    assert greedy.run(f"os.sched_setaffinity(0, [{many}, {one}])").startswith("PermissionError")
    neighbour.run("1")
    assert greedy.run(spin(100)) == ""
    assert neighbour.run(spin(1)) == ""
    time.sleep(5)
    had, taken = float(neighbour.run(STOP)), float(greedy.run(STOP))
    greedy.close()
    neighbour.close()
    # On the same processors each of the hundred would have as much as the neighbour's one.
    assert had > taken / 30


def test_computing_time_is_limited(warm: Zygote) -> None:
    cells = Cells(warm, replace(SMALL, cpu_seconds=2))
    cells.ask("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass")
    with pytest.raises(EOFError):
        cells.answers()
    assert cells.process.why_it_ended() in {("time", 2), ("killed", None)}
    cells.close()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import os; os._exit(3)", ("code", 3)),
        ("import ctypes; ctypes.string_at(0)", ("signal", 11)),
        ("import os; os.abort()", ("signal", 6)),
        ("import os; os.kill(os.getpid(), 9)", ("killed", None)),
    ],
)
def test_how_a_process_ended_is_told(cells: Cells, source: str, told: tuple[str, object]) -> None:
    cells.ask(source)
    with pytest.raises(EOFError):
        cells.answers()
    assert cells.process.is_gone()
    assert cells.process.why_it_ended() == told


def test_nothing_passes_from_one_notebook_to_the_next(warm: Zygote) -> None:
    first = Cells(warm)
    first.run(
        "import os, pathlib, random, builtins, json\n"
        "for folder in ('.', '~', '/tmp', '/dev/shm'):\n"
        "    pathlib.Path(os.path.expanduser(folder), 'left').write_text('x')\n"
        "pathlib.Path('~/.ipython/profile_default/startup').expanduser().mkdir(parents=True)\n"
        "pathlib.Path('~/.ipython/profile_default/startup/a.py').expanduser().write_text('left = 1')\n"
        "builtins.left = json.left = 1\n"
    )
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    first.close()
    second = Cells(warm)
    said = second.run(
        "import os, pathlib, json\n"
        "folders = map(os.path.expanduser, ('.', '~', '/tmp', '/dev/shm'))\n"
        "print([folder for folder in folders if pathlib.Path(folder, 'left').exists()])\n"
        "print(hasattr(json, 'left'), 'left' in globals(), hasattr(__builtins__, 'left'))"
    )
    second.close()
    assert said == "[]\nFalse False False\n"


def test_random_numbers_differ_between_notebooks(warm: Zygote) -> None:
    drawn = set()
    for _ in range(3):
        cells = Cells(warm)
        drawn.add(cells.run("import random, numpy; print(random.random(), numpy.random.rand())"))
        cells.close()
    assert len(drawn) == 3
    first, second = ({each.split()[at] for each in drawn} for at in (0, 1))
    assert len(first) == len(second) == 3


def _alive(mark: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in path.read_text():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_what_outlives_a_notebook_is_ended_with_it(warm: Zygote) -> None:
    cells = Cells(warm)
    mark = f"sleep-{time.time_ns()}"
    cells.run(
        "import subprocess, os\n"
        "command = ['/bin/sh', '-c', 'trap \"\" TERM HUP INT; sleep 600']\n"
        f"subprocess.Popen([*command, {mark!r}], start_new_session=True)\n"
        "if os.fork() == 0:\n    os.setsid()\n    __import__('time').sleep(600)\n"
    )
    assert _alive(mark)
    cells.close()
    for _ in range(1200):
        if not _alive(mark):
            break
        time.sleep(0.05)
    assert not _alive(mark)


def test_everything_dies_with_the_worker(bubblewrap: str, tmp_path: Path) -> None:
    mark = f"sleep-{time.time_ns()}"
    program = tmp_path / "worker.py"
    program.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.grading.sandbox.conftest import Cells\n"
        "from klasteryste.grading.sandbox.slot import Zygote\n"
        # The warm process ends, and what it forked with it, when nobody holds it.
        "warm = Zygote('student')\n"
        "cells = Cells(warm)\n"
        f"cells.run(\"import subprocess; subprocess.Popen(['/bin/sh', '-c', 'sleep 600', '{mark}'], "
        'start_new_session=True)")\n'
        "print('started', flush=True)\n"
        "time.sleep(600)\n"
    )
    worker = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"started\n"
    assert _alive(mark)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    for _ in range(1200):
        if not _alive(mark):
            break
        time.sleep(0.05)
    assert not _alive(mark)


def test_a_warm_process_that_was_killed_is_replaced(bubblewrap: str) -> None:
    zygote = Zygote("student")
    first = Cells(zygote)
    assert first.run("print(1)") == "1\n"
    assert zygote._process is not None
    zygote._process.kill()
    zygote._process.wait()
    with pytest.raises(EOFError):
        first.process.receive(time.monotonic() + 100)
    assert first.process.why_it_ended() == ("killed", None)
    second = Cells(zygote)
    assert second.run("print(2)") == "2\n"
    zygote.close()


def test_a_process_that_stops_reading_does_not_stop_the_worker() -> None:
    control, _control = socket.socketpair()
    worker, theirs = socket.socketpair()
    process = Process(control, worker, replace(SMALL, cell_seconds=0.2))
    process.send({"source": "x" * 5_000_000})
    with pytest.raises(TimeoutError):
        process.receive(time.monotonic() + 0.1)
    assert not process.is_gone()
    theirs.close()
    assert process.is_gone()
    process.close()


def test_a_missing_bubblewrap_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(JailError, match="sudo apt-get install bubblewrap"):
        Zygote("student").start()


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("bwrap: No permissions to create new namespace", "kernel.unprivileged_userns_clone=1"),
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns=0"),
        ("PermissionError: unshare 2114060288: Operation not permitted", "namespaces"),
        ("ModuleNotFoundError: No module named 'IPython'", "check its installation"),
    ],
)
def test_a_jail_that_cannot_be_made_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, fix: str
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\necho {said!r} >&2\nexit 1\n")
    fake.chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(jail.shutil, "which", lambda name: str(fake))
    if os.geteuid() == 0:  # an ordinary user starts it, who cannot enter pytest's own folder
        public = Path("/tmp") / f"bwrap-{time.time_ns()}"
        shutil.copy(fake, public)
        monkeypatch.setattr(jail.shutil, "which", lambda name: str(public))
    try:
        with pytest.raises(JailError, match=fix):
            Cells(Zygote("student"))
    finally:
        if os.geteuid() == 0:
            public.unlink()


def test_an_old_kernel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail.platform, "release", lambda: "5.10.0-32-amd64")
    with pytest.raises(JailError, match=r"needs Linux 5\.14 or later, and this is 5\.10\.0-32-amd64"):
        jail.require()


@pytest.mark.parametrize("machine", ["riscv64", "armv7l"])
def test_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch, machine: str) -> None:
    monkeypatch.setattr(jail.platform, "machine", lambda: machine)
    with pytest.raises(JailError, match=f"on {machine}: grade on such a machine"):
        jail.require()


def _view_for_everybody(folders: list[Path]) -> list[str]:
    """Return options of bubblewrap that show folders also where only root may enter those above them."""
    options = ["--dev-bind", "/", "/"]
    closed = {
        parent
        for folder in folders
        for parent in [*reversed(folder.parents), folder]
        if not parent.stat().st_mode & 0o001
    }
    for folder in sorted(closed):
        options += ["--perms", "0755", "--tmpfs", str(folder)]
    for folder in folders:
        for parent in reversed(folder.parents):
            if any(parent.is_relative_to(each) for each in closed):
                options += ["--perms", "0755", "--dir", str(parent)]
        options += ["--bind", str(folder), str(folder)]
    return options


@pytest.mark.skipif(os.geteuid() != 0, reason="to become an ordinary user one has to be root")
def test_an_ordinary_user_has_the_same_jail(bubblewrap: str, tmp_path: Path) -> None:
    program = tmp_path / "ordinary.py"
    program.write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.grading.sandbox.conftest import Cells\n"
        "from klasteryste.grading.sandbox.slot import Zygote\n"
        "zygote = Zygote('student')\n"
        "cells = Cells(zygote)\n"
        "print(os.getuid(), cells.run('import os; print(os.getuid(), os.getcwd(), os.listdir(\"..\"))'))\n"
        "zygote.close()\n"
    )
    program.chmod(0o644)
    public = tmp_path.parent / "ordinary"
    public.mkdir(mode=0o755)
    shutil.move(program, public)
    view = _view_for_everybody([*jail.readable_folders(), ROOT, public])
    person = ["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups", "env", f"HOME={public}"]
    run = subprocess.run(
        [bubblewrap, *view, *person, sys.executable, str(public / "ordinary.py")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.stdout.split(maxsplit=1)[:1] == ["1234"], run.stderr
    assert f"1000 {WORK}" in run.stdout
