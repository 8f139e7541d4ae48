"""Namespaces of its own for one notebook, made by its process inside the jail, and the way out of all rights.

Every notebook gets its own users, processes, mounts, network and System V objects, and a working folder, home
and temporary folder in memory that are gone with its last process: a warm process that serves many students
hands nothing from one to the next.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from klasteryste.grading.sandbox.limits import Limits

HOME = Path("/home/student")
WORK = HOME / "work"
UID = 1000
"""The ordinary user that a notebook runs as, inside; outside it is whoever grades, and never root."""

_NEW_MOUNTS = 0x00020000
_NEW_NAMESPACES = _NEW_MOUNTS | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
"""Mounts, control groups, host name, System V objects, users, processes, network: the kernel's CLONE_NEW*."""
_NOSUID, _NODEV, _NOEXEC, _BIND, _RECURSIVE, _PRIVATE = 0x2, 0x4, 0x8, 0x1000, 0x4000, 0x40000
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38

_libc = ctypes.CDLL(None, use_errno=True)


def enter() -> None:
    """Leave the jail's namespaces for new ones; the next fork is the first process in them.

    Raises
    ------
    OSError
        If the system does not let a process do so.
    """
    _call("unshare", _NEW_NAMESPACES)
    # The mapping of users can be written once, after groups can no longer be set.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{UID} {UID} 1")
    Path("/proc/self/gid_map").write_text(f"{UID} {UID} 1")


def furnish(limits: Limits, archive: int | None, libraries: Sequence[Path] = ()) -> None:
    """Mount the private folders, unpack the working folder, and forbid further namespaces.

    Parameters
    ----------
    limits : Limits
        Tells how large the folders may grow, all together.
    archive : int or None
        File descriptor of a tar archive of the working folder, unless that stays empty.
    libraries : sequence of Path
        Folders that stay where they are, also if a private folder is mounted above them.
    """
    hidden = {
        folder: os.open(folder, os.O_PATH)
        for folder in libraries
        if any(folder.is_relative_to(place) for place in ("/home", "/tmp", "/dev/shm"))
    }
    # What the warm process has found out about this machine, such as its fonts, is not found out anew.
    caches = {path: path.read_bytes() for path in (HOME / ".cache").rglob("*") if path.is_file()}
    _mount("tmpfs", "/home", "tmpfs", _NOSUID | _NODEV, f"size={limits.disk_mb}m,nr_inodes=20000,mode=755")
    for folder, place, mode in (
        (HOME, None, 0o700),
        (WORK, None, 0o700),
        (Path("/home/.tmp"), "/tmp", 0o1777),
        (Path("/home/.shm"), "/dev/shm", 0o1777),
    ):
        folder.mkdir()
        folder.chmod(mode)
        if place:
            _mount(str(folder), place, None, _BIND, None)
    for folder, number in hidden.items():
        folder.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{number}", str(folder), None, _BIND, None)
        os.close(number)
    _mount("devpts", "/dev/pts", "devpts", _NOSUID | _NOEXEC, "newinstance,ptmxmode=0666,mode=0600")
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC, None)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    for path, content in caches.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if archive is not None:
        unpack(archive, WORK)


def stage(folders: list[Path], place: Path) -> None:
    """Show folders to everybody under numbers in `place`, in this process's own view of the file system."""
    _call("unshare", _NEW_MOUNTS)
    _mount("none", "/", None, _PRIVATE | _RECURSIVE, None)
    _mount("tmpfs", str(place), "tmpfs", _NOSUID | _NODEV, "mode=755")
    for number, folder in enumerate(folders):
        (place / str(number)).mkdir()
        _mount(str(folder), str(place / str(number)), None, _BIND, None)


def unpack(archive: int, folder: Path) -> None:
    """Write the files of an archive into a folder; anything but files and folders in it is passed over."""
    with os.fdopen(archive, "rb") as file, tarfile.open(fileobj=file) as tar:
        for member in tar:
            path = folder / member.name
            if not path.resolve().is_relative_to(folder):
                continue
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
            elif (content := tar.extractfile(member)) is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())


def set_limits(limits: Limits) -> None:
    """Set what the kernel itself enforces on this process and its children."""
    megabyte = 1 << 20
    for kind, most in (
        # Address space is more than memory: libraries and threads reserve what they never touch.
        (resource.RLIMIT_AS, (limits.memory_mb + 2048) * megabyte),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_FSIZE, limits.disk_mb * megabyte),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, megabyte),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def hide_from_debuggers(hidden: bool) -> None:
    """Keep processes of the same user from reading or changing this one, or let them."""
    _call("prctl", _PR_SET_DUMPABLE, int(not hidden), 0, 0, 0)


