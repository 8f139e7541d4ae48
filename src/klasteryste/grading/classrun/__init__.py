"""The class run: an assignment's submissions graded as independent jobs, resumed after any interruption.

A job is plain files in (nbgrader's ``submitted/<student>/<assignment>/`` and the course's ``reference/``) and
plain files out (``classrun/results/<student>/<assignment>/done/``), so that anything that can start a process
can run one. Only the process that started the run writes to the gradebook.
"""
