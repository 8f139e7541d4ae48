"""`course.yml`, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from klasteryste.errors import CourseError
from klasteryste.language import LANGUAGES


def _in_every_language(texts: dict[str, str]) -> dict[str, str]:
    missing = [language for language in LANGUAGES if not texts.get(language, "").strip()]
    unknown = sorted(set(texts) - set(LANGUAGES))
    if missing or unknown:
        raise ValueError(f"needs exactly the languages {', '.join(LANGUAGES)}, and a text in each")
    return texts


# A text by language code.
Text = Annotated[dict[str, str], AfterValidator(_in_every_language)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(_Strict):
    """What a learner can do after a module, such as ``m2.1``."""

    id: str
    text: Text


class Module(_Strict):
    """One module: its notebook is ``notebooks/<id>.ipynb``."""

    id: Annotated[str, Field(pattern=r"^m\d$")]
    hours: Annotated[int, Field(gt=0)]
    title: Text
    outcomes: Annotated[list[Outcome], Field(min_length=1)]


class Paper(_Strict):
    """A short research paper: its notebook is ``notebooks/research/<id>.ipynb``."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    title: Text


class Course(_Strict):
    """The whole course file."""

    title: Text
    subtitle: Text
    modules: Annotated[list[Module], Field(min_length=1)]
    research: list[Paper] = []

    @property
    def notebooks(self) -> list[str]:
        """Name every notebook of the book, without its suffix and below ``notebooks``, in order."""
        return [module.id for module in self.modules] + [f"research/{paper.id}" for paper in self.research]


def read_course(path: Path) -> Course:
    """Read the course file.

    Parameters
    ----------
    path : Path
        ``course.yml``.

    Raises
    ------
    CourseError
        If the file is missing, is no YAML, or lacks a field; the message names the file and the place in it.
    """
    try:
        return Course.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, IsADirectoryError):
        raise CourseError(f"{path} is missing: run this in the course's folder") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is no UTF-8 at byte {error.start}: save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise CourseError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        # All of them: a misspelt field is one that is missing and one that is unknown.
        faults = (
            f"{'.'.join(map(str, fault['loc'])) or 'top level'}: {fault['msg']}" for fault in error.errors()
        )
        raise CourseError(f"{path}: {'; '.join(faults)}") from None
