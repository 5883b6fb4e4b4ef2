"""The options of an analysis: each is declared once, and checked by its declaration."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal, TypeGuard, get_args

from battery_analytics.errors import InvalidOption
from battery_analytics.protocol.protocol import Compare

MAX_CYCLES_RETURNED = 1_000
MAX_CYCLE_NUMBER = 2**53 - 1

MAX_FORMAT_NAME = 100

type PlotsOption = Literal["standard", "all", "none"] | Iterable[str]
type SectionsOption = Literal["all"] | Iterable[str]


@dataclass(frozen=True, slots=True)
class Options:
    """Checked options: the plots to draw, the end of life, the cycles to return, the sections; None where all are meant."""

    plots: frozenset[str]
    eol_threshold: float
    capacity_reference: str
    cycles: tuple[int, ...] | None
    compare: Compare = "auto"
    format: str | None = None
    sections: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its meaning, the values that it takes as text and as JSON Schema, and its check.

    `checked` returns the value for the analysis, or raises ValueError for a value that the option does not take.
    """

    name: str
    description: str
    takes: str
    schema: Mapping[str, Any]
    checked: Callable[[object], Any]


def declared_options(
    plots: Sequence[str], standard_plots: Sequence[str], sections: Sequence[str]
) -> tuple[Option, ...]:
    """All options, for a report with plots and sections of these names."""
    return (
        Option(
            "plots",
            "Which plots to draw: the four standard ones, all that have something to show, none, or those that are named. "
            "With `none` the answer is small and fast. The suffix `_plot` may be left out.",
            f"'standard', 'all', 'none' or a list of {', '.join(plots)}",
            {
                "type": "array",
                "items": {"type": "string", "enum": ["standard", "all", "none", *plots]},
                "minItems": 1,
                "default": ["standard"],
            },
            lambda value: _plots(value, plots, standard_plots),
        ),
        Option(
            "eol_threshold",
            "End of life as a share of the reference capacity.",
            "a number between 0 and 1, both excluded, such as 0.8",
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.8},
            _threshold,
        ),
        Option(
            "capacity_reference",
            "The reference capacity: the cell's initial capacity or its nominal capacity.",
            "'initial' or 'nominal'",
            {"type": "string", "enum": ["initial", "nominal"], "default": "initial"},
            _reference,
        ),
        Option(
            "cycles",
            "The numbers of the cycles whose curves to return; first, middle and last by default.",
            f"a list of 1 to {MAX_CYCLES_RETURNED:,} whole cycle numbers, such as [1, 50, 100]",
            {
                "type": "array",
                "items": {"type": "integer", "minimum": 0, "maximum": MAX_CYCLE_NUMBER},
                "minItems": 1,
                "maxItems": MAX_CYCLES_RETURNED,
            },
            _cycles,
        ),
        Option(
            "compare",
            "Which cycles' capacities are set against each other: with `auto` the ageing cycles, or else the check-ups.",
            "'auto', 'ageing', 'check_ups' or 'all'",
            {"type": "string", "enum": list(get_args(Compare)), "default": "auto"},
            _compare,
        ),
        Option(
            "format",
            "The format to read all files by, where recognition is to be overruled.",
            "a name of GET /api/formats",
            {"type": "string", "minLength": 1, "maxLength": MAX_FORMAT_NAME},
            _format,
        ),
        Option(
            "sections",
            "Which sections of the report to compute. metadata, data_quality and source always are; others are absent.",
            f"'all' or a list of {', '.join(sections)}",
            {
                "type": "array",
                "items": {"type": "string", "enum": ["all", *sections]},
                "minItems": 1,
                "default": ["all"],
            },
            lambda value: _sections(value, sections),
        ),
    )


def checked_options(options: Sequence[Option], given: Mapping[str, object]) -> Options:
    """The options with the given values. Raises InvalidOption, which names the option and what it takes."""
    values: dict[str, Any] = {}
    for option in options:
        try:
            values[option.name] = option.checked(given[option.name])
        except ValueError as fault:
            raise InvalidOption(
                f"The option '{option.name}' takes {option.takes}; it cannot be {fault}.",
                option=option.name,
                value=str(fault),
                allowed=_allowed(option),
            ) from fault
    return Options(**values)


def _allowed(option: Option) -> object:
    items = option.schema.get("items", option.schema)
    return items.get("enum", option.takes)


def _plots(value: object, plot_names: Sequence[str], standard_plots: Sequence[str]) -> frozenset[str]:
    if isinstance(value, str):
        value = {"none": (), "standard": standard_plots, "all": plot_names}.get(value, [value])
    names = list(value) if isinstance(value, Iterable) else [value]
    known = {name: name for name in plot_names} | {name.removesuffix("_plot"): name for name in plot_names}
    unknown = [name for name in names if not isinstance(name, str) or name not in known]
    if unknown:
        raise ValueError(_shown(unknown[0]))
    return frozenset(known[str(name)] for name in names)


def _sections(value: object, section_names: Sequence[str]) -> frozenset[str] | None:
    if value == "all":
        return None
    names = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    unknown = [name for name in names if name not in section_names]
    if unknown or not names:
        raise ValueError(_shown(unknown[0]) if unknown else "an empty list")
    return frozenset(map(str, names))


def _threshold(value: object) -> float:
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not 0 < number < 1:
        raise ValueError(_shown(value))
    return number


def _reference(value: object) -> str:
    if value not in ("initial", "nominal"):
        raise ValueError(_shown(value))
    return str(value)


def _compare(value: object) -> str:
    if value not in get_args(Compare):
        raise ValueError(_shown(value))
    return str(value)


def _format(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= MAX_FORMAT_NAME):
        raise ValueError(_shown(value))
    return value


def _cycles(value: object) -> tuple[int, ...] | None:
    if value is None:
        return None
    asked: list[object] = list(value) if isinstance(value, Iterable) else [value]
    wrong = [cycle for cycle in asked if not _is_cycle_number(cycle)]
    numbers = sorted({int(cycle) for cycle in asked if _is_cycle_number(cycle)})
    if wrong:
        raise ValueError(_shown(wrong[0]))
    if not 1 <= len(numbers) <= MAX_CYCLES_RETURNED:
        raise ValueError(f"{len(numbers):,} numbers")
    return tuple(numbers)


def _is_cycle_number(value: object) -> TypeGuard[int]:
    return isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) <= MAX_CYCLE_NUMBER


def _shown(value: object) -> str:
    return f"{value!r:.40}"
