"""Marked strings, docstrings and comments of a cell of Python."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.translate.support import found, translate

from klasteryste.errors import CourseError
from klasteryste.translate.code import literal
from klasteryste.translate.document import Part


def unmarked(source: str) -> str:
    return Part("m2.ipynb#m2-x", source, code=True).unmarked()


def test_marked_strings_are_found_wherever_they_stand() -> None:
    source = """\
def label(x):
    return {"a": [tr("One"), f(tr('Two'))], "b": "tr('no')"}
x = tr("Three "
       "and four") if y else tr(\"\"\"Five
six\"\"\")
say(
    tr(
        "Seven {x:.0%}",
    ),
    x=x,
)
"""
    assert found(source, code=True) == [
        ("string", text) for text in ("One", "Two", "Three and four", "Five\nsix", "Seven {x:.0%}")
    ]


def test_strings_are_replaced_and_keep_their_quotes() -> None:
    source = 'f(tr(\'One\'), tr("Two"), ąę, tr(r\'$\\alpha$ three\'), tr("""Four\nfive"""))\n'
    result = translate(
        source,
        {
            "One": "Žmonių „dalis“",
            "Two": 'Sako: "taip"',
            "$\\alpha$ three": "trys $\\alpha$",
            "Four\nfive": "4\n5",
        },
        code=True,
    )
    assert (
        result
        == 'f(tr(\'Žmonių „dalis“\'), tr(\'Sako: "taip"\'), ąę, tr(r\'trys $\\alpha$\'), tr("""4\n5"""))\n'
    )


def test_a_string_of_several_lines_stays_on_several_lines() -> None:
    source = 'x = tr(\n    "One "\n    "two"\n)\n'
    long = "Žodis " * 30 + "galas"
    result = translate(source, {"One two": long}, code=True)
    assert all(len(line) <= 90 for line in result.splitlines())
    assert len(result.splitlines()) > 4
    assert ast.literal_eval(unmarked(result).removeprefix("x = ")) == long


@given(st.text(), st.sampled_from(['"a"', "'a'", "r'a'", '"""a"""', '"a"\n"b"']))
def test_any_text_can_be_written_as_a_literal(text: str, like: str) -> None:
    assert ast.literal_eval(f"({literal(text, like)})") == text


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ('x = tr("One")\n', 'x = "One"\n'),
        ("x = tr ( 'One' , )\n", "x = 'One'\n"),
        ('x = tr(  # why\n    "One"\n)\n', 'x = (  # why\n    "One"\n)\n'),
        ('x = tr(\n    "One "\n    "two",\n)\n', 'x = (\n    "One "\n    "two"\n)\n'),
        ('say(\n    tr(\n        "One "\n        "two"\n    ),\n)\n', 'say(\n    "One "\n    "two",\n)\n'),
        ('say(tr("One "\n       "two"))\n', 'say("One "\n    "two")\n'),
        ('if x:tr("a"if y else"b")\n', None),
        ('y = "ąžuolas", tr("One"), [tr("Two")]\n', 'y = "ąžuolas", "One", ["Two"]\n'),
        ("from klasteryste import load, tr\n", "from klasteryste import load\n"),
        ("from klasteryste import load, tr, use_language\n", "from klasteryste import load, use_language\n"),
        ("from klasteryste import (\n    load,\n    tr,\n)\n", "from klasteryste import (\n    load,\n)\n"),
        ("import os\nfrom klasteryste import tr\nx = 1\n", "import os\nx = 1\n"),
        ("import os\nfrom klasteryste import tr", "import os"),
        ("from klasteryste import tr", ""),
        ("from klasteryste.language import tr  # marks\nx = 1", "x = 1"),
        ("from elsewhere import load\n", "from elsewhere import load\n"),
    ],
)
def test_marks_leave_and_nothing_else_changes(source: str, result: str | None) -> None:
    if result is None:
        with pytest.raises(CourseError, match="plain literal"):
            unmarked(source)
    else:
        assert unmarked(source) == result
        ast.parse(result)


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ('x = 1\ny = tr(f"{x} people")\n', 2, "plain literal"),
        ('y = tr("a" + "b")\n', 1, "plain literal"),
        ("y = tr(text)\n", 1, "plain literal"),
        ('y = tr("a", "b")\n', 1, "plain literal"),
        ('y = tr(text="a")\n', 1, "plain literal"),
        ('y = tr(b"a")\n', 1, "plain literal"),
        ('y = tr(tr("a"))\n', 1, "plain literal"),
        ("\ny = f\"{tr('a')} b\"\n", 2, "inside an f-string"),
        ("y = map(tr, texts)\n", 1, "only for marking"),
        ("from klasteryste import tr as t\n", 1, "only for marking"),
        ("from elsewhere import tr\n", 1, "only for marking"),
        ('import klasteryste as k; k.tr("One")\n', 1, "only for marking"),
        ("def f(tr):\n    pass\n", 1, "only for marking"),
        ("f\"{k.tr('a')} b\"\n", 1, "inside an f-string"),
        ('x = 1\n%time say(tr("One"))\n', 2, "in a magic"),
        ('x = %time say(tr("One"))\n', 1, "in a magic"),
        ('%%html\n<p>\ntr("One")\n', 3, "in a magic"),
        ("try:\n    from klasteryste import tr\nexcept ImportError:\n    pass\n", 2, "on a line of its own"),
        ("import os; from klasteryste import tr\n", 1, "on a line of its own"),
        ("x = (\n", 1, "not Python"),
    ],
)
def test_a_mark_that_cannot_be_translated_is_refused_with_cell_and_line(
    source: str, line: int, told: str
) -> None:
    with pytest.raises(CourseError, match=rf"^m2\.ipynb#m2-x:{line}: .*{told}"):
        unmarked(source)


def test_comments_are_messages_by_sentence() -> None:
    source = """\
# One sentence that
# goes on.
#
# Another.
# - an item
# - and one
x = 1  # beside
    # odd place
"""
    assert [m for _, m in found(source.replace("    # odd", "# odd"), code=True)] == [
        "One sentence that goes on.",
        "Another.",
        "- an item",
        "- and one",
        "beside",
        "odd place",
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "### BEGIN SOLUTION",
        "### END HIDDEN TESTS",
        "#| label: x",
        "# noqa: E501",
        "# type: ignore",
        "# %% cell",
        "# 1990",
    ],
)
def test_comments_for_tools_are_no_messages(comment: str) -> None:
    assert found(f"x = 1\n{comment}\n", code=True) == []


@pytest.mark.parametrize("comment", ["pragmatic choice", "noqable", "types: two", "Results"])
@pytest.mark.parametrize("sign", ["#", "###"])
def test_comments_that_look_like_those_for_tools_are_messages(sign: str, comment: str) -> None:
    assert found(f"{sign} {comment}\n", code=True) == [("comment", comment)]


def test_comments_are_wrapped_where_they_stand() -> None:
    source = "def f():\n    # One\n    # two\n    return 1  # three\n"
    long = "žodis " * 20 + "galas"
    result = translate(source, {"One two": long, "three": "trys"}, code=True)
    lines = result.splitlines()
    assert all(line.startswith("    # ") and len(line) <= 88 for line in lines[1:-1])
    assert " ".join(line.strip("# ") for line in lines[1:-1]) == long
    assert lines[-1] == "    return 1  # trys"


def test_a_comment_of_another_rank_is_a_message_of_its_own() -> None:
    assert found("# One\n## Two\n", code=True) == [("comment", "One"), ("comment", "Two")]


def test_a_backslash_is_written_so_that_python_does_not_warn() -> None:
    assert literal("\\d", '"a"') == '"\\\\d"'
    assert literal("$\\alpha$", 'r"a"') == 'r"$\\alpha$"'


def test_docstrings_are_messages_and_a_string_alone_is_not() -> None:
    source = '"output"\n\ndef f():\n    """What it does."""\n    "not this"\n'
    assert found(source, code=True) == [("docstring", "What it does.")]
    assert found('x = tr("")', code=True) == []
    assert '"""Ką daro."""' in translate(source, {"What it does.": "Ką daro."}, code=True)


def test_lines_for_ipython_are_left_alone() -> None:
    source = '%matplotlib inline\n!ls # no\nx = tr("One")\n'
    assert found(source, code=True) == [("string", "One")]
    assert unmarked(source) == '%matplotlib inline\n!ls # no\nx = "One"\n'
    assert found("%%bash\n# One\ntr a b\n", code=True) == []


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!echo it's (",
        "?load",
        "load?",
        "x = !ls",
        "x = %pwd",
        "!ls \\\n    -a",
        "if x:\n    %time y",
        "%%time",
        "%%capture --no-stderr out",
    ],
)
def test_python_beside_a_magic_is_read(magic: str) -> None:
    source = f'{magic}\nfrom klasteryste import tr\n# One\nx = tr("Two")\n'
    assert found(source, code=True) == [("comment", "One"), ("string", "Two")]
    assert unmarked(source) == f'{magic}\n# One\nx = "Two"\n'


@pytest.mark.parametrize("mark", "%!?")
def test_what_only_looks_like_a_magic_is_python(mark: str) -> None:
    text = f"Share:\n{mark} of people"
    source = f'x = tr("""{text}""")\n'
    assert found(source, code=True) == [("string", text)]
    assert found("%pwd\nx = (a\n     % b)\n# One\n", code=True) == [("comment", "One")]
