"""template.yaml as tests read it: intrinsic functions as records, conditions decided by the parameters given."""

import json
import re
from pathlib import Path
from typing import Any

from local.intrinsics import Intrinsics, parsed

TEMPLATE = parsed(Path("template.yaml").read_text())
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = tuple(name for name, found in RESOURCES.items() if found["Type"] == "AWS::Serverless::Function")


def of_type(resource_type: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by name."""
    return {name: found["Properties"] for name, found in RESOURCES.items() if found["Type"] == resource_type}


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def holds(condition: str, **given: object) -> bool:
    """Whether a condition is true for the defaults and the parameters given."""
    return _values(given).holds(condition)


def resolved(value: Any, **given: object) -> Any:
    """The value with every `If` decided and every parameter in place; what is decided to be no value is left out."""
    return _values(given).resolved(value)


def _values(given: dict[str, object]) -> Intrinsics:
    assert given.keys() <= PARAMETERS.keys()
    return Intrinsics(TEMPLATE, given, is_strict=False)


def names_used() -> set[str]:
    """Every parameter and resource that something in the template refers to."""
    text = json.dumps({name: part for name, part in TEMPLATE.items() if name not in ("Parameters", "Metadata")})
    refs = set(re.findall(r'"Ref": "([A-Za-z0-9]+)', text)) | set(re.findall(r'"Fn::GetAtt": "([A-Za-z0-9]+)', text))
    return refs | set(re.findall(r"\$\{([A-Za-z0-9]+)[.}]", text))
