"""The jail: bubblewrap, with a read-only view of what Python needs and nothing else of the machine."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from klasteryste.data.package import tables_folder
from klasteryste.errors import CourseError
from klasteryste.grading.sandbox import namespaces

NOBODY = 65534
"""The user that a jail belongs to where root starts it."""

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts", "/etc/mime.types")
_STAGE = "/mnt"
_LINUX = (5, 14)


class JailError(CourseError):
    """No jail can be made here."""


def require() -> str:
    """Return the path of bubblewrap.

    Raises
    ------
    JailError
        If this system cannot jail; the message names the fix.
    """
    if not sys.platform.startswith("linux") or not namespaces.filtered_machine():
        raise JailError(
            f"students' code can be jailed on Linux on x86_64 or aarch64, and this is {platform.system()} on "
            f"{platform.machine()}: grade on such a machine, or accept the risk with --unsafe"
        )
    # Before that a limit on processes was one of all processes of a user, and a notebook's could not be told.
    release = tuple(int(number) for number in re.findall(r"\d+", platform.release())[:2])
    if release < _LINUX:
        raise JailError(
            f"a jail needs Linux {'.'.join(map(str, _LINUX))} or later, and this is {platform.release()}: "
            "grade on a newer system, or accept the risk with --unsafe"
        )
    path = shutil.which("bwrap")
    if path is None:
        raise JailError(
            "students' code is jailed by bubblewrap, which is missing: run `sudo apt-get install bubblewrap`"
            ", or accept the risk with --unsafe"
        )
    return path


def start(
    program: Sequence[str], descriptors: Sequence[int], errors: int, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start this Python inside the jail.

    Parameters
    ----------
    program : sequence of str
        Arguments of the interpreter.
    descriptors : sequence of int
        Files that stay open in it.
    errors : int
        File for its standard error.
    environment : dict of str to str
        Variables beside those that every jail has.

    Returns
    -------
    subprocess.Popen
        The jail ends with it, and it with the thread that started it.

    Raises
    ------
    JailError
        If bubblewrap is missing.
    """
    bubblewrap = require()
    folders = readable_folders()
    root = os.geteuid() == 0
    binds = []
    for number, folder in enumerate(folders):
        binds += ["--ro-bind", f"{_STAGE}/{number}" if root else str(folder), str(folder)]
    variables = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"]),
        "HOME": str(namespaces.HOME),
        "USER": "student",
        "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
        # Notebooks share the machine, and sums must not depend on how many processors it has.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        **environment,
    }
    settings = [word for name, value in variables.items() for word in ("--setenv", name, value)]
    # Nothing at the top, nor among the devices, is for writing.
    closing = ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/"]
    with _files() as (files, numbers):
        command = [bubblewrap, *_isolation(), *_system(), *files, *binds, *settings, *closing]
        try:
            return subprocess.Popen(
                [*command, sys.executable, "-I", *program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[*descriptors, *numbers],
                env={},
                preexec_fn=partial(_become_nobody, folders) if root else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise JailError(
                f"the jail could not be started ({error}); as root, its folders are first shown to an "
                "ordinary user, which a container may forbid: grade as an ordinary user"
            ) from error


def readable_folders() -> list[Path]:
    """Return the folders that hold Python, its libraries and the course's tables, outermost only.

    A checkout's other folders, with tests and solutions, are not among them.
    """
    package = Path(__file__).resolve().parents[2]
    wanted = {
        Path(sys.prefix).resolve(),
        Path(sys.base_prefix).resolve(),
        *(Path(path).resolve() for path in sysconfig.get_paths().values()),
        Path(sys.prefix).absolute(),
        package,
        tables_folder().resolve(),
    }
    covered = [Path(path) for path in _SYSTEM]
    kept: list[Path] = []
    for folder in sorted(wanted):
        if folder.is_dir() and not any(folder.is_relative_to(other) for other in [*covered, *kept]):
            kept.append(folder)
    return kept


def shown_folders() -> list[Path]:
    """Return all folders that code in the jail can read, of the system and of `readable_folders`."""
    return [*(Path(path).resolve() for path in _SYSTEM if Path(path).is_dir()), *readable_folders()]


def _isolation() -> list[str]:
    inside = str(namespaces.UID)
    return [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--uid", inside, "--gid", inside, "--hostname", "klasteryste"),
        *("--die-with-parent", "--new-session", "--clearenv"),
    ]


def _system() -> list[str]:
    options = []
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    for path in map(Path, _SETTINGS):
        if path.exists():
            options += ["--ro-bind", str(path), str(path)]
    return [
        *options,
        *("--proc", "/proc", "--dev", "/dev"),
        *("--dir", "/tmp", "--tmpfs", "/home", "--dir", str(namespaces.HOME)),
    ]


@contextlib.contextmanager
def _files() -> Iterator[tuple[list[str], list[int]]]:
    """Make the few files that programs look up: options, and the descriptors to close afterwards."""
    files = {
        "/etc/passwd": f"student:x:{namespaces.UID}:{namespaces.UID}::{namespaces.HOME}:/bin/sh\n".encode(),
        "/etc/group": f"student:x:{namespaces.UID}:\n".encode(),
        "/etc/hosts": b"127.0.0.1 localhost klasteryste\n",
    }
    # Matplotlib takes seconds to list the fonts of a machine, and lists them anew in an empty home.
    for path in _font_lists():
        files[f"{namespaces.HOME}/.cache/matplotlib/{path.name}"] = path.read_bytes()
    options: list[str] = []
    numbers: list[int] = []
    try:
        for place, content in files.items():
            numbers.append(os.memfd_create("file"))
            os.write(numbers[-1], content)
            os.lseek(numbers[-1], 0, os.SEEK_SET)
            options += ["--perms", "0444", "--ro-bind-data", str(numbers[-1]), place]
        yield options, numbers
    finally:
        for number in numbers:
            os.close(number)


def _font_lists() -> list[Path]:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "matplotlib")
    return sorted(Path(os.environ.get("MPLCONFIGDIR") or caches).glob("fontlist-*.json"))


def _become_nobody(folders: list[Path]) -> None:
    """Give up root in a process about to start bubblewrap.

    What root alone can reach, such as an environment in its home, is first put where everybody can, in a view
    of the file system that only this process has.
    """
    namespaces.stage(folders, Path(_STAGE))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def refusal(said: str) -> JailError:
    """Explain why the first process of a jail could not start.

    Parameters
    ----------
    said : str
        What it, or bubblewrap, wrote.
    """
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
    if "bwrap:" in last or "unshare" in last or "/proc" in last or "mount" in last:
        return JailError(
            f"this system does not let an ordinary process make a jail ({last.strip()}): allow user "
            "namespaces, with `sudo sysctl kernel.unprivileged_userns_clone=1` on Debian or "
            "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` on Ubuntu, and in a container run "
            "it with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`; "
            "or accept the risk with --unsafe"
        )
    return JailError(f"the jail started, but Python in it did not ({last.strip()}): check its installation")
