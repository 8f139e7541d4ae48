"""nbgrader, as this course uses it: run its commands, or JupyterLab, in this folder."""

from pathlib import Path

from jupyter_core.paths import jupyter_data_dir
from nbgrader.server_extensions.formgrader.handlers import template_path as formgrader_templates

from klasteryste.grading.autograde import install
from klasteryste.grading.feedback import TEMPLATES

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "klasteryste"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# Where releases, submissions and feedback change hands. One person's own machine needs no more; on a server
# with many users, name a folder that all of them can write to.
c.Exchange.root = str(Path(jupyter_data_dir(), "klasteryste", "exchange"))

# One English source, a release folder per language, one gradebook.
c.GenerateAssignment.preprocessors = ["klasteryste.grading.release.LanguageFolders"]
c.ExchangeFactory.collect = "klasteryste.grading.exchange.Collect"
# Hidden tests hold answers; a student reads what they say, not what they are nor what other code prints.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "klasteryste.grading.feedback.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
# The pages of the feedback and of formgrader load no MathJax from a content network: formulas are MathML.
c.HTMLExporter.extra_template_basedirs = [TEMPLATES, formgrader_templates]
c.HTMLExporter.filters = {"markdown2html": "klasteryste.grading.feedback.markdown2html"}
# Submissions are taken in, restored in their own language, judged and saved by these steps, whether by
# `klasteryste class grade`, `nbgrader autograde` or formgrader's button.
install()
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "klasteryste.grading.restore.RestoreCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "klasteryste.grading.saving.SaveGrades",
    "klasteryste.grading.saving.LatePenalties",
]
