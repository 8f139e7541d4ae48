"""Every kind of block: its messages are found, and replaced where they stand."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import yaml
from tests.translate.support import ROOT, found, structure, translate

from klasteryste.errors import CourseError
from klasteryste.translate.document import Part
from klasteryste.translate.myst import EXTENSIONS


class Block(NamedTuple):
    """A source, the translations of all its messages, and what must come out."""

    source: str
    translations: dict[str, str]
    result: str


BLOCKS = {
    "paragraph": Block("One *two*.\n", {"One *two*.": "Vienas *du*."}, "Vienas *du*.\n"),
    "soft line breaks": Block(
        "One\n  two\nthree.\n\nFour.\n", {"One two three.": "Du.", "Four.": "Trys."}, "Du.\n\nTrys.\n"
    ),
    "hard line breaks": Block(
        "- One  \n  two\\\n  three\n", {"One  \ntwo\\\nthree": "A  \nb\\\nc"}, "- A  \n  b\\\n  c\n"
    ),
    "heading": Block("## One ##\n", {"One": "Vienas"}, "## Vienas ##\n"),
    "heading with a number sign": Block("# # of people\n", {"# of people": "# žmonių"}, "# # žmonių\n"),
    "setext heading": Block("One\n===\n", {"One": "Vienas"}, "Vienas\n===\n"),
    "target": Block("(one)=\n# One\n", {"One": "Vienas"}, "(one)=\n# Vienas\n"),
    "comment": Block("% One\n\nTwo\n\n+++\n", {"Two": "Du"}, "% One\n\nDu\n\n+++\n"),
    "nested lists": Block(
        "1. One\n   more\n   - Two\n\n     Three\n2. Four\n",
        {"One more": "1", "Two": "2", "Three": "3", "Four": "4"},
        "1. 1\n   - 2\n\n     3\n2. 4\n",
    ),
    "task list": Block("- [ ] One\n- [x] Two\n", {"One": "Vienas", "Two": "Du"}, "- [ ] Vienas\n- [x] Du\n"),
    "definition list": Block(
        "Term\n: Meaning\n  more\n\n: Other\n",
        {"Term": "Terminas", "Meaning more": "Reikšmė", "Other": "Kita"},
        "Terminas\n: Reikšmė\n\n: Kita\n",
    ),
    "block quote": Block(
        "> One\n> two\n>\n> - Three\nlazy\n", {"One two": "Du", "Three lazy": "Trys"}, "> Du\n>\n> - Trys\n"
    ),
    "table": Block(
        "| A | B \\| c |\n|---|:-:|\n| D | `x` |\n| 3.5 | E |\n",
        {"A": "Ą", "B \\| c": "Č \\| b", "D": "Ė", "3.5": "3,5", "E": "Ę"},
        "| Ą | Č \\| b |\n|---|:-:|\n| Ė | `x` |\n| 3,5 | Ę |\n",
    ),
    "table in a quote, without outer bars": Block(
        "> A | B\n> --|--\n> a | A\n", {"A": "Ą", "B": "C", "a": "ą"}, "> Ą | C\n> --|--\n> ą | Ą\n"
    ),
    "table with an empty first cell": Block(
        "| | B |\n|-|-|\n| a | |\n", {"B": "C", "a": "ą"}, "| | C |\n|-|-|\n| ą | |\n"
    ),
    "footnotes": Block(
        "One[^n].\n\n[^n]: Two\n    three\n\n    Four\n",
        {"One[^n].": "Vienas[^n].", "Two three": "Du", "Four": "Keturi"},
        "Vienas[^n].\n\n[^n]: Du\n\n    Keturi\n",
    ),
    "maths": Block(
        "Share $p$ is\n\n$$\np = a/n\n$$ (eq-p)\n\n\\begin{align}\na\n\\end{align}\n\nend.\n",
        {"Share $p$ is": "Dalis $p$ yra", "end.": "galas."},
        "Dalis $p$ yra\n\n$$\np = a/n\n$$ (eq-p)\n\n\\begin{align}\na\n\\end{align}\n\ngalas.\n",
    ),
    "roles": Block(
        "See {ref}`the page <m2>`, {term}`trust` and {cite:p}`kish1965`.\n",
        {
            "See {ref}`the page <m2>`, {term}`trust` and {cite:p}`kish1965`.": (
                "Žr. {cite:p}`kish1965`, {term}`pasitikėjimą <trust>`, {ref}`puslapį <m2>`."
            )
        },
        "Žr. {cite:p}`kish1965`, {term}`pasitikėjimą <trust>`, {ref}`puslapį <m2>`.\n",
    ),
    "links": Block(
        "[One](two.md) and [three][x].\n\n[x]: https://example.org\n",
        {"[One](two.md) and [three][x].": "[Trys][x] ir [vienas](two.md)."},
        "[Trys][x] ir [vienas](two.md).\n\n[x]: https://example.org\n",
    ),
    "image": Block("![One](a.png)\n", {"![One](a.png)": "![Vienas](a.png)"}, "![Vienas](a.png)\n"),
    "span with attributes": Block(
        "[One]{lang=en}\n", {"[One]{lang=en}": "[Two]{lang=en}"}, "[Two]{lang=en}\n"
    ),
    "HTML": Block(
        '<details class="a">\n<summary>One <b>two</b></summary>\n\nThree\n\n</details>\n',
        {"One <b>two</b>": "Du <b>trys</b>", "Three": "Trys"},
        '<details class="a">\n<summary>Du <b>trys</b></summary>\n\nTrys\n\n</details>\n',
    ),
    "HTML attributes": Block(
        (
            '<div title="One" id="One">\n<img alt=\'It is\' src="a.png">\n'
            "Two\nthree\n<code>x</code>\n<pre>y</pre>\n</div>\n"
        ),
        {"One": 'A "b"', "It is": "Tai yra", "Two three <code>x</code>": "Du <code>x</code>"},
        (
            '<div title="A &quot;b&quot;" id="One">\n<img alt=\'Tai yra\' src="a.png">\n'
            "Du <code>x</code>\n<pre>y</pre>\n</div>\n"
        ),
    ),
    "code fence": Block(
        "```python\n# One\n```\n\n    # Two\n\nThree `four`\n",
        {"Three `four`": "Trys `four`"},
        "```python\n# One\n```\n\n    # Two\n\nTrys `four`\n",
    ),
    "admonition": Block(
        ":::{admonition} One\n:class: tip\n\nTwo\n:::\n",
        {"One": "Vienas", "Two": "Du"},
        ":::{admonition} Vienas\n:class: tip\n\nDu\n:::\n",
    ),
    "note on its first line": Block(
        "```{note} One\nTwo\n```\n", {"One": "Vienas", "Two": "Du"}, "```{note} Vienas\nDu\n```\n"
    ),
    "tabs, nested": Block(
        (
            "::::{tab-set}\n:::{tab-item} One\n:sync: one\nTwo\n:::\n\n"
            ":::{tab-item} Three\n```{tip}\nFour\n```\n:::\n::::\n"
        ),
        {"One": "1", "Two": "2", "Three": "3", "Four": "4"},
        (
            "::::{tab-set}\n:::{tab-item} 1\n:sync: one\n2\n"
            ":::\n\n:::{tab-item} 3\n```{tip}\n4\n```\n:::\n::::\n"
        ),
    ),
    "cards": Block(
        (
            "::::{grid} 1 2 2 2\n\n:::{grid-item-card} One\n:link: one\n"
            ":link-alt: Go to one\n\nHead\n^^^\nBody\n+++\nFoot\n:::\n::::\n"
        ),
        {"One": "1", "Go to one": "Eiti", "Head": "H", "Body": "B", "Foot": "F"},
        (
            "::::{grid} 1 2 2 2\n\n:::{grid-item-card} 1\n:link: one\n"
            ":link-alt: Eiti\n\nH\n^^^\nB\n+++\nF\n:::\n::::\n"
        ),
    ),
    "dropdown in a list": Block(
        "- One\n\n  :::{dropdown} Two\n  Three\n  four\n  :::\n",
        {"One": "1", "Two": "2", "Three four": "3 4"},
        "- 1\n\n  :::{dropdown} 2\n  3 4\n  :::\n",
    ),
    "button": Block(
        "```{button-ref} m2\n:color: primary\nOpen\n```\n",
        {"Open": "Atverti"},
        "```{button-ref} m2\n:color: primary\nAtverti\n```\n",
    ),
    "figure": Block(
        "```{figure} a.png\n:name: fig-a\n:alt: One, two\nCaption *one*.\n```\n",
        {"One, two": "Vienas: du", "Caption *one*.": "Antraštė *viena*."},
        "```{figure} a.png\n:name: fig-a\n:alt: Vienas: du\nAntraštė *viena*.\n```\n",
    ),
    "options as a block": Block(
        '```{figure} a.png\n---\nname: fig-a\nalt: "One \\"two\\""\n---\nThree\n```\n',
        {'One "two"': "„Du“ #1", "Three": "Trys"},
        '```{figure} a.png\n---\nname: fig-a\nalt: "„Du“ #1"\n---\nTrys\n```\n',
    ),
    "option that needs quotes": Block(
        "```{image} a.png\n:alt: One\n```\n",
        {"One": 'Du #3 "x"'},
        '```{image} a.png\n:alt: "Du #3 \\"x\\""\n```\n',
    ),
    "exercise with its solution": Block(
        "```{exercise} One\n:label: ex-1\nTwo\n```\n\n```{solution} ex-1\n:class: dropdown\nThree\n```\n",
        {"One": "1", "Two": "2", "Three": "3"},
        "```{exercise} 1\n:label: ex-1\n2\n```\n\n```{solution} ex-1\n:class: dropdown\n3\n```\n",
    ),
    "gated exercise": Block(
        (
            "```{exercise-start} One\n:label: ex-2\n```\n\nTwo\n\n```{exercise-end}\n"
            "```\n\n```{solution-start} ex-2\n:class: dropdown\n```\n"
        ),
        {"One": "1", "Two": "2"},
        (
            "```{exercise-start} 1\n:label: ex-2\n```\n\n2\n\n```{exercise-end}\n"
            "```\n\n```{solution-start} ex-2\n:class: dropdown\n```\n"
        ),
    ),
    "list table": Block(
        "```{list-table} One\n:header-rows: 1\n\n* - A\n  - B\n* - `c`\n  - D\n```\n",
        {"One": "1", "A": "Ą", "B": "Č", "D": "Ė"},
        "```{list-table} 1\n:header-rows: 1\n\n* - Ą\n  - Č\n* - `c`\n  - Ė\n```\n",
    ),
    "code cell": Block(
        '> ```{code-cell} python\n> :tags: [hide-input]\n> x = tr("One")  # two\n> ```\n',
        {"One": "Vienas", "two": "du"},
        '> ```{code-cell} python\n> :tags: [hide-input]\n> x = tr("Vienas")  # du\n> ```\n',
    ),
    "verbatim directives": Block(
        (
            "```{math}\n:label: eq-x\nx\n```\n\n```{toctree}\none\n```\n\n"
            "```{bibliography}\n:filter: docname in docnames\n```\n\nOne\n"
        ),
        {"One": "1"},
        (
            "```{math}\n:label: eq-x\nx\n```\n\n```{toctree}\none\n```\n\n"
            "```{bibliography}\n:filter: docname in docnames\n```\n\n1\n"
        ),
    ),
    "front matter": Block(
        "---\ntitle: One\ntags: [two]\n---\n\nThree\n",
        {"One": "Vienas: 1", "Three": "Trys"},
        '---\ntitle: "Vienas: 1"\ntags: [two]\n---\n\nTrys\n',
    ),
    "options that begin like a block": Block(
        "```{image} a.png\n:alt: One\n```\n", {"One": "> Du"}, '```{image} a.png\n:alt: "> Du"\n```\n'
    ),
    "plain div": Block("::: wide\nOne\n:::\n", {"One": "Vienas"}, "::: wide\nVienas\n:::\n"),
    "substitution": Block(
        "{{ one }}\n\nTwo {{ one }}\n", {"Two {{ one }}": "{{ one }} du"}, "{{ one }}\n\n{{ one }} du\n"
    ),
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_block_is_translated_in_place(block: Block) -> None:
    assert {msgid for _, msgid in found(block.source)} == set(block.translations)
    assert translate(block.source, block.translations) == block.result
    assert structure(block.result) == structure(block.source)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_block_translated_by_itself_is_the_same(block: Block) -> None:
    assert translate(block.source, {msgid: msgid for msgid in block.translations}) == block.source


def test_kinds_tell_a_translator_where_a_message_stands() -> None:
    source = (
        "# A\n\nb\n\n- c\n\n> d\n\n|e|\n|-|\n\nf\n: g\n\n[^n]: h\n\n"
        "```{figure} x.png\n:alt: i\nj\n```\n\n:::{tip} k\n:::\n"
    )
    assert found(source) == [
        ("heading", "A"),
        ("paragraph", "b"),
        ("list item", "c"),
        ("block quote", "d"),
        ("table cell", "e"),
        ("term", "f"),
        ("definition", "g"),
        ("footnote", "h"),
        ("alt of {figure}", "i"),
        ("caption", "j"),
        ("title of {tip}", "k"),
    ]


@pytest.mark.parametrize(
    "text", ["$x$", "`code`", "{cite:t}`kish1965`", "{ref}`m2`", "2017", "***", "<br>", "{{ x }}"]
)
def test_what_holds_no_words_is_no_message(text: str) -> None:
    assert found(f"{text}\n") == []


def test_a_comment_that_grows_stays_in_its_quote_and_its_code() -> None:
    source = "> ```{code-cell} python\n> if x:\n>     # One\n>     y = 1\n> ```\n"
    lines = translate(source, {"One": "žodis " * 20 + "galas"}).splitlines()
    assert len(lines) == 6
    assert all(line.startswith(">     # žodis") for line in lines[2:4])


def test_the_english_marks_leave_the_code_of_a_page() -> None:
    source = (
        "- One\n\n  ```{code-cell} python\n  from klasteryste import say, tr\n"
        '  say(tr(\n      "One"\n  ))\n  ```\n'
    )
    expected = '- One\n\n  ```{code-cell} python\n  from klasteryste import say\n  say("One")\n  ```\n'
    assert Part("a.md", source).unmarked() == expected


def test_an_unknown_directive_is_refused_where_it_stands() -> None:
    with pytest.raises(CourseError, match=r"^a\.md:3: the directive \{carousel\} is not known"):
        _ = Part("a.md", "One\n\n:::{carousel} Two\n:::\n").spans


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: [\n---\nOne\n", 2),
        ("---\na: b\ntitle: 'x\n---\n", 3),
        ("---\na: b\ntitle: \x01\n---\n", 2),
    ],
)
def test_front_matter_that_is_no_yaml_is_refused(text: str, line: int) -> None:
    with pytest.raises(CourseError, match=rf"^a\.md:{line}: the front matter is not YAML") as caught:
        _ = Part("a.md", text).spans
    assert "\n" not in str(caught.value)


def test_the_book_enables_no_syntax_that_the_translator_does_not_read() -> None:
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert set(settings["parse"]["myst_enable_extensions"]) <= set(EXTENSIONS)
