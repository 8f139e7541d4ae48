"""Klasterystė: executable courseware on social clustering, in English and Lithuanian."""

from klasteryste.assignment import individual, written
from klasteryste.data import load
from klasteryste.errors import CourseError
from klasteryste.language import country_name, say, tr, use_language

__all__ = ["CourseError", "country_name", "individual", "load", "say", "tr", "use_language", "written"]
