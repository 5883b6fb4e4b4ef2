"""The sample cells are physical, their truth is true, and their defects are the ones declared."""

import csv
import io
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sample_cells import (
    SAMPLES,
    CycleRecord,
    FloatArray,
    SimulatedCell,
    csv_triplet,
    pickle_bytes,
    simulate,
)
from sample_cells.__main__ import main
from sample_cells.chemistry import LFP_GRAPHITE, NMC_GRAPHITE, Chemistry
from sample_cells.fade import LinearFade
from sample_cells.protocol import Protocol, cc_cv, step_charge
from sample_cells.recording import AS_IN_CALB, Defects, Noise
from sample_cells.thermal import LumpedThermal
from tests.named_cells import named_cell

CHEMISTRIES = [NMC_GRAPHITE, LFP_GRAPHITE]
NO_NOISE = Noise(voltage_V=0, current_A=0, temperature_C=0, decimals=9, time_decimals=9)
PROTOCOLS = {
    "nmc_cc_cv": (NMC_GRAPHITE, cc_cv(1.0, 4.2, 2.75)),
    "nmc_step_charge": (NMC_GRAPHITE, step_charge()),
    "nmc_discharge_first": (NMC_GRAPHITE, step_charge(discharge_first=True)),
    "lfp_cc_cv": (LFP_GRAPHITE, cc_cv(0.5, 3.65, 2.5)),
}


def a_cell(
    chemistry: Chemistry = NMC_GRAPHITE,
    protocol: Protocol | None = None,
    *,
    cycle_numbers: tuple[int, ...] = (1, 2, 3),
    sample_s: float = 30.0,
    temperature_C: float = 25.0,
    thermal: LumpedThermal | None = None,
    noise: Noise = NO_NOISE,
    defects: Defects | None = None,
    started_s: float = 0.0,
    seed: int = 0,
) -> SimulatedCell:
    return simulate(
        "TEST_CELL",
        chemistry,
        protocol or step_charge(),
        LinearFade(loss_per_cycle=1e-3),
        cycle_numbers=cycle_numbers,
        nominal_capacity_Ah=58,
        initial_capacity_Ah=60,
        temperature_C=temperature_C,
        thermal=thermal,
        sample_s=sample_s,
        noise=noise,
        defects=defects,
        started_s=started_s,
        seed=seed,
    )


def measured(column: FloatArray | None) -> FloatArray:
    assert column is not None
    return column


def integrated(cycle: CycleRecord, quantity: FloatArray, *, began_s: float) -> FloatArray:
    """Increments of the integral over time; within a step by trapezoids, from the step's start at its first value."""
    time_s, current_A = measured(cycle.time_s), measured(cycle.current_A)
    held = measured(cycle.voltage_V)[1:] == measured(cycle.voltage_V)[:-1]
    same_step = np.concatenate([[False], (current_A[1:] == current_A[:-1]) | (held & (current_A[1:] > 0))])
    mean = np.where(same_step, (quantity + np.roll(quantity, 1)) / 2, quantity)
    return mean * np.diff(time_s, prepend=began_s) / 3600


class TestChemistry:
    @pytest.mark.parametrize("chemistry", CHEMISTRIES, ids=lambda c: c.cathode)
    def test_open_circuit_voltage_rises_strictly_and_reaches_beyond_the_limits(self, chemistry: Chemistry) -> None:
        voltage_V = chemistry.open_circuit_voltage_V(np.linspace(0, 1, 20_001))
        assert np.diff(voltage_V).min() > 0
        assert voltage_V[0] < 2.2 < chemistry.lower_limit_V < chemistry.upper_limit_V < voltage_V[-1]

    @pytest.mark.parametrize("chemistry", CHEMISTRIES, ids=lambda c: c.cathode)
    def test_graphite_staging_shows_as_peaks_of_the_slope(self, chemistry: Chemistry) -> None:
        state_of_charge = np.linspace(0.1, 0.95, 2000)
        slope = np.gradient(chemistry.open_circuit_voltage_V(state_of_charge), state_of_charge)
        peaks = np.flatnonzero((slope[1:-1] > slope[:-2]) & (slope[1:-1] > slope[2:]))
        assert peaks.size >= 2

    def test_an_lfp_cell_is_flat_where_an_nmc_cell_is_not(self) -> None:
        def rise_V(chemistry: Chemistry) -> float:
            low, high = chemistry.open_circuit_voltage_V(np.array([0.4, 0.9]))
            return float(high - low)

        assert rise_V(LFP_GRAPHITE) < 0.1
        assert rise_V(NMC_GRAPHITE) > 0.4

    def test_the_cold_slows_by_arrhenius(self) -> None:
        assert NMC_GRAPHITE.slowness(25) == pytest.approx(1)
        # exp(20000 / 8.3145 · (1/273.15 − 1/298.15))
        assert NMC_GRAPHITE.slowness(0) == pytest.approx(2.093, abs=1e-3)

    def test_resistance_grows_with_age_and_towards_empty(self) -> None:
        def resistance_ohm(state_of_charge: float, lost: float) -> float:
            return float(
                NMC_GRAPHITE.resistance_ohm(
                    np.array(state_of_charge),
                    nominal_capacity_Ah=65,
                    temperature_C=25,
                    lost_capacity=np.array(lost),
                )
            )

        assert resistance_ohm(0.9, 0.0) == pytest.approx(0.001, rel=1e-3)
        assert resistance_ohm(0.0, 0.0) == pytest.approx(0.002)
        assert resistance_ohm(0.9, 0.2) / resistance_ohm(0.9, 0.0) == pytest.approx(1.8)


