"""The sample cells by name: what each is and what it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sample_cells.cell import SimulatedCell
from sample_cells.chemistry import LFP_GRAPHITE, NMC_GRAPHITE
from sample_cells.cycler import simulate
from sample_cells.fade import KneeFade, LinearFade, TwoStageFade, rising_first
from sample_cells.protocol import cc_cv, step_charge
from sample_cells.recording import AS_IN_CALB, Defects, Noise
from sample_cells.thermal import LumpedThermal

_CALB_NOISE = Noise(voltage_V=0.0003, current_A=0.006)


@dataclass(frozen=True, slots=True)
class Sample:
    """One line about what a cell shows, and how to simulate it."""

    shows: str
    simulate: Callable[[str], SimulatedCell]


def _nmc_25_linear(cell_id: str) -> SimulatedCell:
    return simulate(
        cell_id,
        NMC_GRAPHITE,
        cc_cv(0.5, 4.2, 2.75),
        LinearFade(loss_per_cycle=0.00025),
        cycle_numbers=range(1, 101),
        nominal_capacity_Ah=50,
        initial_capacity_Ah=50.6,
        temperature_C=25,
        thermal=LumpedThermal(),
        sample_s=60,
        capacity_scatter=0.0002,
        seed=1,
    )


def _nmc_35_calb(cell_id: str) -> SimulatedCell:
    return simulate(
        cell_id,
        NMC_GRAPHITE,
        step_charge(),
        KneeFade(early_loss_per_cycle=4e-5, late_loss_per_cycle=2.5e-4, knee_cycle=900, width_cycles=80),
        cycle_numbers=[number for number in range(2, 101) if number not in (37, 38)],
        nominal_capacity_Ah=58,
        initial_capacity_Ah=58.9,
        temperature_C=35,
        started_s=6_812,
        capacity_scatter=0.0002,
        noise=_CALB_NOISE,
        defects=AS_IN_CALB,
        seed=2,
    )


def _nmc_45_knee(cell_id: str) -> SimulatedCell:
    return simulate(
        cell_id,
        NMC_GRAPHITE,
        cc_cv(0.5, 4.25, 2.75, discharge_first=True),
        KneeFade(early_loss_per_cycle=1.0e-4, late_loss_per_cycle=9e-4, knee_cycle=700, width_cycles=40),
        cycle_numbers=range(1, 1001),
        nominal_capacity_Ah=58,
        initial_capacity_Ah=60.4,
        temperature_C=45,
        thermal=LumpedThermal(cooling_W_per_K=0.8),
        sample_s=600,
        capacity_scatter=0.0004,
        seed=3,
    )


def _nmc_0_cold(cell_id: str) -> SimulatedCell:
    return simulate(
        cell_id,
        NMC_GRAPHITE,
        cc_cv(1.0, 4.35, 2.2, discharge_first=True),
        TwoStageFade(first_loss=0.03, first_stage_cycles=15, loss_per_cycle=6e-4),
        cycle_numbers=range(1, 151),
        nominal_capacity_Ah=58,
        initial_capacity_Ah=50,
        temperature_C=0,
        started_s=65_485,
        sample_s=60,
        coulombic_efficiency=0.998,
        capacity_scatter=0.001,
        noise=_CALB_NOISE,
        defects=Defects(
            counters_restart_at_steps=True,
            charge_counter_repeats_discharge=True,
            clock_wraps_at_midnight=True,
            last_cycle_without_charge=True,
        ),
        seed=4,
    )


def _lfp_25_rising(cell_id: str) -> SimulatedCell:
    return simulate(
        cell_id,
        LFP_GRAPHITE,
        cc_cv(1.0, 3.65, 2.5, discharge_rate_C=0.5),
        rising_first(gain=0.015, gain_cycles=60, loss_per_cycle=5e-5),
        cycle_numbers=range(1, 121),
        nominal_capacity_Ah=100,
        initial_capacity_Ah=101.5,
        temperature_C=25,
        thermal=LumpedThermal(heat_capacity_J_per_K=2000, cooling_W_per_K=1.0),
        sample_s=60,
        coulombic_efficiency=0.9998,
        capacity_scatter=0.0002,
        seed=5,
    )


def _lfp_25_short(cell_id: str) -> SimulatedCell:
    return simulate(
        cell_id,
        LFP_GRAPHITE,
        cc_cv(0.5, 3.65, 2.5),
        LinearFade(loss_per_cycle=1e-4),
        cycle_numbers=range(1, 4),
        nominal_capacity_Ah=2.3,
        temperature_C=25,
        sample_s=30,
        noise=Noise(current_A=0.0003),
        defects=Defects(missing_columns=frozenset({"temperature_C", "charge_capacity_Ah", "discharge_capacity_Ah"})),
        seed=6,
    )


SAMPLES: Mapping[str, Sample] = MappingProxyType(
    {
        "SAMPLE_NMC_25_LINEAR": Sample(
            "100 cycles of linear fade, measured temperature, counters without restarts", _nmc_25_linear
        ),
        "SAMPLE_NMC_35_CALB": Sample(
            "like real CALB files: step charge, counters that restart, midnight, gaps", _nmc_35_calb
        ),
        "SAMPLE_NMC_45_KNEE": Sample(
            "1,000 coarse cycles with a knee, to the end of life, discharge first", _nmc_45_knee
        ),
        "SAMPLE_NMC_0_COLD": Sample(
            "two-stage fade at low temperature, noise, a last cycle without charge", _nmc_0_cold
        ),
        "SAMPLE_LFP_25_RISING": Sample("LFP plateaus, a capacity that rises before it falls", _lfp_25_rising),
        "SAMPLE_LFP_25_SHORT": Sample("three cycles without temperature and without capacity counters", _lfp_25_short),
    }
)


def named_cell(name: str) -> SimulatedCell:
    """The sample cell of this name; the same at every call."""
    return SAMPLES[name].simulate(name)
