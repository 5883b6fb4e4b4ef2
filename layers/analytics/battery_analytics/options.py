"""What a request may ask of the analysis, checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, TypeGuard

from battery_analytics.errors import InvalidOption

PLOT_NAMES: tuple[str, ...] = (
    "capacity_plot",
    "voltage_profile_plot",
    "differential_voltage_plot",
    "temperature_vs_capacity_plot",
)
CAPACITY_REFERENCES: tuple[str, ...] = ("initial", "nominal")
DEFAULT_EOL_THRESHOLD = 0.80
MAX_CYCLES_RETURNED = 1_000
MAX_CYCLE_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Options:
    """Checked options: the plots to draw, the end of life as a share of which capacity, the cycles to return."""

    plots: frozenset[str]
    eol_threshold: float
    capacity_reference: str
    cycles: tuple[int, ...] | None


def checked_options(
    plots: Literal["all", "none"] | Iterable[str],
    eol_threshold: float,
    capacity_reference: str,
    cycles: Iterable[int] | None,
) -> Options:
    """The options, or InvalidOption naming the one that does not exist and what does."""
    return Options(_plots(plots), _threshold(eol_threshold), _reference(capacity_reference), _cycles(cycles))


def _plots(plots: Literal["all", "none"] | Iterable[str]) -> frozenset[str]:
    if isinstance(plots, str):
        plots = [] if plots == "none" else PLOT_NAMES if plots == "all" else [plots]
    names = list(plots) if isinstance(plots, Iterable) else [plots]
    known = {name: name for name in PLOT_NAMES} | {name.removesuffix("_plot"): name for name in PLOT_NAMES}
    unknown = [name for name in names if not isinstance(name, str) or name not in known]
    if unknown:
        raise InvalidOption(
            f"plots cannot be {unknown[0]!r:.40}; it is 'all', 'none' or a list of {', '.join(PLOT_NAMES)}.",
            option="plots",
            value=repr(unknown[0])[:40],
            allowed=["all", "none", *PLOT_NAMES],
        )
    return frozenset(known[name] for name in names)


def _threshold(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < 1:
        raise InvalidOption(
            f"eol_threshold is {value!r:.40}; it is a share of the reference capacity between 0 and 1, such as 0.8.",
            option="eol_threshold",
            value=repr(value)[:40],
        )
    return float(value)


def _reference(value: str) -> str:
    if not isinstance(value, str) or value not in CAPACITY_REFERENCES:
        raise InvalidOption(
            f"capacity_reference is {value!r:.40}; it is 'initial' or 'nominal'.",
            option="capacity_reference",
            value=repr(value)[:40],
            allowed=list(CAPACITY_REFERENCES),
        )
    return value


def _cycles(cycles: Iterable[int] | None) -> tuple[int, ...] | None:
    if cycles is None:
        return None
    asked: list[object] = list(cycles) if isinstance(cycles, Iterable) else [cycles]
    numbers = sorted({int(cycle) for cycle in asked if _is_cycle_number(cycle)})
    wrong = [cycle for cycle in asked if not _is_cycle_number(cycle)]
    if wrong or not 1 <= len(numbers) <= MAX_CYCLES_RETURNED:
        raise InvalidOption(
            f"cycles is a list of 1 to {MAX_CYCLES_RETURNED} cycle numbers, such as [1, 50, 100].",
            option="cycles",
            value=repr(wrong[:3])[:60] if wrong else f"{len(numbers)} numbers",
        )
    return tuple(numbers)


def _is_cycle_number(value: object) -> TypeGuard[int]:
    return isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) < MAX_CYCLE_NUMBER
