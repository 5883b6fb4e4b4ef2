"""What a request may ask of the analysis, checked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Options:
    """Checked options: the plots to draw, the end of life as a share of which capacity, the cycles to return."""

    plots: frozenset[str]
    eol_threshold: float
    capacity_reference: str
    cycles: tuple[int, ...] | None


def checked_options(
    plots: Literal["all", "none"] | Sequence[str],
    eol_threshold: float,
    capacity_reference: str,
    cycles: Sequence[int] | None,
) -> Options:
    """The options, or InvalidOption naming the one that does not exist and what does."""
    return Options(_plots(plots), _threshold(eol_threshold), _reference(capacity_reference), _cycles(cycles))


def _plots(plots: Literal["all", "none"] | Sequence[str]) -> frozenset[str]:
    if isinstance(plots, str):
        plots = [] if plots == "none" else PLOT_NAMES if plots == "all" else [plots]
    names = {name if name.endswith("_plot") else f"{name}_plot" for name in plots}
    unknown = sorted(names - set(PLOT_NAMES))
    if unknown:
        raise InvalidOption(
            f"There is no plot '{unknown[0].removesuffix('_plot')}'; there are all, none, {', '.join(PLOT_NAMES)}.",
            option="plots",
            value=unknown[0],
            allowed=["all", "none", *PLOT_NAMES],
        )
    return frozenset(names)


def _threshold(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 < value < 1:
        raise InvalidOption(
            f"eol_threshold is {value!r:.40}; it is a share of the reference capacity between 0 and 1, such as 0.8.",
            option="eol_threshold",
            value=repr(value)[:40],
        )
    return float(value)


def _reference(value: str) -> str:
    if value not in CAPACITY_REFERENCES:
        raise InvalidOption(
            f"capacity_reference is {value!r:.40}; it is 'initial' or 'nominal'.",
            option="capacity_reference",
            value=repr(value)[:40],
            allowed=list(CAPACITY_REFERENCES),
        )
    return value


def _cycles(cycles: Sequence[int] | None) -> tuple[int, ...] | None:
    if cycles is None:
        return None
    wrong = [cycle for cycle in cycles if isinstance(cycle, bool) or not isinstance(cycle, int) or cycle < 0]
    if wrong or not cycles or len(cycles) > MAX_CYCLES_RETURNED:
        raise InvalidOption(
            f"cycles is a list of 1 to {MAX_CYCLES_RETURNED} cycle numbers, such as 1,50,100.",
            option="cycles",
            value=repr(wrong[:3])[:60],
        )
    return tuple(sorted(set(cycles)))
