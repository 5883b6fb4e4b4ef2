"""The population model: its law, its forest, its domain, and when it abstains; every expected value from a hand calculation."""

import math
from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.cell import Json
from battery_analytics.projection.domain import Domain
from battery_analytics.projection.features import FEATURES, early_life_features
from battery_analytics.projection.forest import Forest
from battery_analytics.projection.history import History, chamber_temperature_C
from battery_analytics.projection.population import PopulationModel, Stage, trained_model
from battery_analytics.projection.population_projection import population_projection
from battery_analytics.projection.project import Models, cycle_life_projection
from battery_analytics.projection.result import ModelProjection, Projection
from battery_analytics.projection.temperature_law import TemperatureLaw
from battery_analytics.projection.trajectory_projection import Widening

CYCLES = 30
POINTS = 60
NOMINAL_AH = 50.0
METADATA: dict[str, Json] = {
    "cathode_material": "NMC",
    "anode_material": "graphite",
    "form_factor": "Prismatic",
    "max_voltage_limit_in_V": 4.2,
    "min_voltage_limit_in_V": 2.8,
}


def a_history(
    fade_per_cycle: float = 1e-4, *, temperature_C: float = 25.0, cycles: int = CYCLES, **metadata: Json
) -> History:
    """A cell whose every cycle is a charge and a discharge of 1 C along a straight line from 4.2 to 2.8 V."""
    capacity = NOMINAL_AH * (1 - fade_per_cycle * np.arange(cycles, dtype=np.float64))
    share = np.linspace(0, 1, POINTS)
    voltage = np.concatenate((2.8 + 1.4 * share, 4.2 - 1.4 * share))
    current = np.repeat((NOMINAL_AH, -NOMINAL_AH), POINTS)
    discharged = np.concatenate([np.concatenate((np.zeros(POINTS), share * drawn)) for drawn in capacity])
    return History(
        metadata={**METADATA, **metadata},
        nominal_capacity_Ah=NOMINAL_AH,
        temperature_C=temperature_C,
        cycle_number=np.arange(1, cycles + 1),
        discharge_capacity_Ah=capacity,
        energy_efficiency_percent=np.linspace(95.0, 94.0, cycles),
        resistance_ohm=np.linspace(0.001, 0.002, cycles),
        offsets=np.arange(cycles + 1) * 2 * POINTS,
        voltage_V=np.tile(voltage, cycles),
        current_A=np.tile(current, cycles),
        discharging=np.tile(current < 0, cycles),
        discharged_Ah=discharged,
    )


# At 25 °C both mechanisms are as fast, so the law says exp(7); one tree splits on the fade at 0.002.
LAW = TemperatureLaw(log_life_at_crossover=7.0, film_growth_eV=0.5, plating_eV=0.7)
TREE = Forest(
    roots=np.array([0]),
    feature=np.array([3, -1, -1]),
    threshold=np.array([0.002, 0.0, 0.0]),
    left=np.array([1, 0, 0]),
    right=np.array([2, 0, 0]),
    value=np.array([0.0, 0.1, -0.4]),
)
DOMAIN = Domain(
    kinds={"cathode_material": ["nmc"], "anode_material": ["graphite"], "form_factor": ["prismatic"]},
    nominal_capacity_Ah=(50.0, 50.0),
    temperature_C=(25.0, 45.0),
    upper_limit_V=(4.2, 4.2),
    lower_limit_V=(2.8, 2.8),
    discharge_rate_C=(1.0, 1.0),
    charge_rate_C=(1.0, 1.0),
)


def a_model() -> PopulationModel:
    features = early_life_features(a_history(), 20)
    stage = Stage(
        cycles=20,
        columns=np.arange(len(FEATURES)),
        forest=TREE,
        spread=np.array([0.05, 0.08]),
        scores=np.array([0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 4.0]),
        lowest=np.array([features, features]),
        highest=np.array([features, features]),
        margin=np.full((2, len(FEATURES)), 0.01),
    )
    return PopulationModel(
        eol_share=0.9,
        temperatures_C=np.array([25.0, 45.0]),
        cells_at=np.array([5, 4]),
        law=LAW,
        law_error_per_K=0.03,
        domain=DOMAIN,
        stages=(stage,),
    )


def projected(history: History, *, eol_share: float = 0.9, last_cycle: float = 30.0) -> ModelProjection:
    return population_projection(a_model(), history, eol_share=eol_share, last_cycle=last_cycle, level=0.9)


