"""A student's side that lies, sends nonsense, is silent or ends: it earns nothing, and stops nothing."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klasteryste.grading.boundary.codec import LIMITS, Message
from klasteryste.grading.boundary.profile import Profile
from klasteryste.grading.boundary.wire import Gone, Stream

from .local import checker, error_of

HEAD = struct.Struct("!4sII")


def frame(node: Any, *buffers: bytes) -> bytes:
    text = node if isinstance(node, bytes) else json.dumps(node).encode()
    sizes = b"".join(struct.pack("!Q", len(buffer)) for buffer in buffers)
    return HEAD.pack(b"KLS1", len(text), len(buffers)) + sizes + text + b"".join(buffers)


def says(*answers: bytes) -> Callable[[socket.socket], None]:
    """Return a student's side that answers every question with the next of these bytes."""

    def behave(sock: socket.socket) -> None:
        for answer in answers:
            with suppress(OSError):
                if not sock.recv(1 << 20):
                    return
                sock.sendall(answer)

    return behave


NONSENSE = [
    b"",
    b"nonsense",
    b"\x00" * 64,
    frame([]),
    frame(["="]),
    frame(["=", None]),
    frame(["=", []]),
    frame(["=", ["ok"]]),
    frame({"a": 1}),
    frame(b"[NaN]"),
    frame(b'["=", ["ok", "\\ud800"]]'),
    frame(["?", ["call", 0, ["l"], ["l"], ["l"]]]),
    frame(["=", ["ok", ["unknown"]]]),
    frame(["=", ["ok", ["Y", 99]]]),
    frame(["=", ["ok", ["R", -1, "f", "f", None]]]),
    frame(["=", ["ok", ["R", 0, "zz"]]]),
    frame(["=", ["ok", ["R", 0, "o", ["T", "os.system"]]]]),
    frame(["=", ["ok", ["LC", "Point"]]]),
    frame(["=", ["ok", ["I", "Point", ["l"]]]]),
    frame(["=", ["ok", ["X", ["T", "builtins.int"], ["l"], "", ["l"]]]]),
    frame(["=", ["raise", [], ["T", "builtins.int"], "", []]]),
    frame(["=", ["raise", 1, 2, 3, 4]]),
    frame(["=", ["ok", [[5, 1]], 1, "", []]]),
    frame(["=", ["ok", [], ["A", 7], "", []]]),
    frame(["=", ["ok", [], 1, 5, []]]),
    frame(["=", ["ok", [], 1, "", [[["T", "builtins.int"], "x"]]]]),
    HEAD.pack(b"KLS1", 1 << 31, 0),
    HEAD.pack(b"KLS1", 1, 1 << 30),
    HEAD.pack(b"KLS1", 2, 1) + struct.pack("!Q", 1 << 62) + b"[]",
    frame(["=", ["no", 5]]),
    frame(["=", ["slow"]]),
    frame(["=", 5]),
    frame(["!", 5]),
    frame(["=", ["ok", [["c"]]]]),
]


@pytest.mark.parametrize("answer", NONSENSE, ids=lambda answer: repr(answer[:60]))
def test_nonsense_fails_the_test_and_those_after_it(answer: bytes) -> None:
    with checker(says(answer, answer, answer, answer), seconds=1) as judge:
        for test in ("assert f(1) == 1", "try:\n    f(1)\nexcept:\n    pass", "try:\n    f\nfinally:\n    3"):
            assert error_of(judge.run_test(test)), answer


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_an_end(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.close()
        with suppress(Gone):
            Stream(ours).receive(time.monotonic() + 5)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_change_of_an_answer_never_breaks_the_judge(data: st.DataObject) -> None:
    whole = bytearray(
        frame(
            ["=", ["ok", [], ["t", 1, ["np.a", "<f8", [2], "C", 0], ["R", 3, "f", "g", None]], "text", []]],
            b"x" * 16,
        )
    )
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(12, len(whole) - 1))] = data.draw(st.integers(32, 126))
    with checker(says(frame(["=", ["ok", ["R", 0, "f", "f", None]]]), bytes(whole)), seconds=1) as judge:
        outputs = judge.run_test("f(1)\nassert False")
    assert error_of(outputs)


