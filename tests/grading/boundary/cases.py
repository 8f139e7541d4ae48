"""Tests as teachers write them, the solution each is for, and answers that students give.

Each is judged twice: in one process, as nbgrader does, and from outside. The marks are to be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A task.

    Attributes
    ----------
    name : str
        What is special about it.
    solution : str
        The source's own answer, which earns everything.
    test : str
        The test cell, unedited.
    answers : list of str
        Others, right and wrong, that are to earn what they would in one process.
    locked : str
        The set-up cell.
    points : float
        What the test gives at most.
    kinder : bool
        Whether answers are to earn everything here though they fail in one process, by what a student's code
        does to the test and not to the task.
    """

    name: str
    solution: str
    test: str
    answers: list[str] = field(default_factory=list)
    locked: str = ""
    points: float = 2
    kinder: bool = False


NUMPY = "import numpy as np"
PANDAS = (
    "import numpy as np\nimport pandas as pd\ndf = pd.DataFrame({'k': ['a', 'b', 'a'], 'x': [1.0, 2.0, 4.0]})"
)
PYPLOT = "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt"
GRAPHS = "import networkx as nx\nG = nx.karate_club_graph()"

CASES = [
    Case(
        "a number",
        "x = 3.14159",
        "assert abs(x - 3.14159) < 1e-3",
        ["x = 3", "x = 22 / 7", "x = '3.14159'", "pass"],
    ),
    Case(
        "a text",
        "s = 'ąčęėįšųūž'",
        "assert s.upper() == 'ĄČĘĖĮŠŲŪŽ'\nassert len(s) == 9",
        ["s = 'abc'", "s = 3"],
    ),
    Case(
        "a list",
        "squares = [i * i for i in range(5)]",
        "assert squares == [0, 1, 4, 9, 16]\nassert isinstance(squares, list)",
        ["squares = (0, 1, 4, 9, 16)", "squares = list(map(lambda i: i ** 2, range(5)))", "squares = []"],
    ),
    Case(
        "a dict",
        "d = {'a': [1, 2], 'b': {'c': None}}",
        ("assert d['b']['c'] is None and sorted(d) == ['a', 'b']\nassert sum(d['a']) == 3"),
        ["d = {}", "from collections import OrderedDict\nd = OrderedDict(b={'c': None}, a=(1, 2))"],
    ),
    Case(
        "sets and tuples",
        "t = ({1, 2}, frozenset({3}), (4, (5,)))",
        "a, b, c = t\nassert a | b == {1, 2, 3} and c[1][0] == 5",
        ["t = ({1}, {3}, (4, (5,)))", "t = [{1, 2}, {3}, [4, [5]]]", "t = 1"],
    ),
    Case(
        "a function",
        "def add(a, b=1):\n    return a + b",
        (
            "assert add(1) == 2\nassert add(1, 2) == 3\n"
            "assert add(a=1, b=5) == 6\nassert add('a', 'b') == 'ab'"
        ),
        ["add = lambda a, b=1: a + b", "def add(a, b):\n    return a + b", "def add(a, b=1):\n    return 2"],
    ),
    Case(
        "helpers, comprehensions and lambdas in the test",
        "def double(x):\n    return 2 * x",
        "def check(f, xs):\n    return all(f(x) == x + x for x in xs)\n\n\n"
        "assert check(double, range(4))\n"
        "assert list(map(lambda x: double(x), [1, 2])) == [2, 4]\n"
        "assert {x: double(x) for x in (1, 2)} == {1: 2, 2: 4}",
        ["double = lambda x: x + x", "def double(x):\n    return x"],
    ),
    Case(
        "a recursive function with a helper of its own",
        "def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)",
        (
            "assert [fact(n) for n in (0, 1, 5)] == [1, 1, 120]\n"
            "assert fact(30) == 265252859812191058636308480000000"
        ),
        [
            "from functools import reduce\n\n\ndef step(a, b):\n    return a * b\n\n\n"
            "def fact(n):\n    return reduce(step, range(1, n + 1), 1)",
            "def fact(n):\n    return float(n)",
        ],
    ),
    Case(
        "a closure",
        "def make(n):\n    def inner(x):\n        return x + n\n    return inner",
        "add3 = make(3)\nassert add3(4) == 7\nassert make(1)(make(2)(0)) == 3",
        ["make = lambda n: lambda x: x + n", "def make(n):\n    return n"],
    ),
    Case(
        "a counter that remembers",
        (
            "def counter():\n    n = 0\n    def tick():\n        nonlocal n\n"
            "        n += 1\n        return n\n    return tick"
        ),
        ("c, d = counter(), counter()\nassert [c(), c(), c()] == [1, 2, 3]\nassert d() == 1"),
        ["def counter():\n    return lambda: 1"],
    ),
    Case(
        "a function that is given the test's function",
        "def apply(f, xs):\n    return [f(x) for x in xs]",
        "seen = []\n\n\ndef spy(x):\n    seen.append(x)\n    return -x\n\n\n"
        "assert apply(spy, [1, 2]) == [-1, -2]\nassert seen == [1, 2]\n"
        "import math\nassert apply(math.sqrt, [4, 9]) == [2, 3]\n"
        "assert apply(len, ['a', 'bb']) == [1, 2]",
        ["def apply(f, xs):\n    return list(map(f, xs))", "def apply(f, xs):\n    return xs"],
    ),
    Case(
        "a decorator",
        "import functools\n\n\ndef twice(f):\n    @functools.wraps(f)\n"
        "    def inner(*a, **k):\n"
        "        f(*a, **k)\n        return f(*a, **k)\n    return inner",
        "calls = []\n\n\n@twice\ndef note(x):\n    calls.append(x)\n    return x\n\n\n"
        "assert note(4) == 4 and calls == [4, 4]\nassert note.__name__ == 'note'",
        ["def twice(f):\n    return lambda x: (f(x), f(x))[1]", "def twice(f):\n    return f"],
    ),
    Case(
        "a generator",
        "def count(n):\n    while n:\n        yield n\n        n -= 1",
        "import types\nassert list(count(3)) == [3, 2, 1]\n"
        "assert isinstance(count(3), types.GeneratorType)\n"
        "g = count(2)\nassert next(g) == 2 and next(g) == 1\n"
        "try:\n    next(g)\n    assert False, 'it goes on'\n"
        "except StopIteration:\n    pass",
        ["def count(n):\n    return list(range(n, 0, -1))", "def count(n):\n    yield from range(n, 0, -1)"],
    ),
    Case(
        "an endless generator",
        "def naturals():\n    n = 0\n    while True:\n        yield n\n        n += 1",
        "from itertools import islice\n"
        "assert list(islice(naturals(), 4)) == [0, 1, 2, 3]\n"
        "assert [a for a, _ in zip(naturals(), 'abc')] == [0, 1, 2]",
        [
            "import itertools\n\n\ndef naturals():\n    return itertools.count()",
            "def naturals():\n    yield 0",
        ],
    ),
    Case(
        "printing",
        "def greet(name):\n    print('Labas,', name)",
        "import io\nfrom contextlib import redirect_stdout\n\n"
        "out = io.StringIO()\nwith redirect_stdout(out):\n"
        "    greet('Ona')\nassert out.getvalue() == 'Labas, Ona\\n'",
        [
            "def greet(name):\n    return 'Labas, ' + name",
            "import sys\n\n\ndef greet(name):\n    sys.stdout.write(f'Labas, {name}\\n')",
        ],
    ),
    Case(
        "reading what is typed",
        "def ask():\n    return int(input('How many? ')) + 1",
        "from unittest.mock import patch\n\n"
        "with patch('builtins.input', lambda prompt='': '41'):\n"
        "    assert ask() == 42",
        ["def ask():\n    return 42.5", "def ask():\n    return 1 + int(input())"],
    ),
    Case(
        "an exception with its text",
        ("def root(x):\n    if x < 0:\n        raise ValueError('negative number')\n    return x ** 0.5"),
        "assert root(4) == 2\ntry:\n    root(-1)\nexcept ValueError as error:\n"
        "    assert 'negative' in str(error)\nelse:\n"
        "    raise AssertionError('nothing was raised')",
        [
            "def root(x):\n    return x ** 0.5",
            ("def root(x):\n    if x < 0:\n        raise TypeError('negative')\n    return x ** 0.5"),
        ],
    ),
    Case(
        "an exception of the student's own",
        "class TooPoor(Exception):\n    def __init__(self, missing):\n"
        "        super().__init__(f'missing {missing}')\n"
        "        self.missing = missing\n\n\ndef pay(have, price):\n"
        "    if have < price:\n"
        "        raise TooPoor(price - have)\n    return have - price",
        "assert pay(5, 3) == 2\nassert issubclass(TooPoor, Exception)\ntry:\n"
        "    pay(1, 3)\n    assert False\n"
        "except TooPoor as error:\n"
        "    assert error.missing == 2 and str(error) == 'missing 2'",
        [
            (
                "class TooPoor(ValueError):\n    pass\n\n\ndef pay(have, price):\n"
                "    if have < price:\n        raise TooPoor('missing 2')\n"
                "    return have - price"
            )
        ],
    ),
    Case(
        "assertRaises",
        "def first(xs):\n    return xs[0]",
        "from unittest import TestCase\n\ncase = TestCase()\n"
        "case.assertEqual(first([7]), 7)\n"
        "with case.assertRaises(IndexError):\n    first([])",
        ["def first(xs):\n    return next(iter(xs), None)", "def first(xs):\n    return xs[:1].pop()"],
    ),
    Case(
        "a class",
        "class Account:\n    def __init__(self, owner, balance=0):\n"
        "        self.owner = owner\n"
        "        self.balance = balance\n\n    def deposit(self, amount):\n"
        "        self.balance += amount\n"
        "        return self.balance\n",
        "a = Account('Jonas', 10)\nassert a.owner == 'Jonas'\n"
        "assert a.deposit(5) == 15 and a.balance == 15\n"
        "b = Account('Ona')\nassert b.balance == 0 and a.balance == 15\n"
        "assert isinstance(a, Account)\n"
        "assert hasattr(a, 'deposit') and not hasattr(a, 'withdraw')",
        [
            (
                "class Account:\n    def __init__(self, owner, balance=0):\n"
                "        self.owner, self.balance = owner, balance\n"
            )
        ],
    ),
    Case(
        "a class with operators",
        "class V:\n    def __init__(self, x, y):\n"
        "        self.x, self.y = x, y\n\n    def __add__(self, other):\n"
        "        return V(self.x + other.x, self.y + other.y)\n\n"
        "    def __eq__(self, other):\n"
        "        return (self.x, self.y) == (other.x, other.y)\n\n"
        "    def __repr__(self):\n"
        "        return f'V({self.x}, {self.y})'\n\n    def __len__(self):\n"
        "        return 2\n",
        "v = V(1, 2) + V(3, 4)\nassert (v.x, v.y) == (4, 6)\n"
        "assert v == V(4, 6) and v != V(0, 0)\n"
        "assert repr(v) == 'V(4, 6)' and len(v) == 2",
        ["class V:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n"],
    ),
    Case(
        "inheritance",
        "class Animal:\n    def __init__(self, name):\n"
        "        self.name = name\n\n    def speak(self):\n"
        "        raise NotImplementedError\n\n\nclass Dog(Animal):\n"
        "    def speak(self):\n        return self.name + ': au'\n",
        "d = Dog('Rex')\n"
        "assert issubclass(Dog, Animal) and isinstance(d, Animal)\n"
        "assert d.speak() == 'Rex: au'\n"
        "try:\n    Animal('x').speak()\n    assert False\n"
        "except NotImplementedError:\n    pass",
        [
            (
                "class Animal:\n    def __init__(self, name):\n"
                "        self.name = name\n\n    def speak(self):\n"
                "        return self.name + ': au'\n\n\nclass Dog(Animal):\n    pass\n"
            )
        ],
    ),
    Case(
        "class methods, properties and class attributes",
        "class Circle:\n    count = 0\n\n    def __init__(self, r):\n"
        "        self.r = r\n        Circle.count += 1\n\n"
        "    @property\n    def area(self):\n"
        "        return 3 * self.r ** 2\n\n    @classmethod\n"
        "    def unit(cls):\n"
        "        return cls(1)\n\n    @staticmethod\n    def pi():\n        return 3\n",
        "before = Circle.count\nc = Circle.unit()\n"
        "assert Circle.count == before + 1\nassert c.area == 3\n"
        "assert Circle.pi() == 3\nc.r = 2\nassert c.area == 12",
        [
            (
                "class Circle:\n    count = 0\n\n    def __init__(self, r):\n"
                "        self.r = r\n        self.area = 3 * r * r\n\n"
                "    @classmethod\n    def unit(cls):\n        return cls(1)\n\n"
                "    @staticmethod\n    def pi():\n        return 3\n"
            )
        ],
    ),
    Case(
        "an iterable of the student's own",
        "class Span:\n    def __init__(self, n):\n        self.n = n\n\n"
        "    def __iter__(self):\n        return iter(range(self.n))\n\n"
        "    def __getitem__(self, i):\n        return i * 10\n\n"
        "    def __contains__(self, x):\n        return x < self.n\n",
        (
            "s = Span(3)\nassert list(s) == [0, 1, 2] and s[2] == 20\n"
            "assert 2 in s and 3 not in s\nassert sum(s) == 3"
        ),
        [("class Span(list):\n    def __init__(self, n):\n        super().__init__(range(n))\n")],
    ),
    Case(
        "a context manager",
        "class Timer:\n    def __enter__(self):\n        self.open = True\n"
        "        return self\n\n"
        "    def __exit__(self, *error):\n        self.open = False\n",
        "with Timer() as t:\n    assert t.open\nassert not t.open",
        [
            (
                "class Timer:\n    open = True\n\n    def __enter__(self):\n"
                "        return self\n\n    def __exit__(self, *error):\n"
                "        pass\n"
            )
        ],
    ),
    Case(
        "a class of a locked cell",
        "def move(p):\n    return Point(p.x + 1, p.y)\n\n\nhome = Point(1, 1)",
        ("assert move(Point(1, 2)) == Point(2, 2)\nassert home.norm() == 2\nassert isinstance(home, Point)"),
        [
            "def move(p):\n    p.x += 1\n    return p\n\n\nhome = Point(1, 1)",
            "def move(p):\n    return p\n\n\nhome = Point(2, 0)",
        ],
        locked=(
            "from dataclasses import dataclass\n\n\n@dataclass\nclass Point:\n"
            "    x: int\n    y: int\n\n    def norm(self):\n"
            "        return self.x + self.y\n"
        ),
    ),
    Case(
        "a locked class that extends a plain one",
        "def grow(b):\n    b['pear'] = 1\n    b.owner = 'Ona'\n    return b",
        ("b = grow(Basket(apple=2))\nassert isinstance(b, Basket) and b.total() == 3 and b.owner == 'Ona'"),
        [
            "def grow(b):\n    return Basket(b, pear=1)",
            "def grow(b):\n    b.update(pear=1)\n    b.owner = 'Ona'\n    return b",
        ],
        locked=("class Basket(dict):\n    def total(self):\n        return sum(self.values())\n"),
    ),
    Case(
        "an enumeration and a named tuple of a locked cell",
        ("def flip(s):\n    return Row(Side.RIGHT if s.side is Side.LEFT else Side.LEFT, s.n)"),
        (
            "assert flip(Row(Side.LEFT, 1)) == Row(Side.RIGHT, 1)\n"
            "assert flip(Row(Side.RIGHT, 2)).side is Side.LEFT"
        ),
        ["def flip(s):\n    return s", "def flip(s):\n    return (Side(3 - s.side.value), s.n)"],
        locked="import enum\nimport typing\n\n\nclass Side(enum.Enum):\n"
        "    LEFT = 1\n    RIGHT = 2\n\n\n"
        "class Row(typing.NamedTuple):\n    side: Side\n    n: int\n",
    ),
    Case(
        "a named tuple of the student's own",
        ("from collections import namedtuple\n\nPair = namedtuple('Pair', 'left right')\npair = Pair(1, 2)"),
        (
            "assert pair.left == 1 and pair[1] == 2 and pair == (1, 2)\n"
            "assert pair._fields == ('left', 'right')"
        ),
        ["pair = (1, 2)"],
    ),
    Case(
        "a list that the function changes",
        "def clean(xs):\n    xs[:] = [x for x in xs if x]",
        "data = [0, 1, '', 'a']\nassert clean(data) is None\nassert data == [1, 'a']",
        [
            ("def clean(xs):\n    for x in list(xs):\n        if not x:\n            xs.remove(x)"),
            "def clean(xs):\n    return [x for x in xs if x]",
        ],
    ),
    Case(
        "a dict, a set and an array that the function changes",
        "def mark(d, s, a):\n    d['seen'] = True\n    s.add(3)\n    a[0] = 9",
        (
            "d, s, a = {}, {1}, np.zeros(2)\nmark(d, s, a)\n"
            "assert d == {'seen': True} and s == {1, 3} and a[0] == 9"
        ),
        ["def mark(d, s, a):\n    d['seen'] = True\n    s.add(3)"],
        locked=NUMPY,
    ),
    Case(
        "a list that must be left alone",
        "def top(xs):\n    return sorted(xs)[-1]",
        ("data = [3, 1, 2]\nassert top(data) == 3\nassert data == [3, 1, 2], 'you changed the list'"),
        ["def top(xs):\n    xs.sort()\n    return xs[-1]", "def top(xs):\n    return max(xs)"],
    ),
    Case(
        "a function that returns what it was given",
        "def fill(d, k):\n    d[k] = 1\n    return d",
        "d = {}\nassert fill(d, 'a') is d and d == {'a': 1}",
        ["def fill(d, k):\n    return {**d, k: 1}", "def fill(d, k):\n    d.setdefault(k, 1)\n    return d"],
    ),
    Case(
        "a grid whose rows are the same list",
        "def grid(n):\n    return [[0] * n for _ in range(n)]",
        "g = grid(3)\ng[0][0] = 1\nassert g[1][0] == 0 and len(g) == 3",
        ["def grid(n):\n    return [[0] * n] * n"],
    ),
    Case(
        "an array",
        "a = np.arange(6).reshape(2, 3)",
        ("assert a.shape == (2, 3) and a.dtype.kind == 'i'\nassert (a.sum(axis=0) == [3, 5, 7]).all()"),
        [
            "a = np.array([[0, 1, 2], [3, 4, 5]])",
            "a = np.arange(6.0).reshape(2, 3)",
            "a = [[0, 1, 2], [3, 4, 5]]",
        ],
        locked=NUMPY,
    ),
    Case(
        "numpy.testing",
        "def normalise(v):\n    v = np.asarray(v, float)\n    return v / v.sum()",
        "np.testing.assert_allclose(normalise([1, 3]), [0.25, 0.75])\n"
        "np.testing.assert_array_equal(normalise(np.ones((2, 2))), np.full((2, 2), 0.25))",
        [
            "def normalise(v):\n    return [x / sum(v) for x in v]",
            "def normalise(v):\n    return np.asarray(v)",
        ],
        locked=NUMPY,
    ),
    Case(
        "numpy scalars and their types",
        "m = np.mean([1, 2, 4])\nn = np.int32(7)",
        (
            "assert isinstance(m, float) and round(float(m), 3) == 2.333\n"
            "assert n.dtype == np.int32 and n + 1 == 8"
        ),
        ["m = 7 / 3\nn = 7", "m = np.float32(7 / 3)\nn = np.int32(7)"],
        locked=NUMPY,
    ),
    Case(
        "missing numbers and infinities",
        "r = [float('nan'), float('inf'), -0.0]",
        ("import math\nassert math.isnan(r[0]) and math.isinf(r[1]) and math.copysign(1, r[2]) == -1"),
        ["r = [0, 0, 0]", "r = (float('nan'), 1e999, -0.0)"],
    ),
    Case(
        "random numbers from a seed",
        "def draw(n):\n    return np.random.rand(n)",
        "np.random.seed(3)\nexpected = np.random.rand(4)\nnp.random.seed(3)\n"
        "assert np.allclose(draw(4), expected)",
        [
            "def draw(n):\n    return np.array([np.random.rand() for _ in range(n)])",
            "def draw(n):\n    return np.ones(n)",
        ],
        locked=NUMPY,
    ),
    Case(
        "the random module, and a generator as an argument",
        (
            "import random\n\n\ndef roll():\n    return random.randint(1, 6)\n\n\n"
            "def pick(rng, xs):\n    return rng.choice(xs)"
        ),
        "import random\nrandom.seed(1)\nexpected = random.randint(1, 6)\n"
        "random.seed(1)\nassert roll() == expected\n"
        "rng, other = np.random.default_rng(5), np.random.default_rng(5)\n"
        "assert pick(rng, [1, 2, 3, 4]) == other.choice([1, 2, 3, 4])\n"
        "assert [pick(rng, range(100)) for _ in range(3)] == [other.choice(range(100)) for _ "
        "in range(3)]",
        [
            (
                "import random\n\n\ndef roll():\n    return random.randint(1, 6)\n\n\n"
                "def pick(rng, xs):\n    return xs[0]"
            )
        ],
        locked=NUMPY,
    ),
    Case(
        "a table",
        "means = df.groupby('k', as_index=False)['x'].mean()",
        (
            "expected = pd.DataFrame({'k': ['a', 'b'], 'x': [2.5, 2.0]})\n"
            "pd.testing.assert_frame_equal(means, expected)"
        ),
        ["means = df.groupby('k').x.mean().reset_index()", "means = df.groupby('k').x.mean()", "means = df"],
        locked=PANDAS,
    ),
    Case(
        "a column",
        "s = df.set_index('k')['x'] * 2",
        "pd.testing.assert_series_equal(s, pd.Series([2.0, 4.0, 8.0], index=pd.Index(['a', "
        "'b', 'a'], name='k'), name='x'))\n"
        "assert s['b'] == 4 and s.index.tolist() == ['a', 'b', 'a']",
        ["s = df.x * 2", "s = df.set_index('k').x.apply(lambda v: v + v)"],
        locked=PANDAS,
    ),
    Case(
        "a locked table that the student extends",
        "df['double'] = df['x'] * 2",
        ("assert 'double' in df.columns\nassert df['double'].tolist() == [2, 4, 8] and len(df) == 3"),
        [
            "df = df.assign(double=2 * df.x)",
            "df['double'] = df['x']",
            "pass",
            "df = df.assign(double=2 * df.x).head(2)",
        ],
        locked=PANDAS,
    ),
    Case(
        "a function on tables",
        "def share(frame, by):\n    return frame[by].value_counts(normalize=True)",
        "got = share(df, 'k')\n"
        "assert abs(got['a'] - 2 / 3) < 1e-9 and abs(got.sum() - 1) < 1e-9\n"
        "assert list(df.columns) == ['k', 'x']",
        [
            "def share(frame, by):\n    return frame.groupby(by).size() / len(frame)",
            "def share(frame, by):\n    return frame[by]",
        ],
        locked=PANDAS,
    ),
    Case(
        "times and dates",
        "import datetime\n\nd = datetime.date(1990, 3, 11)\n"
        "t = pd.Timestamp('2020-01-01', tz='Europe/Vilnius')\n"
        "r = pd.date_range('2020-01-01', periods=3, freq='D')",
        "assert (d.year, d.month) == (1990, 3) and t.tz_convert('UTC').hour == 22\n"
        "assert len(r) == 3 and r[1] - r[0] == pd.Timedelta(days=1) and r.freq is not None",
        [
            (
                "import datetime\n\nd = datetime.datetime(1990, 3, 11)\n"
                "t = pd.Timestamp('2019-12-31 22:00', tz='UTC')\n"
                "r = pd.DatetimeIndex(['2020-01-01', '2020-01-02', '2020-01-03'])"
            )
        ],
        locked=PANDAS,
    ),
    Case(
        "categories, gaps and an index of several levels",
        "c = pd.Categorical(['lt', 'lv', 'lt'], categories=['lt', 'lv', 'ee'])\n"
        "n = pd.Series([1, None, 3], dtype='Int64')\n"
        "m = df.set_index(['k', 'x']).index",
        "assert list(c.categories) == ['lt', 'lv', 'ee'] and (c.codes == [0, 1, 0]).all()\n"
        ""
        "assert n.isna().sum() == 1 and n.dtype == 'Int64' and n.sum() == 4\n"
        "assert m.nlevels == 2 and m[0] == ('a', 1.0)",
        [("c = pd.Series(['lt', 'lv', 'lt'], dtype='category')\nn = pd.Series([1, None, 3])\nm = df.index")],
        locked=PANDAS,
    ),
    Case(
        "a pandas method with the test's own function",
        "def to_grade(x):\n    return 'low' if x < 3 else 'high'",
        (
            "assert df['x'].apply(to_grade).tolist() == ['low', 'low', 'high']\n"
            "assert df['x'].map(to_grade).nunique() == 2"
        ),
        ["to_grade = lambda x: ['low', 'high'][int(x >= 3)]", "def to_grade(x):\n    return x"],
        locked=PANDAS,
    ),
    Case(
        "a graph",
        "H = nx.Graph()\nH.add_edge('a', 'b', weight=2)\nH.add_node('c', colour='red')",
        "assert H.number_of_nodes() == 3 and H['a']['b']['weight'] == 2\n"
        "assert H.nodes['c']['colour'] == 'red'\n"
        "assert nx.is_isomorphic(H, nx.Graph([(1, 2)]), edge_match=None) is False\n"
        "assert list(H.neighbors('a')) == ['b']",
        [
            "H = nx.DiGraph([('a', 'b', {'weight': 2})])\nH.add_node('c', colour='red')",
            "H = nx.Graph([('a', 'b')])",
        ],
        locked=GRAPHS,
    ),
    Case(
        "a function on graphs",
        ("def hubs(graph, n):\n    return sorted(graph, key=lambda v: -graph.degree[v])[:n]"),
        (
            "assert hubs(G, 2) == [33, 0]\n"
            "assert hubs(nx.star_graph(4), 1) == [0]\n"
            "assert G.number_of_edges() == 78"
        ),
        [
            ("def hubs(graph, n):\n    return [v for v, _ in sorted(graph.degree, key=lambda p: -p[1])][:n]"),
            "def hubs(graph, n):\n    return list(graph)[:n]",
        ],
        locked=GRAPHS,
    ),
    Case(
        "communities as sets",
        "parts = nx.community.greedy_modularity_communities(G)",
        "assert {frozenset(p) for p in parts} == {frozenset(p) for p in "
        "nx.community.greedy_modularity_communities(G)}\n"
        "assert sum(len(p) for p in parts) == 34",
        ["parts = [set(G)]", "parts = [list(p) for p in nx.community.greedy_modularity_communities(G)]"],
        locked=GRAPHS,
    ),
    Case(
        "a figure",
        "fig, ax = plt.subplots()\n"
        "ax.plot([1, 2, 3], [1, 4, 9], label='squares')\n"
        "ax.set_title('Squares')\n"
        "ax.set_xlabel('x')\nax.set_ylabel('y')\nax.legend()",
        "line = ax.lines[0]\n"
        "assert list(line.get_ydata()) == [1, 4, 9] and line.get_label() == 'squares'\n"
        ""
        "assert ax.get_title() == 'Squares' and ax.get_xlabel() == 'x'\n"
        "assert ax.get_legend() is not None\n"
        "assert len(fig.axes) == 1",
        [
            "fig = plt.figure()\nax = fig.add_subplot()\nax.plot([1, 2, 3], [1, 4, 9])",
            "fig, ax = plt.subplots()",
        ],
        locked=PYPLOT,
    ),
    Case(
        "bars",
        (
            "def bars(names, values):\n    fig, ax = plt.subplots()\n"
            "    ax.bar(names, values, color='green')\n    return ax"
        ),
        "ax = bars(['a', 'b'], [3, 5])\n"
        "assert [p.get_height() for p in ax.patches] == [3, 5]\n"
        "assert [t.get_text() for t in ax.get_xticklabels()] == ['a', 'b']\n"
        "import matplotlib.colors as mc\n"
        "assert all(mc.same_color(p.get_facecolor(), 'green') for p in ax.patches)",
        [
            (
                "def bars(names, values):\n    fig, ax = plt.subplots()\n"
                "    ax.barh(names, values)\n    return ax"
            )
        ],
        locked=PYPLOT,
    ),
    Case(
        "an axes that the test gives",
        "def draw(ax, xs):\n    ax.plot(xs)\n    ax.set_title('drawn')",
        (
            "fig, ax = plt.subplots()\ndraw(ax, [1, 5])\n"
            "assert ax.get_title() == 'drawn' and ax.lines[0].get_ydata()[1] == 5"
        ),
        [
            "def draw(ax, xs):\n    ax.plot(xs)",
            "def draw(ax, xs):\n    ax.set(title='drawn')\n    ax.plot(range(len(xs)), xs)",
        ],
        locked=PYPLOT,
    ),
    Case(
        "pyplot's current figure",
        "def show(xs):\n    plt.figure()\n    plt.plot(xs)\n    plt.title('T')",
        (
            "plt.close('all')\nshow([1, 2])\nax = plt.gca()\n"
            "assert ax.get_title() == 'T' and len(ax.lines) == 1\nplt.close('all')"
        ),
        [
            "def show(xs):\n    plt.subplots()\n    plt.title('T')\n    plt.plot(xs)",
            "def show(xs):\n    pass",
        ],
        locked=PYPLOT,
    ),
    Case(
        "Decimal",
        "from decimal import Decimal\n\nprice = Decimal('1.10') + Decimal('2.20')",
        ("from decimal import Decimal\nassert price == Decimal('3.30') and str(price) == '3.30'"),
        ["price = 3.3", "from decimal import Decimal\n\nprice = Decimal('3.3')"],
    ),
    Case(
        "Fraction and complex",
        ("from fractions import Fraction\n\nhalf = Fraction(1, 3) + Fraction(1, 6)\nz = complex(1, 2) ** 2"),
        ("assert half.numerator == 1 and half.denominator == 2\nassert z.real == -3 and z.imag == 4"),
        [
            "half = 0.5\nz = -3 + 4j",
            "from fractions import Fraction\n\nhalf = Fraction('1/2')\nz = complex(-3, 4)",
        ],
    ),
    Case(
        "partial credit",
        "def f(x):\n    return x * x",
        ("points = 0\nif f(2) == 4:\n    points += 1\nif f(-3) == 9:\n    points += 1\npoints"),
        ["def f(x):\n    return x + x", "def f(x):\n    return 0", "f = None"],
    ),
    Case(
        "partial credit by a function, halves",
        "answer = {'b', 'c'}",
        (
            "def mark():\n"
            "    return 2 * len(answer & {'b', 'c'}) / 2 - len(answer - {'b', 'c'}) * 0.5\n\n\n"
            "max(0, mark())"
        ),
        ["answer = {'b'}", "answer = {'a', 'b', 'c'}", "answer = set()", "answer = ['b']"],
    ),
    Case(
        "a warning",
        ("import warnings\n\n\ndef old():\n    warnings.warn('do not', DeprecationWarning)\n    return 1"),
        "import warnings\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        "    assert old() == 1\n"
        "assert len(caught) == 1 and issubclass(caught[0].category, DeprecationWarning)",
        [
            "def old():\n    return 1",
            "import warnings\n\n\ndef old():\n    warnings.warn('do not')\n    return 1",
        ],
    ),
    Case(
        "whether a name is there",
        "alpha = 1",
        (
            "assert 'alpha' in globals(), 'alpha is missing'\n"
            "assert 'alpha' in dir()\ntry:\n    alpha\nexcept NameError:\n"
            "    assert False"
        ),
        ["beta = 1"],
    ),
    Case(
        "the parameters and the documentation of a function",
        (
            "def area(width: float, height: float = 1.0) -> float:\n"
            '    """Return the area."""\n    return width * height'
        ),
        "import inspect\n"
        "assert callable(area) and area.__doc__ and 'area' in area.__doc__\n"
        "signature = inspect.signature(area)\n"
        "assert list(signature.parameters) == ['width', 'height']\n"
        "assert signature.parameters['height'].default == 1.0 and "
        "area.__annotations__['width'] is float",
        [
            "def area(width, height=1.0):\n    return width * height",
            "def area(width: float, height: float = 1.0):\n    'area'\n    return width",
        ],
    ),
    Case(
        "a name of Python's that the task binds",
        ("def sum(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total"),
        "assert sum([1, 2, 3]) == 6\nassert sum([]) == 0",
        ["def sum(xs):\n    return 0"],
    ),
    Case(
        "names of Python's that a student uses up",
        "def total(xs):\n    return sum(xs)",
        "assert total([1, 2]) == 3 and len(str(total([5]))) == 1",
        [
            (
                "len = 3\nstr = 'a'\nlist = [1]\nmax = min = None\n\n\n"
                "def total(xs):\n    out = 0\n    for x in xs:\n        out += x\n"
                "    return out"
            )
        ],
        kinder=True,
    ),
    Case(
        "imports that only the student makes",
        (
            "import math\nfrom statistics import mean as average\n\n\n"
            "def hyp(a, b):\n    return math.hypot(a, b)"
        ),
        "assert math.isclose(hyp(3, 4), 5) and average([1, 3]) == 2",
        [
            "import math\nfrom statistics import mean as average\nhyp = math.dist",
            "def hyp(a, b):\n    return 5",
        ],
    ),
    Case(
        "a cell whose locked data were computed by the student's function",
        "def scale(x):\n    return 10 * x",
        "assert scaled == [10, 20] and scale(0) == 0",
        ["def scale(x):\n    return x * 10.0", "def scale(x):\n    return x"],
    ),
    Case(
        "callables that are no functions",
        (
            "from functools import partial\n\nsquare = partial(pow, exp=2)\n"
            "length = str.__len__\nupper = 'ab'.upper"
        ),
        "assert square(3) == 9 and length('abc') == 3 and upper() == 'AB'",
        ["square = lambda x: x ** 2\nlength = len\nupper = lambda: 'AB'", "square = length = upper = abs"],
    ),
    Case(
        "objects of a library",
        (
            "from sklearn.linear_model import LinearRegression\n\n"
            "model = LinearRegression().fit([[0], [1]], [1, 3])"
        ),
        "from sklearn.linear_model import LinearRegression\n"
        "assert isinstance(model, LinearRegression)\n"
        "assert abs(model.coef_[0] - 2) < 1e-9 and abs(model.predict([[2]])[0] - 5) < 1e-9",
        [
            "model = None",
            (
                "from sklearn.linear_model import LinearRegression\n\n"
                "model = LinearRegression().fit([[0], [1]], [0, 0])"
            ),
        ],
    ),
    Case(
        "results of scipy",
        "from scipy import stats\n\nresult = stats.linregress([0, 1, 2], [1, 3, 5.1])",
        (
            "assert abs(result.slope - 2.05) < 1e-9 and result.pvalue < 0.05\n"
            "slope, intercept, *_ = result\nassert slope == result.slope"
        ),
        ["from scipy import stats\n\nresult = stats.linregress([0, 1, 2], [1, 1, 1])"],
    ),
    Case(
        "a lazy answer",
        "def evens(xs):\n    return [x for x in xs if x % 2 == 0]",
        ("assert list(evens([1, 2, 4])) == [2, 4]\nassert sorted(evens(range(5))) == [0, 2, 4]"),
        [
            "def evens(xs):\n    return filter(lambda x: x % 2 == 0, xs)",
            "def evens(xs):\n    return (x for x in xs if not x % 2)",
            "def evens(xs):\n    return iter([])",
        ],
    ),
    Case(
        "a random generator among the test's inputs, and hundreds of calls",
        "def biggest(xs):\n    return max(xs)",
        (
            "rng = np.random.default_rng(0)\nfor _ in range(200):\n"
            "    xs = rng.normal(size=5)\n    assert biggest(xs) == xs.max()"
        ),
        ["def biggest(xs):\n    return sorted(xs)[-1]", "def biggest(xs):\n    return xs[0]"],
        locked=NUMPY,
    ),
    Case(
        "no answer at all",
        "def later(x):\n    return x",
        "assert later(1) == 1, 'try again'",
        ["def later(x):\n    raise NotImplementedError()", "def later(x)\n    return", "", "later = 1"],
    ),
]

COMPUTED = "scaled = [scale(x) for x in (1, 2)]"
"""A locked cell between the answer and the test of the case about it."""
