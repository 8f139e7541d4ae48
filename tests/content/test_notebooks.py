"""What every module notebook keeps to, whatever it teaches."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import polib
import pytest
import yaml

from klasteryste.course import read_course

ROOT = Path(__file__).parents[2]
COURSE = read_course(ROOT / "course.yml")
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
ALLOWED = yaml.safe_load((Path(__file__).parent / "numerals.yml").read_text(encoding="utf-8"))
# How a page says the hours of a module, in words.
HOURS = {
    "en": {
        8: "eight hours",
        12: "twelve hours",
        14: "fourteen hours",
        16: "sixteen hours",
        18: "eighteen hours",
        22: "twenty-two hours",
    },
    "lt": {
        8: "aštuonios studijų valandos",
        12: "dvylika studijų valandų",
        14: "keturiolika studijų valandų",
        16: "šešiolika studijų valandų",
        18: "aštuoniolika studijų valandų",
        22: "dvidešimt dvi studijų valandos",
    },
}
PIN = {"keep_output", "nbval-check-output"}
# Written by code, and a test of its own holds it to what was measured (tests/attacks).
COMPUTED = {"attacks.md"}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


@every_notebook
def test_cell_ids_are_words_and_begin_with_the_module(path):
    ids = [cell.id for cell in read(path).cells]
    assert len(set(ids)) == len(ids)
    for cell_id in ids:
        assert re.fullmatch(rf"{path.stem}(-[a-z0-9]+)+", cell_id)


@every_notebook
def test_only_pinned_cells_keep_their_outputs(path):
    pinned = 0
    for cell in read(path).cells:
        if cell.cell_type != "code":
            continue
        tags = set(cell.metadata.get("tags", []))
        assert tags >= PIN or not PIN & tags, f"{cell.id}: the two tags of a pinned cell go together"
        if tags >= PIN:
            pinned += 1
        else:
            assert not cell.outputs and cell.execution_count is None, f"{cell.id} keeps an output"
    assert pinned, "no number is pinned"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "assignments" / "source").rglob("*.ipynb")), ids=lambda path: path.stem
)
def test_an_assignment_keeps_no_output(path):
    for cell in read(path).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None, f"{cell.id} was run"


@every_notebook
def test_a_pinned_cell_prints_keys_and_rounded_values_only(path):
    for cell in read(path).cells:
        if set(cell.metadata.get("tags", [])) >= PIN:
            assert "tr(" not in cell.source, f"{cell.id}: both languages share this output"
            assert [output.output_type for output in cell.outputs] == ["stream"]
            for line in cell.outputs[0].text.splitlines():
                key, printed = line.split(" ")
                assert re.fullmatch(r"[a-z0-9_]+", key), f"{cell.id}: the key {key!r} has words in it"
                value = float(printed)
                assert printed == repr(round(value, 6)), f"{cell.id}: {key} is not rounded"


# What may carry numerals without having been computed: formulas, code, references, links, targets, options.
_NOT_PROSE = [
    r"(?ms)^(`{3,}|~{3,}){math}.*?^\1",
    r"(?ms)^(`{3,}|~{3,})(?!\{)[^\n]*\n.*?^\1",
    r"(?s)\$\$.*?\$\$( \([\w-]+\))?",
    r"\$[^$\n]+\$",
    r"\{[\w:-]+\}`[^`]*`",
    r"`[^`]*`",
    r"(?m)^\([\w-]+\)=$",
    r"(?m)^:[\w-]+:.*$",
    r"(?m)^[`:]{3,}.*$",
    r"(?m)^#+ .*$",  # sections may be numbered
    r"\]\([^)]*\)",
    r"<[^>]+>",
    r"\{[^{}]*\}",  # a computed number's place
    r"(?m)^\s*\d+\. ",  # an ordered list
    r"\b(19|20)\d\d(?:[-–/](?:(?:19|20)?\d\d))?\b",  # years and spans of years
    r"\bm\d(?:\.\d)?\b|\bM\d\b|\bR\d\d\b",  # modules, outcomes, rules of the plan
]


def numerals(prose: str, allowed: list[dict[str, str]] = ALLOWED) -> list[str]:
    """Return the numbers that stand in prose and should have been computed."""
    for pattern in _NOT_PROSE:
        prose = re.sub(pattern, " ", prose)
    for exception in allowed:
        prose = prose.replace(exception["text"], " ")
    return re.findall(r"\S*\d\S*", prose)


def test_an_exception_lets_its_number_through():
    assert numerals("A level of 95 %.", [{"text": "95 %", "reason": "a convention"}]) == []


@pytest.mark.parametrize("language", ["en", "lt"])
def test_no_number_in_prose_is_typed(language, localised):
    typed = []
    for path in sorted((localised / language).rglob("*.md")):
        if path.name in COMPUTED:
            continue
        typed += [f"{path.name}: {number}" for number in numerals(path.read_text(encoding="utf-8"))]
    for path in sorted((localised / language).rglob("*.ipynb")):
        for cell in read(path).cells:
            texts = [cell.source]
            if cell.cell_type == "code":
                tree = ast.walk(ast.parse(cell.source))
                texts = [
                    node.value
                    for node in tree
                    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
                ]
            typed += [f"{path.name}, {cell.id}: {number}" for text in texts for number in numerals(text)]
    assert not typed


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("Trust rose by 12 % in 1990.", ["12"]),
        ("In 1990–1993, and again in 2017-20.", []),
        ("See $x_1 = 2$ and {cite:t}`kish1965`, `n=3`, [this](a3.md).", []),
        ("It was {share:.0%} of {n:,}.", []),
        ("About 1,000 people, 3.5 points.", ["1,000", "3.5"]),
        ("```{math}\n:label: eq-1\nx = 2\n```\n5 points", ["5"]),
        (":::{note} Read 3 pages\n:class: a1\nR04 and m2.1\n:::", []),
    ],
)
def test_the_check_of_numerals_tells_typed_from_computed(prose, found):
    assert numerals(prose) == found


def test_every_exception_for_a_numeral_has_its_reason_and_is_needed():
    pages = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").glob("*.md"))]
    english = [*pages, *(cell.source for path in NOTEBOOKS for cell in read(path).cells)]
    catalogues = sorted((ROOT / "translations" / "lt").rglob("*.po"))
    texts = [*english, *(entry.msgstr for path in catalogues for entry in polib.pofile(str(path)))]
    for exception in ALLOWED:
        assert exception["reason"].strip()
        others = [other for other in ALLOWED if other is not exception]
        needed = any(numerals(text) != numerals(text, others) for text in texts)
        assert needed, f"{exception['text']!r} is excepted in vain"


@pytest.mark.parametrize("module", COURSE.modules, ids=lambda module: module.id)
@pytest.mark.parametrize("language", ["en", "lt"])
def test_a_module_states_the_outcomes_and_hours_of_the_course_file(module, language, localised):
    notebook = json.loads(
        (localised / language / "notebooks" / f"{module.id}.ipynb").read_text(encoding="utf-8")
    )
    text = " ".join(" ".join("".join(cell["source"]).split()) for cell in notebook["cells"]).replace("*", "")
    assert text.startswith(f"# {module.title[language]}")
    for outcome in module.outcomes:
        assert outcome.text[language] in text, f"{outcome.id} of course.yml is not on the page"
    assert HOURS[language][module.hours] in text