def test_silence_ends_the_student_s_side_once() -> None:
    def silent(sock: socket.socket) -> None:
        with suppress(OSError):
            while sock.recv(1 << 20):
                pass

    with checker(silent, seconds=0.1) as judge:
        assert "it does not answer" in error_of(judge.run_test("f(1)"))
        # Nothing is asked any more, so that nothing is waited for.
        asked = judge.link.asked
        assert "it does not answer" in error_of(judge.run_test("f(1)"))
        assert judge.link.asked == asked


def test_an_endless_answer_is_not_kept() -> None:
    def flood(sock: socket.socket) -> None:
        sock.recv(1 << 20)
        with suppress(OSError):
            sock.sendall(HEAD.pack(b"KLS1", LIMITS.text, 0))
            while True:
                sock.sendall(b"[" * 65536)

    with checker(flood, seconds=1) as judge:
        assert error_of(judge.run_test("f"))


@pytest.mark.parametrize(
    "answer",
    [
        "class Yes:\n    def __eq__(self, other):\n        return True\n"
        "    __ne__ = lambda s, o: False\n"
        "    __lt__ = __gt__ = __le__ = __ge__ = __eq__\n"
        "    def __bool__(self):\n        return True\n"
        "    __contains__ = __eq__\n    __hash__ = None\n"
        "    def __sub__(self, other):\n        return self\n"
        "    __rsub__ = __add__ = __radd__ = __abs__ = __round__ = __float__ = __sub__\n"
        "    __class__ = int\n\n\nx = Yes()\nf = lambda *a: Yes()",
        "class Yes(int):\n    def __eq__(self, other):\n        return True\n"
        "    __hash__ = int.__hash__\n    def __sub__(self, other):\n"
        "        return 0\n    __rsub__ = __sub__\n\n\n"
        "x = Yes(5)\nf = lambda *a: x",
        "class Yes(list):\n    def __eq__(self, other):\n        return True\n"
        "    def __iter__(self):\n        return iter([4])\n"
        "    def __len__(self):\n        return 1\n\n\n"
        "x = Yes([5])\nf = lambda *a: x",
        "import numpy as np\n\n\nclass Yes(np.ndarray):\n"
        "    def __eq__(self, other):\n        return np.array(True)\n"
        "    def __array_ufunc__(self, *a, **k):\n"
        "        return np.array(True)\n\n\n"
        "x = np.array([5]).view(Yes)\nf = lambda *a: x",
        (
            "x = type('int', (), {'__eq__': lambda s, o: True, '__class__': int, '__module__': "
            "'builtins'})()\nf = lambda *a: x"
        ),
        (
            "import builtins\n"
            "builtins.abs = builtins.isinstance = builtins.round = lambda *a: 0\n"
            "x = 5\nf = lambda *a: x"
        ),
    ],
    ids=["yes-man", "int", "list", "array", "name of int", "patched builtins"],
)
@pytest.mark.parametrize(
    "test",
    [
        "assert x == 4",
        "assert f(2) == 4",
        "assert abs(x - 4) < 1e-9",
        "assert x in (4, [4])",
        "assert f(1) in [4]",
        "assert isinstance(x, int) and x == 4",
        "assert round(x) == 4",
        "assert [x] == [4]",
        "assert {'a': f(1)} == {'a': 4}",
        "import numpy as np\nnp.testing.assert_allclose(f(2), 4)",
        "import unittest\nunittest.TestCase().assertEqual(x, 4)",
        "assert not (x != 4)",
        "assert sorted([x, 4])[0] == sorted([x, 4])[1] == 4 and f(1) == 4",
        "import numpy as np\nassert np.isclose(x, 4)",
        "assert str(x) == '4'",
        "assert hash(x) == hash(4) and x == 4",
        "assert f'{x}' == '4'",
        "assert float(x) == 4.0",
    ],
)
def test_an_object_that_agrees_with_everything_earns_nothing(answer: str, test: str) -> None:
    with checker(answer) as judge:
        outputs = judge.run_test(test)
    assert error_of(outputs), test


