"""The gettext catalogues: one for each source and language, kept in step with its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import polib

from klasteryste.errors import CourseError
from klasteryste.language import SOURCE_LANGUAGE, known_language
from klasteryste.translate.document import Document, Part, path_within
from klasteryste.translate.parity import difference
from klasteryste.translate.spans import Span

_FOLDERS = (("book", "*.md"), ("notebooks", "*.ipynb"), ("assignments/source", "*.ipynb"))
# Two texts this alike are taken for one that was edited.
_ALIKE = 0.6
_WRAP = 100


@dataclass
class Message:
    """A text to translate.

    Attributes
    ----------
    msgid : str
        The English text.
    occurrences : list of (str, int)
        Places and lines: ``("notebooks/m2.ipynb#m2-intro", 3)``, ``("book/index.md", 12)``.
    comment : str
        What it is: "heading", "table cell", "string", ... ; several kinds joined by commas.
    """

    msgid: str
    occurrences: list[tuple[str, int]]
    comment: str


@dataclass
class Status:
    """How far the translation of a source is.

    Attributes
    ----------
    source : Path or None
        The source; None for a catalogue whose source is gone.
    catalogue : Path
        Its catalogue, which may not exist yet.
    total, translated, fuzzy, missing : int
        Messages of the source: all, with a translation, with one to check again, with none.
    stale : int
        Entries of the catalogue that the source no longer holds.
    problems : list of str
        One line for each thing that `localise_file` would refuse.
    """

    source: Path | None
    catalogue: Path
    total: int = 0
    translated: int = 0
    fuzzy: int = 0
    missing: int = 0
    stale: int = 0
    problems: list[str] = field(default_factory=list)


def sources(root: Path) -> list[Path]:
    """List the files to translate under the root of the repository: pages, modules, assignments.

    Raises
    ------
    CourseError
        If there are none.
    """
    paths = (path for folder, pattern in _FOLDERS for path in sorted((root / folder).rglob(pattern)))
    hidden = re.compile(r"(^|/)[._]")
    found = [path for path in paths if not hidden.search(path.relative_to(root).as_posix())]
    if not found:
        raise CourseError(f"no sources under {root.as_posix()}: run this in the repository")
    return found


def catalogue_path(root: Path, source: Path, language: str) -> Path | None:
    """Return where the catalogue of a source is; None for the language that the sources are in.

    Parameters
    ----------
    root : Path
        The root of the repository.
    source : Path
        A page or notebook in it.
    language : str
        ``"en"`` or ``"lt"``.

    Returns
    -------
    Path or None
        ``translations/<language>/<source without suffix>.po`` in the root.

    Raises
    ------
    CourseError
        If the source is outside the root, or the course does not speak the language.
    """
    if known_language(language) == SOURCE_LANGUAGE:
        return None
    return root / "translations" / language / path_within(root, source).with_suffix(".po")


def _with_catalogues(root: Path, language: str) -> list[tuple[Path, Path]]:
    """List the sources that have a catalogue in a language, each beside it."""
    pairs = ((source, catalogue_path(root, source, language)) for source in sources(root))
    return [(source, catalogue) for source, catalogue in pairs if catalogue is not None]


# A line of a catalogue: nothing, a comment, or a keyword with a string in quotes (all of it, or a part).
_LINE = re.compile(r'\s*(#(?!~).*|(#~\s*)?((msgid|msgstr)\s+)?"([^"\\]|\\.)*"\s*)?')
# gettext has these too; but here a text has one translation, wherever it stands.
_UNUSED = re.compile(r"\s*(?:#~\s*)?(msgctxt|msgid_plural|msgstr\[\d\])")


def _spans(document: Document) -> Iterator[tuple[Part, Span]]:
    for part in document.parts:
        for span in part.spans:
            yield part, span


def messages(source: Path, root: Path | None = None) -> list[Message]:
    """List the messages of a source in the order of reading, each once.

    Raises
    ------
    CourseError
        If the source breaks a rule of translation, with the place and the rule.
    """
    found: dict[str, Message] = {}
    for part, span in _spans(Document(source, root)):
        message = found.setdefault(span.msgid, Message(span.msgid, [], span.kind))
        place, _, line = part.where(span.start).rpartition(":")
        message.occurrences.append((place, int(line)))
        if span.kind not in message.comment.split(", "):
            message.comment += f", {span.kind}"
    return list(found.values())


def read_catalogue(path: Path) -> polib.POFile:
    """Read a catalogue.

    Raises
    ------
    CourseError
        If it cannot be read, with the line that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.split("\n"), 1):
            if unused := _UNUSED.match(line):
                raise CourseError(
                    f"{path.as_posix()}:{number}: a text has one translation, so {unused[1]} is not used: "
                    "leave one entry, of msgid and msgstr alone"
                )
            # polib takes a string that does not end, and drops its last letter.
            if not _LINE.fullmatch(line):
                raise CourseError(
                    f"{path.as_posix()}:{number}: not gettext ({line.strip()!r}): mend this line"
                )
        return polib.pofile(text, wrapwidth=_WRAP, check_for_duplicates=True)
    except UnicodeDecodeError as error:
        raise CourseError(f"{path.as_posix()}: not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except ValueError as error:
        raise CourseError(f"{path.as_posix()}: {error}: keep one of the entries") from None
    except OSError as error:
        at = re.search(r"line (\d+)", str(error))
        told = re.sub(r"^.*?\(line \d+\):?\s*", "", str(error), flags=re.S) or "syntax error"
        raise CourseError(
            f"{path.as_posix()}:{at[1] if at else 1}: not gettext ({told}): mend this line"
        ) from None


def _usable(entry: polib.POEntry) -> bool:
    return bool(entry.msgstr) and not entry.fuzzy and not entry.obsolete


def translations(catalogue: polib.POFile | None) -> dict[str, str]:
    """Return what a catalogue says for sure: neither empty, nor fuzzy, nor obsolete."""
    return {entry.msgid: entry.msgstr for entry in catalogue or () if _usable(entry)}


def refusals(document: Document, catalogue: polib.POFile, path: Path) -> Iterator[str]:
    """Say, for each translation that changes what it may not, where it is and what both texts are."""
    lines = {entry.msgid: entry.linenum for entry in catalogue}
    known = translations(catalogue)
    for part, span in _spans(document):
        told = span.msgid in known and difference(span, known[span.msgid], part.all_references)
        if told:
            yield (
                f"{path.as_posix()}:{lines[span.msgid]}: the translation of {part.where(span.start)} {told}; "
                f"source {span.msgid!r}; translation {known[span.msgid]!r}"
            )


def _nearest(text: str, old: Mapping[str, polib.POEntry]) -> polib.POEntry | None:
    matcher = SequenceMatcher(autojunk=False, b=text)
    best, best_ratio = None, _ALIKE
    for msgid, entry in old.items():
        matcher.set_seq1(msgid)
        if (
            min(matcher.real_quick_ratio(), matcher.quick_ratio()) > best_ratio
            and matcher.ratio() > best_ratio
        ):
            best, best_ratio = entry, matcher.ratio()
    return best


def _updated(found: list[Message], old: polib.POFile, language: str) -> polib.POFile:
    new = polib.POFile(wrapwidth=_WRAP)
    new.header = old.header
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    entries = {entry.msgid: entry for entry in old if entry.msgstr}
    kept = {message.msgid for message in found}
    left = {msgid: entry for msgid, entry in entries.items() if msgid not in kept}
    for message in found:
        entry = polib.POEntry(msgid=message.msgid, comment=message.comment, occurrences=message.occurrences)
        same = entries.get(message.msgid)
        near = None if same else _nearest(message.msgid, left)
        if same:
            entry.msgstr, entry.flags, entry.tcomment = same.msgstr, list(same.flags), same.tcomment
            entry.previous_msgid = same.previous_msgid if same.fuzzy else None
        elif near:
            entry.msgstr, entry.flags, entry.tcomment = near.msgstr, ["fuzzy"], near.tcomment
            entry.previous_msgid = near.previous_msgid or near.msgid
            del left[near.msgid]
        new.append(entry)
    for entry in left.values():
        new.append(
            polib.POEntry(msgid=entry.msgid, msgstr=entry.msgstr, tcomment=entry.tcomment, obsolete=True)
        )
    return new


def extract(root: Path, language: str) -> list[Path]:
    """Bring the catalogues of a language in step with their sources.

    Translations are kept; that of a text which was edited is kept as fuzzy, beside the text it was made for;
    that of a text which is gone is kept at the end as obsolete. A second run changes nothing.

    Returns
    -------
    list of Path
        The catalogues that were written because they changed.

    Raises
    ------
    CourseError
        If there are no sources, or a source or a catalogue cannot be read.
    """
    written = []
    for source, path in _with_catalogues(root, language):
        found = messages(source, root)
        exists = path.exists()
        if not found and not exists:
            continue
        old = read_catalogue(path) if exists else polib.POFile()
        text = str(_updated(found, old, language)).rstrip("\n") + "\n"
        if not exists or text != path.read_text(encoding="utf-8"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def status(root: Path, language: str) -> list[Status]:
    """Count, for each source, what is translated; and list the catalogues that have no source any more.

    Raises
    ------
    CourseError
        If there are no sources.
    """
    told = []
    for source, path in _with_catalogues(root, language):
        state = Status(source, path)
        told.append(state)
        try:
            document = Document(source, root)
            msgids = {span.msgid for _, span in _spans(document)}
            state.total = state.missing = len(msgids)
            if not state.catalogue.exists():
                continue
            catalogue = read_catalogue(state.catalogue)
            shown = state.catalogue.relative_to(root)
            state.problems += refusals(document, catalogue, shown)
        except CourseError as error:
            state.problems.append(str(error))
            continue
        live = {entry.msgid: entry for entry in catalogue if not entry.obsolete}
        state.translated = sum(m in live and _usable(live[m]) for m in msgids)
        state.fuzzy = sum(m in live and live[m].fuzzy for m in msgids)
        state.missing = state.total - state.translated - state.fuzzy
        state.stale = len(live.keys() - msgids)
    known = {state.catalogue for state in told}
    base = root / "translations" / language
    for folder, _ in _FOLDERS:
        for path in sorted((base / folder).rglob("*.po")):
            if path not in known:
                live_entries = [entry for entry in read_catalogue(path) if not entry.obsolete]
                told.append(Status(None, path, stale=len(live_entries)))
    return told
