"""Where a build reads and writes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from klasteryste.errors import CourseError


@dataclass(frozen=True)
class Folders:
    """Where a build reads and writes.

    Parameters
    ----------
    root : Path
        The repository.
    work : Path
        The build folder; ``site`` in it is what is served.
    """

    root: Path
    work: Path

    @property
    def site(self) -> Path:
        """Return the folder that holds the finished site."""
        return self.work / "site"

    @property
    def package(self) -> Path:
        """Return the folder of the library."""
        return self.root / "src" / "klasteryste"

    @property
    def took(self) -> Path:
        """Return the file that says what executing each notebook took, by language and name."""
        return self.work / "took.json"

    def localised(self, language: str) -> Path:
        """Return the folder of one language's localised, not executed sources."""
        return self.work / "localised" / language

    def source(self, language: str) -> Path:
        """Return the folder that Sphinx reads for one language."""
        return self.work / "source" / language

    def html(self, language: str) -> Path:
        """Return the folder that Sphinx writes for one language."""
        return self.work / "sphinx" / language / "html"

    def what_notebooks_rest_on(self) -> str:
        """Return the fingerprint of what an executed notebook depends on besides its own cells."""
        folders = ("data", "methods", "evidence", "figures", "plan", "locale")
        names = (*folders, "__init__.py", "errors.py", "language.py")
        library = [self.package / part for part in names]
        return fingerprint([*library, self.root / "data", self.root / "requirements.txt"])

    def unless_made(self, target: Path, made_from: str, make: Callable[[], object]) -> None:
        """Call `make`, unless `target` is there and was made from the same before."""
        mark = self.work / "made" / target.name
        if target.exists() and mark.is_file() and mark.read_text(encoding="utf-8") == made_from:
            return
        make()
        write(mark, made_from)


def fingerprint(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of files and of all files in folders, names included, in hexadecimal."""
    digest = hashlib.sha256()
    for path in paths:
        inside = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in inside:
            if "__pycache__" in file.parts:
                continue
            digest.update(str(file.relative_to(path.parent)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def read(path: Path, named_by: str) -> str:
    """Read a source of the book.

    Raises
    ------
    CourseError
        If it is missing or no UTF-8; the message says what names it.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise CourseError(f"{path} is missing: {named_by} needs it") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is no UTF-8 at byte {error.start}: save it as UTF-8") from None


def write(path: Path, text: str) -> Path:
    """Write a file only if that changes it, so that only what changed is built again; return its path."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


def keep_only(folder: Path, wanted: Iterable[Path], pattern: str = "*") -> None:
    """Remove the files of a folder that match a pattern and are not wanted."""
    kept = set(wanted)
    for path in folder.rglob(pattern):
        if path.is_file() and path not in kept:
            path.unlink()
