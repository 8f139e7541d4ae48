"""The course as objects: what `course.yml` says."""

from klasteryste.course.file import Course, Module, Paper, Text, read_course

__all__ = ["Course", "Module", "Paper", "Text", "read_course"]
