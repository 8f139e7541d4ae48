"""The course's figures and tables: one style, a text alternative each, numbers in the reader's language."""

from klasteryste.figures.show import show
from klasteryste.figures.table import table

__all__ = ["show", "table"]
