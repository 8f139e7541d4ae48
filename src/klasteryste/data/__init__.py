"""The course's tables: load one, read what it is and where it comes from, verify them all.

>>> from klasteryste import load
>>> load("trust")
"""

from klasteryste.data.package import Field, Licence, Source, Table, citation, describe, descriptor, names
from klasteryste.data.tables import load
from klasteryste.data.verification import Problem, verify

__all__ = [
    "Field",
    "Licence",
    "Problem",
    "Source",
    "Table",
    "citation",
    "describe",
    "descriptor",
    "load",
    "names",
    "verify",
]
