"""The options of an analysis: what a client may ask for, as plain values."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from battery_service.errors import ApiError

# A test holds these equal to the library's; the light functions must not import it.
PLOT_NAMES = (
    "capacity_plot",
    "voltage_profile_plot",
    "differential_voltage_plot",
    "temperature_vs_capacity_plot",
)
CAPACITY_REFERENCES = ("initial", "nominal")
MAX_CYCLES = 100
MAX_CYCLE_NUMBER = 10_000_000

type Plots = Literal["all", "none"] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """`cycles` None lets the library choose: first, middle, last."""

    plots: Plots = "all"
    eol_threshold: float = 0.80
    capacity_reference: str = "initial"
    cycles: tuple[int, ...] | None = None


def options_of_json(body: object) -> Options:
    """Options from a JSON object with the same names; null leaves an option at its default. Raises as `parse_options`."""
    if not isinstance(body, Mapping):
        allowed = f"an object with any of {', '.join(_READERS)}"
        raise _invalid("options", json.dumps(body), allowed, list(_READERS))
    given = {str(name): value for name, value in body.items() if value is not None or name not in _READERS}
    return parse_options({name: _as_text(name, value) for name, value in given.items()})


def parse_options(query: Mapping[str, str]) -> Options:
    """Options from query parameters. Raises ApiError `invalid_option` that names the option and what it takes."""
    options = Options()
    for name, text in query.items():
        if name not in _READERS:
            raise ApiError(
                "invalid_option",
                f"There is no option '{_shown(name)}'; there are {', '.join(_READERS)}.",
                {"option": _shown(name), "allowed": list(_READERS)},
            )
        options = _READERS[name](options, text.strip())
    return options


def _read_plots(options: Options, text: str) -> Options:
    if text == "all":
        return replace(options, plots="all")
    if text == "none":
        return replace(options, plots="none")
    asked = [name if name.endswith("_plot") else f"{name}_plot" for name in _items(text)]
    if not asked or not set(asked) <= set(PLOT_NAMES):
        allowed = "'all', 'none' or a list of " + ", ".join(PLOT_NAMES)
        raise _invalid("plots", text, allowed, ["all", "none", *PLOT_NAMES])
    return replace(options, plots=tuple(name for name in PLOT_NAMES if name in asked))


def _read_eol_threshold(options: Options, text: str) -> Options:
    try:
        threshold = float(text)
    except ValueError:
        threshold = math.nan
    if not 0.0 < threshold < 1.0:
        allowed = "a number between 0 and 1, both excluded"
        raise _invalid("eol_threshold", text, allowed, allowed)
    return replace(options, eol_threshold=threshold)


def _read_capacity_reference(options: Options, text: str) -> Options:
    if text not in CAPACITY_REFERENCES:
        allowed = " or ".join(map(repr, CAPACITY_REFERENCES))
        raise _invalid("capacity_reference", text, allowed, list(CAPACITY_REFERENCES))
    return replace(options, capacity_reference=text)


def _read_cycles(options: Options, text: str) -> Options:
    items = _items(text)
    numbers = tuple(dict.fromkeys(int(item) for item in items if _is_cycle_number(item)))
    if not numbers or not all(map(_is_cycle_number, items)) or len(numbers) > MAX_CYCLES:
        allowed = f"a list of 1 to {MAX_CYCLES} whole cycle numbers"
        raise _invalid("cycles", text, allowed, allowed)
    return replace(options, cycles=numbers)


_READERS: Mapping[str, Callable[[Options, str], Options]] = {
    "plots": _read_plots,
    "eol_threshold": _read_eol_threshold,
    "capacity_reference": _read_capacity_reference,
    "cycles": _read_cycles,
}
OPTION_NAMES = tuple(_READERS)


def _as_text(name: str, value: object) -> str:
    """A JSON value as the query would have it."""
    if name not in _READERS or isinstance(value, str):
        return str(value)
    items = value if isinstance(value, list) else [value]
    if not items or any(isinstance(item, bool) or not isinstance(item, str | int | float) for item in items):
        raise _invalid(name, json.dumps(value), "a text, a number or a list of them", "text, number or list")
    return ",".join(map(str, items))


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")] if text else []


def _is_cycle_number(item: str) -> bool:
    return item.isascii() and item.isdigit() and len(item) <= 8 and int(item) <= MAX_CYCLE_NUMBER


def _invalid(option: str, value: str, allowed: str, allowed_values: object) -> ApiError:
    return ApiError(
        "invalid_option",
        f"The option '{option}' is {allowed}; it cannot be '{_shown(value)}'.",
        {"option": option, "value": _shown(value), "allowed": allowed_values},
    )


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
