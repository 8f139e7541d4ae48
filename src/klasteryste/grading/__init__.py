"""Assignments in several languages over one nbgrader gradebook.

nbgrader keeps its source format, its database, its exchange, formgrader and feedback. This package replaces
three steps, through the course folder's ``nbgrader_config.py``, so that nbgrader's own commands and
formgrader's buttons use them:

- `release.LanguageFolders` generates a release with one folder per language from one English source;
- `exchange.Collect` takes the notebook in which a student worked from those folders;
- `restore.RestoreCells` puts locked cells back in the language of the submission.
"""

from klasteryste.grading.release import generate

__all__ = ["generate"]
