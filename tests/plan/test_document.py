"""A plan's file is read with its lines; one that was made to do harm gets a clear error and nothing else."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from klasteryste.errors import CourseError
from klasteryste.plan.document import read_document, replace_sections


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "plan.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_values_come_with_their_lines_and_numbers_as_they_are_printed(tmp_path: Path):
    document = read_document(
        write(tmp_path, "a: 1\nb:\n  - c: 2.50\n    d: NO\n  - 2026-01-01\ne: {lt: x, en: '7'}\nf:\ng: 012\n")
    )
    assert document.value == {
        "a": 1,
        "b": [{"c": 2.5, "d": "NO"}, "2026-01-01"],
        "e": {"lt": "x", "en": "7"},
        "f": None,
        "g": "012",
    }
    assert document.lines[("b", 0, "c")] == 3
    assert document.lines[("b", 0, "d")] == 4
    assert document.line(("b", 1, "nothing", 3)) == 5
    assert document.written == {("a",): "1", ("b", 0, "c"): "2.50"}


BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{last}, *{last}]\n" for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "an anchors bomb": (BOMB, "line 1: an anchor or alias"),
    "an alias of nothing": ("a: *b\n", "line 1: an anchor or alias"),
    "a merge key": ("a: {x: 1}\nb:\n  <<: *a\n", "line 3: an anchor or alias"),
    "a Python object": ("a: !!python/object/apply:os.system [true]\n", "line 1: the tag"),
    "a binary": ("a: !!binary aGVsbG8=\n", "line 1: the tag"),
    "a tagged key": ("!!python/name:os.system : 1\n", "line 1: a key that is no plain word"),
    "a key twice": ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' is there twice"),
    "a list for a key": ("? [1, 2]\n: 3\n", "line 1: a key that is no plain word"),
    "deep nesting": ("a: " + "[" * 5000 + "]" * 5000, "more than 30 levels deep"),
    "not a number": ("a: .nan\n", "line 1: .nan is no number"),
    "infinity": ("a:\n  - -.INF\n", "line 2: -.INF is no number"),
    "a huge number": (f"a: {'9' * 5000}\n", "line 1: the number 999"),
    "a huge power": ("a: 1.0e999\n", "line 1: the number 1.0e999"),
    "two documents": ("a: 1\n---\nb: 2\n", "more than one document"),
    "a list": ("- 1\n- 2\n", "a plan is sections with names"),
    "a word": ("word", "a plan is sections with names"),
    "nothing": ("", "is empty"),
    "a comment": ("# nothing\n", "is empty"),
    "broken YAML": ("a: [1, 2\nb: 3\n", "not YAML"),
    "a tab": ("a:\n\t- 1\n", "line 2: not YAML"),
    "latin-1": ("a: š\n".encode("cp1257"), "not UTF-8"),
    "a NUL": ("a: \0\n", "not YAML|character"),
    "a bell": ('a: "\x07"\n', "not YAML|character"),
    "many values": ("a: [" + "1," * 200_001 + "]\n", "more than 200000 values"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_one_clear_line(name: str, tmp_path: Path):
    text, message = HOSTILE[name]
    with pytest.raises(CourseError, match=message) as caught:
        read_document(write(tmp_path, text))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500 + len(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yml"]


def test_a_hundred_megabytes_are_not_read(tmp_path: Path):
    path = tmp_path / "plan.yml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CourseError, match="larger than 5 MB"):
        read_document(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


def test_only_a_file_is_read(tmp_path: Path):
    with pytest.raises(CourseError, match="is not there"):
        read_document(tmp_path / "plan.yml")
    with pytest.raises(CourseError, match="is no file"):
        read_document(tmp_path)
    os.mkfifo(tmp_path / "pipe.yml")
    with pytest.raises(CourseError, match="is no file"):
        read_document(tmp_path / "pipe.yml")


# Within what a plan may hold: texts of printable characters, whole numbers, lists, and sections with names.
printable = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co")), max_size=30).filter(
    lambda text: text.isprintable()
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | printable,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(printable, plain, min_size=1, max_size=4))
def test_what_yaml_writes_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, value: dict):
    folder = tmp_path_factory.mktemp("plan")

    class _NoAliases(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    text = yaml.dump(value, Dumper=_NoAliases, allow_unicode=True, sort_keys=False)
    assert read_document(write(folder, text)).value == value


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    folder = tmp_path_factory.mktemp("plan")
    try:
        assert isinstance(read_document(write(folder, content)).value, dict)
    except CourseError as error:
        assert "plan.yml" in str(error)


SECTIONS = """\
# at the head
a: 1  # one
ties:   # old
  - {x: 1}
  # of the ties

# before b
b: {lt: "kabutės", en: 'quotes'}
c: >-
  folded
  text

# at the foot
"""


def test_a_section_is_replaced_and_every_other_byte_stays(tmp_path: Path):
    path = write(tmp_path, SECTIONS)
    replace_sections(path, {"ties": ["  - new"], "survey": ["  asked: 3"]})
    old = "ties:   # old\n  - {x: 1}\n  # of the ties\n"
    new = "ties:\n  - new\nsurvey:\n  asked: 3\n"
    assert path.read_text(encoding="utf-8") == SECTIONS.replace(old, new)
    assert read_document(path).value["survey"] == {"asked": 3}


def test_a_section_at_the_end_of_a_file_without_a_last_line_break(tmp_path: Path):
    path = write(tmp_path, "a: 1\nties: []")
    replace_sections(path, {"ties": ["  - new"]})
    assert path.read_text(encoding="utf-8") == "a: 1\nties:\n  - new\n"
    path = write(tmp_path, "a: 1")
    replace_sections(path, {"ties": ["  - new"]})
    assert path.read_text(encoding="utf-8") == "a: 1\nties:\n  - new\n"


def test_lines_with_carriage_returns_stay_so(tmp_path: Path):
    path = write(tmp_path, b"a: 1\r\nties: []\r\n# foot\r\n")
    replace_sections(path, {"ties": ["  - new"]})
    assert path.read_bytes() == b"a: 1\r\nties:\n  - new\n# foot\r\n"


def test_a_byte_order_mark_stays(tmp_path: Path):
    path = write(tmp_path, "\ufeffties: []\n")
    replace_sections(path, {"ties": ["  - new"]})
    assert read_document(path).value == {"ties": ["new"]}


def test_sections_within_one_line_are_refused(tmp_path: Path):
    with pytest.raises(CourseError, match="line 1: begin the section a on a line of its own"):
        replace_sections(write(tmp_path, "{a: 1, ties: []}\n"), {"ties": ["  - new"]})
