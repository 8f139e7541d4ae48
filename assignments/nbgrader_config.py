"""nbgrader, as this course uses it: run its commands, or JupyterLab, in this folder."""

from pathlib import Path

from klasteryste.grading.configuration import configure

c = get_config()  # noqa: F821
configure(c, Path(__file__).parent)

c.CourseDirectory.course_id = "klasteryste"