@pytest.mark.parametrize("name", PROTOCOLS)
class TestEveryProtocol:
    def test_the_discharge_capacity_is_the_law_s(self, name: str) -> None:
        cell = a_cell(*PROTOCOLS[name], cycle_numbers=(1, 100, 150))
        assert cell.truth.discharge_Ah == pytest.approx([60 * 0.999, 60 * 0.9, 60 * 0.85])
        counted_Ah = [measured(cycle.discharge_capacity_Ah).max() for cycle in cell.cycles]
        assert counted_Ah == pytest.approx(cell.truth.discharge_Ah)

    def test_the_truth_is_the_integral_of_the_recorded_current(self, name: str) -> None:
        cell = a_cell(*PROTOCOLS[name], sample_s=5)
        began_s = 0.0
        for index, cycle in enumerate(cell.cycles):
            current_A = measured(cycle.current_A)
            passed_Ah = integrated(cycle, current_A, began_s=began_s)
            began_s = measured(cycle.time_s)[-1]
            assert -passed_Ah[current_A < 0].sum() == pytest.approx(cell.truth.discharge_Ah[index], rel=1e-9)
            assert passed_Ah[current_A > 0].sum() == pytest.approx(cell.truth.charge_Ah[index], rel=1e-4)

    def test_the_voltage_meets_its_limits_and_stays_within_them(self, name: str) -> None:
        chemistry, protocol = PROTOCOLS[name]
        for cycle in a_cell(chemistry, protocol).cycles:
            voltage_V, current_A = measured(cycle.voltage_V), measured(cycle.current_A)
            assert voltage_V.max() == pytest.approx(protocol.upper_limit_V, abs=5e-4)
            assert voltage_V.min() == pytest.approx(protocol.lower_limit_V, abs=5e-4)
            assert current_A[current_A > 0].min() == pytest.approx(protocol.cutoff_rate_C * 58)

    def test_less_energy_comes_out_than_goes_in(self, name: str) -> None:
        cell = a_cell(*PROTOCOLS[name], sample_s=5)
        cycle = cell.cycles[1]
        current_A = measured(cycle.current_A)
        power_W = current_A * measured(cycle.voltage_V)
        energy_Wh = integrated(cycle, power_W, began_s=measured(cell.cycles[0].time_s)[-1])
        efficiency = -energy_Wh[current_A < 0].sum() / energy_Wh[current_A > 0].sum()
        assert 0.85 < efficiency < 0.98

    def test_the_charge_covers_the_discharge_that_follows_it_and_the_side_reactions(self, name: str) -> None:
        efficiency = a_cell(*PROTOCOLS[name]).truth.coulombic_efficiency_percent
        assert efficiency[1:] == pytest.approx(99.95, abs=0.02)
        assert np.isnan(efficiency[0]) == PROTOCOLS[name][1].discharge_first

    def test_a_rest_relaxes_towards_the_open_circuit_voltage(self, name: str) -> None:
        cycle = a_cell(*PROTOCOLS[name]).cycles[0]
        at_rest = measured(cycle.current_A) == 0
        steps_V = np.diff(measured(cycle.voltage_V)[at_rest])
        assert np.count_nonzero(np.abs(steps_V) > 0.02) < steps_V.size / 2
        assert abs(steps_V[-1]) < 2e-3


