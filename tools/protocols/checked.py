"""One simulated test's report held against what is true of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from battery_analytics import BatteryFile, analyze

from sample_cells import pickle_bytes
from sample_cells.plans import PlanTruth
from sample_cells.protocols import KnownProtocol

RETENTION_POINTS = 0.3
LIFE_SHARE = 0.15
KNEE_CYCLES = 20
CYCLES_TO_SEE_THE_END = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """What is right in one report; `life` is None where no end of life is projected, or none is true."""

    protocol: KnownProtocol
    chemistry: str
    retention: bool
    knee: bool
    observed: bool
    life: bool | None
    said: str

    @property
    def is_right(self) -> bool:
        return self.retention and self.knee and self.observed


def checked(protocol: KnownProtocol, chemistry: str) -> Checked:
    """Simulate a test, analyse it as a user would, and compare."""
    cell, truth = protocol.simulated(chemistry)
    report = analyze(BatteryFile(f"{cell.cell_id}.pkl", pickle_bytes(cell)), plots="none").body
    fade, life = report["capacity_fade"], report["statistical_metrics"]["cycle_life_projection"]
    found, wanted = fade["capacity_retention_percentage"], wanted_retention(protocol, truth)
    knee = fade["knee"] and fade["knee"]["knee_cycle"]
    projected = life["projected_eol_cycle"]
    return Checked(
        protocol,
        chemistry,
        retention=found is None if wanted is None else found is not None and abs(found - wanted) <= RETENTION_POINTS,
        knee=knee is None
        if protocol.knee_cycle is None
        else knee is not None and abs(knee - protocol.knee_cycle) <= KNEE_CYCLES,
        observed=_is_observed_rightly(life["method"], truth),
        life=_is_life_right(protocol, projected, life["interval"], truth),
        said=f"retention {found}, true {wanted}; knee {knee}; end of life {projected}, true {truth.eol_cycle:.0f}",
    )


def wanted_retention(protocol: KnownProtocol, truth: PlanTruth) -> float | None:
    """The true retention of the cycles that should be compared, None where none are."""
    if protocol.headline is None:
        return None
    return truth.check_up_retention_percent if protocol.headline == "check_up" else truth.retention_percent


def _is_observed_rightly(method: str, truth: PlanTruth) -> bool:
    last = int(truth.ageing_numbers[-1]) if truth.ageing_numbers.size else 0
    if method == "observed":
        return truth.eol_cycle <= last
    return truth.eol_cycle > last - CYCLES_TO_SEE_THE_END


def _is_life_right(
    protocol: KnownProtocol, projected: float | None, interval: dict[str, Any] | None, truth: PlanTruth
) -> bool | None:
    """Whether the true end of life is within 15 % of the projected one, or within its interval."""
    if projected is None or protocol.headline != "ageing" or not np.isfinite(truth.eol_cycle):
        return None
    if abs(projected / truth.eol_cycle - 1) <= LIFE_SHARE:
        return True
    if interval is None:
        return False
    return bool(interval["low"] <= truth.eol_cycle <= (interval["high"] or np.inf))
