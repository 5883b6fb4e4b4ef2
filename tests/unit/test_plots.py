"""The pictures: valid, of their size, about the data they were given, and drawn for every odd cell too."""

import io
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.analysis.capacity_fade import Fade
from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.analysis.differential_voltage import DifferentialCurve
from battery_analytics.analysis.voltage_curves import Branch, VoltageCurve
from battery_analytics.plots.scale import robust_limits, ticks
from battery_analytics.projection.knee import CycleRange, FoundKnee, Knee
from battery_analytics.projection.result import Interval, Projection, Trend
from battery_analytics.sections.capacity_fade.plot import capacity_plot
from battery_analytics.sections.temperature_analysis import TemperatureAnalysis, TemperatureRange, TemperatureStats
from battery_analytics.sections.temperature_analysis.plot import temperature_vs_capacity_plot
from battery_analytics.sections.voltage_profile.differential_plot import differential_voltage_plot
from battery_analytics.sections.voltage_profile.plot import voltage_profile_plot
from PIL import Image

from tests.steps import figures_of

ABSTAINED = Projection("none", None, None, 58.0, 46.4, 0.8, None, None, None, "one cycle has no trend.", None)
UNKNOWN = replace(ABSTAINED, initial_capacity_Ah=None, eol_capacity_Ah=None)


FADE, UNKNOWN_FADE = Fade(1.0, 0.01), Fade(None, None)


def table_of(n_cycles: int, *, loss_Ah: float = 0.01, mean_temperature_C: np.ndarray | None = None) -> CycleTable:
    cycles = np.arange(1, n_cycles + 1)
    discharge = np.asarray(58.0 - loss_Ah * cycles, np.float64)
    efficiency = np.asarray(99.9 + 0.02 * np.sin(cycles), np.float64)
    return figures_of(
        discharge,
        charge_capacity_Ah=discharge * 100.0 / efficiency,
        coulombic_efficiency_percent=efficiency,
        mean_temperature_C=20 + cycles % 9.0 if mean_temperature_C is None else mean_temperature_C,
    )


def unknown_table(n_cycles: int) -> CycleTable:
    return figures_of(np.full(n_cycles, np.nan))


def projected(table: CycleTable, eol_cycle: float) -> Projection:
    cycles, capacity = table.cycle_number.astype(np.float64), table.discharge_capacity_Ah
    trend = Trend(cycles, capacity, capacity - 0.1, capacity + 0.1)
    interval = Interval(0.8 * eol_cycle, 1.3 * eol_cycle, 0.9, "indicative")
    return Projection("trajectory", -0.01, 0.9, 58.0, 46.4, 0.8, eol_cycle, interval, None, None, trend)


def temperature_of(reason: str | None = None) -> TemperatureAnalysis:
    stats = TemperatureStats(25.0, 25.0, 1.0, 21.0, 29.0)
    return TemperatureAnalysis(True, 25.0, TemperatureRange(20.0, 30.0), stats, None if reason else -0.5, reason)


def voltage_curves(n_cycles: int, *, charge: bool = True, discharge: bool = True) -> list[VoltageCurve]:
    share = np.linspace(0, 1, 120)
    curves = []
    for number in range(1, n_cycles + 1):
        capacity = (58 - 0.01 * number) * share
        charged, discharged = Branch(capacity, 3.4 + 0.8 * share), Branch(capacity, 4.2 - 0.8 * share - 0.5 * share**20)
        curves.append(VoltageCurve(number, charged if charge else None, discharged if discharge else None))
    return curves


def differential_curves(n_cycles: int) -> list[DifferentialCurve]:
    share = np.linspace(0, 1, 200)
    return [
        DifferentialCurve(number, (58 - 0.01 * number) * share, -0.01 - 0.002 * np.sin(9 * share) - share**40)
        for number in range(1, n_cycles + 1)
    ]


def all_four(n_cycles: int = 99) -> list[bytes]:
    table = table_of(n_cycles)
    return [
        capacity_plot(table, FADE, projected(table, 3 * n_cycles), title="capacity"),
        voltage_profile_plot(voltage_curves(n_cycles), title="voltage"),
        differential_voltage_plot(differential_curves(n_cycles), title="differential"),
        temperature_vs_capacity_plot(temperature_of(), table, title="temperature"),
    ]


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def share_of_ink(png: bytes) -> float:
    return float((pixels(png) < 250).any(axis=2).mean())


def coloured_pixels(png: bytes, color: tuple[int, int, int]) -> int:
    return int((np.abs(pixels(png).astype(int) - color).max(axis=2) < 12).sum())


BLUE, VERMILION = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)


