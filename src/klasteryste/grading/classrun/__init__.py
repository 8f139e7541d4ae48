"""The class run: an assignment's submissions graded as independent jobs, resumed after any interruption.

A job is plain files in (nbgrader's ``submitted/<student>/<assignment>/`` and the course's ``reference/``) and
plain files out (``classrun/results/<student>/<assignment>/done/``), so that anything that can start a process
can run one. Only the process that started the run writes to the gradebook.
"""

import sys

# Validating a notebook loads jsonschema, which would build a grammar for web addresses in every script: that
# takes a second at every start, and no notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
