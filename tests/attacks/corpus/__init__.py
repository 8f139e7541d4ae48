"""The hostile submissions, by what they go for."""

from __future__ import annotations

from collections.abc import Mapping

from ..submission import Submission
from . import files, hooks, machine, machinery, network, notebooks, pages, spoofs

CLASSES: Mapping[str, list[Submission]] = {
    "Hooks of the interpreter": hooks.ATTACKS,
    "Answers that are not what they seem": spoofs.ATTACKS,
    "Files": files.ATTACKS,
    "The machine": machine.ATTACKS,
    "The notebook itself": notebooks.ATTACKS,
    "What people look at": pages.ATTACKS,
    "The network": network.ATTACKS,
    "The grader's own machinery": machinery.ATTACKS,
}
ATTACKS = [attack for attacks in CLASSES.values() for attack in attacks]
