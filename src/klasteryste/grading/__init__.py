"""Assignments in several languages over one nbgrader gradebook.

nbgrader keeps its source format, its database, its exchange, formgrader and feedback. This package replaces
or adds some of its steps, through the course folder's ``nbgrader_config.py``, so that nbgrader's own commands
and formgrader's buttons use them:

- `release.LanguageFolders` generates a release with one folder per language from one English source, and
  at its top the page of `contents`;
- `exchange.Collect` takes the notebook in which a student worked from those folders;
- `restore.RestoreCells` puts locked cells back in the language of the submission;
- `feedback` keeps hidden tests out of the feedback, and shows its formulas without a script.
"""