def report_on(history: History, threshold: float) -> Projection:
    return cycle_life_projection(
        history.cycle_number,
        history.discharge_capacity_Ah,
        eol_threshold=threshold,
        reference_Ah=None,
        history=history,
        models=Models(a_model(), Widening(np.array([0.0]), np.array([1.0]))),
    )


def test_both_mechanisms_are_equally_fast_at_the_crossover() -> None:
    assert float(LAW.log_life(25.0)) == pytest.approx(7.0)


def test_a_life_halves_where_the_rates_double() -> None:
    # Far above the crossover only film growth is left: rate = ½·exp(0.5 eV / k · (1/298.15 − 1/T)).
    inverse = (1 / 298.15 - 1 / 373.15) / 8.617333e-5

    assert float(LAW.log_life(100.0)) == pytest.approx(7.0 - math.log(0.5 * math.exp(0.5 * inverse)), abs=1e-3)


def test_lives_are_longest_at_the_crossover_and_shorter_on_either_side() -> None:
    life = LAW.log_life(np.array([0.0, 10.0, 20.0, 27.0, 40.0, 50.0]))

    assert (np.diff(life[:4]) > 0).all()
    assert (np.diff(life[3:]) < 0).all()


def test_a_forest_is_the_mean_of_the_leaves_that_its_trees_reach() -> None:
    # Two trees: the first splits feature 1 at 0.5, the second is a leaf of 10.
    forest = Forest(
        roots=np.array([0, 3]),
        feature=np.array([1, -1, -1, -1]),
        threshold=np.array([0.5, 0.0, 0.0, 0.0]),
        left=np.array([1, 0, 0, 0]),
        right=np.array([2, 0, 0, 0]),
        value=np.array([0.0, 2.0, 4.0, 10.0]),
    )

    assert forest.mean(np.array([9.0, 0.5])) == 6.0
    assert forest.mean(np.array([9.0, 0.6])) == 7.0


def test_features_of_a_straight_cell_are_what_a_hand_calculation_gives() -> None:
    found = dict(zip(FEATURES, early_life_features(a_history(), 20), strict=True))

    assert found["inverse_temperature_per_kK"] == pytest.approx(1000 / 298.15)
    assert found["first_capacity_share"] == 1.0
    assert found["second_capacity_share"] == pytest.approx(1 - 1e-4)
    # Medians over the last five of 20 cycles (number 17, counted from 0) and over the five after the first (3).
    assert found["fade"] == pytest.approx(17e-4)
    assert found["log_resistance_change"] == pytest.approx(math.log((1 + 17 / 29) / (1 + 3 / 29)))
    assert found["energy_efficiency_change_percent"] == pytest.approx(-14 / 29)
    assert found["energy_efficiency_percent"] == pytest.approx(95 - 17 / 29)
    # The curves differ by a straight line from 0 to 18e-4 (cycle 1 to 19) of the first capacity: variance (18e-4)²/12.
    assert found["log10_variance_of_discharge_difference"] == pytest.approx(math.log10(18e-4**2 / 12), abs=0.02)


def test_features_read_no_cycle_after_the_first_that_were_asked_for() -> None:
    history = a_history()
    later = history.discharge_capacity_Ah.copy()
    later[20:] = 1.0

    changed = replace(history, discharge_capacity_Ah=later)

    np.testing.assert_array_equal(early_life_features(history, 20), early_life_features(changed, 20))


def test_too_few_cycles_leave_features_unknown() -> None:
    assert np.isnan(early_life_features(a_history(cycles=2), 20)[3:]).all()
    assert np.isnan(early_life_features(a_history(cycles=1), 20)[2:]).all()


def test_the_model_projects_a_cell_like_the_trained_ones() -> None:
    found = projected(a_history())

    # exp(7 + 0.1), as the fade of 17e-4 goes left; 9 scores: the ⌈10 · 0.9⌉ = 9th is 4.0, so ± 4.0 · 0.05.
    assert found.eol_cycle == pytest.approx(math.exp(7.1))
    assert found.interval is not None
    assert found.interval.low == pytest.approx(math.exp(6.9))
    assert found.interval.high == pytest.approx(math.exp(7.3))
    assert found.interval.basis == "calibrated"
    # Errors of 0.05 · score stay below ln 1.15 = 0.1398 for all but one score, and so on the other side.
    assert found.confidence == pytest.approx((8 + 1) / (9 + 2))


