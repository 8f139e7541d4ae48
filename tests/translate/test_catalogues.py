"""Catalogues are kept in step with their sources, and counted."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from tests.translate.support import BLOCKS_PAGE, cell, notebook, write_catalogue

from klasteryste.errors import CourseError
from klasteryste.translate import catalogue_path, extract, localise_file, messages, sources, status

LONG = "Trust is what people say when they are asked whether most people can be trusted."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a small repository with a page, a module and an assignment."""
    for name, text in {
        "book/index.md": f"# Home\n\n{LONG}\n\nHome\n",
        "notebooks/m2.ipynb": notebook(
            cell("markdown", "m2-intro", BLOCKS_PAGE), cell("code", "m2-x", 'x = tr("One")')
        ),
        "assignments/source/m2/m2.ipynb": notebook(cell("markdown", "m2-task-1", "Do this.")),
        "notebooks/.ipynb_checkpoints/m2.ipynb": "old",
        "book/_static/a.md": "no page",
        "book/only-maths.md": "$x$\n",
        "README.md": "Read me\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def index(root: Path) -> tuple[Path, Path]:
    return root / "book/index.md", root / "translations/lt/book/index.po"


def complete(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        entry.msgstr = entry.msgid
    catalogue.save()


def test_sources_are_pages_modules_and_assignments(root: Path) -> None:
    assert [path.relative_to(root).as_posix() for path in sources(root)] == [
        "book/index.md",
        "book/only-maths.md",
        "notebooks/m2.ipynb",
        "assignments/source/m2/m2.ipynb",
    ]


def test_there_are_no_sources_outside_the_repository(tmp_path: Path) -> None:
    for function in (extract, status):
        with pytest.raises(CourseError, match=f"no sources under {tmp_path}: run this in the repository"):
            function(tmp_path, "lt")


def test_a_catalogue_stands_where_its_source_does(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "assignments/source/m2/m2.ipynb"
    catalogue = root / "translations/lt/assignments/source/m2/m2.po"
    assert catalogue_path(root, root / source, "lt") == catalogue
    monkeypatch.chdir(root / "book")
    assert catalogue_path(root, Path("..", source), "lt") == catalogue
    assert catalogue_path(Path(".."), root / source, "lt") == Path("../translations/lt", source).with_suffix(
        ".po"
    )
    assert messages(Path("index.md"), root)[0].occurrences[0] == ("book/index.md", 1)
    for function in (lambda path: catalogue_path(root, path, "lt"), lambda path: messages(path, root)):
        with pytest.raises(CourseError, match=r"^\.\./\.\./index\.md: outside .*: give a source"):
            function(Path("../../index.md"))


def test_the_language_of_the_sources_has_no_catalogues(root: Path) -> None:
    assert catalogue_path(root, root / "book/index.md", "en") is None
    assert extract(root, "en") == []
    assert status(root, "en") == []
    assert not (root / "translations").exists()
    with pytest.raises(CourseError, match="unknown language 'xx'"):
        catalogue_path(root, root / "book/index.md", "xx")


def test_messages_name_their_places(root: Path) -> None:
    home, *_ = messages(root / "book/index.md", root)
    assert (home.msgid, home.comment) == ("Home", "heading, paragraph")
    assert home.occurrences == [("book/index.md", 1), ("book/index.md", 5)]
    found = messages(root / "notebooks/m2.ipynb", root)
    assert (found[0].msgid, found[0].occurrences[0]) == ("One", ("notebooks/m2.ipynb#m2-intro", 2))
    assert found[0].occurrences[1] == ("notebooks/m2.ipynb#m2-x", 1)


def test_extract_writes_a_catalogue_for_each_source_with_words(root: Path) -> None:
    assert [path.relative_to(root / "translations").as_posix() for path in extract(root, "lt")] == [
        "lt/book/index.po",
        "lt/notebooks/m2.po",
        "lt/assignments/source/m2/m2.po",
    ]
    text = index(root)[1].read_text(encoding="utf-8")
    assert '#. heading, paragraph\n#: book/index.md:1 book/index.md:5\nmsgid "Home"\nmsgstr ""\n' in text


def test_extract_again_changes_no_byte(root: Path) -> None:
    for path in extract(root, "lt"):
        complete(path)
    extract(root, "lt")
    source, catalogue = index(root)
    source.write_text(
        source.read_text().replace("whether", "if").replace("# Home", "# House"), encoding="utf-8"
    )
    assert extract(root, "lt") == [catalogue]
    before = {path: path.read_bytes() for path in root.rglob("*.po")}
    assert extract(root, "lt") == []
    assert {path: path.read_bytes() for path in root.rglob("*.po")} == before


def test_an_edited_text_is_fuzzy_beside_what_it_was(root: Path) -> None:
    source, catalogue = index(root)
    extract(root, "lt")
    complete(catalogue)
    edited = LONG.replace("whether", "if")
    source.write_text(f"# Home\n\n{edited}\n\nA wholly new line.\n", encoding="utf-8")
    extract(root, "lt")
    entries = {entry.msgid: entry for entry in polib.pofile(str(catalogue))}
    assert [*entries] == ["Home", edited, "A wholly new line."]
    assert (entries["Home"].msgstr, entries["Home"].fuzzy) == ("Home", False)
    assert (entries[edited].msgstr, entries[edited].fuzzy) == (LONG, True)
    assert entries[edited].previous_msgid == LONG
    assert entries["A wholly new line."].msgstr == ""
    with pytest.raises(
        CourseError, match=r"1 fuzzy and 1 missing translations, first 'Trust is .*index\.md:3"
    ):
        localise_file(source, catalogue, "lt", strict=True)
    assert localise_file(source, catalogue, "lt") == source.read_text(encoding="utf-8")


def test_a_text_edited_twice_is_still_beside_the_text_that_was_translated(root: Path) -> None:
    source, catalogue = index(root)
    extract(root, "lt")
    complete(catalogue)
    for old, new in (("whether", "if"), ("people", "persons")):
        source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        extract(root, "lt")
    entry = polib.pofile(str(catalogue))[1]
    assert (entry.msgstr, entry.previous_msgid, entry.fuzzy) == (LONG, LONG, True)
    assert entry.msgid == LONG.replace("whether", "if").replace("people", "persons")


def test_a_text_that_leaves_is_kept_as_obsolete_and_comes_back(root: Path) -> None:
    source, catalogue = index(root)
    text = source.read_text(encoding="utf-8")
    extract(root, "lt")
    complete(catalogue)
    source.write_text("# Home\n", encoding="utf-8")
    extract(root, "lt")
    assert [entry.msgid for entry in polib.pofile(str(catalogue)) if entry.obsolete] == [LONG]
    source.write_text(text, encoding="utf-8")
    extract(root, "lt")
    assert [(e.msgid, e.msgstr, e.obsolete, e.fuzzy) for e in polib.pofile(str(catalogue))] == [
        ("Home", "Home", False, False),
        (LONG, LONG, False, False),
    ]


def test_strict_refuses_a_source_with_no_catalogue_and_passes_a_complete_one(root: Path) -> None:
    source, catalogue = index(root)
    for given in (None, catalogue):
        with pytest.raises(CourseError, match="0 fuzzy and 2 missing"):
            localise_file(source, given, "lt", strict=True)
    extract(root, "lt")
    complete(catalogue)
    assert localise_file(source, catalogue, "lt", strict=True) == source.read_text(encoding="utf-8")


def test_status_counts(root: Path) -> None:
    source, catalogue = index(root)
    extract(root, "lt")
    source.write_text("One.\n\nTwo $x$.\n\nThree.\n\nFour.\n", encoding="utf-8")
    write_catalogue(
        catalogue,
        {"One.": "Vienas.", "Two $x$.": "Du.", "Three.": "Trys.", "Gone.": "Nėra."},
        frozenset({"Three."}),
    )
    gone = write_catalogue(root / "translations/lt/book/gone.po", {"One": "Vienas", "Two": "Du"})
    first, maths, _, task, orphan = status(root, "lt")
    assert (first.source, first.catalogue) == (source, catalogue)
    assert (first.total, first.translated, first.fuzzy, first.missing, first.stale) == (4, 2, 1, 1, 1)
    [problem] = first.problems
    assert "translations/lt/book/index.po:" in problem
    assert "book/index.md:3 lacks maths 'x'" in problem
    assert (maths.total, maths.missing, maths.problems) == (0, 0, [])
    assert (task.total, task.missing) == (1, 1)
    assert (orphan.source, orphan.catalogue, orphan.stale) == (None, gone, 2)


def test_status_tells_of_a_catalogue_or_a_source_that_cannot_be_read(root: Path) -> None:
    catalogue = index(root)[1]
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid "Home"\nmsgstr "Namai\n', encoding="utf-8")
    (root / "notebooks/m2.ipynb").write_text("{", encoding="utf-8")
    first, _, module, _ = status(root, "lt")
    assert "index.po:2: not gettext" in first.problems[0]
    assert (first.total, first.missing) == (2, 2)
    assert "m2.ipynb:1: not JSON" in module.problems[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('msgid "One"\nmsgstr "Vie"nas"\n', r"x\.po:2: not gettext"),
        ('msgid "One"\n\nwhat\nmsgstr "Vienas"\n', r"x\.po:3: not gettext"),
        ('msgid "One"\nmsgstr "1"\n\nmsgid "One"\nmsgstr "2"\n', r"x\.po: .*One.*keep one"),
        (
            'msgid "One"\nmsgstr "1"\n\nmsgctxt "b"\nmsgid "One"\nmsgstr "2"\n',
            r"x\.po:4: .*msgctxt is not used",
        ),
        ('msgid "One"\nmsgid_plural "Two"\nmsgstr[0] "1"\n', r"x\.po:2: .*msgid_plural is not used"),
        ('#~ msgctxt "b"\n#~ msgid "One"\n#~ msgstr "2"\n', r"x\.po:1: .*msgctxt is not used"),
    ],
)
def test_a_catalogue_that_is_no_gettext_is_refused_with_its_line(
    tmp_path: Path, text: str, told: str
) -> None:
    page, catalogue = tmp_path / "x.md", tmp_path / "x.po"
    page.write_text("One\n", encoding="utf-8")
    catalogue.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=told) as caught:
        localise_file(page, catalogue, "lt")
    assert "\n" not in str(caught.value)