class TestTemperature:
    def test_a_constant_heat_warms_exponentially(self) -> None:
        thermal = LumpedThermal(heat_capacity_J_per_K=1000, cooling_W_per_K=0.5)
        time_s = np.array([30.0, 700.0, 2000.0, 20_000.0])
        excess_K = thermal.excess_K(time_s, np.full(4, 3.0), initial_excess_K=1.0)
        assert excess_K == pytest.approx(6 - 5 * np.exp(-time_s / 2000))

    def test_a_cell_warms_under_load_and_cools_at_rest(self) -> None:
        cycle = a_cell(thermal=LumpedThermal()).cycles[0]
        temperature_C, current_A = measured(cycle.temperature_C), measured(cycle.current_A)
        assert temperature_C.min() >= 25
        assert 3 < temperature_C.max() - 25 < 20
        under_load, at_rest = temperature_C[current_A < 0], temperature_C[-20:]
        assert under_load[0] < under_load[-1]
        assert at_rest[0] > at_rest[-1]

    def test_a_chamber_s_setting_is_one_whole_number_even_with_noise(self) -> None:
        cell = a_cell(temperature_C=35, noise=Noise())
        assert set(measured(cell.cycles[0].temperature_C).tolist()) == {35.0}


class TestDefects:
    def test_a_charge_counter_that_restarts_adds_up_to_the_charge_over_its_steps(self) -> None:
        cell = a_cell(defects=AS_IN_CALB)
        counter_Ah = measured(cell.cycles[0].charge_capacity_Ah)[measured(cell.cycles[0].current_A) > 0]
        restarts = np.flatnonzero(np.diff(counter_Ah) < 0)
        assert restarts.size == 7
        assert counter_Ah[[*restarts, -1]].sum() == pytest.approx(cell.truth.charge_Ah[0])
        assert counter_Ah.max() < 0.6 * cell.truth.charge_Ah[0]

    def test_a_charge_counter_that_repeats_the_discharge_looks_like_100_percent(self) -> None:
        cycle = a_cell(defects=AS_IN_CALB).cycles[0]
        assert measured(cycle.charge_capacity_Ah).max() == measured(cycle.discharge_capacity_Ah).max()
        clean = a_cell().cycles[0]
        assert measured(clean.charge_capacity_Ah).max() > measured(clean.discharge_capacity_Ah).max()

    def test_a_clean_counter_never_falls(self) -> None:
        for cycle in a_cell().cycles:
            assert np.diff(measured(cycle.charge_capacity_Ah)).min() >= 0
            assert np.diff(measured(cycle.discharge_capacity_Ah)).min() >= 0

    def test_a_clock_wraps_at_midnight_once_in_a_test_that_passes_it(self) -> None:
        cell = a_cell(defects=Defects(clock_wraps_at_midnight=True), started_s=80_000, cycle_numbers=(1, 2))
        time_s = np.concatenate([measured(cycle.time_s) for cycle in cell.cycles])
        assert time_s.min() >= 0
        assert time_s.max() < 86_400
        assert np.count_nonzero(np.diff(time_s) < 0) == 1

    def test_a_missing_number_leaves_a_gap_of_one_cycle_in_the_clock_and_in_the_efficiency(self) -> None:
        cell = a_cell(cycle_numbers=(2, 3, 5), protocol=step_charge(discharge_first=True))
        assert [cycle.number for cycle in cell.cycles] == [2, 3, 5]
        starts_s = np.diff([measured(cycle.time_s)[0] for cycle in cell.cycles])
        assert starts_s[1] == pytest.approx(2 * starts_s[0], rel=0.01)
        assert np.isnan(cell.truth.coulombic_efficiency_percent).tolist() == [True, False, True]

    def test_a_last_cycle_without_charge_is_a_discharge_alone(self) -> None:
        protocol = step_charge(discharge_first=True)
        cell = a_cell(protocol=protocol, defects=Defects(last_cycle_without_charge=True))
        assert measured(cell.cycles[-1].current_A).max() < 0
        assert cell.truth.charge_Ah[-1] == 0
        with pytest.raises(ValueError, match="starts with the discharge"):
            a_cell(defects=Defects(last_cycle_without_charge=True))

    def test_a_missing_column_is_none_in_every_cycle(self) -> None:
        cell = a_cell(defects=Defects(missing_columns=frozenset({"temperature_C"})))
        assert [cycle.temperature_C for cycle in cell.cycles] == [None, None, None]

    def test_without_step_end_points_every_step_is_sampled_regularly(self) -> None:
        whole, regular = a_cell().cycles[0], a_cell(defects=Defects(step_end_points=False)).cycles[0]
        current_A, time_s = measured(regular.current_A), measured(regular.time_s)
        within_step = current_A[1:] == current_A[:-1]
        assert np.diff(time_s)[within_step] == pytest.approx(30)
        assert measured(whole.time_s).size - 12 <= time_s.size < measured(whole.time_s).size

    def test_a_law_that_uses_up_the_cell_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no capacity by cycle 1000"):
            a_cell(cycle_numbers=(1, 1000))


