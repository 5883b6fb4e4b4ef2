"""The whole way, bytes in and report out: names, types, truth of simulated cells, several cells, any defect."""

import json
from typing import Any

import numpy as np
import pytest
from battery_analytics import BatteryDataError, BatteryFile, Report, analyze
from hypothesis import given
from hypothesis import strategies as st

from sample_cells import SAMPLES, SimulatedCell, csv_triplet, pickle_bytes, simulate
from sample_cells.chemistry import NMC_GRAPHITE
from sample_cells.fade import KneeFade, LinearFade
from sample_cells.plain import cell, csv_set, pickled
from sample_cells.protocol import cc_cv, step_charge
from sample_cells.recording import AS_IN_CALB, Defects, Noise
from tests.examples import examples
from tests.named_cells import named_cell
from tests.report_names import assert_is_report
from tests.strategies import CalbCell, calb_cells

PLOTS = {
    "capacity_fade": ["capacity_plot"],
    "voltage_profile": ["voltage_profile_plot", "differential_voltage_plot"],
    "temperature_analysis": ["temperature_vs_capacity_plot"],
}


@pytest.fixture(params=sorted(SAMPLES))
def sample(request: pytest.FixtureRequest) -> SimulatedCell:
    return named_cell(request.param)


def report_of(simulated: SimulatedCell, **options: Any) -> Any:
    file = BatteryFile(f"{simulated.cell_id}.pkl", pickle_bytes(simulated))
    return analyze(file, **{"plots": "none", **options}).body


def pickle_file(name: str, **options: Any) -> BatteryFile:
    return BatteryFile(f"{name}.pkl", pickled(cell(name, **options)))


