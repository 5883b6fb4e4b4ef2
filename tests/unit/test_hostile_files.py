"""Files that cost more than their size, or that hold what no program writes: a report or a BatteryDataError, at a fair cost.

Each test is one kind of such files. Costs are counted by the budget of the analysis and not timed.
"""

import logging
import math
import pickle
from collections import OrderedDict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from battery_analytics import BatteryDataError, BatteryFile, analyze
from battery_analytics.budget import budget_for, charge_answer
from battery_analytics.errors import CorruptedFile, DeadlineExceeded, TooCostly
from battery_analytics.formats import reading
from battery_analytics.formats.tables.column_values import NotNumbers, numbers

from tests.known_cell import column, cycles, known_cell, text_table

ENDS = {"report", "unsupported_structure", "corrupted_file", "missing_columns", "inconsistent_lengths"}
NAMES = ("current_in_A", "voltage_in_V", "discharge_capacity_in_Ah", "time_in_s")


def pickled(value: object) -> BatteryFile:
    return BatteryFile("hostile.pkl", pickle.dumps(value))


def frame(**columns: Any) -> pd.DataFrame:
    """The known cell as a frame, with these columns besides or instead."""
    known = {name: column(name) for name in ("cycle_number", *NAMES)}
    return pd.DataFrame({**known, **columns})


def cell_with(**columns: Any) -> dict[str, Any]:
    """The known cell whose cycles have these columns besides or instead."""
    return {"cycle_data": [{**cycle, **columns} for cycle in cycles()]}


def outcome(file: BatteryFile, **options: Any) -> str:
    """`report`, or the code of the error that the file meets."""
    try:
        analyze(file, **options).to_json()
    except BatteryDataError as error:
        return "bug" if "not laid out as any known program" in error.message else error.code
    return "report"


def codes(file: BatteryFile, **options: Any) -> str:
    """The code of the error that the file meets."""
    with pytest.raises(BatteryDataError) as error:
        analyze(file, **options)
    assert file.name in error.value.message
    return error.value.code


def test_one_text_column_for_two_hundred_cells_is_read_once() -> None:
    text = [
        f"{value:.3f} V".replace(" V", "") + ("x" if place % 50 == 0 else "")
        for place, value in enumerate(np.arange(3_000.0))
    ]
    cell = {"cycle_data": [{"cycle_number": 1, "voltage_in_V": text, "current_in_A": text, "time_in_s": text}]}
    with budget_for([200_000], None), pytest.raises(BatteryDataError) as error:
        reading.read_cells([pickled([cell] * 200)])
    assert error.value.code == "too_costly"
    assert "600,000" not in error.value.message


def test_a_small_file_of_many_cells_gets_few_plots_and_a_finding() -> None:
    report = analyze(pickled([known_cell()] * 40))
    drawn = [cell["capacity_fade"]["capacity_plot"] is not None for cell in report.cells]
    assert (drawn[0], drawn[-1]) == (True, False)
    assert "plots_left_out" in [finding.code for finding in report.cells[-1].data_quality]
    assert "plots_left_out" not in [finding.code for finding in report.cells[0].data_quality]


def test_a_column_in_other_units_is_copied_once_however_often_it_is_referred_to() -> None:
    one = {
        "voltage_mV": np.full(100_000, 3.7e3),
        "current_mA": np.full(100_000, 1.0),
        "time_in_s": np.arange(100_000.0),
    }
    assert codes(pickled({"cycle_data": [one] * 400})) == "too_costly"


def test_a_dict_that_is_filled_key_by_key_costs_no_more_than_one_filled_at_once() -> None:
    items = OrderedDict((f"key {number}", number) for number in range(120_000))
    assert codes(pickled({"cycle_data": [items]})) == "unsupported_structure"


def test_labels_that_hold_themselves_many_times_are_not_written_out() -> None:
    label: object = "x"
    for _ in range(60):
        label = (label, label)
    bomb = frame()
    names = np.empty(bomb.shape[1] + 1, dtype=object)
    names[:] = [*bomb.columns, "y"]
    names[-1] = label
    bomb["y"] = 1.0
    bomb.columns = pd.Index(names, tupleize_cols=False)
    assert analyze(pickled(bomb), plots="none").capacity_fade.capacity_retention_percentage == pytest.approx(
        100 * 9.86 / 9.9
    )


@pytest.mark.parametrize("mask", [np.zeros(1, dtype=bool), np.zeros((186, 1), dtype=bool)], ids=["one", "column"])
def test_a_masked_column_whose_mask_has_another_shape_is_refused(mask: object) -> None:
    content: Any = pd.array(np.ones(186, dtype=np.int64), dtype="Int64")
    content._mask = mask
    columns = {"voltage_in_V": column("voltage_in_V"), "current_in_A": content, "time_in_s": column("time_in_s")}
    assert codes(pickled(columns)) in {"corrupted_file", "unsafe_pickle"}


def test_a_masked_column_that_is_its_own_data_is_refused() -> None:
    content: Any = pd.array(np.ones(186, dtype=np.int64), dtype="Int64")
    content._data = content
    columns = {"voltage_in_V": column("voltage_in_V"), "current_in_A": content}
    assert codes(pickled(columns)) in {"corrupted_file", "unsafe_pickle"}


@pytest.mark.parametrize("unit", ["D", "s", "ms", "us"])
def test_dates_beyond_2262_stand_for_no_time(unit: str) -> None:
    since_1970_s = 1_714_521_600 + column("time_in_s").astype(np.int64)
    moments: Any = since_1970_s.astype("datetime64[s]").astype(f"datetime64[{unit}]")
    moments[-1] = np.datetime64("9999-12-31")
    report = analyze(pickled(cell_with()), plots="none")
    with_dates = analyze(pickled(frame(time_in_s=moments)), plots="none")
    assert with_dates.capacity_fade.capacity_retention_percentage == report.capacity_fade.capacity_retention_percentage


