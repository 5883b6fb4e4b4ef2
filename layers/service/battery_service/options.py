"""Reads the options of an analysis from a query or a JSON body, and checks them by the contract."""

import json
import math
from collections.abc import Mapping
from typing import Any

from battery_service.contract.generated import generated
from battery_service.errors import ApiError

# Every option by name: the given value, or the default; null where the library chooses.
type Options = Mapping[str, Any]

_WORDS = ("standard", "all", "none")


def default_options() -> Options:
    return {name: _default(declared["schema"]) for name, declared in generated()["options"].items()}


def options_of_json(body: object) -> Options:
    """Options from a JSON object with the same names; null leaves an option at its default. Raises as `parse_options`."""
    declared = generated()["options"]
    if not isinstance(body, Mapping):
        raise _invalid("options", json.dumps(body), f"an object with any of {', '.join(declared)}", list(declared))
    given = {str(name): value for name, value in body.items() if value is not None or name not in declared}
    return parse_options({name: _as_text(name, value) for name, value in given.items()})


def parse_options(query: Mapping[str, str]) -> Options:
    """Options from query parameters. Raises ApiError `invalid_option`, which names the option and what it takes."""
    declared = generated()["options"]
    options = dict(default_options())
    for name, text in query.items():
        if name not in declared:
            raise ApiError(
                "invalid_option",
                f"There is no option '{_shown(name)}'; there are {', '.join(declared)}.",
                {"option": _shown(name), "allowed": list(declared)},
            )
        try:
            options[name] = _read(text.strip(), declared[name]["schema"])
        except ValueError:
            takes = declared[name]["takes"]
            raise _invalid(name, text.strip(), takes, _choices(declared[name]["schema"]) or takes) from None
    return options


def _default(schema: Mapping[str, Any]) -> object:
    default = schema.get("default")
    return default[0] if isinstance(default, list) else default


def _read(text: str, schema: Mapping[str, Any]) -> object:
    """The value that a text spells by the schema. Raises ValueError for any other text."""
    if schema["type"] == "number":
        number = float(text)
        if not schema["exclusiveMinimum"] < number < schema["exclusiveMaximum"]:
            raise ValueError(text)
        return number
    if schema["type"] == "string" and "enum" not in schema:
        if not schema["minLength"] <= len(text) <= schema["maxLength"]:
            raise ValueError(text)
        return text
    if schema["type"] == "string":
        return _chosen(text, schema["enum"])
    if text in _WORDS and text in _choices(schema):
        return text
    items = list(dict.fromkeys(_item(item.strip(), schema["items"]) for item in text.split(",")))
    if len(items) > schema.get("maxItems", math.inf):
        raise ValueError(text)
    choices = _choices(schema)
    return [choice for choice in choices if choice in items] if choices else items


def _item(text: str, schema: Mapping[str, Any]) -> str | int:
    if schema["type"] == "string":
        return _chosen(text, [name for name in schema["enum"] if name not in _WORDS])
    largest = schema["maximum"]
    if not text.isascii() or not text.isdigit() or len(text) > len(str(largest)) or int(text) > largest:
        raise ValueError(text)
    return int(text)


def _chosen(text: str, choices: list[str]) -> str:
    """The choice of this name; the suffix `_plot` may be left out."""
    for name in (text, f"{text}_plot"):
        if name in choices:
            return name
    raise ValueError(text)


def _choices(schema: Mapping[str, Any]) -> list[str]:
    choices: list[str] = schema.get("items", schema).get("enum", [])
    return choices


def _as_text(name: str, value: object) -> str:
    """A JSON value as text, as in a query."""
    if name not in generated()["options"]:
        return str(value)
    if isinstance(value, str) and generated()["options"][name]["schema"]["type"] != "number":
        return value
    if isinstance(value, str):
        raise _invalid(name, value, generated()["options"][name]["takes"], "number")
    items = value if isinstance(value, list) else [value]
    if not items or any(isinstance(item, bool) or not isinstance(item, str | int | float) for item in items):
        raise _invalid(name, json.dumps(value), "a text, a number or a list of them", "text, number or list")
    return ",".join(map(str, items))


def _invalid(option: str, value: str, takes: str, allowed: object) -> ApiError:
    return ApiError(
        "invalid_option",
        f"The option '{option}' takes {takes}; it cannot be '{_shown(value)}'.",
        {"option": option, "value": _shown(value), "allowed": allowed},
    )


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