def test_each_picture_is_a_png_of_its_size_without_metadata() -> None:
    for png, size in zip(all_four(), [(1000, 800), (1000, 640), (1000, 640), (1000, 640)], strict=True):
        with Image.open(io.BytesIO(png)) as image:
            image.verify()
            assert (image.format, image.size, image.info) == ("PNG", size, {})


def test_the_encoded_pixels_are_those_that_pillow_decodes_and_encodes_again() -> None:
    decoded = pixels(all_four()[0])
    again = io.BytesIO()
    Image.fromarray(decoded).save(again, "png")
    assert (pixels(again.getvalue()) == decoded).all()
    assert (decoded[0, 0] == 255).all()


@pytest.mark.parametrize("n_cycles", [1, 2, 5000])
def test_one_two_and_five_thousand_cycles_are_drawn(n_cycles: int) -> None:
    for png in all_four(n_cycles):
        assert 0.005 < share_of_ink(png) < 0.5


def test_the_same_input_gives_the_same_bytes() -> None:
    assert all_four() == all_four()


@pytest.mark.slow
def test_threads_draw_the_same_bytes_as_one_alone() -> None:
    alone = all_four()
    with ThreadPoolExecutor(8) as threads:
        for together in threads.map(lambda _: all_four(), range(16)):
            assert together == alone


def test_other_data_give_another_picture() -> None:
    for one, other in zip(all_four(99), all_four(98), strict=True):
        assert one != other


def test_the_title_is_in_the_picture() -> None:
    one = pixels(voltage_profile_plot([], title="CALB_35_B249"))
    other = pixels(voltage_profile_plot([], title="CALB_35_B173"))
    different = (one != other).any(axis=2)
    assert different[:50].any()
    assert not different[50:].any()


