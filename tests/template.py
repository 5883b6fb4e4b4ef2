"""template.yaml as tests read it: intrinsic functions as records, conditions decided by the parameters given."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

NOTHING = object()


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` as {"Ref": "x"} and `!Sub x` as {"Fn::Sub": "x"}."""


def _tagged(loader: Any, tag: str, node: Any) -> dict[str, Any]:
    read = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence}.get(
        node.id, loader.construct_mapping
    )
    value = read(node, deep=True) if node.id != "scalar" else read(node)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)
TEMPLATE: dict[str, Any] = yaml.load(Path("template.yaml").read_text(), _Loader)  # a SafeLoader with three more tags
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
    return bool(_condition(TEMPLATE["Conditions"][condition], _parameters(given)))


def resolved(value: Any, **given: object) -> Any:
    """The value with every `If` decided and every parameter in place; what is decided to be no value is left out."""
    return _resolved(value, _parameters(given))


def _parameters(given: Mapping[str, object]) -> dict[str, object]:
    assert given.keys() <= PARAMETERS.keys()
    return {name: parameter["Default"] for name, parameter in PARAMETERS.items()} | dict(given)


def _resolved(value: Any, parameters: Mapping[str, object]) -> Any:
    match value:
        case {"Fn::If": [condition, one, other]}:
            chosen = one if _condition(TEMPLATE["Conditions"][condition], parameters) else other
            return _resolved(chosen, parameters)
        case {"Ref": "AWS::NoValue"}:
            return NOTHING
        case {"Ref": name} if name in parameters:
            return parameters[name]
        case dict():
            pairs = ((name, _resolved(item, parameters)) for name, item in value.items())
            return {name: item for name, item in pairs if item is not NOTHING}
        case list():
            return [item for item in (_resolved(item, parameters) for item in value) if item is not NOTHING]
    return value


def _condition(value: Any, parameters: Mapping[str, object]) -> bool:
    match value:
        case {"Fn::Equals": [one, other]}:
            return str(_resolved(one, parameters)) == str(_resolved(other, parameters))
        case {"Fn::Not": [inner]}:
            return not _condition(inner, parameters)
        case {"Fn::And": inner}:
            return all(_condition(item, parameters) for item in inner)
    raise AssertionError(f"the tests do not know the condition {value}")


def names_used() -> set[str]:
    """Every parameter and resource that something in the template refers to."""
    text = json.dumps({name: part for name, part in TEMPLATE.items() if name not in ("Parameters", "Metadata")})
    refs = set(re.findall(r'"Ref": "([A-Za-z0-9]+)', text)) | set(re.findall(r'"Fn::GetAtt": "([A-Za-z0-9]+)', text))
    return refs | set(re.findall(r"\$\{([A-Za-z0-9]+)[.}]", text))
