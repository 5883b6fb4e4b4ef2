"""A cell of one resistance and one RC pair, run through steps of current: its resistance at any time is known exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from battery_analytics.cell import CyclingData

type FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """A constant current for some seconds, charging positive, or until a voltage is reached; one point each `sample_s`.

    The first point lies `first_s` after the step's start; by default one sample.
    """

    current_A: float
    seconds: float
    sample_s: float = 1.0
    first_s: float | None = None
    until_V: float | None = None


@dataclass(frozen=True, slots=True)
class RcCell:
    """`ocv_V` is linear from `empty_V` to `full_V`. The states of charge lie between 0 and 1."""

    capacity_Ah: float = 5.0
    series_ohm: float = 0.020
    rc_ohm: float = 0.010
    rc_s: float = 8.0
    empty_V: float = 3.0
    full_V: float = 4.2

    def ohm(self, time_s: float) -> float:
        """What a step of the current shows after this time: both resistances, and the change of the open-circuit voltage."""
        per_coulomb_V = (self.full_V - self.empty_V) / (3600 * self.capacity_Ah)
        return float(self.series_ohm + self.rc_ohm * (1 - np.exp(-time_s / self.rc_s)) + per_coulomb_V * time_s)

    def run(
        self,
        cycles: Sequence[Sequence[Run]],
        *,
        charge: float,
        noise_V: float = 0.0,
        resolution_V: float = 0.0,
        counters: bool = True,
        temperature_C: float | None = None,
        seed: int = 7,
    ) -> CyclingData:
        """The points of these cycles from a state of charge on; each step ends with a point of its own."""
        rc_V, now_s = 0.0, 0.0
        columns: dict[str, list[FloatArray]] = {name: [] for name in ("I", "V", "t", "qc", "qd")}
        offsets, total = [0], 0
        for runs in cycles:
            charged = discharged = 0.0
            for run in runs:
                time_s = _sampled(run)
                held = charge + run.current_A * time_s / 3600 / self.capacity_Ah
                settled = run.current_A * self.rc_ohm
                pair = settled + (rc_V - settled) * np.exp(-time_s / self.rc_s)
                voltage = self.empty_V + (self.full_V - self.empty_V) * held + run.current_A * self.series_ohm + pair
                if run.until_V is not None:
                    beyond = voltage >= run.until_V if run.current_A > 0 else voltage <= run.until_V
                    kept = int(np.argmax(beyond)) + 1 if beyond.any() else time_s.size
                    time_s, held, pair, voltage = time_s[:kept], held[:kept], pair[:kept], voltage[:kept]
                moved = abs(run.current_A) * time_s / 3600
                columns["I"].append(np.full(time_s.size, run.current_A))
                columns["V"].append(voltage)
                columns["t"].append(now_s + time_s)
                columns["qc"].append(charged + (moved if run.current_A > 0 else 0 * moved))
                columns["qd"].append(discharged + (moved if run.current_A < 0 else 0 * moved))
                charged, discharged = float(columns["qc"][-1][-1]), float(columns["qd"][-1][-1])
                charge, rc_V, now_s = float(held[-1]), float(pair[-1]), now_s + float(time_s[-1])
                total += time_s.size
            offsets.append(total)
        joined = {name: np.concatenate(parts) for name, parts in columns.items()}
        voltage_V = joined["V"] + np.random.default_rng(seed).normal(0.0, noise_V, joined["V"].size)
        if resolution_V:
            voltage_V = np.round(voltage_V / resolution_V) * resolution_V
        return CyclingData(
            cycle_number=np.arange(1, len(cycles) + 1),
            offsets=np.array(offsets),
            voltage_V=voltage_V,
            current_A=joined["I"],
            charge_capacity_Ah=joined["qc"] if counters else None,
            discharge_capacity_Ah=joined["qd"] if counters else None,
            time_s=joined["t"],
            temperature_C=None if temperature_C is None else np.full(voltage_V.size, temperature_C),
        )


def _sampled(run: Run) -> FloatArray:
    first = run.sample_s if run.first_s is None else run.first_s
    time_s = np.arange(first, run.seconds - 1e-9, run.sample_s)
    return np.append(time_s, run.seconds)


def hppc(
    *, rate_A: float = 5.0, pulse_A: float = 10.0, states: int = 9, capacity_Ah: float = 5.0, **pulse: float
) -> list[Run]:
    """HPPC after the USABC manual: at each tenth of the capacity an hour of rest, a discharge pulse of 10 s, 40 s of rest, a
    charge pulse of 10 s at three quarters of the current, and the discharge to the next state of charge."""
    tenth_s = 360 * capacity_Ah / rate_A
    runs: list[Run] = []
    for _ in range(states):
        runs += [
            Run(-rate_A, tenth_s, 10.0),
            Run(0.0, 3600, 60.0),
            Run(-pulse_A, 10, **pulse),
            Run(0.0, 40, 1.0),
            Run(0.75 * pulse_A, 10, **pulse),
            Run(0.0, 40, 1.0),
        ]
    return [*runs, Run(-rate_A, 2 * tenth_s, 10.0, until_V=2.9), Run(0.0, 600, 60.0)]


def full_charge(capacity_Ah: float = 5.0, rate_A: float = 2.5) -> list[Run]:
    return [Run(rate_A, 2 * 3600 * capacity_Ah / rate_A, 30.0, until_V=4.24), Run(0.0, 3600, 60.0)]
