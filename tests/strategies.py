"""Hypothesis strategies for small cells in the CALB layout: clean ones, and ones with the defects of real files."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

type FloatArray = npt.NDArray[np.float64]
type CalbCycle = dict[str, Any]
type CalbCell = dict[str, Any]

type Defect = Literal[
    "cell_without_metadata",
    "charge_counter_repeats_discharge",
    "clock_wraps_at_midnight",
    "columns_as_arrays",
    "columns_as_text",
    "columns_missing",
    "columns_none",
    "counters_restart",
    "cycles_empty",
    "cycles_without_charge",
    "cycles_without_discharge",
    "infinities",
    "lengths_unequal",
    "not_a_number",
    "numbers_missing",
]

DEFECTS: tuple[Defect, ...] = Defect.__value__.__args__
MEASUREMENTS = (
    "current_in_A",
    "voltage_in_V",
    "charge_capacity_in_Ah",
    "discharge_capacity_in_Ah",
    "time_in_s",
    "temperature_in_C",
)
_SECONDS_OF_A_DAY = 86_400.0
_SAMPLE_S = 30.0


@st.composite
def calb_cells(
    draw: st.DrawFn, *, defects: st.SearchStrategy[frozenset[Defect]] | None = None, max_cycles: int = 5
) -> CalbCell:
    """The object in a CALB pickle, 1 to `max_cycles` cycles of at most 40 points, with any set of defects.

    A defect that concerns columns or cycles strikes some of them, drawn anew for each, possibly none or all.
    """
    present = draw(st.frozensets(st.sampled_from(DEFECTS), max_size=4) if defects is None else defects)
    n_cycles = draw(st.integers(1, max_cycles))
    gaps = [draw(st.integers(1, 3)) if "numbers_missing" in present else 1 for _ in range(n_cycles)]
    clock_s = draw(st.sampled_from([0.0, 17_400.0, 85_000.0]))
    cycle_data: list[CalbCycle] = []
    for number in np.cumsum(gaps).tolist():
        columns = draw(_columns(present, clock_s))
        clock_s += _SAMPLE_S * columns["time_in_s"].size
        written = {name: draw(_as_written(column, present)) for name, column in columns.items()}
        cycle_data.append(
            {"cycle_number": number}
            | {name: value for name, value in written.items() if value is not _ABSENT}
            | {"internal_resistance_in_ohm": None}
        )
    metadata = {} if "cell_without_metadata" in present else draw(_metadata())
    return {
        "cell_id": draw(st.sampled_from(["CALB_35_B1", "A cell", "Zelle Ä/1"])),
        "cycle_data": cycle_data,
        **metadata,
    }


def clean_calb_cells(*, max_cycles: int = 5) -> st.SearchStrategy[CalbCell]:
    """Cells without any defect: charge, rest, discharge, plain lists of finite numbers of one length."""
    return calb_cells(defects=st.just(frozenset()), max_cycles=max_cycles)


def calb_cells_with(*defects: Defect, max_cycles: int = 5) -> st.SearchStrategy[CalbCell]:
    """Cells that all have these defects and no others."""
    return calb_cells(defects=st.just(frozenset(defects)), max_cycles=max_cycles)


class _Absent:
    """Stands for a column whose key the cycle does not have."""


_ABSENT = _Absent()


@st.composite
def _columns(draw: st.DrawFn, defects: frozenset[Defect], clock_s: float) -> Mapping[str, FloatArray]:
    """One cycle in clean arrays: a charge, a rest and a discharge at constant currents, voltage by the charge held."""
    n_charge, n_discharge = draw(st.integers(2, 16)), draw(st.integers(2, 16))
    n_rest = draw(st.integers(0, 8))
    if "cycles_without_charge" in defects and draw(st.booleans()):
        n_charge = 0
    if "cycles_without_discharge" in defects and draw(st.booleans()):
        n_discharge = 0
    if "cycles_empty" in defects and draw(st.booleans()):
        n_charge = n_rest = n_discharge = 0
    discharge_Ah = draw(st.floats(1.0, 60.0))
    charge_Ah = discharge_Ah * draw(st.floats(1.0, 1.01))

    charged_Ah = charge_Ah * _counted(n_charge)
    discharged_Ah = discharge_Ah * _counted(n_discharge)
    none_charge, none_rest, none_discharge = np.zeros(n_charge), np.zeros(n_rest), np.zeros(n_discharge)
    if "counters_restart" in defects and n_charge > 1:
        half = n_charge // 2
        charged_Ah[half:] -= charged_Ah[half - 1]
    held = np.concatenate([_counted(n_charge), none_rest + 1, 1 - _counted(n_discharge)])
    charging_A = charge_Ah / max(n_charge, 1) * 3600 / _SAMPLE_S
    discharging_A = discharge_Ah / max(n_discharge, 1) * 3600 / _SAMPLE_S
    current_A = np.concatenate([none_charge + charging_A, none_rest, none_discharge - discharging_A])
    repeated = discharged_Ah if "charge_counter_repeats_discharge" in defects else none_discharge
    time_s = clock_s + _SAMPLE_S * np.arange(1, held.size + 1)
    if "clock_wraps_at_midnight" in defects:
        time_s %= _SECONDS_OF_A_DAY
    return {
        "current_in_A": current_A,
        "voltage_in_V": 3.0 + 1.1 * held + 0.05 * np.sign(current_A),
        "charge_capacity_in_Ah": np.concatenate([charged_Ah, none_rest, repeated]),
        "discharge_capacity_in_Ah": np.concatenate([none_charge, none_rest, discharged_Ah]),
        "time_in_s": time_s,
        "temperature_in_C": 25 + draw(st.sampled_from([0.0, 4.0])) * held,
    }


def _counted(n_points: int) -> FloatArray:
    return np.arange(1, n_points + 1) / max(n_points, 1)


@st.composite
def _as_written(draw: st.DrawFn, column: FloatArray, defects: frozenset[Defect]) -> object:
    """The column as some file would hold it: a list of floats unless a defect strikes it."""

    def strikes(defect: Defect) -> bool:
        return defect in defects and draw(st.booleans())

    if strikes("columns_missing"):
        return _ABSENT
    if strikes("columns_none"):
        return None
    values = column.copy()
    foreign_values: tuple[tuple[Defect, float], ...] = (("not_a_number", np.nan), ("infinities", np.inf))
    for defect, foreign in foreign_values:
        if values.size and strikes(defect):
            values[draw(st.lists(st.integers(0, values.size - 1), min_size=1, max_size=3))] = foreign
    if strikes("lengths_unequal"):
        values = values[: draw(st.integers(0, values.size))]
    if strikes("columns_as_text"):
        return [str(value) for value in values.tolist()]
    if strikes("columns_as_arrays"):
        return draw(st.sampled_from(_ARRAY_FORMS))(values)
    return values.tolist()


_ARRAY_FORMS: list[Callable[[FloatArray], object]] = [
    lambda values: values,
    lambda values: values.astype(">f8"),
    lambda values: np.repeat(values, 2)[::2],
    list,
    lambda values: tuple(values.tolist()),
]


def _metadata() -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(
        {
            "form_factor": st.sampled_from(["Prismatic", "Cylindrical", None]),
            "anode_material": st.sampled_from(["graphite", None]),
            "cathode_material": st.sampled_from(["NMC", "LFP", None]),
            "nominal_capacity_in_Ah": st.one_of(st.none(), st.integers(1, 60), st.floats(1.0, 60.0)),
            "max_voltage_limit_in_V": st.sampled_from([4.2, 4.35, None]),
            "min_voltage_limit_in_V": st.sampled_from([2.75, 2.5, None]),
        }
    )
