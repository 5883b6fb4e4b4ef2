"""CloudFormation's intrinsic functions, as far as the functions of a template use them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

type Values = Mapping[str, object]

NO_VALUE: Final = object()
_PLACE: Final = re.compile(r"\$\{([^}!]+)\}")


class UnresolvedError(ValueError):
    """A template says something whose value nobody gave."""


class Intrinsics:
    """Values of a template: its parameters' defaults, those given instead, and what resources are called.

    `named` has what `Ref` gives for parameters, resources and pseudo parameters.
    """

    def __init__(self, template: Mapping[str, Any], named: Values) -> None:
        parameters = template.get("Parameters", {})
        defaults = {name: parameter["Default"] for name, parameter in parameters.items() if "Default" in parameter}
        self._named = {"AWS::NoValue": NO_VALUE, **defaults, **named}
        for name, parameter in parameters.items():
            if parameter["Type"] == "CommaDelimitedList" and isinstance(self._named.get(name), str):
                self._named[name] = str(self._named[name]).split(",")
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})

    def resolved(self, value: Any) -> Any:
        """The value with nothing left to compute; what is `AWS::NoValue` is left out. Raises UnresolvedError."""
        match value:
            case {"Ref": name}:
                return self._value_of(name)
            case {"Fn::If": [condition, one, other]}:
                return self.resolved(one if self.holds(condition) else other)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(str(part) for part in self.resolved(parts))
            case {"Fn::Sub": str(text)}:
                return _PLACE.sub(lambda place: str(self._value_of(place[1])), text)
            case dict():
                if unknown := next((name for name in value if name.startswith("Fn::")), None):
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

    def _value_of(self, name: str) -> object:
        if name not in self._named:
            raise UnresolvedError(f"nothing says what {name} is")
        return self._named[name]


def is_intrinsic(value: Mapping[str, Any]) -> bool:
    """Whether a map is to be computed, rather than one of settings."""
    return len(value) == 1 and all(name == "Ref" or name.startswith("Fn::") for name in value)
