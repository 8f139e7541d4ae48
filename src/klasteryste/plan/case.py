"""A plan under examination: what the rules look at, each thing computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import pandas as pd
from pydantic import BaseModel

from klasteryste.data import OwnPackage, own_package
from klasteryste.data.package import tables_folder
from klasteryste.errors import CourseError
from klasteryste.evidence import Computed, compute
from klasteryste.methods.networks.graphs import Graph, graph_of_ties
from klasteryste.plan.document import Document, Place
from klasteryste.plan.model import Cited, Plan, Text
from klasteryste.plan.numerals import rounding

T = TypeVar("T")

# The folder beside the plan that holds its own evidence.
OWN = "evidence"


class Case:
    """A plan, its file, and its own data package if it has one.

    Attributes
    ----------
    plan : Plan
        The plan.
    document : Document
        Its file.
    own : Path or None
        The folder of its own data package.
    """

    def __init__(self, plan: Plan, document: Document) -> None:
        self.plan = plan
        self.document = document
        folder = document.path.parent / OWN
        self.own: Path | None = folder if folder.exists() or folder.is_symlink() else None
        self._found: dict[tuple[Any, ...], Any] = {}

    @cached_property
    def package(self) -> OwnPackage | None:
        """The plan's own data package; None if it brings none that can be read."""
        return None if self.own is None or self.package_fault else own_package(self.own)

    @cached_property
    def package_fault(self) -> str | None:
        """Why the plan's own data package cannot be read; None if it can, or there is none."""
        try:
            if self.own is not None:
                own_package(self.own)
        except CourseError as error:
            return self.words(error)
        return None

    @cached_property
    def cited(self) -> dict[Place, Cited]:
        """Every number that carries evidence, by where it is in the plan."""
        return {place: value for place, value in self._walk() if isinstance(value, Cited)}

    @cached_property
    def texts(self) -> dict[Place, Text]:
        """Every prose text, by where it is in the plan."""
        return {place: value for place, value in self._walk() if isinstance(value, Text)}

    def computed(self, place: Place) -> Computed:
        """Compute again the number that is cited at a place.

        Raises
        ------
        CourseError
            If it cannot be computed, as `klasteryste.evidence.compute` says.
        """
        return self.once(("computed", place), lambda: compute(self.cited[place].evidence, self.own))

    def once(self, what: tuple[Any, ...], find: Callable[[], T]) -> T:
        """Find something out the first time it is asked for, and give the same thing, or error, again."""
        if what not in self._found:
            try:
                self._found[what] = find()
            except CourseError as error:
                self._found[what] = error
        found = self._found[what]
        if isinstance(found, CourseError):
            raise found
        return cast(T, found)

    def can_compute(self, place: Place) -> bool:
        """Tell whether the number that is cited at a place can be computed again."""
        try:
            self.computed(place)
        except CourseError:
            return False
        return True

    def written(self, place: Place) -> str:
        """Give a number as it is printed in the file."""
        return self.document.written[place]

    def agrees(self, place: Place, value: float, relative: float, *, share: bool = False) -> bool:
        """Tell whether the number printed at a place is a value, but for rounding.

        It may differ by half its last printed digit, as far as `klasteryste.plan.numerals.rounding` forgives
        that, or by a share of the value.
        """
        printed = Decimal(self.written(place))
        step = 10.0 ** int(printed.as_tuple().exponent)
        slack = max(rounding(step, value, share=share), relative * abs(value))
        return abs(float(printed) - value) <= slack * (1 + 1e-9)

    def shown(self, place: Place, value: float) -> float:
        """Round a computed value so that it can be set beside the number printed at a place."""
        return round(value, 2 - int(Decimal(self.written(place)).as_tuple().exponent))

    def words(self, error: CourseError) -> str:
        """Give an error's message without the folders of this machine."""
        text = str(error)
        for folder in (self.document.path.parent, self.document.path.parent.resolve(), tables_folder()):
            text = text.replace(f"{folder}/", "")
        return text

    @cached_property
    def graph(self) -> Graph:
        """The partners and their ties, each tie once and of weight 1.

        Raises
        ------
        CourseError
            If a tie names no partner of the plan, or ties one to itself.
        """
        ties = self.plan.ties
        return graph_of_ties(
            [tie.from_ for tie in ties],
            [tie.to for tie in ties],
            nodes=[partner.id for partner in self.plan.partners],
        )

    @cached_property
    def sectors(self) -> pd.Series[Any]:
        """The sector of each partner, by its id."""
        return pd.Series({partner.id: partner.sector for partner in self.plan.partners})

    def _walk(self) -> Iterator[tuple[Place, Any]]:
        yield from _walk(self.plan, ())


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Give each section of a plan with where it stands in the file."""
    if isinstance(value, BaseModel):
        yield place, value
        for name, field in type(value).model_fields.items():
            yield from _walk(getattr(value, name), (*place, field.alias or name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _walk(item, (*place, number))