class TestFiles:
    def test_the_same_seed_gives_the_same_bytes_and_another_one_others(self) -> None:
        noisy = Noise()
        assert pickle_bytes(a_cell(noise=noisy)) == pickle_bytes(a_cell(noise=noisy))
        assert pickle_bytes(a_cell(noise=noisy)) != pickle_bytes(a_cell(noise=noisy, seed=1))

    def test_a_pickle_holds_plain_values_under_the_names_of_the_calb_files(self) -> None:
        calb = pickle.loads(pickle_bytes(a_cell(noise=Noise(), temperature_C=35)))
        assert list(calb)[:3] == ["cell_id", "cycle_data", "form_factor"]
        assert len(calb) == 19
        assert {name: type(value) for name, value in calb["cycle_data"][0].items()} == {
            "cycle_number": int,
            "current_in_A": list,
            "voltage_in_V": list,
            "charge_capacity_in_Ah": list,
            "discharge_capacity_in_Ah": list,
            "time_in_s": list,
            "temperature_in_C": list,
            "internal_resistance_in_ohm": type(None),
        }
        assert {type(value) for value in calb["cycle_data"][0]["voltage_in_V"]} == {float}
        assert {type(value) for value in calb["cycle_data"][0]["temperature_in_C"]} == {int}

    def test_pickle_and_csv_carry_the_same_numbers(self) -> None:
        cell = a_cell(noise=Noise(), defects=replace(AS_IN_CALB, missing_columns=frozenset({"time_s"})))
        calb = pickle.loads(pickle_bytes(cell))
        rows = list(csv.DictReader(io.StringIO(csv_triplet(cell)["TEST_CELL_cycles.csv"].decode())))
        for name in ("current_in_A", "voltage_in_V", "charge_capacity_in_Ah", "discharge_capacity_in_Ah"):
            pickled = [value for cycle in calb["cycle_data"] for value in cycle[name]]
            assert [float(row[name]) for row in rows] == pickled
        assert {row["time_in_s"] for row in rows} == {""}
        assert [int(row["cycle_number"]) for row in rows] == [
            cycle["cycle_number"] for cycle in calb["cycle_data"] for _ in cycle["voltage_in_V"]
        ]

    def test_the_csv_triplet_is_laid_out_as_the_real_ones(self) -> None:
        triplet = {name: content.decode() for name, content in csv_triplet(a_cell(defects=AS_IN_CALB)).items()}
        assert list(triplet) == ["TEST_CELL_cycles.csv", "TEST_CELL_metadata.csv", "TEST_CELL_metrics.csv"]
        assert triplet["TEST_CELL_cycles.csv"].startswith(
            "cycle_number,current_in_A,voltage_in_V,charge_capacity_in_Ah,discharge_capacity_in_Ah,time_in_s\n1,"
        )
        assert ",\"[{'rate_in_C': 'stepcharge', 'current_in_A': None," in triplet["TEST_CELL_metadata.csv"]
        assert triplet["TEST_CELL_metadata.csv"].endswith(',"[0, 1]"\n')
        metrics = list(csv.DictReader(io.StringIO(triplet["TEST_CELL_metrics.csv"])))
        assert [row["coulombic_efficiency_%"] for row in metrics] == ["100.0"] * 3


class TestNamedCells:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_a_named_cell_carries_its_name_and_a_life_beyond_its_first_cycle(self, name: str) -> None:
        cell = named_cell(name)
        assert cell.cell_id == name
        assert cell.truth.end_of_life_cycle(0.9) > cell.cycles[0].number

    def test_the_knee_cell_lives_through_its_end_of_life(self) -> None:
        truth = named_cell("SAMPLE_NMC_45_KNEE").truth
        end = truth.end_of_life_cycle(0.8)
        after = np.searchsorted(truth.cycle_numbers, end)
        assert truth.discharge_Ah[after] / truth.discharge_Ah[0] == pytest.approx(0.8, abs=2e-3)

    @pytest.mark.slow
    def test_the_command_writes_each_cell_in_both_formats(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("sys.argv", ["sample_cells", "--output", str(tmp_path / "sample_data")])
        main()
        assert len(list((tmp_path / "sample_data").iterdir())) == 4 * len(SAMPLES)
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines[1:-1]] == list(SAMPLES)
