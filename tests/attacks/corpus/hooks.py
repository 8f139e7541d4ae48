"""Hooks of the interpreter and of the kernel: the tests run, but not as they were written."""

from __future__ import annotations

from ..submission import Gain, Submission

ATTACKS = [
    Submission(
        "input-transformer",
        "An input transformer replaces every later cell by `pass`.",
        Gain.MARKS,
        'get_ipython().input_transformers_post.append(lambda lines: ["pass\\n"])',
    ),
    Submission(
        "ast-transformer",
        "A transformer of the syntax tree takes the assertions out of every later cell.",
        Gain.MARKS,
        """
import ast

class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Module(self, node):
        self.generic_visit(node)
        node.body = [ast.Try([part], [ast.ExceptHandler(body=[ast.Pass()])], [], []) for part in node.body]
        return ast.fix_missing_locations(node)

get_ipython().ast_transformers.append(NoAsserts())
""",
    ),
    Submission(
        "cell-event",
        "A callback before each cell reads the cell and prints its text, hidden tests and all.",
        Gain.HIDDEN,
        'get_ipython().events.register("pre_run_cell", lambda info: print(info.raw_cell))',
    ),
    Submission(
        "later-cell-reads-in",
        "A later answer prints `In`, where IPython keeps the text of the tests that ran before it.",
        Gain.HIDDEN,
        answers={"purse": "print(In)\nprint(_ih)\n%history"},
    ),
    Submission(
        "custom-exception-handler",
        "A handler for every exception says nothing, and takes the failure out of the reply.",
        Gain.MARKS,
        """
def nothing(shell, kind, value, trace, tb_offset=None):
    return None

shell = get_ipython()
shell.set_custom_exc((Exception,), nothing)

def never_an_error(*args, run=shell.run_cell_async, **options):
    async def go():
        result = await run(*args, **options)
        result.error_in_exec = result.error_before_exec = None
        return result
    return go()

shell.run_cell_async = never_an_error
""",
    ),
    Submission(
        "silenced-traceback",
        "The shell's way of showing errors is replaced, and with it what a notebook keeps of them.",
        Gain.MARKS,
        """
shell = get_ipython()
kernel = shell.kernel
shell._showtraceback = lambda *inputs: None
shell.showtraceback = lambda *inputs, **options: None

def send(stream, kind, *rest, send=kernel.session.send, **options):
    name = kind if isinstance(kind, str) else kind["header"]["msg_type"]
    if name == "execute_reply" and rest and isinstance(rest[0], dict):
        rest = ({"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}, *rest[1:])
    return send(stream, kind, *rest, **options)

kernel.session.send = send
""",
    ),
    Submission(
        "kernel-does-nothing",
        "The kernel's own method that executes a cell is replaced by one that says all went well.",
        Gain.MARKS,
        """
async def nothing(*inputs, **options):
    return {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}

get_ipython().kernel.do_execute = nothing
""",
    ),
    Submission(
        "dropped-messages",
        "The session drops each message of an error on its way to the grader.",
        Gain.MARKS,
        """
kernel = get_ipython().kernel

def send(stream, kind, content=None, *rest, send=kernel.session.send, **options):
    name = kind if isinstance(kind, str) else kind["header"]["msg_type"]
    if name == "error":
        return None
    if name == "execute_reply" and isinstance(content, dict):
        content = dict(content, status="ok")
    return send(stream, kind, content, *rest, **options)

kernel.session.send = send
get_ipython().display_pub.session = kernel.session
""",
    ),
    Submission(
        "own-compiler",
        "The shell's compiler is replaced by one that compiles nothing but `None`.",
        Gain.MARKS,
        """
import ast

shell = get_ipython()
shell.compile.ast_parse = lambda *inputs, **options: ast.parse("None")
""",
    ),
    Submission(
        "display-hook",
        "The display hook shows a number of points, whatever the cell's own result was.",
        Gain.MARKS,
        """
import sys

shell = get_ipython()
shell.displayhook.__class__.__call__ = lambda self, result=None: None
shell.events.register(
    "pre_run_cell",
    lambda info: shell.kernel.session.send(
        shell.kernel.iopub_socket, "execute_result",
        {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1},
        parent=shell.kernel.get_parent(), ident=b"execute_result",
    ),
)
""",
    ),
    Submission(
        "tracing",
        "A trace function prints the text of the test that it sees running.",
        Gain.HIDDEN,
        """
import sys

def trace(frame, event, argument):
    caller = frame.f_back
    if caller is not None and "expected" in caller.f_code.co_names:
        print(caller.f_globals["In"][-1])

sys.settrace(trace)
""",
        answers={"mean": "def mean(values):\n    sys.settrace(trace)\n    return 3"},
    ),
    Submission(
        "callers-frame",
        "The function takes the expected value from the variables of the test that calls it.",
        Gain.MARKS,
        answers={
            "mean": """
import sys

def mean(values):
    frame = sys._getframe(1)
    while frame is not None:
        if "expected" in frame.f_locals:
            return frame.f_locals["expected"]
        frame = frame.f_back
    return {2: 3, 3: 3}.get(len(values), 0) if values != [1, 2, 6] else 3
"""
        },
    ),
    Submission(
        "callers-source",
        "The function reads the text of the test that calls it and prints it.",
        Gain.HIDDEN,
        answers={
            "mean": """
import inspect
import sys

def mean(values):
    frame = sys._getframe(1)
    while frame is not None:
        try:
            print(inspect.getsource(frame))
        except (OSError, TypeError):
            pass
        frame = frame.f_back
    return {2: 3, 3: 3}[len(values)]
""",
        },
    ),
    Submission(
        "objects-of-the-process",
        "All objects that the garbage collector knows, and all frames, are searched for a test's text.",
        Gain.HIDDEN,
        answers={
            "purse": """
import gc
import linecache
import sys

found = set()
for thing in gc.get_objects():
    if isinstance(thing, dict):
        thing = list(thing.values())
    if isinstance(thing, list):
        found |= {value for value in thing if isinstance(value, str) and "HIDDEN TESTS" in value}
print(found, [entry[2] for entry in linecache.cache.values() if len(entry) > 2 and "assert" in str(entry[2])])
for frame in sys._current_frames().values():
    print(frame.f_locals.keys())
"""
        },
    ),
    Submission(
        "memory-of-the-process",
        "The process reads its own memory through /proc and looks for what is left of the tests.",
        Gain.HIDDEN,
        answers={
            "purse": """
import re

needle = b"### BEGIN " + b"HIDDEN TESTS"
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        low, high, rights = re.match(r"(\\w+)-(\\w+) (\\S+)", line).groups()
        low, high = int(low, 16), int(high, 16)
        if rights.startswith("rw") and high - low < 2**27:
            try:
                memory.seek(low)
                block = memory.read(high - low)
            except (OSError, ValueError, OverflowError):
                continue
            place = block.find(needle)
            while place >= 0:
                print(block[place : place + 200].decode("utf-8", "replace"))
                place = block.find(needle, place + 1)
"""
        },
    ),
    Submission(
        "replaced-shell",
        "The shell's method that runs a cell is replaced on its class.",
        Gain.MARKS,
        """
from IPython.core.interactiveshell import ExecutionResult

shell = get_ipython()

async def run_nothing(self, *inputs, **options):
    return ExecutionResult(None)

type(shell).run_cell_async = run_nothing
""",
    ),
    Submission(
        "exit-handlers",
        "Handlers of the end of the process and of objects leave files when all is over.",
        Gain.LEFT,
        """
import atexit
import weakref

def leave(*inputs):
    for place in ("@HOME@/left-by-@NAME@", "/tmp/left-by-@NAME@", "/var/tmp/left-by-@NAME@"):
        try:
            open(place, "w").write("x")
        except OSError:
            pass

atexit.register(leave)

class Last:
    def __del__(self):
        leave()

last = Last()
""",
    ),
]
