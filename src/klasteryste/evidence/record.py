"""The record of a piece of evidence, and its form in YAML."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

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

from klasteryste.language import _, fill

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
            raise ValueError(_("give min, max or both"))
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(_("min is above max"))
        return self

    def __str__(self) -> str:
        if self.min is None:
            words = _("up to {max}")
        else:
            words = _("from {min}") if self.max is None else _("{min} to {max}")
        return fill(words, {"min": str(self.min), "max": str(self.max)})


class Published(_Strict):
    """The publisher computed the figure; columns may hold its standard error and the number of answers.

    `se` is in the figure's own unit, `n` a whole number. `deff` is a design effect to assume where the
    publisher's standard error is that of a simple random sample: the standard error is multiplied by its
    square root.
    """

    kind: Literal["published"] = "published"
    se: str | None = None
    n: str | None = None
    deff: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


class Sample(_Strict):
    """The rows are a sample, or count one; columns may hold weights, strata and primary sampling units."""

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
        A table that `klasteryste.load` knows or, as ``own:table``, one of a data package of one's own.
    sha256 : str
        The SHA-256 of its file when the number was computed.
    filters : dict
        By column the value its cells must have, several of which they must have one, or a `Range`. All hold
        at once.
    statistic : str
        Rows whose cell is empty are left out. ``value``: the one cell that is selected. ``mean``: of a
        column's cells. ``sum``: of whole numbers. ``share``: of the cells, those that are among `of`.
        ``ratio``: the sum of `column` divided by the sum of `per`, as of wallets returned and wallets handed
        in. ``count``: of rows.
    column : str, optional
        What the statistic is of; not for ``count``.
    of : tuple, optional
        The values that count, for ``share``.
    per : str, optional
        The column below the line, for ``ratio``.
    unit : str
        The number's unit.
    geography : tuple of str, optional
        Codes of the places that the rows it rests on are about; left out where the table has no places.
    year : int or Range, optional
        The year, or the first and the last, that those rows are about; left out where it has none.
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
            said = {"statistic": self.statistic, "name": name}
            if needed and getattr(self, name) is None:
                raise ValueError(fill(_("the statistic {statistic} needs {name}"), said))
            if not needed and getattr(self, name) is not None:
                raise ValueError(fill(_("the statistic {statistic} has no {name}: leave it out"), said))
        allowed = {
            "value": (Published, Census),
            "sum": (Census,),
            "count": (Census,),
        }.get(self.statistic, (Sample, Census))
        if not isinstance(self.design, allowed):
            kinds = _(" or ").join(one.__name__.lower() for one in allowed)
            said = {"statistic": self.statistic, "kinds": kinds}
            raise ValueError(fill(_("the statistic {statistic} needs a design of kind {kinds}"), said))
        if self.statistic == "ratio" and isinstance(self.design, Sample) and self.design != Sample():
            raise ValueError(_("a ratio of counts knows no weights, strata or psus: leave them out"))
        return self


def faults(error: ValidationError) -> str:
    """Say in one line what pydantic found wrong, and where."""
    found = {}
    for fault in error.errors():
        if fault["loc"][:1] == ("filters",) and len(fault["loc"]) > 2:
            # One for each kind of filter that it is not: the kinds themselves say more.
            words = _("give a text, a finite number, a list of them, or min and max")
            found[f"filters.{fault['loc'][1]}"] = words
        else:
            place = ".".join(str(part) for part in fault["loc"]) or _("the record")
            found[place] = fault["msg"].removeprefix("Value error, ")
    return "; ".join(f"{place}: {words}" for place, words in found.items())