def known(values: list[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def test_every_sample_cell_has_every_name_and_its_true_discharge_capacities(sample: SimulatedCell) -> None:
    report = report_of(sample)

    assert_is_report(report)
    found = np.array(report["capacity_fade"]["discharge_capacities"])
    tolerance = 1e-5 if sample.cycles[0].discharge_capacity_Ah is not None else 2e-3
    assert found == pytest.approx(sample.truth.discharge_Ah, rel=tolerance)


def test_the_efficiency_of_a_sample_cell_is_the_true_one(sample: SimulatedCell) -> None:
    if sample.cycles[0].charge_capacity_Ah is None:
        pytest.skip("an integral over 30 s samples is no measure of an efficiency")
    found = report_of(sample)["capacity_fade"]["coulombic_efficiencies"]

    truth = sample.truth.coulombic_efficiency_percent
    assert [value is None for value in found] == np.isnan(truth).tolist()
    assert known(found) == pytest.approx(truth[np.isfinite(truth)].tolist(), abs=2e-3)


def test_pickle_and_csv_set_of_a_sample_cell_differ_only_in_what_csv_cannot_carry(sample: SimulatedCell) -> None:
    files = [BatteryFile(name, content) for name, content in csv_triplet(sample).items()]
    from_pickle: Any = report_of(sample)
    from_csv: Any = analyze(files, plots="none").body

    for group in from_pickle["capacity_fade"]["groups"]:
        group["temperature_C"] = from_csv["capacity_fade"]["groups"][0]["temperature_C"]
    for section in ("capacity_fade", "voltage_profile", "battery_health"):
        assert from_csv[section] == from_pickle[section]
    for statistics in ("charge_discharge_stats", "current_stats", "voltage_stats"):
        assert from_csv["statistical_metrics"][statistics] == from_pickle["statistical_metrics"][statistics]


@pytest.mark.parametrize("end_points", [True, False], ids=["step ends recorded", "step ends missed"])
def test_a_calb_like_charge_in_steps_gives_the_true_efficiency_without_step_ends_to_the_sampling(
    end_points: bool,
) -> None:
    defects = Defects(counters_restart_at_steps=end_points, step_end_points=end_points)
    simulated = simulate(
        "SIM", NMC_GRAPHITE, cc_cv(0.5, 4.2, 2.75), LinearFade(2e-4), cycle_numbers=range(1, 12),
        nominal_capacity_Ah=58, sample_s=30, noise=Noise(current_A=0.0), defects=defects, seed=3,
    )  # fmt: skip

    found = known(report_of(simulated)["capacity_fade"]["coulombic_efficiencies"])

    assert found == pytest.approx(simulated.truth.coulombic_efficiency_percent.tolist(), abs=2e-3)


def test_a_straight_fade_is_projected_to_its_true_end_of_life() -> None:
    simulated = named_cell("SAMPLE_NMC_25_LINEAR")
    projection = report_of(simulated)["statistical_metrics"]["cycle_life_projection"]

    assert not projection["abstained"]
    assert projection["projected_eol_cycle"] == pytest.approx(simulated.truth.end_of_life_cycle(0.8), rel=0.1)
    assert projection["interval"]["low"] < simulated.truth.end_of_life_cycle(0.8) < projection["interval"]["high"]


def test_an_end_of_life_within_the_record_is_observed_where_it_was() -> None:
    simulated = named_cell("SAMPLE_NMC_45_KNEE")
    report = report_of(simulated, eol_threshold=0.85)
    projection = report["statistical_metrics"]["cycle_life_projection"]

    assert projection["method"] == "observed"
    assert projection["projected_eol_cycle"] == pytest.approx(simulated.truth.end_of_life_cycle(0.85), abs=5)


def test_a_capacity_that_rises_has_no_invented_end_of_life() -> None:
    simulated = simulate(
        "SIM", NMC_GRAPHITE, cc_cv(1.0, 4.2, 2.75), LinearFade(-1e-4), cycle_numbers=range(1, 41),
        nominal_capacity_Ah=50, sample_s=300,
    )  # fmt: skip
    report = report_of(simulated)

    assert report["capacity_fade"]["capacity_fade_percentage"] < 0
    assert report["statistical_metrics"]["cycle_life_projection"]["projected_eol_cycle"] is None
    assert report["battery_health"]["health_score"] == 100.0


@pytest.mark.slow
def test_a_knee_is_an_indicator_and_a_straight_fade_is_none() -> None:
    def indicators(law: KneeFade | LinearFade) -> list[str]:
        simulated = simulate(
            "SIM", NMC_GRAPHITE, step_charge(), law, cycle_numbers=range(1, 1_000, 4), nominal_capacity_Ah=58,
            sample_s=1_200, capacity_scatter=0.001, defects=AS_IN_CALB, seed=5,
        )  # fmt: skip
        found: list[str] = report_of(simulated)["battery_health"]["degradation_indicators"]
        return [line for line in found if line.startswith("Accelerating")]

    assert indicators(KneeFade(4e-5, 5e-4, knee_cycle=700, width_cycles=30))
    assert not indicators(LinearFade(1e-4))


@pytest.mark.parametrize("threshold", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("reference", ["initial", "nominal"])
@pytest.mark.parametrize("cycles", [None, [1], [2, 4]])
def test_every_option_leaves_every_name_in_place(threshold: float, reference: str, cycles: list[int] | None) -> None:
    file = pickle_file("A")
    report: Any = analyze(file, plots="none", eol_threshold=threshold, capacity_reference=reference, cycles=cycles).body

    assert_is_report(report)
    numbers = [curve["cycle_number"] for curve in report["voltage_profile"]["voltage_curves"]]
    assert numbers == (cycles or [1, 3, 4])


def test_plots_none_leaves_every_picture_null_and_all_draws_each() -> None:
    for plots, drawn in (("none", False), ("all", True)):
        report: Any = analyze(pickle_file("A"), plots=plots).body
        assert_is_report(report)
        for section, names in PLOTS.items():
            for name in names:
                assert (report[section][name] is not None) is drawn
                assert not drawn or report[section][name].startswith("iVBORw0KGgo")


def test_one_plot_is_drawn_alone() -> None:
    report: Any = analyze(pickle_file("A"), plots=["capacity"]).body

    assert report["capacity_fade"]["capacity_plot"] is not None
    assert report["voltage_profile"]["voltage_profile_plot"] is None


def test_several_cells_are_compared_and_ranked_by_their_rate_of_fade() -> None:
    rates = {"MIDDLE": 0.02, "FAST": 0.05, "SLOW": 0.01}
    report: Any = analyze(
        [pickle_file(name, fade_Ah_per_cycle=rate, n_cycles=12) for name, rate in rates.items()], plots="none"
    ).body

    assert [one["metadata"]["cell_id"] for one in report["cells"]] == list(rates)
    for one in report["cells"]:
        assert_is_report(one)
    comparison = report["comparison"]
    assert comparison["ranking"] == ["SLOW", "MIDDLE", "FAST"]
    assert [(row["cell_id"], row["rank"]) for row in comparison["cells"]] == [("MIDDLE", 2), ("FAST", 3), ("SLOW", 1)]
    # 9.9 Ah lose 0.05 Ah a cycle.
    assert comparison["cells"][1]["capacity_fade_rate_per_cycle"] == pytest.approx(100 * 0.05 / 9.9)


def test_a_cell_without_a_rate_is_compared_and_not_ranked() -> None:
    report: Any = analyze([pickle_file("ONE", n_cycles=1), pickle_file("MANY")], plots="none").body

    assert report["comparison"]["ranking"] == ["MANY"]
    assert [row["rank"] for row in report["comparison"]["cells"]] == [None, 1]


def test_the_same_cell_twice_is_two_reports_alike() -> None:
    report: Any = analyze([pickle_file("A"), pickle_file("A")], plots="none").body

    assert report["cells"][0] == report["cells"][1]
    assert [row["rank"] for row in report["comparison"]["cells"]] == [1, 2]


def test_the_order_of_the_files_of_a_set_does_not_matter() -> None:
    files = [BatteryFile(name, content) for name, content in csv_set(cell("A"), "A").items()]
    first, *others = (analyze([files[place] for place in order], plots="none").body for order in _ORDERS)

    for other in others:
        assert {name: other[name] for name in first if name != "source"} == {
            name: first[name] for name in first if name != "source"
        }


_ORDERS = [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)]


def test_a_report_is_json_and_counts_what_it_read() -> None:
    report = analyze([pickle_file("A"), pickle_file("B")], plots="none")

    assert isinstance(report, Report)
    assert json.loads(report.to_json()) == report.body
    assert (report.n_cells, report.n_cycles, report.n_points) == (2, 8, 2 * 4 * 62)
    assert "encode" in report.timings_ms


def test_analysing_twice_gives_the_same_bytes() -> None:
    assert analyze(pickle_file("A")).to_json() == analyze(pickle_file("A")).to_json()


@examples(60)
@given(data=calb_cells(), threshold=st.floats(0.01, 0.99))
def test_any_defect_gives_a_whole_report_or_names_what_is_wrong(data: CalbCell, threshold: float) -> None:
    file = BatteryFile("cell.pkl", pickled(data))
    try:
        report = analyze(file, plots="none", eol_threshold=threshold)
    except BatteryDataError:
        return
    assert_is_report(report.body)
    json.loads(report.to_json(), parse_constant=pytest.fail)
