"""A simulated cell: the content of its file, and the true values that no file contains."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sample_cells.arrays import FloatArray
from sample_cells.fade import FadeLaw

type MetadataValue = bool | int | float | str | list[MetadataValue] | dict[str, MetadataValue] | None


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """The points of one cycle as a cycler would write them, with noise and defects.

    Every array has shape (n_points,); a column that the file does not have is None. Charging current is positive.
    """

    number: int
    current_A: FloatArray | None
    voltage_V: FloatArray | None
    charge_capacity_Ah: FloatArray | None
    discharge_capacity_Ah: FloatArray | None
    time_s: FloatArray | None
    temperature_C: FloatArray | None


@dataclass(frozen=True, slots=True)
class Truth:
    """The true values, without sensor noise, defects or rounding.

    Arrays have shape (n_cycles,). `charge_Ah` is 0 in a cycle without charge. `law` is the fade that the cell follows;
    with `capacity_scatter`, `discharge_Ah` varies around it.
    """

    law: FadeLaw
    cycle_numbers: npt.NDArray[np.int64]
    charge_Ah: FloatArray
    discharge_Ah: FloatArray
    discharge_first: bool

    @property
    def coulombic_efficiency_percent(self) -> FloatArray:
        """Discharge over the charge that preceded it, in percent; NaN if that charge was not recorded."""
        preceding_Ah = self.charge_Ah
        if self.discharge_first:
            follows = np.diff(self.cycle_numbers, prepend=self.cycle_numbers[0]) == 1
            preceding_Ah = np.where(follows, np.roll(self.charge_Ah, 1), np.nan)
        return 100 * self.discharge_Ah / np.where(preceding_Ah > 0, preceding_Ah, np.nan)

    def end_of_life_cycle(self, threshold: float = 0.8) -> float:
        """The cycle, as a real number, where the law reaches `threshold` times its value at the first recorded cycle.

        Infinite where it never does. It may lie far beyond the last recorded cycle.
        """
        first = self.law.relative_capacity(self.cycle_numbers[:1].astype(np.float64))
        return self.law.cycle_at(threshold * float(first[0]))


@dataclass(frozen=True, slots=True)
class SimulatedCell:
    """One cell: metadata under the CALB format's names, its recorded cycles, and the truth about it."""

    metadata: Mapping[str, MetadataValue]
    cycles: tuple[CycleRecord, ...]
    truth: Truth

    @property
    def cell_id(self) -> str:
        return str(self.metadata["cell_id"])
