"""The data model: a cell's measurements as columns over all points, with the offset at which each cycle starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt

from battery_analytics.fields import Field

type FloatArray = npt.NDArray[np.float64]
type IntArray = npt.NDArray[np.int64]
type BoolArray = npt.NDArray[np.bool_]
type Json = bool | int | float | str | list[Json] | dict[str, Json] | None

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was odd in the data, and what was done about it, in the terms of battery engineers."""

    code: Annotated[str, Field("The stable name of the finding.")]
    severity: Annotated[Severity, Field("How much it matters.")]
    message: Annotated[str, Field("What was odd and what was done about it.")]
    cycles: Annotated[tuple[int, ...], Field("The numbers of the cycles concerned; empty for the whole cell.")] = ()


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the source that was taken as a quantity."""

    source_name: Annotated[str, Field("The column's name in the source.")]
    quantity: Annotated[str, Field("The quantity, with the unit that the report has it in.")]
    unit: Annotated[str | None, Field("The unit of the source's values; null for a quantity without one.")]
    assumed: Annotated[bool, Field("Whether the source states no unit, so that it was assumed.")]


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """A format that a file could nearly as well have been of."""

    format: Annotated[str, Field("Its name.")]
    certainty: Annotated[float, Field("How sure that is, 0..1.")]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the cell came from."""

    format: Annotated[str, Field("The format that was recognised.")]
    certainty: Annotated[float, Field("How sure that is, 0..1.")]
    files: Annotated[tuple[str, ...], Field("The files that the cell was read from.")]
    extra_columns: Annotated[tuple[str, ...], Field("Columns that were found and not used.")] = ()
    evidence: Annotated[tuple[str, ...], Field("The evidence for the format.")] = ()
    columns: Annotated[tuple[SourceColumn, ...], Field("The columns that were used, and what for.")] = ()
    runner_up: Annotated[
        RunnerUp | None, Field("The format that came second, where it was close; `format` as an option overrides.")
    ] = None


@dataclass(frozen=True, slots=True)
class CyclingData:
    """All points of all cycles, one array per quantity (compressed sparse row).

    `cycle_number` has shape (n_cycles,), `offsets` (n_cycles + 1,): the points of cycle i are
    `offsets[i]:offsets[i + 1]`, never empty but where a source states its cycles without points. Every other array has
    shape (n_points,); a quantity that was not measured is None, a value that was not measured is NaN. Charging current
    is positive.

    `charge_capacity_Ah` and `discharge_capacity_Ah` are the source's own cumulative columns, with all their restarts;
    `step_capacity_Ah` is the one column of a source that counts both directions in it. `time_s`, too, is as the source
    wrote it. `state` is what the source calls the step of a point: 1 charge, -1 discharge, 0 rest.
    """

    cycle_number: IntArray
    offsets: IntArray
    voltage_V: FloatArray
    current_A: FloatArray
    charge_capacity_Ah: FloatArray | None = None
    discharge_capacity_Ah: FloatArray | None = None
    step_capacity_Ah: FloatArray | None = None
    state: FloatArray | None = None
    time_s: FloatArray | None = None
    temperature_C: FloatArray | None = None

    @property
    def n_cycles(self) -> int:
        return self.cycle_number.size

    @property
    def n_points(self) -> int:
        return self.voltage_V.size

    def points(self, cycle_index: int) -> slice:
        """The points of the cycle at this index, as a slice into every column."""
        return slice(int(self.offsets[cycle_index]), int(self.offsets[cycle_index + 1]))

    def begin_cycles(self, points: IntArray) -> BoolArray:
        """Which of these points, numbers from 0 to n_points, are the first of a cycle, or n_points; their own shape."""
        begins: BoolArray = self.offsets[np.searchsorted(self.offsets, points)] == points
        return begins


@dataclass(frozen=True, slots=True)
class CycleSummary:
    """What a source states of each cycle instead of its points; shape (n_cycles,), NaN where it states nothing."""

    charge_capacity_Ah: FloatArray
    discharge_capacity_Ah: FloatArray
    coulombic_efficiency_percent: FloatArray
    charge_energy_Wh: FloatArray
    discharge_energy_Wh: FloatArray
    temperature_C: FloatArray
    resistance_ohm: FloatArray


type HalfCellRole = Literal["negative_ocp", "positive_ocp"]


@dataclass(frozen=True, slots=True, eq=False)
class HalfCellCurve:
    """A half-cell curve of the request: potential against lithium over the share of filled sites, both of shape (n,)."""

    role: HalfCellRole
    file: str
    stoichiometry: FloatArray
    potential_V: FloatArray


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its metadata, its measurements, its source, and the findings from reading it.

    `summary` is None for a cell with points. One with a summary has none, but the numbers of its cycles. `half_cells` are the
    half-cell curves that were sent beside it, at most one of each electrode.
    """

    metadata: Mapping[str, Json]
    cycling: CyclingData
    source: Source
    findings: tuple[Finding, ...] = field(default=())
    summary: CycleSummary | None = None
    half_cells: tuple[HalfCellCurve, ...] = ()

    @property
    def cell_id(self) -> str:
        return str(self.metadata.get("cell_id") or "unknown")

    @property
    def nominal_capacity_Ah(self) -> float | None:
        return self.number("nominal_capacity_in_Ah")

    def number(self, key: str) -> float | None:
        """The metadata value of `key` where it is a positive number, else None."""
        value = self.metadata.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if value > 0 and np.isfinite(value) else None
