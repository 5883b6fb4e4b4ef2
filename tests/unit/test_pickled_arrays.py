"""Arrays, scalars, series and frames of numpy and pandas, read as data, against what the libraries themselves read."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from battery_analytics.errors import CorruptedFile, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.pickles.frames import Frame
from battery_analytics.formats.pickles.objects import admits, resolved
from battery_analytics.formats.pickles.plain import items_of
from battery_analytics.formats.pickles.reading import read_pickle
from battery_analytics.formats.reading import read_cells

OLD = Path(__file__).parent / "old_pickles"
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
ARRAYS = {
    "doubles": np.arange(7.0),
    "single precision": np.arange(7, dtype="f4"),
    "big endian": np.arange(7, dtype=">f8"),
    "integers": np.arange(7, dtype="i4"),
    "booleans": np.array([True, False]),
    "strided": np.arange(20.0)[::3],
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "text": np.array(["3.5", "4,25"]),
    "bytes": np.array([b"3.5", b"4"]),
    "empty": np.empty(0),
    "times": np.array(["2024-01-01T10:00", "NaT"], dtype="M8[ns]"),
    "durations": np.array([1, 60], dtype="m8[s]"),
}


def read(data: bytes) -> object:
    return resolved(read_pickle(data, admits))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_of_todays_numpy_is_read_as_numpy_reads_it(name: str, protocol: int) -> None:
    value = read(pickle.dumps(ARRAYS[name], protocol))

    assert isinstance(value, np.ndarray)
    assert value.dtype == ARRAYS[name].dtype
    np.testing.assert_array_equal(value, ARRAYS[name])


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_objects_keeps_their_places(order: str, protocol: int) -> None:
    array = np.array([[1, None, "x"], [2.5, True, np.float64(3.0)]], dtype=object, order=order)  # type: ignore[call-overload]  # either order

    value = read(pickle.dumps(array, protocol))

    assert isinstance(value, np.ndarray)
    assert value.tolist() == array.tolist()


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize("scalar", [np.float64(1.5), np.int64(-4), np.float32(0.25), np.bool_(True)])
def test_a_scalar_is_its_number(scalar: np.generic, protocol: int) -> None:
    assert read(pickle.dumps(scalar, protocol)) == scalar.item()


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cycle_number": np.repeat([1, 2], [3, 2]),
            "current_in_A": np.arange(5.0) - 2,
            "voltage_in_V": np.linspace(3, 4, 5),
            "time_in_s": np.arange(5) * 30,
            "step": list("abcde"),
            "temperature_in_C": np.full(5, 25, dtype="f4"),
        }
    )


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("form", ["whole", "rows selected", "one type", "labelled rows", "times as rows"])
def test_a_frame_of_todays_pandas_is_read_as_its_columns(form: str, protocol: int) -> None:
    forms = {
        "whole": frame(),
        "rows selected": frame()[frame().cycle_number == 1],
        "one type": frame().drop(columns="step"),
        "labelled rows": frame().set_index("step"),
        "times as rows": frame().set_index(pd.date_range("2024-01-01", periods=5, freq="30s")),
    }

    value = read(pickle.dumps(forms[form], protocol))

    assert isinstance(value, Frame)
    labels = ["step"] if form == "labelled rows" else []
    assert list(value.columns) == [*forms[form].columns, *labels]
    for name, column in value.columns.items():
        expected = forms[form].index if name in labels else forms[form][name]
        assert items_of(column) == expected.tolist()


@pytest.mark.parametrize("protocol", [2, 5])
def test_columns_of_other_kinds_do_not_keep_the_measurements_from_being_read(protocol: int) -> None:
    measured = frame().convert_dtypes().astype({"step": "category"})
    measured["started"] = pd.date_range("2024-01-01", periods=5, tz="UTC")
    measured["voltage_in_V"] = pd.array([3.0, None, 3.5, 3.75, 4.0], dtype="Float64")

    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps(measured, protocol))])

    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.voltage_V.tolist() == [3.0, 3.5, 3.75, 4.0]
    assert set(cell.source.extra_columns) == {"step", "started"}


def test_a_measurement_that_is_a_category_is_named() -> None:
    measured = frame().astype({"voltage_in_V": "category"})

    with pytest.raises(UnsupportedStructure, match="'voltage_in_V' in the table of a"):
        read_cells([BatteryFile("a.pkl", pickle.dumps(measured))])


def test_of_two_columns_with_one_name_the_second_is_told_apart_and_kept() -> None:
    twice = frame()
    twice.columns = pd.Index(["cycle_number", "current_in_A", "voltage_in_V", "time_in_s", "step", "voltage_in_V"])

    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps(twice))])

    assert cell.cycling.voltage_V.tolist() == frame().voltage_in_V.tolist()
    assert cell.source.extra_columns == ("step", "voltage_in_V (6)")


def test_column_names_at_several_levels_are_said_to_be_the_trouble() -> None:
    nested = frame()
    nested.columns = pd.MultiIndex.from_product([["cell"], nested.columns])

    with pytest.raises(CorruptedFile, match="column names of a pandas frame"):
        read_cells([BatteryFile("a.pkl", pickle.dumps(nested))])


def test_a_frame_with_a_row_for_each_cycle_is_read_by_its_lists() -> None:
    cycles = pd.DataFrame(
        {
            "cycle_number": [1, 2],
            "voltage_in_V": [[3.0, 3.5], np.array([3.1, 3.6])],
            "current_in_A": [[1.0, -1.0], [1.0, -1.0]],
            "time_in_s": [[0, 30], [60, 90]],
        }
    )

    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps(cycles))])

    assert cell.cycling.voltage_V.tolist() == [3.0, 3.5, 3.1, 3.6]
    assert cell.cycling.offsets.tolist() == [0, 2, 4]


def test_times_of_day_and_durations_are_seconds() -> None:
    measured = frame().assign(time_in_s=pd.to_timedelta([0, 30, 60, 90, 120], unit="s"))

    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps(measured))])

    assert cell.cycling.time_s is not None
    assert cell.cycling.time_s.tolist() == [0, 30, 60, 90, 120]


@pytest.mark.parametrize("path", sorted(OLD.glob("*_arrays_*.pkl")), ids=lambda path: path.stem)
def test_arrays_of_older_versions_are_read(path: Path) -> None:
    value = read_pickle(path.read_bytes(), admits)

    assert isinstance(value, dict)
    arrays = {name: np.asarray(resolved(array)) for name, array in value.items() if name != "list_of_scalars"}
    assert arrays["doubles"].tolist() == [0.0, 1.0, 2.0]
    assert arrays["big_endian"].tolist() == [0.0, 1.0, 2.0]
    assert arrays["fortran"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert arrays["strided"].tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert arrays["text"].tolist() == ["3.5", "4"]
    assert arrays["objects"].tolist() == [1, None, "x"]
    assert arrays["scalar"] == 1.5
    assert arrays["integer"] == 4
    assert [resolved(scalar) for scalar in value["list_of_scalars"]] == [1.0, 2.0, 3.0]
    assert arrays["series"].tolist() == [3.0, 3.25, 3.5, 3.75, 4.0]
    assert arrays["column_of_frame"].tolist() == [3.0, 3.25, 3.5, 3.75, 4.0]


@pytest.mark.parametrize("path", sorted(OLD.glob("*_frame_*.pkl")), ids=lambda path: path.stem)
def test_frames_of_older_versions_are_cells(path: Path) -> None:
    [cell] = read_cells([BatteryFile(path.name, path.read_bytes())])

    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.offsets.tolist() == [0, 3, 5]
    assert cell.cycling.current_A.tolist() == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert cell.cycling.voltage_V.tolist() == [3.0, 3.25, 3.5, 3.75, 4.0]
    assert cell.cycling.time_s is not None
    assert cell.cycling.time_s.tolist() == [0, 30, 60, 90, 120]
    assert cell.cycling.temperature_C is not None
    assert cell.cycling.temperature_C.tolist() == [25, 25, 26, 25, 25]
    assert cell.source.extra_columns == ("step", "rest")


@pytest.mark.parametrize("path", sorted(OLD.glob("*_rows_*.pkl")), ids=lambda path: path.stem)
def test_selected_rows_of_older_versions_are_cells(path: Path) -> None:
    [cell] = read_cells([BatteryFile(path.name, path.read_bytes())])

    assert cell.cycling.cycle_number.tolist() == [1]
    assert cell.cycling.voltage_V.tolist() == [3.0, 3.25, 3.5]


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_the_labels_of_the_rows_may_hold_the_cycle_number(protocol: int) -> None:
    table = frame().assign(cycle_number=[3, 3, 4, 4, 4])

    for labelled in (
        table.set_index("cycle_number"),
        table.assign(point=range(5)).set_index(["cycle_number", "point"]),
    ):
        (cell,) = read_cells([BatteryFile("frame.pkl", pickle.dumps(labelled, protocol))])
        assert cell.cycling.cycle_number.tolist() == [3, 4]
        assert cell.cycling.offsets.tolist() == [0, 2, 5]
