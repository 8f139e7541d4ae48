"""Jails for notebooks that nobody can vouch for.

`Slot` holds warm processes, one for students' code and one for the checker, each in a jail of its own made by
bubblewrap; `Slot.fork` gives a notebook a process of its own from one of them. The worker that grades is
outside and talks to them in plain data.
"""

from klasteryste.grading.sandbox.jail import JailError
from klasteryste.grading.sandbox.limits import Limits
from klasteryste.grading.sandbox.slot import Process, Slot

__all__ = ["JailError", "Limits", "Process", "Slot"]
