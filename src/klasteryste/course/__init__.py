"""The course as objects: what `course.yml` says."""

from klasteryste.course.file import Assessment, Course, Module, Paper, Text, read_course

__all__ = ["Assessment", "Course", "Module", "Paper", "Text", "read_course"]
