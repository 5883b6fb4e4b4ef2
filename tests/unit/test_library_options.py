"""The library's options: everything sensible is taken, everything else is refused by name."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from battery_analytics import PLOT_NAMES, BatteryFile, analyze
from battery_analytics.errors import InvalidOption, NoFiles
from battery_analytics.options import MAX_CYCLES_RETURNED, Options, checked_options
from battery_analytics.report import OPTIONS

from sample_cells.plain import cell, pickled

FILE = BatteryFile("A.pkl", pickled(cell("A")))
STANDARD = ("capacity_plot", "voltage_profile_plot", "differential_voltage_plot", "temperature_vs_capacity_plot")


def options(**asked: Any) -> Options:
    defaults: dict[str, Any] = {
        "plots": "all",
        "eol_threshold": 0.8,
        "capacity_reference": "initial",
        "cycles": None,
        "compare": "auto",
        "format": None,
        "sections": "all",
    }
    return checked_options(OPTIONS, defaults | asked)


@pytest.mark.parametrize(
    "plots",
    [
        ["capacity_plot", "voltage_profile"],
        ("capacity", "voltage_profile_plot"),
        {"capacity_plot", "voltage_profile_plot"},
        ["capacity", "capacity_plot", "voltage_profile"],
        (name for name in ("capacity", "voltage_profile")),
    ],
    ids=["list", "tuple", "set", "repeated", "generator"],
)
def test_plots_are_any_collection_of_names_in_either_spelling(plots: Iterable[str]) -> None:
    assert options(plots=plots).plots == {"capacity_plot", "voltage_profile_plot"}


@pytest.mark.parametrize(
    ("plots", "names"),
    [
        ("all", set(PLOT_NAMES)),
        ("standard", set(STANDARD)),
        ("none", set()),
        ([], set()),
        ("capacity", {"capacity_plot"}),
    ],
)
def test_plots_may_be_a_word(plots: Any, names: set[str]) -> None:
    assert options(plots=plots).plots == names


@pytest.mark.parametrize(
    "plots", [None, 3, True, ["capacity", 7], ["nonsense"], "capacity_plot_plot", [["capacity"]], ""]
)
def test_other_plots_are_refused(plots: Any) -> None:
    with pytest.raises(InvalidOption, match="option 'plots' takes 'standard', 'all', 'none' or a list of") as refused:
        options(plots=plots)
    assert refused.value.details["option"] == "plots"


@pytest.mark.parametrize("threshold", [0.001, 0.8, 0.999, np.float32(0.5), np.float64(0.5)])
def test_a_threshold_is_a_number_between_0_and_1(threshold: Any) -> None:
    assert options(eol_threshold=threshold).eol_threshold == pytest.approx(float(threshold))
    assert type(options(eol_threshold=threshold).eol_threshold) is float


@pytest.mark.parametrize(
    "threshold", [0, 1, True, False, -0.1, 80, "0.8", None, float("nan"), float("inf"), [0.8], 0.8j, np.array([0.8])]
)
def test_other_thresholds_are_refused(threshold: Any) -> None:
    with pytest.raises(InvalidOption, match="option 'eol_threshold' takes a number between 0 and 1"):
        options(eol_threshold=threshold)


@pytest.mark.parametrize("reference", ["", "Nominal", None, 1, ["nominal"]])
def test_another_reference_is_refused(reference: Any) -> None:
    with pytest.raises(InvalidOption, match="option 'capacity_reference' takes 'initial' or 'nominal'"):
        options(capacity_reference=reference)


@pytest.mark.parametrize(
    "cycles", [[3, 1, 3], (1, 3), {1, 3}, range(1, 4, 2), np.array([3, 1]), iter([1, 3])],
    ids=["list", "tuple", "set", "range", "array", "iterator"],
)  # fmt: skip
def test_cycles_are_any_collection_of_numbers(cycles: Any) -> None:
    found = options(cycles=cycles).cycles

    assert found == (1, 3)
    assert all(type(number) is int for number in found or ())


@pytest.mark.parametrize(
    "cycles", [[], 1.5, "1,2", [1.0], ["1"], [True], [-1], [None], [2**70], range(MAX_CYCLES_RETURNED + 1)], ids=repr
)
def test_other_cycles_are_refused(cycles: Any) -> None:
    with pytest.raises(InvalidOption, match="option 'cycles' takes a list of 1 to 1,000"):
        options(cycles=cycles)


def test_a_cycle_that_no_file_has_is_refused_by_number() -> None:
    with pytest.raises(InvalidOption, match="no cycle 77; the files hold 4 cycles from 1 to 4"):
        analyze(FILE, plots="none", cycles=[1, 77])


def test_a_cell_that_lacks_the_asked_cycles_shows_its_own_and_says_so() -> None:
    other = BatteryFile("B.pkl", pickled(cell("B", n_cycles=9)))

    body: Any = analyze([FILE, other], plots="none", cycles=[8]).body
    short, long = body["cells"]

    assert _curves(short) == [1, 3, 4]
    assert _curves(long) == [8]
    assert "asked_cycles_missing" in {finding["code"] for finding in short["data_quality"]}
    assert "asked_cycles_missing" not in {finding["code"] for finding in long["data_quality"]}


def _curves(report: Any) -> list[int]:
    return [curve["cycle_number"] for curve in report["voltage_profile"]["voltage_curves"]]


def test_a_nominal_reference_needs_a_nominal_capacity() -> None:
    unnamed = {key: value for key, value in cell("A").items() if key != "nominal_capacity_in_Ah"}

    with pytest.raises(InvalidOption, match="nominal_capacity_in_Ah, which A does not have"):
        analyze(BatteryFile("A.pkl", pickled(unnamed)), plots="none", capacity_reference="nominal")


ALWAYS = {"metadata", "data_quality", "source"}


@pytest.mark.parametrize("sections", [None, 3, "", [], ["capacity_fade", "nonsense"], "none"])
def test_other_sections_are_refused(sections: Any) -> None:
    with pytest.raises(
        InvalidOption, match="option 'sections' takes 'all' or a list of metadata, capacity_fade"
    ) as refused:
        options(sections=sections)
    assert refused.value.details["option"] == "sections"


@pytest.mark.parametrize("sections", ["battery_health", ["battery_health"], {"battery_health", "source"}])
def test_a_section_that_was_not_asked_for_is_absent(sections: Any) -> None:
    assert set(analyze(FILE, sections=sections).body) == {*ALWAYS, "battery_health"}


def test_a_section_has_the_same_value_alone_as_among_all() -> None:
    whole = analyze(FILE, plots="none").body

    for name in whole:
        assert analyze(FILE, plots="none", sections=name).body[name] == whole[name], name


def test_a_section_that_was_not_asked_for_can_still_be_read_as_an_attribute() -> None:
    report = analyze(FILE, plots="none", sections="source")

    assert report.battery_health == analyze(FILE, plots="none").battery_health
    assert set(report.body) == ALWAYS


def test_cells_are_compared_whichever_sections_were_asked_for() -> None:
    files = [FILE, BatteryFile("B.pkl", pickled(cell("B", n_cycles=9)))]

    report = analyze(files, plots="none", sections="source").body

    assert report["comparison"] == analyze(files, plots="none").body["comparison"]
    assert [set(one) for one in report["cells"]] == [ALWAYS, ALWAYS]


def test_only_plots_of_asked_sections_are_drawn() -> None:
    report = analyze(FILE, sections="capacity_fade").body

    assert report["capacity_fade"]["capacity_plot"].startswith("iVBOR")


def test_a_named_plot_whose_section_is_left_out_is_refused() -> None:
    with pytest.raises(InvalidOption, match="capacity_plot belongs to the section capacity_fade") as refused:
        analyze(FILE, plots=["capacity_plot"], sections=["temperature_analysis"])
    assert refused.value.details["allowed"] == ["temperature_vs_capacity_plot"]


def test_files_are_paths_or_bytes_alone_or_many(tmp_path: Path) -> None:
    path = tmp_path / "A.pkl"
    path.write_bytes(FILE.content)

    bodies = [analyze(files, plots="none").body for files in (FILE, path, str(path), [path], iter([path]))]

    assert all(body == bodies[0] for body in bodies)


def test_a_path_that_does_not_exist_is_a_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.pkl"):
        analyze(tmp_path / "none.pkl")


def test_no_files_are_refused() -> None:
    with pytest.raises(NoFiles):
        analyze([])
