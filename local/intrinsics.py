"""Evaluates CloudFormation's intrinsic functions and conditions, those that our template uses.

Hand-written: cfn-lint evaluates for a linter (every branch of a condition, without our values), samtranslator only `Ref`
and `Sub`, and moto only in a stack that it creates.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml

NO_VALUE: Final = object()
_PLACE: Final = re.compile(r"\$\{([\w:.]+)\}")


class UnresolvedError(ValueError):
    """A value depends on a name that was not given, or on an unknown intrinsic function."""


class _Loader(yaml.CSafeLoader):
    """Reads `!Ref x` as {"Ref": "x"} and `!Sub x` as {"Fn::Sub": "x"}, with libyaml's parser, ten times as fast as Python's."""


def _tagged(loader: Any, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


def parsed(text: str) -> dict[str, Any]:
    """A template's text, with intrinsic functions in their long form, as `sam build` writes them."""
    template: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506  # a safe loader, whose tags only make maps
    return template


class Intrinsics:
    """Values of one template, for the parameters and resources given.

    `given` says what `Ref` gives for a name, and `GetAtt` for `Name.Attribute`. Where `is_strict` is false, a name
    that was not given stays as the template has it.
    """

    def __init__(self, template: Mapping[str, Any], given: Mapping[str, object], *, is_strict: bool = True) -> None:
        self._conditions = template.get("Conditions", {})
        self._is_strict = is_strict
        parameters = template.get("Parameters", {})
        defaults = {name: found["Default"] for name, found in parameters.items() if "Default" in found}
        lists = {name for name, found in parameters.items() if found["Type"] == "CommaDelimitedList"}
        self._named = {
            name: value.split(",") if name in lists and isinstance(value, str) else value
            for name, value in {"AWS::NoValue": NO_VALUE, **defaults, **given}.items()
        }

    def resolved(self, value: Any) -> Any:
        """The value with everything computed; values that are `AWS::NoValue` are left out. Raises UnresolvedError."""
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": str(name)}:
                return self._value_of(name, value)
            case {"Fn::GetAtt": [*names]}:
                return self._value_of(".".join(names), value)
            case {"Fn::If": [condition, one, other]}:
                return self.resolved(one if self.holds(condition) else other)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(str(part) for part in self.resolved(parts))
            case {"Fn::Sub": str(text)}:
                return _PLACE.sub(lambda place: str(self._value_of(place[1], place[0])), text)
            case dict():
                unknown = next((name for name in value if name.startswith("Fn::")), None)
                if unknown is not None and self._is_strict:
                    raise UnresolvedError(f"{unknown} is not known here")
                pairs = ((name, self.resolved(item)) for name, item in value.items())
                return {name: item for name, item in pairs if item is not NO_VALUE}
            case list():
                return [item for item in map(self.resolved, value) if item is not NO_VALUE]
        return value

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        return self._is_true(self._conditions[condition])

    def _is_true(self, condition: Any) -> bool:
        each: Mapping[str, Callable[[Any], bool]] = {
            "Fn::Equals": lambda pair: str(self.resolved(pair[0])) == str(self.resolved(pair[1])),
            "Fn::Not": lambda inner: not self._is_true(inner[0]),
            "Fn::And": lambda inner: all(map(self._is_true, inner)),
            "Fn::Or": lambda inner: any(map(self._is_true, inner)),
            "Condition": self.holds,
        }
        ((name, arguments),) = condition.items()
        if name not in each:
            raise UnresolvedError(f"{name} is not known here")
        return each[name](arguments)

    def _value_of(self, name: str, otherwise: object) -> object:
        if name in self._named:
            return self._named[name]
        if self._is_strict:
            raise UnresolvedError(f"{name} was not given")
        return otherwise


def is_intrinsic(value: Mapping[str, Any]) -> bool:
    """Whether a map is an intrinsic function and not a map of settings."""
    return len(value) == 1 and all(name == "Ref" or name.startswith("Fn::") for name in value)
