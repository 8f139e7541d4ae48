"""Answers that are not what they seem, changed libraries, and answers made for the visible tests."""

from __future__ import annotations

from ..submission import Gain, Submission

ATTACKS = [
    Submission(
        "equals-everything",
        "The answer is a number that is equal to everything.",
        Gain.MARKS,
        answers={
            "largest": """
class Anything(int):
    def __eq__(self, other):
        return True

    __ne__ = lambda self, other: False
    __hash__ = int.__hash__

largest = Anything(0)
"""
        },
    ),
    Submission(
        "lying-class",
        "The answer says that its class is a whole number's, and is less and more than everything.",
        Gain.MARKS,
        answers={
            "largest": """
class Liar:
    __class__ = int
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = __float__ = lambda self, *other: 0.0

largest = Liar()
""",
            "purse": """
class Purse:
    def __getattr__(self, name):
        return Liar()

    def __init__(self):
        self.__dict__["total"] = Liar()
""",
        },
    ),
    Submission(
        "lying-number",
        "The function returns a number whose arithmetic always comes out right.",
        Gain.MARKS,
        answers={
            "mean": """
class Sly(float):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = lambda self, other: Sly(0)
    __abs__ = lambda self: 0.0
    __array__ = lambda self, *inputs, **options: np.array(np.nan)
    __array_ufunc__ = lambda self, *inputs, **options: True
    __array_function__ = lambda self, *inputs, **options: True
    __float__ = lambda self: 3.0

def mean(values):
    return Sly(3)
""",
            "words": """
def words(text):
    return Sly(2)
""",
        },
    ),
    Submission(
        "lying-array",
        "The function returns an array whose class answers numpy's own functions.",
        Gain.MARKS,
        answers={
            "mean": """
class Agreeable(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        result = getattr(ufunc, method)(*map(np.asarray, inputs), **options)
        if ufunc in (np.less_equal, np.equal):
            return np.ones(np.shape(result), bool)
        return np.asarray(result).view(Agreeable)

    __eq__ = lambda self, other: np.True_
    __float__ = lambda self: 3.0

def mean(values):
    return np.array([3.0]).view(Agreeable)
"""
        },
    ),
    Submission(
        "lying-table",
        "The answer is a table whose class compares as it likes.",
        Gain.MARKS,
        answers={
            "scores": """
class Mirror(pd.DataFrame):
    @property
    def _constructor(self):
        return Mirror

    def reset_index(self, *inputs, **options):
        return self

    equals = lambda self, other: True

scores = Mirror({"town": [], "trust": []})
pd.core.frame.DataFrame.equals = lambda self, other: True
pd.testing.assert_frame_equal = lambda *inputs, **options: None
"""
        },
    ),
    Submission(
        "agreeable-object",
        "The answers are objects of which every method says yes, and whose length is as asked.",
        Gain.MARKS,
        answers={
            "towns": """
class Agreeable:
    def __getattr__(self, name):
        return lambda *inputs, **options: True

    __len__ = lambda self: 2
    __getitem__ = lambda self, key: 2
    __iter__ = lambda self: iter(["town", "trust"])

towns = Agreeable()
""",
            "scores": """
scores = Agreeable()
scores.columns = ["town", "trust"]
""",
        },
    ),
    Submission(
        "agreeable-subclass",
        "The answer is a set of a class of its own, which contains what is asked for.",
        Gain.MARKS,
        answers={
            "towns": """
class Agreeable(set):
    issuperset = issubset = __contains__ = lambda self, *others: True

    def __len__(self):
        return 2

towns = Agreeable()
"""
        },
    ),
    Submission(
        "patched-numpy-testing",
        "The comparison of numpy is replaced by one that never fails.",
        Gain.MARKS,
        """
import numpy.testing

for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *inputs, **options: None)
""",
        {"mean": "def mean(values):\n    return 3"},
    ),
    Submission(
        "patched-math",
        "Functions of the standard library and of pandas are replaced: everything is close to everything.",
        Gain.MARKS,
        """
math.isclose = lambda *inputs, **options: True
np.isclose = np.allclose = np.array_equal = lambda *inputs, **options: True
pd.testing.assert_frame_equal = lambda *inputs, **options: None
pd.DataFrame.reset_index = lambda self, *inputs, **options: self
""",
        {"scores": 'scores = pd.DataFrame({"town": [], "trust": []})'},
    ),
    Submission(
        "patched-builtins",
        "Built-in functions are replaced: the largest is what the student says, and all is true.",
        Gain.MARKS,
        """
import builtins

real_max, real_all = max, all
builtins.max = lambda *inputs, **options: 0 if inputs == (readings,) else real_max(*inputs, **options)
builtins.all = lambda values: True if isinstance(values, map) else real_all(values)
""",
        {"largest": "largest = 0", "words": "def words(text):\n    return 0 if text == '' else 2"},
        earned=1,
    ),
    Submission(
        "patched-mean",
        "The library computes the expected value wrongly, as the student's function does.",
        Gain.MARKS,
        """
np.mean = lambda values, *inputs, **options: 3.0
np.core.fromnumeric.mean = np.mean
""",
        {"mean": "def mean(values):\n    return 3.0"},
    ),
    Submission(
        "fake-module",
        "Modules in `sys.modules` and on the import path are replaced by ones that agree.",
        Gain.MARKS,
        """
import sys
import types

class Agree(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *inputs, **options: None

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None

sys.modules["numpy.testing"] = np.testing = Agree("numpy.testing")
sys.meta_path.insert(0, Finder)
""",
        {"mean": "def mean(values):\n    return 3"},
    ),
    Submission(
        "names-of-the-tests",
        "The answer binds the names that the tests use: modules, helpers, expected values.",
        Gain.MARKS,
        """
class Agree:
    def __getattr__(self, name):
        return lambda *inputs, **options: True

real_pd, math, np, pd = pd, Agree(), Agree(), Agree()
assert_allclose = isclose = lambda *inputs, **options: True
np.integer = int
readings = [0]
isinstance = lambda *inputs: True
max = lambda *inputs: 0
right = expected = 0
""",
        {
            "largest": "largest = 0",
            "mean": "def mean(values):\n    return sum(values) / 3",
            "scores": 'scores = real_pd.DataFrame({"town": [], "trust": []})',
        },
    ),
    Submission(
        "hard-coded",
        "The answers to the visible tests are typed in.",
        Gain.MARKS,
        answers={
            "mean": "def mean(values):\n    return 3",
            "largest": "largest = 1",
            "words": "def words(text):\n    return {'labas rytas': 2}[text]",
            "shout": "def shout(text):\n    print('AČIŪ!')",
        },
    ),
    Submission(
        "counted-calls",
        "The function answers by how often it was called, having watched the visible tests.",
        Gain.MARKS,
        answers={
            "mean": """
calls = []

def mean(values):
    calls.append(values)
    return 3 if len(calls) < 3 else sum(calls[-1][:1])
""",
            "words": """
calls = []

def words(text):
    calls.append(text)
    return 2 if len(calls) == 1 else text.count("x") + 7
""",
        },
    ),
    Submission(
        "stop-iteration",
        "The function raises `StopIteration`, which ends the loop of the test that calls it.",
        Gain.MARKS,
        answers={
            "words": """
def words(text):
    if text in ("labas rytas", ""):
        return len(text) // 5
    raise StopIteration
"""
        },
    ),
    Submission(
        "skip-and-exit",
        "The functions leave the test early: by exit, by interruption, by a skip, by a generator's end.",
        Gain.MARKS,
        answers={
            "mean": "def mean(values):\n    import unittest\n    raise unittest.SkipTest('later')",
            "words": "def words(text):\n    raise GeneratorExit",
            "shout": "def shout(text):\n    raise SystemExit(0)",
            "purse": "class Purse:\n    def __init__(self):\n        raise KeyboardInterrupt",
        },
    ),
    Submission(
        "changed-input",
        "The function changes the list it is given, so that the test computes with the changed one.",
        Gain.MARKS,
        answers={
            "mean": """
def mean(values):
    if values == [2, 4]:
        return 3
    if len(values) == 3 and values[0] > 1000:
        import sys
        frame = sys._getframe(1)
        while frame is not None:
            if "expected" in frame.f_locals:
                return float(frame.f_locals["expected"])
            frame = frame.f_back
    values[:] = [0]
    return 0
"""
        },
    ),
    Submission(
        "changed-data",
        "The data of a locked cell are changed in place, and so is what the tests expect of them.",
        Gain.MARKS,
        answers={
            "largest": "readings.clear()\nreadings.append(0)\nlargest = 0",
            "scores": """
table.drop(table.index, inplace=True)
scores = pd.DataFrame({"town": [], "trust": []})
""",
        },
    ),
    Submission(
        "class-of-a-builtin",
        "Methods of the classes that tests use are forged through ctypes: every string equals every other.",
        Gain.MARKS,
        """
import ctypes
import gc

def methods(kind):
    return gc.get_referents(kind.__dict__)[0]

methods(str)["strip"] = lambda self, *inputs: "AČIŪ!"
methods(list)["__eq__"] = lambda self, other: True
ctypes.pythonapi.PyType_Modified(ctypes.py_object(str))
ctypes.pythonapi.PyType_Modified(ctypes.py_object(list))
""",
        {
            "shout": """
def shout(text):
    methods(str)["strip"] = lambda self, *inputs: "ŠIAULIAI!" if text[0] == "Š" else "AČIŪ!"
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(str))
"""
        },
    ),
    Submission(
        "unpickled",
        "The answer runs a command when somebody unpickles, copies or hashes it.",
        Gain.CHANGED,
        answers={
            "largest": """
import os

class Bomb(int):
    def __reduce__(self):
        return os.system, ("touch @HOME@/left-by-@NAME@",)

    def __reduce_ex__(self, version):
        return self.__reduce__()

    def __deepcopy__(self, memo):
        os.system("touch @HOME@/left-by-@NAME@")
        return self

largest = Bomb(1)
"""
        },
    ),
    Submission(
        "reads-grading-environment",
        "The answer behaves otherwise where it is graded: it takes the grader's copy of the tests there.",
        Gain.HIDDEN,
        """
import os
import pathlib

if os.environ.get("NBGRADER_EXECUTION") or "autograded" in os.getcwd():
    for path in pathlib.Path.cwd().glob("*.ipynb"):
        print(path.read_text())
""",
    ),
]