@pytest.mark.parametrize("title", ["", "$\\frac{", "电池 \ud800", "two\nlines\x00", "long " * 200])
def test_any_title_is_drawn_without_a_warning(title: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pixels(voltage_profile_plot([], title=title)).shape == (640, 1000, 3)


def test_cycles_without_any_known_figure_give_sentences() -> None:
    unknown = np.full(99, np.nan)
    not_measured = replace(temperature_of("No temperature was measured."), has_temperature_data=False)
    nan_curve = VoltageCurve(1, Branch(unknown, unknown), None)
    for png in (
        capacity_plot(unknown_table(99), UNKNOWN_FADE, UNKNOWN, title="unknown"),
        temperature_vs_capacity_plot(not_measured, unknown_table(99), title="unknown"),
        voltage_profile_plot([nan_curve], title="unknown"),
        differential_voltage_plot([DifferentialCurve(1, unknown, unknown)], title="unknown"),
    ):
        middle = pixels(png)[200:500, 300:800]
        assert (middle < 100).all(axis=2).any()


@pytest.mark.parametrize("plot", [voltage_profile_plot, differential_voltage_plot])
def test_an_empty_list_of_curves_gives_a_sentence(plot: Callable[..., bytes]) -> None:
    middle = pixels(plot([], title="empty"))[300:380, 300:800]
    assert (middle < 100).all(axis=2).any()


def test_a_cell_without_cycles_gives_pictures() -> None:
    assert share_of_ink(capacity_plot(unknown_table(0), UNKNOWN_FADE, UNKNOWN, title="nothing")) > 0
    assert share_of_ink(temperature_vs_capacity_plot(temperature_of(), unknown_table(0), title="nothing")) > 0


def test_a_missing_branch_is_left_out_and_the_other_drawn() -> None:
    both = share_of_ink(voltage_profile_plot(voltage_curves(3), title="x"))
    without_charge = share_of_ink(voltage_profile_plot(voltage_curves(3, charge=False), title="x"))
    without_discharge = share_of_ink(voltage_profile_plot(voltage_curves(3, discharge=False), title="x"))
    neither = share_of_ink(voltage_profile_plot(voltage_curves(3, charge=False, discharge=False), title="x"))
    assert neither < min(without_charge, without_discharge)
    assert max(without_charge, without_discharge) < both


def test_a_constant_temperature_draws_its_points_in_one_column() -> None:
    constant = temperature_of("The temperature is 35 °C throughout.")
    table = table_of(99, mean_temperature_C=np.full(99, 35.0))
    picture = pixels(temperature_vs_capacity_plot(constant, table, title="x"))[130:560, 100:975].astype(int)
    columns = np.flatnonzero((np.ptp(picture, axis=2) > 40).any(axis=0))
    assert 0 < np.ptp(columns) < 12


def test_the_reason_for_no_correlation_is_written() -> None:
    constant = temperature_of("The temperature is 35 °C throughout.")
    table = table_of(99, mean_temperature_C=np.full(99, 35.0))
    said = pixels(temperature_vs_capacity_plot(constant, table, title="x"))[45:70]
    silent = pixels(voltage_profile_plot(voltage_curves(1), title="x"))[45:70]
    assert (said < 150).any()
    assert not (silent < 150).any()


@pytest.mark.parametrize("eol_cycle", [116.0, 250.0, 4500.0, 1e6])
def test_the_threshold_is_drawn_wherever_the_end_of_life_lies(eol_cycle: float) -> None:
    table = table_of(99)
    assert coloured_pixels(capacity_plot(table, FADE, projected(table, eol_cycle), title="x"), VERMILION) > 300


def test_a_far_end_of_life_leaves_the_measured_cycles_their_width() -> None:
    table = table_of(99)
    picture = pixels(capacity_plot(table, FADE, projected(table, 4500.0), title="x")).astype(int)
    columns = np.flatnonzero((np.abs(picture[160:480, 100:660] - BLUE).max(axis=2) < 12).any(axis=0))
    assert np.ptp(columns) > 500


def test_an_unbounded_interval_is_drawn() -> None:
    table = table_of(99)
    projection = replace(projected(table, 4500.0), interval=Interval(3000.0, None, 0.9, "calibrated"))
    assert capacity_plot(table, FADE, projection, title="x") != capacity_plot(
        table, FADE, projected(table, 4500.0), title="x"
    )


def test_a_truncated_last_cycle_does_not_flatten_the_rest() -> None:
    values = np.append(np.linspace(58.0, 57.8, 98), 20.0)
    limits = robust_limits(values)
    assert limits is not None
    assert 57.0 < limits[0] < 57.8
    assert 58.0 < limits[1] < 59.0


def test_a_few_values_are_all_kept_on_the_axis() -> None:
    limits = robust_limits(np.array([58.0, 57.9, 20.0, np.nan]))
    assert limits is not None
    assert limits[0] < 20.0


def test_nothing_finite_has_no_limits() -> None:
    assert robust_limits(np.array([np.nan, np.inf]), np.empty(0)) is None


@pytest.mark.parametrize(
    ("limits", "most", "integer", "names"),
    [
        ((0.0, 100.0), 5, False, ["0", "50", "100"]),
        ((-0.5, 1.0), 4, False, ["−0.5", "0.0", "0.5", "1.0"]),
        ((0.5, 1.5), 9, True, ["1"]),
        ((0.0, 6200.0), 4, True, ["0", "2,000", "4,000", "6,000"]),
        ((46.36, 46.44), 5, False, ["46.36", "46.38", "46.40", "46.42", "46.44"]),
    ],
)
def test_ticks_stand_at_round_values(limits: tuple[float, float], most: int, integer: bool, names: list[str]) -> None:
    assert ticks(limits, most, integer=integer)[1] == names


@pytest.mark.slow
def test_drawing_never_imports_pyplot_nor_changes_matplotlibs_settings() -> None:
    program = """
import sys, matplotlib
names = [name for name in matplotlib.rcParams if name != "backend"]  # reading that one imports pyplot
before = [matplotlib.rcParams[name] for name in names]
from battery_analytics.sections.voltage_profile.differential_plot import differential_voltage_plot
from battery_analytics.sections.voltage_profile.plot import voltage_profile_plot
voltage_profile_plot([], title="x")
differential_voltage_plot([], title="x")
assert "matplotlib.pyplot" not in sys.modules
assert [matplotlib.rcParams[name] for name in names] == before
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_analysis_without_plots_imports_no_matplotlib() -> None:
    program = "import sys, battery_analytics.report; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_knee_is_marked_in_the_capacity_and_not_in_the_efficiency() -> None:
    table = table_of(200)
    knee = FoundKnee(Knee(100.0, CycleRange(90.0, 110.0), 80.0, CycleRange(70.0, 90.0)), 57.0)

    without, marked = (
        np.asarray(Image.open(io.BytesIO(capacity_plot(table, FADE, ABSTAINED, drawn, title="knee"))))
        for drawn in (None, knee)
    )

    rows = np.flatnonzero((without != marked).any(axis=(1, 2)))
    changed_in_the_efficiency_below = rows[rows > 0.7 * without.shape[0]]
    assert rows.size > 10
    assert changed_in_the_efficiency_below.size == 0


def test_a_knee_without_onset_is_drawn_too() -> None:
    table = table_of(200)
    knee = FoundKnee(Knee(100.0, CycleRange(90.0, 110.0), None, None), 57.0)
    assert capacity_plot(table, FADE, ABSTAINED, knee, title="knee") != capacity_plot(
        table, FADE, ABSTAINED, title="knee"
    )
