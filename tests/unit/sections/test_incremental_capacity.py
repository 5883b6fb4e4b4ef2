"""dQ/dV: peaks of known place and charge are found under noise, and followed over the cycles without a swap."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.analysis.charge_by_voltage import charge_density, strokes_of, voltage_grid
from battery_analytics.analysis.peaks import peak_places, tracked
from battery_analytics.analysis.throughput import throughput
from battery_analytics.cell import CyclingData
from battery_analytics.sections.incremental_capacity import IncrementalCapacity, incremental_capacity

from tests.ic_cells import KnownPeak, Shape, discharges
from tests.sections import OPTIONS, analysed_cell
from tests.steps import FULL_CYCLE, cycling

PEAKS = (KnownPeak(3.40, 0.25, 0.05), KnownPeak(3.65, 0.60, 0.06), KnownPeak(3.95, 0.50, 0.08))


def section_of(data: CyclingData, cycles: tuple[int, ...] | None = None) -> IncrementalCapacity:
    return incremental_capacity(analysed_cell(data, options=replace(OPTIONS, cycles=cycles)))


@pytest.mark.parametrize("shape", ["gauss", "logistic"])
@pytest.mark.parametrize("noise_V", [2e-4, 1e-3, 2e-3])
def test_known_peaks_are_found_within_2_mV_and_3_percent(noise_V: float, shape: Shape) -> None:
    found = section_of(discharges(lambda _: PEAKS, 3, noise_V=noise_V, n_points=2_000, shape=shape))

    assert len(found.curves) == 3
    for curve in found.curves:
        assert curve.peaks.voltages_V == pytest.approx([peak.voltage_V for peak in PEAKS], abs=2e-3)
    areas = np.median([curve.peaks.areas_Ah for curve in found.curves], axis=0)
    assert areas == pytest.approx([peak.area_Ah for peak in PEAKS], rel=0.03)


def test_uncertainties_are_as_large_as_the_errors() -> None:
    found = section_of(discharges(lambda _: PEAKS, 3, noise_V=1e-3))
    known_V = np.array([peak.voltage_V for peak in PEAKS])
    errors = np.array(
        [(curve.peaks.voltages_V - known_V) / curve.peaks.voltage_uncertainties_V for curve in found.curves]
    )

    assert errors.shape == (3, 3)
    assert 0.2 < float(np.sqrt(np.mean(np.square(errors)))) < 2.5


def test_peaks_that_move_towards_each_other_are_followed_over_200_cycles_without_a_swap() -> None:
    """Over 200 cycles one peak moves up by 90 mV and shrinks to a half, the next moves down by 40 mV."""

    def peaks(cycle: int) -> tuple[KnownPeak, ...]:
        age = cycle / 200
        return (
            KnownPeak(3.40 + 0.09 * age, 0.4 * (1 - age / 2), 0.05),
            KnownPeak(3.65 - 0.04 * age, 0.6, 0.06),
            PEAKS[2],
        )

    found = section_of(discharges(peaks, 200, noise_V=5e-4, n_points=400))

    [tracks] = found.tracks
    assert tracks.cycles[[0, -1]].tolist() == [1, 200]
    assert len(tracks.peaks) == 3
    for number, track in enumerate(tracks.peaks):
        truth = [peaks(cycle)[number] for cycle in tracks.cycles.tolist()]
        assert track.voltages_V == pytest.approx([peak.voltage_V for peak in truth], abs=5e-3)
        assert track.areas_Ah == pytest.approx([peak.area_Ah for peak in truth], rel=0.12)


def test_a_plateau_of_few_millivolts_is_a_peak_although_its_voltage_goes_back_and_forth() -> None:
    plateau = KnownPeak(3.40, 2.0, 0.008)
    found = section_of(discharges(lambda _: [plateau], 1, noise_V=1e-3, resolution_V=1e-3))

    [curve] = found.curves
    assert curve.peaks.voltages_V == pytest.approx([3.40], abs=2e-3)
    assert curve.peaks.areas_Ah == pytest.approx([2.0], rel=0.08)


def test_more_noise_is_smoothed_more_and_that_is_told() -> None:
    quiet, noisy = (section_of(discharges(lambda _: PEAKS, 1, noise_V=noise_V)) for noise_V in (2e-4, 2e-3))

    assert quiet.smoothing[0].noise_V == pytest.approx(2e-4, rel=0.15)
    assert noisy.smoothing[0].noise_V == pytest.approx(2e-3, rel=0.15)
    assert noisy.smoothing[0].width_V > 2 * quiet.smoothing[0].width_V


@pytest.mark.parametrize(("hours", "distorted"), [(20.0, False), (3.0, False), (2.0, True), (1.0, True)])
def test_curves_faster_than_a_third_of_C_are_called_distorted(hours: float, distorted: bool) -> None:
    found = section_of(discharges(lambda _: PEAKS, 3, hours=hours))

    assert {curve.distorted for curve in found.curves} == {distorted}
    assert [curve.rate_C for curve in found.curves] == pytest.approx([1 / hours] * 3, rel=0.01)
    assert ("faster than C/3" in (found.basis or "")) == distorted


def test_every_charge_is_counted_in_one_interval() -> None:
    data = discharges(lambda _: PEAKS, 2, noise_V=1e-3)
    strokes = strokes_of(data, throughput(data).discharge, [0, 1])
    edges = voltage_grid(strokes)

    total_Ah = charge_density(strokes, edges).sum(axis=1) * (edges[1] - edges[0])
    assert total_Ah == pytest.approx([0.99 * 2.07] * 2, rel=2e-3)  # 0.6 Ah/V over 1.2 V, and 0.25 + 0.6 + 0.5 Ah


def test_both_directions_have_curves_and_the_asked_cycles_are_shown() -> None:
    found = section_of(cycling([FULL_CYCLE] * 5), cycles=(2, 4))

    shown = [(curve.cycle_number, curve.direction) for curve in found.curves]
    assert shown == [(2, "charge"), (4, "charge"), (2, "discharge"), (4, "discharge")]
    # The voltage is linear in charge: 10 Ah over 1.2 V, without a peak.
    assert np.median(found.curves[0].dQ_dV) == pytest.approx(10 / 1.2, rel=0.02)
    assert [curve.peaks.voltages_V.size for curve in found.curves] == [0] * 4


def test_of_many_asked_cycles_three_are_shown_and_that_is_told() -> None:
    found = section_of(cycling([FULL_CYCLE] * 9), cycles=(1, 2, 3, 4, 5))

    assert sorted({curve.cycle_number for curve in found.curves}) == [1, 3, 5]
    assert "Of the 5 cycles that were asked for, the first, the middle and the last are shown." in (found.basis or "")


def test_a_test_without_constant_current_has_no_curves_and_a_reason() -> None:
    data = cycling([FULL_CYCLE] * 2)
    varied = replace(
        data, current_A=data.current_A * np.tile([1.0, 1.3, 0.6, 1.7], data.n_points // 4 + 1)[: data.n_points]
    )

    found = section_of(varied)
    assert (found.curves, found.tracks) == ([], [])
    assert found.reason == "No cycle has a charge or a discharge at constant current with enough points."


def test_places_are_those_of_peaks_that_rise_above_both_sides() -> None:
    curve = np.array([0.0, 1, 5, 1, 0.9, 1.05, 0.9, 3, 2, 2.5, 0])

    assert peak_places(curve, 0.0).tolist() == [2, 7, 9]  # 1.05 rises by 0.15 of a range of 4, which is no 4 %
    assert peak_places(curve, 0.05).tolist() == [2, 7]  # with noise of 5 % a rise of 0.5 on 2.5 is none


def test_a_peak_that_is_gone_for_some_cycles_is_the_same_when_it_comes_back() -> None:
    cycles = [[3.40, 3.60], [3.40, 3.61], [3.62], [3.41, 3.62], [3.42, 3.63]]

    tracks = tracked([np.array(positions) for positions in cycles], 0.03)
    assert [track.places for track in tracks] == [[0, 0, -1, 0, 0], [1, 1, 0, 1, 1]]


def test_a_maximum_of_one_cycle_is_no_peak() -> None:
    cycles = [[3.4], [3.4, 3.9], [3.4], [3.4]]

    assert len(tracked([np.array(positions) for positions in cycles], 0.03)) == 1
