"""The cluster plan: read one, check what it claims against what it cites, print it.

>>> from klasteryste.plan import check
>>> check(Path("plan.yml")).verdict
"""

from klasteryste.plan.check import Report, check, check_text
from klasteryste.plan.settings import Setting, read_settings
from klasteryste.plan.verdict import Finding, Result, Verdict

__all__ = ["Finding", "Report", "Result", "Setting", "Verdict", "check", "check_text", "read_settings"]