def give_up_rights() -> None:
    """Give up all capabilities for ever, and the system calls that no notebook needs."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        _call("prctl", _PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("Ii", 0x20080522, 0)  # version 3 of the interface, this process
    _call("capset", header, bytes(24))
    program = _filter()
    count = ctypes.c_ushort(len(program) // 8)
    buffer = ctypes.create_string_buffer(program)

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    _call("prctl", _PR_SET_SECCOMP, 2, ctypes.byref(Program(count, ctypes.addressof(buffer))), 0, 0)


# By machine: the kernel's name for it in filters, and the numbers of system calls: `socket` and `setsockopt`,
# of which some uses are refused, and those refused altogether. These reach into other processes or outlive
# them, take memory that no limit counts or processors of others, or are known for holes.
_MACHINES = {
    "x86_64": (0xC000003E, 41, 54, {
        "shmget": 29, "semget": 64, "msgget": 68, "ptrace": 101, "pivot_root": 155, "chroot": 161,
        "mount": 165, "umount2": 166, "mq_open": 240, "add_key": 248, "request_key": 249, "keyctl": 250,
        "sched_setaffinity": 203, "unshare": 272, "perf_event_open": 298, "setns": 308,
        "process_vm_readv": 310, "process_vm_writev": 311, "memfd_create": 319, "bpf": 321,
        "userfaultfd": 323,
    }),
    "aarch64": (0xC00000B7, 198, 208, {
        "umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51, "unshare": 97, "ptrace": 117,
        "sched_setaffinity": 122,
        "mq_open": 180, "msgget": 186, "semget": 190, "shmget": 194, "add_key": 217, "request_key": 218,
        "keyctl": 219, "perf_event_open": 241, "setns": 268, "process_vm_readv": 270,
        "process_vm_writev": 271, "memfd_create": 279, "bpf": 280, "userfaultfd": 282,
    }),
}  # fmt: skip
_ON_ALL_MACHINES = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsmount": 432, "pidfd_getfd": 438, "mount_setattr": 442,
    "memfd_secret": 447,
}  # fmt: skip
_SOCKETS = (1, 2, 10, 16)
"""Kinds of sockets: local, the internet's two, and netlink, which tells a process its own interfaces."""
_SOL_SOCKET = 1
_BUFFERS = (7, 8, 32, 33)
"""Options of sockets that enlarge their buffers, which are memory of no process: SO_SNDBUF and SO_RCVBUF, and
both by force."""

_Step = tuple[int, int | str, int | str, int | str]


def filtered_machine() -> bool:
    """Tell whether the filter of system calls is known for this machine."""
    return platform.machine() in _MACHINES


def _filter() -> bytes:
    """Write the filter in the kernel's language: what is refused fails as not permitted."""
    load, jump, equal, at_least, done = 0x20, 0x05, 0x15, 0x35, 0x06
    machine, socket, setsockopt, refused = _MACHINES[platform.machine()]
    numbers = sorted({*refused.values(), *_ON_ALL_MACHINES.values()})
    # Each step: operation, the steps to skip if so and if not, operand. The names are of places further down.
    options: list[_Step] = [
        (load, 0, 0, 24), (equal, 0, "allow", _SOL_SOCKET), (load, 0, 0, 32),
        *((equal, "refuse", 0, option) for option in _BUFFERS), (jump, 0, 0, "allow"),
    ]  # fmt: skip
    steps: list[_Step] = [
        (load, 0, 0, 4), (equal, 0, "refuse", machine), (load, 0, 0, 0),
        # Another way of counting calls on the same machine (x32) would pass the list by.
        (at_least, "refuse", 0, 0x40000000),
        *((equal, "refuse", 0, number) for number in numbers),
        (equal, 0, len(options), setsockopt), *options,
        (equal, 0, "allow", socket), (load, 0, 0, 16),
        # AF_UNSPEC, 0: the system refuses it itself.
        *((equal, "allow", 0, kind) for kind in (0, *_SOCKETS)), (jump, 0, 0, "refuse"),
        (done, 0, 0, 0x7FFF0000),
        (done, 0, 0, 0x00050000 | 1),
    ]  # fmt: skip
    places = {"allow": len(steps) - 2, "refuse": len(steps) - 1}
    program = b""
    for at, (operation, *rest) in enumerate(steps):
        words = [places[word] - at - 1 if isinstance(word, str) else word for word in rest]
        program += struct.pack("HBBI", operation, *words)
    return program


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None) -> None:
    words = [word.encode() if word is not None else None for word in (source, target, kind, options)]
    _call("mount", words[0], words[1], words[2], flags, words[3])


def _call(name: str, *inputs: Any) -> None:
    words = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in inputs]
    if getattr(_libc, name)(*words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name} {inputs[0]!r}: {os.strerror(number)}")
