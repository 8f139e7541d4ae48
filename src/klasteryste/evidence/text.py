"""The form of a record of evidence in YAML."""

from __future__ import annotations

import re
from typing import Any

import yaml
from pydantic import ValidationError

from klasteryste.evidence.record import Evidence, faults
from klasteryste.language import _, fill, refusal


def to_yaml(evidence: Evidence) -> str:
    """Write a record as YAML; what was left out stays out."""
    content = evidence.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def from_yaml(text: str) -> Evidence:
    """Read a record from YAML.

    Only ``true`` and ``false`` are truth values, so that NO is Norway, and only decimal digits make a number,
    so that 012 is a code.

    Raises
    ------
    CourseError
        If it is no YAML, a key is there twice, or it is no record; the message names each place that is
        wrong.
    """
    try:
        content = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise refusal(_("the evidence is no YAML: {why}"), why=" ".join(str(error).split())) from None
    try:
        return Evidence.model_validate(content)
    except ValidationError as error:
        raise refusal(_("the evidence is no record: {why}"), why=faults(error)) from None


class _Loader(yaml.SafeLoader):
    """Safe YAML without its surprises: a key there twice, octal and sexagesimal numbers, NO for false."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _value in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                twice = fill(_("the key {key!r} is there twice"), {"key": key})
                raise yaml.constructor.ConstructorError(problem=twice)
        return super().construct_mapping(node, deep)


_PLAIN = {
    "tag:yaml.org,2002:bool": (r"true|false", "tf"),
    "tag:yaml.org,2002:int": (r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag not in _PLAIN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, (_expression, _firsts) in _PLAIN.items():
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_expression})$"), list(_firsts))