TRICKS = {
    "stops an all() short": (
        "def f(x):\n    raise StopIteration",
        "assert all(map(lambda x: f(x) == x, [1, 2]))",
    ),
    "changes what it is compared with": (
        "def f(xs):\n    xs.clear()\n    return []",
        "xs = [3, 1]\nassert f(xs) == sorted(xs)",
    ),
    "changes a table that it is compared with": (
        "def f(t):\n    t['x'] = 0.0\n    return 0.0",
        ("import pandas as pd\nt = pd.DataFrame({'x': [1.0, 2.0]})\nassert f(t) == t['x'].sum()"),
    ),
    "ends the judge": ("def f(x):\n    raise SystemExit(0)", "assert f(1) == 1"),
    "raises an end of the interpreter": (
        "def f(x):\n    raise KeyboardInterrupt",
        "try:\n    f(1)\nexcept Exception:\n    pass\nassert f(1) == 1",
    ),
    "answers with a name of the system": ("f = __import__('os').system", "assert f('true') == 1"),
    "answers with eval": ("f = eval", "assert f('__import__(\"builtins\").expected') == 4"),
    "reaches for the test's frame": (
        (
            "def f(g):\n    import sys\n    try:\n"
            "        return g.__globals__['secret']\n    except Exception:\n"
            "        return sys._getframe(1).f_globals.get('secret')"
        ),
        "secret = 42\nassert f(lambda: 1) == secret",
    ),
    "reaches through a generator": (
        "def f(g):\n    return g.gi_frame.f_globals['secret']",
        "secret = 42\nassert f(x for x in [1]) == secret",
    ),
    "reaches through an object": (
        "def f(o):\n    return o.look.__func__.__globals__['secret']",
        ("secret = 42\nclass O:\n    def look(self):\n        return 1\nassert f(O()) == secret"),
    ),
    "reaches through a private attribute": (
        "def f(o):\n    return o._secret",
        "class O:\n    _secret = 42\nassert f(O()) == 42",
    ),
    "rebinds what a test imported": (
        "import math\nmath.isclose = lambda *a, **k: True\nf = lambda x: 5",
        "import math\nassert math.isclose(f(1), 4)",
    ),
    "rebinds a module's name": (
        "class np:\n    allclose = staticmethod(lambda *a, **k: True)\nf = lambda x: 5",
        "import numpy as np\nassert np.allclose(f(1), 4)",
    ),
    "claims a class": ("class int:\n    pass\nx = int()\nf = lambda y: x", "assert isinstance(f(1), int)"),
    "prints without end": ("def f(x):\n    while True:\n        print('a' * 100000)", "assert f(1) == 1"),
    "answers without end": ("def f(x):\n    while True:\n        yield 1", "assert len(list(f(1))) == 3"),
    "answers with too much": ("def f(x):\n    return 'a' * 200_000_000", "assert f(1) == 'a'"),
    "nests without end": (
        ("def f(x):\n    a = []\n    for _ in range(100000):\n        a = [a]\n    return a"),
        "assert f(1) == []",
    ),
}


ENDLESS = {"prints without end", "answers without end"}


@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_earns_nothing(name: str) -> None:
    answer, test = TRICKS[name]
    with checker(answer, seconds=1.5 if name in ENDLESS else 20) as judge:
        outputs = judge.run_test(test)
        assert error_of(outputs)
        # The judge is as it was.
        assert judge.run_test("assert 1 + 1 == 2\nassert sorted([2, 1]) == [1, 2]") == []
    assert "42" not in error_of(outputs)


YES = (
    "yes = lambda *a, **k: True\n"
    "names = ('equals', 'issuperset', 'startswith', 'strip', 'has_edge', 'tolist')\n"
    ""
)
DISGUISES = {
    "an object": "class X:\n    pass\n\n\nx = X()\nfor n in names:\n    setattr(X, n, yes)",
    "a class": "class x:\n    pass\n\n\nfor n in names:\n    setattr(x, n, yes)",
    "a function": "def x():\n    pass\n\n\nfor n in names:\n    setattr(x, n, yes)",
    "an exception": "x = ValueError()\nfor n in names:\n    setattr(x, n, yes)",
    "a named tuple": ("from collections import namedtuple\nx = namedtuple('T', names)(*[yes] * len(names))"),
    "a column": "import pandas as pd\nx = pd.Series({n: yes for n in names})",
    "a table": ("import pandas as pd\n\n\nclass D(pd.DataFrame):\n    equals = yes\n\n\nx = D({'a': [5]})"),
    "a graph": ("import networkx as nx\n\n\nclass G(nx.Graph):\n    has_edge = yes\n\n\nx = G()"),
    "an instance of a locked class": "x = Point()\nfor n in names:\n    setattr(x, n, yes)",
    "a module": (
        "import types\nimport sys\nx = types.ModuleType('x')\n"
        "sys.modules['x'] = x\nvars(x).update({n: yes for n in names})"
    ),
    "a module that is there": (
        "import operator as x\nx.equals = x.issuperset = x.startswith = x.has_edge = yes"
    ),
    "a dict with attributes": (
        "class Bunch(dict):\n    __getattr__ = dict.__getitem__\n\n\nx = Bunch({n: yes for n in names})"
    ),
    "a masked array": "import numpy as np\nx = np.ma.masked_all(2)",
}


