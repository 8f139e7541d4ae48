"""`course.yml`, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from klasteryste.errors import CourseError
from klasteryste.language import LANGUAGES


def _in_every_language(texts: dict[str, str]) -> dict[str, str]:
    missing = [language for language in LANGUAGES if not texts.get(language, "").strip()]
    unknown = sorted(set(texts) - set(LANGUAGES))
    if missing or unknown:
        raise ValueError(f"needs exactly the languages {', '.join(LANGUAGES)}, and a text in each")
    return texts


# A year of full-time study in Lithuania.
_YEAR_CREDITS, _YEAR_HOURS = 60, 1600

# A text by language code.
Text = Annotated[dict[str, str], AfterValidator(_in_every_language)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Positive = Annotated[int, Field(gt=0)]


class Assessment(_Strict):
    """What shows whether an outcome is reached.

    Attributes
    ----------
    exercises : list of str
        Labels of exercises of the module's notebook.
    questions : list of str
        Letters of its self-check questions.
    tasks : list of int
        Numbers of tasks of the module's assignment.
    rules : list of str
        Rules that the learner's cluster plan is checked by.
    """

    exercises: list[str] = []
    questions: list[Annotated[str, Field(pattern=r"^[A-Z]$")]] = []
    tasks: list[Positive] = []
    rules: list[Annotated[str, Field(pattern=r"^R\d\d$")]] = []


class Outcome(_Strict):
    """What a learner can do after a module, such as ``m2.1``."""

    id: str
    text: Text
    assessed: Assessment = Assessment()


class Module(_Strict):
    """One module: its notebook is ``notebooks/<id>.ipynb``."""

    id: Annotated[str, Field(pattern=r"^m\d$")]
    hours: Positive
    title: Text
    outcomes: Annotated[list[Outcome], Field(min_length=1)]


class Paper(_Strict):
    """A short research paper: its notebook is ``notebooks/research/<id>.ipynb``."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z0-9]+)*$")]
    title: Text


class Workload(_Strict):
    """What the whole course comes to."""

    hours: Positive
    credits: Positive


class Track(_Strict):
    """A shorter way through the course: the hours it gives to each of its modules."""

    id: str
    credits: Positive
    title: Text
    hours: Annotated[dict[str, Positive], Field(min_length=1)]


class Weight(_Strict):
    """What a part of the work counts towards the grade, in per cent."""

    part: Literal["automatic", "written", "plan"]
    share: Positive
    of: Text


class Course(_Strict):
    """The whole course file; `plan` is the module whose assignment is the learner's own plan."""

    title: Text
    subtitle: Text
    workload: Workload
    tracks: list[Track] = []
    weights: list[Weight] = []
    plan: str | None = None
    modules: Annotated[list[Module], Field(min_length=1)]
    research: list[Paper] = []

    @model_validator(mode="after")
    def _hours_and_shares_sum_up(self) -> Self:
        hours = {module.id: module.hours for module in self.modules}
        _fits(self.workload.credits, self.workload.hours, "the workload")
        total = sum(hours.values())
        if total != self.workload.hours:
            raise ValueError(f"the modules have {total} hours, and the workload says {self.workload.hours}")
        for track in self.tracks:
            _fits(track.credits, sum(track.hours.values()), f"the track {track.id}")
            for module, given in track.hours.items():
                if given > hours.get(module, 0):
                    there = hours.get(module, "no")
                    raise ValueError(f"the track {track.id} gives {module} {given} of {there} hours")
        if self.plan is not None and self.plan not in hours:
            raise ValueError(f"the plan is the assignment of {self.plan}, which is no module")
        if self.weights and (shares := sum(weight.share for weight in self.weights)) != 100:
            raise ValueError(f"the weights sum to {shares} and not to 100")
        return self

    @property
    def notebooks(self) -> list[str]:
        """Name every notebook of the book, without its suffix and below ``notebooks``, in order."""
        return [module.id for module in self.modules] + [f"research/{paper.id}" for paper in self.research]


def _fits(credits: int, hours: int, what: str) -> None:
    """Refuse hours that are not those of the credits."""
    if hours * _YEAR_CREDITS != credits * _YEAR_HOURS:
        right = credits * _YEAR_HOURS / _YEAR_CREDITS
        raise ValueError(f"{what} has {hours} hours, and {credits} credits are {right:g}")


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
