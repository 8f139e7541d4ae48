"""A source and a catalogue in, the same file in another language out."""

from __future__ import annotations

import textwrap
from pathlib import Path

import polib

from klasteryste.errors import CourseError
from klasteryste.language import SOURCE_LANGUAGE, known_language
from klasteryste.translate.catalogue import read_catalogue, refusals, translations
from klasteryste.translate.document import Document


def localise_file(source: Path, catalogue: Path | None, language: str, *, strict: bool = False) -> str:
    """Return the text of a page or notebook in a language.

    Parameters
    ----------
    source : Path
        The English ``.md`` or ``.ipynb``.
    catalogue : Path or None
        Its catalogue; None, or a path where there is none, leaves the English text.
    language : str
        ``"en"`` or ``"lt"``. In English, too, the ``tr`` marks are taken out.
    strict : bool
        Whether a message with no sure translation is an error; else it stays English.

    Returns
    -------
    str
        The file's text. All that is not a message is the same as in the source, byte for byte.

    Raises
    ------
    CourseError
        If a translation changes maths, code, links, roles or another thing that must stay (with the file, the
        line and both texts), if the catalogue or the source cannot be read, or, when strict, if messages are
        fuzzy or missing (with their counts and the first place).
    """
    known_language(language)
    document = Document(source)
    if language == SOURCE_LANGUAGE:
        return document.localised({})
    entries = read_catalogue(catalogue) if catalogue is not None and catalogue.exists() else None
    if entries is not None and catalogue is not None:
        for refusal in refusals(document, entries, catalogue):
            raise CourseError(refusal)
    known = translations(entries)
    if strict:
        _refuse_gaps(document, entries, catalogue)
    return document.localised(known)


def _refuse_gaps(document: Document, entries: polib.POFile | None, catalogue: Path | None) -> None:
    known = translations(entries)
    places: dict[str, str] = {}
    for part in document.parts:
        for span in part.spans:
            if span.msgid not in known:
                places.setdefault(span.msgid, part.where(span.start))
    if not places:
        return
    fuzzy = len(
        places.keys() & {entry.msgid for entry in entries or () if entry.fuzzy and not entry.obsolete}
    )
    msgid, place = next(iter(places.items()))
    first = textwrap.shorten(msgid, 60, placeholder="…")
    raise CourseError(
        f"{document.name}: {fuzzy} fuzzy and {len(places) - fuzzy} missing translations, first {first!r} "
        f"({place}): run 'klasteryste translate extract' and complete "
        f"{catalogue.as_posix() if catalogue else 'a catalogue for it'}"
    )