def test_between_the_trained_temperatures_it_is_less_sure_and_says_so() -> None:
    found = projected(a_history(temperature_C=35.0))

    # 10 K from the nearest: a spread of √(0.05² + (0.03 · 10)²), four times it on either side.
    assert found.interval is not None
    assert found.interval.high is not None
    assert math.log(found.interval.high / found.interval.low) == pytest.approx(8 * math.hypot(0.05, 0.3))
    assert (found.interval.basis, found.confidence) == ("indicative", None)


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (a_history(cathode_material="LFP"), "cathode material is lfp"),
        (a_history(anode_material=None), "anode material is unknown"),
        (a_history(form_factor="Pouch"), "form factor is pouch"),
        (a_history(temperature_C=0.0), "temperature of 0 °C lies outside the trained range, 25 to 45 °C"),
        (a_history(temperature_C=math.nan), "temperature is unknown"),
        (a_history(max_voltage_limit_in_V=4.4), "upper limit of 4.4 V"),
        (a_history(min_voltage_limit_in_V=2.0), "lower limit of 2 V"),
        (replace(a_history(), nominal_capacity_Ah=5.0), "nominal capacity of 5 Ah"),
        (replace(a_history(), nominal_capacity_Ah=None), "nominal capacity is unknown"),
        (replace(a_history(), current_A=2 * a_history().current_A), "discharge rate of 2 C"),
        (a_history(fade_per_cycle=5e-3), "first cycles are not like"),
        (replace(a_history(), resistance_ohm=np.full(CYCLES, np.nan)), "was not measured"),
    ],
)
def test_it_abstains_on_cells_unlike_the_trained_ones_and_says_why(history: History, reason: str) -> None:
    found = projected(history)

    assert (found.eol_cycle, found.interval, found.confidence) == (None, None, None)
    assert reason in (found.abstention_reason or "")


@pytest.mark.parametrize(("eol_share", "bound"), [(0.8, "80 % is reached later"), (0.95, "95 % is reached earlier")])
def test_of_another_threshold_it_says_only_whether_it_is_later_or_earlier(eol_share: float, bound: str) -> None:
    found = projected(a_history(), eol_share=eol_share)

    assert found.eol_cycle is None
    assert bound in (found.abstention_reason or "")
    assert "1,212" in (found.abstention_reason or "")


def test_it_abstains_on_a_cell_that_is_older_than_its_projection() -> None:
    assert "already passed" in (projected(a_history(), last_cycle=1_300.0).abstention_reason or "")


def test_an_interval_never_reaches_back_before_the_last_cycle() -> None:
    found = projected(a_history(), last_cycle=1_100.0)

    assert found.interval is not None
    assert found.interval.low == 1_100.0


def test_the_report_takes_its_projection_at_90_percent_and_lists_all_others() -> None:
    found = report_on(a_history(), 0.9)

    assert found.method == "population"
    assert found.eol_cycle == pytest.approx(math.exp(7.1))
    assert found.remaining_cycles == pytest.approx(math.exp(7.1) - 30)
    # From 49.855 Ah to 45 Ah: 47.4275 Ah a cycle on the mean, of 50 Ah.
    assert found.remaining_equivalent_full_cycles == pytest.approx((math.exp(7.1) - 30) * 47.4275 / 50)
    assert {model.name for model in found.models} >= {"population", "trajectory", "straight_line"}


def test_at_80_percent_it_abstains_but_gives_the_bound() -> None:
    found = report_on(a_history(), 0.8)

    assert (found.method, found.eol_cycle) == ("none", None)
    assert "80 % is reached later" in (found.abstention_reason or "")


def test_the_temperature_is_measured_or_else_in_the_name() -> None:
    assert chamber_temperature_C("CALB_35_B1", np.array([25.5])) == 25.5
    assert chamber_temperature_C("CALB_35_B1", np.array([math.nan])) == 35.0
    assert math.isnan(chamber_temperature_C("A_35_B1", np.empty(0)))
    assert math.isnan(chamber_temperature_C("CALB_X_B1", np.empty(0)))


def test_the_committed_model_is_whole() -> None:
    model = trained_model()

    assert [stage.cycles for stage in model.stages] == sorted({stage.cycles for stage in model.stages})
    assert model.eol_share == 0.9
    for stage in model.stages:
        assert stage.scores.size == model.cells_at.sum()
        assert (np.diff(stage.scores) >= 0).all()
        assert 1.0 < stage.half_width(0.9) < 4.0
        assert (stage.highest >= stage.lowest).all()
