"""The record of a piece of evidence, and its form in YAML."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from klasteryste.errors import CourseError

# What a cell may be compared with. A whole number stays one: 2017 is not "2017" and not 2017.0.
Cell = StrictInt | Annotated[FiniteFloat, Field(strict=True)] | StrictStr


def _several(value: Any) -> Any:
    """Accept a list, as YAML and JSON have it, for a tuple."""
    return tuple(value) if isinstance(value, list) else value


Cells = Annotated[tuple[Cell, ...], BeforeValidator(_several), Field(min_length=1)]
# In order and each once, so that two records of the same places are equal.
Places = Annotated[
    tuple[StrictStr, ...],
    BeforeValidator(_several),
    Field(min_length=1),
    AfterValidator(lambda codes: tuple(sorted(set(codes)))),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Range(_Strict):
    """Numbers from `min` to `max`, both included; one end may be open."""

    min: Annotated[FiniteFloat, Field(strict=True)] | StrictInt | None = None
    max: Annotated[FiniteFloat, Field(strict=True)] | StrictInt | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self

    def __str__(self) -> str:
        return f"{self.min} to {self.max}"


class Published(_Strict):
    """The publisher computed the figure; columns may hold its standard error and the number of people.

    `deff` is a design effect to assume where the publisher's standard error is that of a simple random
    sample: the standard error is multiplied by its square root.
    """

    kind: Literal["published"] = "published"
    se: str | None = None
    n: str | None = None
    deff: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


class Sample(_Strict):
    """The rows are a sample; columns may hold survey weights, strata and primary sampling units."""

    kind: Literal["sample"] = "sample"
    weights: str | None = None
    strata: str | None = None
    psus: str | None = None


class Census(_Strict):
    """The rows are all there are, so that there is no sampling error."""

    kind: Literal["census"] = "census"


Design = Annotated[Published | Sample | Census, Field(discriminator="kind")]

Statistic = Literal["value", "mean", "share", "ratio", "sum", "count"]


class Evidence(_Strict):
    """A number's origin, as a record that `klasteryste.evidence.compute` can compute again.

    Attributes
    ----------
    dataset : str
        A table that `klasteryste.load` knows.
    sha256 : str
        The SHA-256 of its file when the number was computed.
    filters : dict
        By column the value its cells must have, several of which they must have one, or a `Range`. All hold
        at once.
    statistic : str
        ``value``: the one cell that is selected. ``mean`` and ``sum``: of a column's cells. ``share``: of the
        cells that are filled, those that are among `of`. ``ratio``: the sum of `column` divided by the sum of
        `per`, as of wallets returned and wallets handed in. ``count``: of rows.
    column : str, optional
        What the statistic is of; not for ``count``.
    of : tuple, optional
        The values that count, for ``share``.
    per : str, optional
        The column below the line, for ``ratio``.
    unit : str
        The number's unit.
    geography : tuple of str, optional
        Codes of the places that the selected rows are about; left out where the table has no places.
    year : int or Range, optional
        The year, or the first and the last, that the selected rows are about; left out where it has none.
    design : Published, Sample or Census
        What is known of the sampling error.
    """

    dataset: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    filters: dict[str, Cell | Cells | Range] = {}
    statistic: Statistic
    column: str | None = None
    of: Cells | None = None
    per: str | None = None
    unit: str
    geography: Places | None = None
    year: StrictInt | Range | None = None
    design: Design

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wanted = {"column": self.statistic != "count", "of": self.statistic == "share"}
        wanted["per"] = self.statistic == "ratio"
        for name, needed in wanted.items():
            if needed and getattr(self, name) is None:
                raise ValueError(f"the statistic {self.statistic} needs {name}")
            if not needed and getattr(self, name) is not None:
                raise ValueError(f"the statistic {self.statistic} has no {name}: leave it out")
        allowed = {
            "value": (Published, Census),
            "sum": (Census,),
            "count": (Census,),
        }.get(self.statistic, (Sample, Census))
        if not isinstance(self.design, allowed):
            kinds = " or ".join(one.__name__.lower() for one in allowed)
            raise ValueError(f"the statistic {self.statistic} needs a design of kind {kinds}")
        if self.statistic == "ratio" and isinstance(self.design, Sample) and self.design != Sample():
            raise ValueError("a ratio of counts knows no weights, strata or psus: leave them out")
        return self


def faults(error: ValidationError) -> str:
    """Say in one line what pydantic found wrong, and where."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'the record'}: "
        f"{fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    )


def to_yaml(evidence: Evidence) -> str:
    """Write a record as YAML; what was left out stays out."""
    content = evidence.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def from_yaml(text: str) -> Evidence:
    """Read a record from YAML.

    Only ``true`` and ``false`` are truth values, as in YAML 1.2, so that NO is Norway.

    Raises
    ------
    CourseError
        If it is no YAML, or no record; the message names each place that is wrong.
    """
    try:
        content = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise CourseError(f"the evidence is no YAML: {' '.join(str(error).split())}") from None
    try:
        return Evidence.model_validate(content)
    except ValidationError as error:
        raise CourseError(f"the evidence is no record: {faults(error)}") from None


class _Loader(yaml.SafeLoader):
    """Safe YAML whose only truth values are true and false."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