@pytest.mark.parametrize(
    ("unit", "seconds"), [("Y", 365 * 86_400.0), ("M", 31 * 86_400.0), ("D", 86_400.0), ("us", 1e-6), ("as", 1e-18)]
)
def test_dates_of_any_unit_are_seconds_and_those_out_of_reach_are_none(unit: str, seconds: float) -> None:
    moments = np.array([1, 2**62, np.iinfo(np.int64).min], dtype=np.int64).view(f"M8[{unit}]")
    read = numbers(moments, clock=True).values
    assert read[0] == pytest.approx(seconds)
    assert np.isnan(read[2])


def test_dates_without_a_unit_are_no_times() -> None:
    with pytest.raises(NotNumbers):
        numbers(np.array([1, 2], dtype=np.int64).view("M8"), clock=True)


def test_a_slice_that_does_not_step_is_refused() -> None:
    content = pickle.dumps(frame())
    place = content.index(b"slice")
    assert codes(BatteryFile("hostile.pkl", content[:place] + content[place:].replace(b"K\x01\x87", b"K\x00\x87"))) in {
        "corrupted_file",
        "unsafe_pickle",
    }


@pytest.mark.parametrize("value", [np.array(3.7), np.array("text"), np.array(None, dtype=object), np.float64(3.7)])
def test_an_array_without_a_dimension_is_no_column_and_no_list_of_cycles(value: object) -> None:
    for content in (cell_with(voltage_in_V=value), {"cycle_data": value}, cell_with(cycle_number=value)):
        assert outcome(pickled(content), plots="none") in ENDS


def test_text_with_what_is_no_character_is_refused() -> None:
    beyond = np.full(186, 0x110000, dtype=np.uint32).view("U1")
    assert codes(pickled(dict.fromkeys(NAMES, beyond))) in {"corrupted_file", "unsupported_structure"}


def test_a_number_of_more_digits_than_python_writes_is_metadata_like_any_other() -> None:
    table = text_table(",", [(name, column(name)) for name in ("cycle_number", *NAMES)])
    metadata = f'key,value\ncell_id,A\nlimits,"{{{"0x" + "f" * 3_000}: 1}}"\n'
    files = [BatteryFile("A_cycles.csv", table.encode()), BatteryFile("A_metadata.csv", metadata.encode())]
    assert analyze(files, plots="none").metadata.cell_id == "A"


def test_a_row_with_a_field_of_any_length_is_refused_by_its_number() -> None:
    table = text_table(",", [(name, column(name)) for name in ("cycle_number", *NAMES)])
    content = table + "1,2,3,4,5," + "9" * 200_000 + "\n"
    assert codes(BatteryFile("wide.csv", content.encode())) == "corrupted_file"


@pytest.mark.parametrize("number", [2**53 - 1, 2**31, 0])
def test_plots_are_drawn_at_any_cycle_number(number: int) -> None:
    cell = {"cycle_data": [{**cycle, "cycle_number": number} for cycle in cycles()[:1]]}
    report = analyze(pickled(cell))
    assert report["capacity_fade"]["capacity_plot"]


@pytest.mark.parametrize("reading_V", [math.nan, 1e19, -1e19, 1e-300, 0.0, 3.7])
def test_plots_are_drawn_of_constant_and_impossible_readings(reading_V: float) -> None:
    cell = {**cell_with(voltage_in_V=[reading_V] * 62), "nominal_capacity_in_Ah": 10.0}
    for reference in ("initial", "nominal"):
        assert outcome(pickled(cell), capacity_reference=reference) in {"report", "no_cycles"}


def test_a_test_that_only_rests_has_a_report_by_its_nominal_capacity() -> None:
    cell = {**cell_with(current_in_A=[0.0] * 62, discharge_capacity_in_Ah=[0.0] * 62), "nominal_capacity_in_Ah": 10.0}
    report = analyze(pickled(cell), capacity_reference="nominal")
    assert report.capacity_fade.capacity_retention_percentage is None


@pytest.mark.parametrize("given", [[1], {"Ah": 10}, True, [[]]])
def test_metadata_of_another_type_than_the_report_has_are_null_there_and_kept_as_given(given: object) -> None:
    report = analyze(pickled({**cell_with(), "nominal_capacity_in_Ah": given, "form_factor": given}), plots="none")
    assert report["metadata"]["nominal_capacity_in_Ah"] is None
    assert report["metadata"]["nominal_capacity_in_Ah as given"] == given
    assert report["metadata"]["form_factor"] is None


def test_whatever_a_reader_raises_is_the_files_fault_for_the_caller_and_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(*_: object) -> object:
        raise ZeroDivisionError("secret contents")

    monkeypatch.setattr(reading, "_chosen", bug)
    with caplog.at_level(logging.ERROR), pytest.raises(CorruptedFile, match=r"hostile\.pkl"):
        analyze(pickled(known_cell()))
    assert "ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text


def test_an_analysis_ends_at_its_time_limit() -> None:
    with pytest.raises(DeadlineExceeded):
        analyze(pickled(known_cell()), time_limit_s=0.0)
    assert analyze(pickled(known_cell()), plots="none", time_limit_s=600.0).n_cells == 1


def test_a_report_too_large_for_its_upload_is_refused_before_it_is_drawn() -> None:
    with budget_for([1_000], None):
        charge_answer(20_000_000)
        with pytest.raises(TooCostly, match="report"):
            charge_answer(20_000_000)
