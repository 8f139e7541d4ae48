"""Evidence: a number that says from which table, which rows and by which statistic it can be computed again.

>>> from klasteryste.evidence import compute, record
>>> cited = record("trust", {"country": "LT", "survey": "EVS", "wave": 5}, "value", "trust",
...                design=Published(se="se_srs", n="n_answers"))
>>> compute(cited).value
"""

from klasteryste.evidence.compute import Computed, compute, record
from klasteryste.evidence.record import Census, Evidence, Published, Range, Sample
from klasteryste.evidence.text import from_yaml, to_yaml

__all__ = [
    "Census",
    "Computed",
    "Evidence",
    "Published",
    "Range",
    "Sample",
    "compute",
    "from_yaml",
    "record",
    "to_yaml",
]
