"""Degradation modes: cells of known losses are found within a point or so, and what cannot be told is said."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.analysis.cell_kind import CellKind
from battery_analytics.degradation.half_cells import NEGATIVE, POSITIVE, HalfCell
from battery_analytics.degradation.modes import Modes, NoFit, degradation_modes, pairs_for
from battery_analytics.sections.degradation_modes import DegradationModes, modes_of

from tests.degraded_cells import DegradedCell, pair_of
from tests.sections import analysed_cell
from tests.steps import FULL_CYCLE, cell_of, cycling

PAIRS = [
    ("graphite", "NMC532"),
    ("graphite-SiOx", "NMC811"),
    ("graphite", "NCA"),
    ("graphite", "LFP"),
    ("graphite (Mohtat)", "LMO"),
]


def random_cells(names: tuple[str, str], rate_C: float, count: int) -> list[DegradedCell]:
    draw = np.random.default_rng(7)
    return [
        DegradedCell(
            pair_of(*names),
            negative_Ah=1.15 + 0.2 * draw.random(),
            positive_Ah=1.2 + 0.2 * draw.random(),
            full_x=0.76 + 0.1 * draw.random(),
            losses=tuple(0.18 * draw.random(3)),
            rate_C=rate_C,
        )
        for _ in range(count)
    ]


def fitted(cell: DegradedCell, metadata: dict[str, str] | None = None) -> Modes:
    pairs = [cell.pair] if metadata is None else pairs_for(metadata)
    found = degradation_modes(cell.discharges(4), cell.rate_C, pairs)
    assert isinstance(found, Modes)
    return found


@pytest.mark.parametrize(("rate_C", "allowed"), [(0.05, 0.015), (0.2, 0.03)])
@pytest.mark.parametrize("names", PAIRS, ids="/".join)
def test_each_mode_is_found_and_its_interval_holds(names: tuple[str, str], rate_C: float, allowed: float) -> None:
    errors, held = [], []
    for cell in random_cells(names, rate_C, 12):
        found, truth = fitted(cell), cell.lost(4)
        for value, mode in enumerate((found.negative, found.positive, found.lithium)):
            errors.append(mode.loss[1:] - truth[1:, value])
            held.append((mode.low[1:] <= truth[1:, value]) & (truth[1:, value] <= mode.high[1:]))

    assert np.quantile(np.abs(errors), 0.98) <= allowed
    assert np.mean(held) >= 0.9


@pytest.mark.parametrize("names", PAIRS, ids="/".join)
def test_the_materials_are_found_where_nothing_is_stated(names: tuple[str, str]) -> None:
    found = fitted(DegradedCell(pair_of(*names)), metadata={})

    assert (found.pair.negative.name, found.pair.positive.name) == names


def test_a_loss_of_lithium_alone_explains_the_whole_loss_of_capacity() -> None:
    cell = DegradedCell(pair_of("graphite", "NMC532"), losses=(0.0, 0.0, 0.15))
    capacities = [charge[-1] for charge, _ in cell.discharges(4)]
    found = fitted(cell)

    assert found.lithium.capacity_loss == pytest.approx([1 - one / capacities[0] for one in capacities], abs=0.01)
    assert np.abs(found.negative.capacity_loss).max() < 0.01
    assert np.abs(found.positive.capacity_loss).max() < 0.01


def test_discharges_that_stop_on_the_plateau_cannot_be_told_apart() -> None:
    cut = [
        (charge[voltage > 3.75], voltage[voltage > 3.75])
        for charge, voltage in DegradedCell(pair_of(*PAIRS[0])).discharges(3)
    ]
    found = degradation_modes(cut, 0.05, [pair_of(*PAIRS[0])])

    assert isinstance(found, NoFit)
    assert "too little of the electrodes" in found.reason


def test_curves_of_other_materials_are_no_fit() -> None:
    found = degradation_modes(
        DegradedCell(pair_of("graphite", "NMC811")).discharges(3), 0.05, [pair_of("graphite", "LFP")]
    )

    assert isinstance(found, NoFit)
    assert "fits the first discharge within 10 mV" in found.reason


def test_a_curve_of_another_graphite_widens_the_intervals_or_gives_none() -> None:
    """The wrong curve leaves some 9 mV; no interval is then as narrow as with the right one."""
    cell = DegradedCell(pair_of("graphite (Mohtat)", "NMC532"))
    right = fitted(cell)
    wrong = degradation_modes(cell.discharges(4), 0.05, [pair_of("graphite", "NMC532")])

    assert (right.negative.high - right.negative.low)[-1] < 0.02
    if isinstance(wrong, Modes):
        width = (wrong.negative.high - wrong.negative.low)[-1]
        assert np.isnan(width) or width > 0.08


def test_an_overpotential_that_has_grown_widens_the_intervals() -> None:
    """By 20 mV at all depths of the last discharge, and by 1 mV more at its end."""
    cell = DegradedCell(pair_of("graphite-SiOx", "NMC811"), rate_C=0.2)
    plain = cell.discharges(3)
    grown = [(drawn, volts - age * (0.010 + 0.0005 * drawn / drawn[-1])) for age, (drawn, volts) in enumerate(plain)]

    before, after = (degradation_modes(made, 0.2, [cell.pair]) for made in (plain, grown))

    assert isinstance(before, Modes)
    assert isinstance(after, Modes)
    truths = dict(zip(("negative", "positive", "lithium"), cell.lost(3)[-1], strict=True))
    for name, true in truths.items():
        mode, narrow = getattr(after, name), getattr(before, name)
        assert mode.low[-1] <= true <= mode.high[-1]
        assert mode.high[-1] - mode.low[-1] > 1.5 * (narrow.high[-1] - narrow.low[-1])


@pytest.mark.parametrize(
    ("metadata", "negatives", "positives"),
    [
        ({}, {one.name for one in NEGATIVE}, {one.name for one in POSITIVE}),
        ({"cathode_material": "LiFePO4", "anode_material": "graphite"}, {one.name for one in NEGATIVE}, {"LFP"}),
        ({"cathode_material": "NMC"}, {one.name for one in NEGATIVE}, {"NMC811", "NMC532"}),
        ({"chemistry": "NMC811/Graphite-SiOx"}, {"graphite-SiOx"}, {"NMC811"}),
        ({"cathode_material": "LMO NMC"}, {one.name for one in NEGATIVE}, {"LMO", "NMC811", "NMC532"}),
    ],
)
def test_stated_materials_choose_the_curves(metadata: dict[str, str], negatives: set[str], positives: set[str]) -> None:
    pairs = pairs_for(metadata)

    assert {pair.negative.name for pair in pairs} == negatives
    assert {pair.positive.name for pair in pairs} == positives


@pytest.mark.parametrize("material", ["NMC622", "LTO", "hard carbon"])
def test_a_stated_material_without_a_curve_has_no_modes_and_says_so(material: str) -> None:
    found = degradation_modes(DegradedCell(pair_of(*PAIRS[0])).discharges(3), 0.05, pairs_for({"chemistry": material}))

    assert isinstance(found, NoFit)
    assert "No half-cell curve of a stated material" in found.reason


@pytest.mark.parametrize("half_cell", [*NEGATIVE, *POSITIVE], ids=lambda one: one.name)
def test_a_half_cell_curve_falls_with_its_lithium(half_cell: HalfCell) -> None:
    stoichiometry, potential, slope = half_cell.table
    inside = (stoichiometry >= half_cell.lowest) & (stoichiometry <= half_cell.highest)

    assert np.isfinite(potential).all()
    assert (np.diff(potential[inside]) < 1e-3).all()
    assert (slope[stoichiometry < half_cell.lowest - 0.01] < -10).all()
    low, high = (0.0, 2.1) if half_cell in NEGATIVE else (2.0, 5.2)
    assert low < potential[inside].min() < potential[inside].max() < high


def test_the_curves_of_a_published_cell_give_its_voltage_limits() -> None:
    """Chen et al. (2020): the LG M50 is full at 4.2 V with 0.9014 and 0.27, and empty at 2.5 V with 0.0279 and 0.9084."""
    pair = pair_of("graphite-SiOx", "NMC811")

    def volts(x: float, y: float) -> float:
        return float(np.interp(y, *pair.positive.table[:2]) - np.interp(x, *pair.negative.table[:2]))

    assert volts(0.9014, 0.27) == pytest.approx(4.2, abs=0.03)
    assert volts(0.0279, 0.9084) == pytest.approx(2.5, abs=0.03)


def section_of(cell: DegradedCell, n_cycles: int = 4, **metadata: str) -> DegradationModes:
    made = cell_of(cell.cycling(n_cycles))
    return modes_of(analysed_cell(replace(made, metadata={**made.metadata, **metadata})))


def test_the_section_has_the_losses_in_percent_and_names_the_curves() -> None:
    cell = DegradedCell(pair_of("graphite", "NMC532"))
    found = section_of(cell, cathode_material="NMC532")

    assert found.reason is None
    assert found.cycles.tolist() == [1, 2, 3, 4]
    assert found.lithium_inventory is not None
    assert found.positive_material is not None
    assert found.lithium_inventory.loss_percent == pytest.approx(100 * cell.lost(4)[:, 2], abs=1.0)
    assert found.positive_material.loss_percent == pytest.approx(100 * cell.lost(4)[:, 1], abs=1.0)
    assert found.positive_electrode is not None
    assert found.positive_electrode.name == "NMC532"
    assert "Mohtat" in found.positive_electrode.source
    assert found.rate_C == pytest.approx(0.05, rel=0.1)  # over the capacity of the cycles in the middle
    assert not found.indicative


def test_discharges_faster_than_a_fifth_of_C_are_indicative_and_say_how_they_were_corrected() -> None:
    found = section_of(DegradedCell(pair_of("graphite", "NMC532"), rate_C=0.33), cathode_material="NMC532")

    assert found.indicative
    assert "faster than C/5" in (found.basis or "")


def test_fast_discharges_have_no_modes() -> None:
    found = modes_of(analysed_cell(cycling([FULL_CYCLE] * 5)))

    assert found.reason == "Two comparable whole discharges at C/2 or slower are needed, and the test has none."
    assert (found.lithium_inventory, found.negative_electrode) == (None, None)


def test_an_electrode_against_lithium_has_no_modes() -> None:
    found = modes_of(replace(analysed_cell(cycling([FULL_CYCLE] * 3)), kind=CellKind("negative_half_cell", "the file")))

    assert found.reason == "Only full cells have modes: this is one electrode against lithium."
