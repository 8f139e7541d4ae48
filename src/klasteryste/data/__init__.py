"""The course's tables: load one, read what it is and where it comes from, verify them all.

>>> from klasteryste import load
>>> load("trust")
"""

from klasteryste.data.own import OwnPackage, find, own_package
from klasteryste.data.package import (
    Comparable,
    Field,
    Licence,
    Source,
    Table,
    citation,
    describe,
    descriptor,
    names,
)
from klasteryste.data.tables import load
from klasteryste.data.verification import Problem, verify

__all__ = [
    "Comparable",
    "Field",
    "Licence",
    "OwnPackage",
    "Problem",
    "Source",
    "Table",
    "citation",
    "describe",
    "descriptor",
    "find",
    "load",
    "names",
    "own_package",
    "verify",
]
