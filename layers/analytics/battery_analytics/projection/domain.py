"""The domain of the population model: how far a cell lies from the cells that it was trained on.

The kind of cell must match. What was measured is compared with the trained range, in units of a margin. The distance
of a cell is its largest excess over any range, in margins: 0 inside, 1 at the margin's end.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from battery_analytics.cell import FloatArray, Json
from battery_analytics.projection.history import History

type Range = tuple[float, float]

CLOSE = 1.0
FAR = 2.0
KINDS = ("cathode_material", "anode_material", "form_factor")
SHARE_OF_WINDOW_V = 0.05
SHARE_OF_CAPACITY = 0.05
SHARE_OF_RATE = 0.25
TEMPERATURE_MARGIN_K = 3.0
USUAL_CYCLES = 20


@dataclass(frozen=True, slots=True)
class Domain:
    """The kinds of the trained cells, and the lowest and highest value of each of their quantities."""

    kinds: dict[str, list[str]]
    nominal_capacity_Ah: Range
    temperature_C: Range
    upper_limit_V: Range
    lower_limit_V: Range
    discharge_rate_C: Range
    charge_rate_C: Range

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> Self:
        """The domain from the model file's JSON."""
        ranges = {name: (float(ends[0]), float(ends[1])) for name, ends in card.items() if name != "kinds"}
        return cls(kinds=card["kinds"], **ranges)

    def card(self) -> dict[str, Any]:
        """The domain as JSON values."""
        return asdict(self)

    def outside(self, history: History) -> str | None:
        """Why the cell is outside: its kind or its test is not that of the trained cells. None where it is inside."""
        for key in KINDS:
            value = _kind(history, key)
            if value not in self.kinds[key]:
                said = f"is {value}" if value else "is unknown"
                trained_on = ", ".join(self.kinds[key])
                return f"its {key.replace('_', ' ')} {said}, and the model was trained on {trained_on} only."
        measured = measured_conditions(history)
        margins = {
            "nominal_capacity_Ah": SHARE_OF_CAPACITY * self.nominal_capacity_Ah[1],
            "temperature_C": TEMPERATURE_MARGIN_K,
            "upper_limit_V": SHARE_OF_WINDOW_V,
            "lower_limit_V": SHARE_OF_WINDOW_V,
            "discharge_rate_C": SHARE_OF_RATE * self.discharge_rate_C[1],
            "charge_rate_C": SHARE_OF_RATE * self.charge_rate_C[1],
        }
        for name, margin in margins.items():
            low, high = getattr(self, name)
            quantity, unit = name.rsplit("_", 1)
            quantity = quantity.replace("_", " ")
            unit = "°C" if name == "temperature_C" else unit
            if not np.isfinite(measured[name]):
                return f"its {quantity} is unknown."
            if not low - margin <= measured[name] <= high + margin:
                trained = f"{low:.3g} to {high:.3g} {unit}"
                return f"its {quantity} of {measured[name]:.3g} {unit} lies outside the trained range, {trained}."
        return None


def measured_conditions(history: History) -> dict[str, float]:
    """The cell's capacity, temperature, voltage limits and rates under the names of `Domain`; NaN where unknown.

    The limits are the stated ones, or else those that were reached. The rates are the median discharge current and the
    largest usual charge current of the first cycles, over the nominal capacity.
    """
    nominal = history.nominal_capacity_Ah or np.nan
    known = history.known[:USUAL_CYCLES]
    if not known.size:
        known = np.arange(min(USUAL_CYCLES, history.offsets.size - 1))
    first = slice(int(history.offsets[known[0]]), int(history.offsets[known[-1] + 1]))
    voltage, current = history.voltage_V[first], history.current_A[first]
    drawn = -current[history.discharging[first]]
    put_in = current[current > 0]
    return {
        "nominal_capacity_Ah": nominal,
        "temperature_C": history.temperature_C,
        "upper_limit_V": _number(history.metadata.get("max_voltage_limit_in_V"), float(np.nanmax(voltage))),
        "lower_limit_V": _number(history.metadata.get("min_voltage_limit_in_V"), float(np.nanmin(voltage))),
        "discharge_rate_C": float(np.median(drawn)) / nominal if drawn.size else np.nan,
        "charge_rate_C": float(np.percentile(put_in, 98)) / nominal if put_in.size else np.nan,
    }


def feature_distance(
    features: FloatArray, lowest: FloatArray, highest: FloatArray, margin: FloatArray
) -> tuple[float, int]:
    """How far the features lie outside a box, in margins, and the index of the one farthest out; inputs of shape (n,)."""
    excess = np.maximum(np.maximum(lowest - features, features - highest), 0.0) / margin
    farthest = int(np.argmax(excess))
    return float(excess[farthest]), farthest


def _kind(history: History, key: str) -> str | None:
    value: Json = history.metadata.get(key)
    return value.strip().lower() if isinstance(value, str) and value.strip() else None


def _number(value: Json, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else otherwise
