"""What is learnt of an assignment from its source before it is released, for the judging side to go by."""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Profile:
    """What the source's own solution does, which says what a student's may do.

    Attributes
    ----------
    names : set of str
        Names that solution cells bind, rebind or change in place: they always come from the student.
    builtins : set of str
        Names of builtins among them.
    imported : dict of str to list of str
        Names that solution cells import: a module, or a module and a name in it. A test gets them from
        its own side.
    tasks : set of str
        Classes that solution cells define.
    operators : dict of str to set of str
        By such a class, the operators that tests use on its objects.
    changes : dict of str to set of str
        By function, the arguments that it changes: a position, or a name.
    lent : set of str
        Where the solution gives a test what is no plain value, such as ``object:model``: an object of a
        class, a function within a value, a masked array, a function's attribute. Nowhere else may a
        student's.
    reads : set of str
        Names bound by tests that solutions read.
    apart : set of str
        Locked cells (hashes of their text) that only the student's process runs, since they change what is
        the student's.
    pyplot : bool
        Whether tests look at pyplot's current figure.
    imports : list of str
        Modules that the source imports, for processes to have them before they are needed.
    """

    names: set[str] = field(default_factory=set)
    builtins: set[str] = field(default_factory=set)
    imported: dict[str, list[str]] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)
    operators: dict[str, set[str]] = field(default_factory=dict)
    changes: dict[str, set[str]] = field(default_factory=dict)
    lent: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    pyplot: bool = False
    imports: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, the same for the same profile."""

        def plain(value: Any) -> Any:
            if isinstance(value, set):
                return sorted(value)
            if isinstance(value, dict):
                return {key: plain(item) for key, item in sorted(value.items())}
            return value

        return {name: plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Profile:
        """Return the profile that `to_json` gave; what is missing is empty."""
        profile = cls()
        for known in fields(cls):
            if known.name not in data:
                continue
            value = data[known.name]
            if known.name in ("operators", "changes"):
                value = {key: set(item) for key, item in value.items()}
            elif isinstance(getattr(profile, known.name), set):
                value = set(value)
            setattr(profile, known.name, value)
        return profile

    def about(self, known: set[str]) -> Profile:
        """Return what it tells of names that are known, without a word of any other."""

        def told(place: str) -> bool:
            return known.issuperset(_WORD.findall(place.partition(":")[2] or place))

        return Profile(
            names=self.names & known,
            builtins=self.builtins & known,
            imported={name: place for name, place in self.imported.items() if name in known},
            tasks=self.tasks & known,
            operators={name: kinds for name, kinds in self.operators.items() if name in known},
            changes={
                function: {place for place in places if place.isdigit() or place in known}
                for function, places in self.changes.items()
                if told(function)
            },
            lent={place for place in self.lent if told(place)},
            reads=self.reads & known,
            apart=self.apart,
            pyplot=self.pyplot,
        )


_WORD = re.compile(r"\b[^\W\d]\w*")


def fingerprint(source: str) -> str:
    """Return what names a cell by its code, whatever the language of its texts and comments."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        code = source.strip()
    else:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
        code = ast.dump(tree)
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:16]