@pytest.mark.parametrize("name", DISGUISES)
def test_what_stands_for_a_plain_value_has_no_methods_of_its_own(name: str) -> None:
    with checker(YES + DISGUISES[name] + "\nf = lambda: x", locked="class Point:\n    pass") as judge:
        for value in ("x", "f()", "[f()][0]"):
            for test in (
                "import pandas as pd\nassert {}.equals(pd.Series([1]))",
                "assert {}.issuperset({{4}})",
                "assert {}.startswith('y')",
                "assert {}.has_edge(1, 2)",
                "import numpy as np\nnp.testing.assert_allclose({}, [4, 4])",
            ):
                assert error_of(judge.run_test(test.format(value))), (value, test)


def test_warnings_and_prints_of_an_honest_answer_cost_nothing() -> None:
    answer = (
        "import warnings, sys\n\n\ndef f(x):\n    warnings.warn('slow')\n"
        "    print('here', file=sys.stderr)\n    print('hm')\n    return x"
    )
    with checker(answer) as judge:
        outputs = judge.run_test("assert f(1) == 1")
    assert [output["output_type"] for output in outputs] == ["stream"]
    assert outputs[0]["name"] == "stdout"


def test_an_operator_is_used_only_where_the_class_is_the_task() -> None:
    answer = (
        "class V:\n    def __init__(self, x):\n        self.x = x\n\n"
        "    def __add__(self, other):\n        return V(self.x + other.x)"
    )
    lent = {"object:V", "object:V()", "object:V.__add__()"}
    with checker(answer, Profile(tasks={"V"}, operators={"V": {"__add__"}}, lent=lent)) as judge:
        assert error_of(judge.run_test("assert (V(1) + V(2)).x == 3")) == ""
    with checker(answer, Profile(tasks={"V"}, lent=lent)) as judge:
        assert "an object of the class V" in error_of(judge.run_test("assert (V(1) + V(2)).x == 3"))


def test_messages_are_in_the_student_s_language() -> None:
    with checker("class V:\n    pass\n\n\nv = V()") as judge:
        from klasteryste.language import use_language

        use_language("lt")
        try:
            said = error_of(judge.run_test("v + 1"))
        finally:
            use_language("en")
    assert "gautas klasės V objektas" in said


def test_a_message_is_what_was_sent() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Stream(ours).send(Message(["?", ["l", 1, "ą"]], [b"ab", b""]))
        assert Stream(theirs).receive(time.monotonic() + 5) == Message(["?", ["l", 1, "ą"]], [b"ab", b""])


def test_a_question_that_was_broken_off_is_the_last() -> None:
    answer = "def f(g):\n    g()\n    return 1"
    with checker(answer) as judge:
        test = "def end():\n    raise_halt()\n\n\nf(end)"

        def raise_halt() -> None:
            raise judge.link.too_slow()

        judge.namespace["raise_halt"] = raise_halt
        assert "CellTimeoutError" in error_of(judge.run_test(test))
        assert "CellError" in error_of(judge.run_test("assert f(lambda: 0) == 1"))


def test_what_a_test_leaves_alone_costs_nothing() -> None:
    answer = (
        "class P:\n    def __init__(self):\n        self.n = 0\n\n"
        "    def add(self, n):\n        self.n += n\n        return self\n\n\n"
        "class C:\n    def __call__(self, x):\n        return 2 * x\n\n\n"
        "f = C()"
    )
    profile = Profile(tasks={"P"}, lent={"object:P", "object:P()", "function:P.add", "function:f"})
    with checker(answer, profile) as judge:
        assert error_of(judge.run_test("p = P()\np.add(3)\nassert p.n == 3 and f(4) == 8")) == ""
        for use in (
            "p.add(1).n == 4",
            "p.add(1)",
            "not p.add(1) == 3",
            "f.equals(3)",
            "len(f)",
            "f == 3",
            "{p.add(1)}",
        ):
            assert error_of(judge.run_test(f"assert {use}")), use
