"""How a course folder's nbgrader is configured: its ``nbgrader_config.py`` calls this, and may go on."""

from __future__ import annotations

from pathlib import Path

from jupyter_core.paths import jupyter_data_dir
from nbgrader.server_extensions.formgrader.handlers import template_path as formgrader_templates
from traitlets.config import Config

from klasteryste.grading.autograde import install
from klasteryste.grading.feedback import TEMPLATES


def configure(c: Config, folder: Path) -> None:
    """Set up nbgrader for several languages over one gradebook, with our steps.

    Parameters
    ----------
    c : Config
        From ``get_config()``.
    folder : Path
        The course folder.
    """
    c.CourseDirectory.root = str(folder.resolve())

    # Where releases, submissions and feedback change hands. One person's own machine needs no more; on a
    # server with many users, name a folder that all of them can write to.
    c.Exchange.root = str(Path(jupyter_data_dir(), "klasteryste", "exchange"))

    # One English source, a release folder per language, one gradebook.
    c.GenerateAssignment.preprocessors = ["klasteryste.grading.release.LanguageFolders"]
    # A marking guide stands above the written answer that it is for, in a locked cell.
    c.ClearMarkScheme.enforce_metadata = False
    c.ExchangeFactory.collect = "klasteryste.grading.exchange.Collect"

    # Submissions are taken in, restored in their own language, judged and saved by these steps, whether by
    # `klasteryste class grade`, `nbgrader autograde` or formgrader's button.
    install()
    c.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "klasteryste.grading.restore.RestoreCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "klasteryste.grading.execute.ExecuteInJail",
        "nbgrader.preprocessors.IgnorePattern",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "klasteryste.grading.saving.SaveGrades",
        "klasteryste.grading.saving.LatePenalties",
    ]

    # Hidden tests hold answers; a student reads what they say, not what they are nor what other code prints.
    c.GenerateFeedback.preprocessors = [
        "klasteryste.grading.feedback.Grades",
        "klasteryste.grading.feedback.HideTests",
        "klasteryste.grading.feedback.Speak",
    ]
    # The pages of the feedback and of formgrader run nothing that a student wrote, and ask no other host for
    # anything: what is shown is cleaned, and formulas are MathML.
    c.HTMLExporter.extra_template_basedirs = [TEMPLATES, formgrader_templates]
    c.HTMLExporter.filters = {
        "markdown2html": "klasteryste.grading.feedback.markdown2html",
        "output2html": "klasteryste.grading.sanitise.output_html",
        "code2html": "klasteryste.grading.sanitise.code_html",
    }
    c.HTMLExporter.preprocessors = ["klasteryste.grading.feedback.SafeOutputs"]

    c.ExportApp.plugin_class = "klasteryste.grading.classrun.export.Marks"
