"""BioLogic's binary files: the columns of each version of the format, and bytes that no program of BioLogic writes."""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import pytest
from battery_analytics.formats.binary.biologic_mpr import MAGIC, tables_of
from battery_analytics.formats.source_table import BinaryFault, SourceTable
from hypothesis import given
from hypothesis import strategies as st

GCPL, CAPACITY_DETERMINATION = 0x04, 0x88
FLAGS = (1, 2, 3, 21, 31, 65)
TIME, DQ, EWE, CURRENT, ECE, Q, HALF_CYCLE = 4, 7, 6, 8, 9, 467, 468
FORMATS = {TIME: "d", DQ: "d", EWE: "f", CURRENT: "f", ECE: "f", Q: "d", HALF_CYCLE: "I", 131: "H", 462: "f"}
UNKNOWN, ALSO_UNKNOWN = 999, 1001
MEAN_EWE, MEAN_ECE = 77, 471
MEAN_FORMATS = {MEAN_EWE: "f", MEAN_ECE: "f"}
# The versions of the module of data, and the bytes before the first point. Ids of version 0 have one byte.
OLDEST, SECOND, THIRD, NEWEST = 0, 2, 3, 11
POINTS_AT = {OLDEST: 100, SECOND: 405, THIRD: 406, NEWEST: 1007}
IDS = (*FLAGS, 131, TIME, DQ, EWE)
TIMES_S = (0.0, 1.0, 3.0, 3.0, 7.0)
MOVED_MAH = (0.5, 0.001, 0.002, 0.003, -0.004)
VOLTAGES_V = (3.5, 3.6, 3.7, 3.7, 3.4)
ROWS = [
    (0b1011_0101, step, time, moved, voltage)
    for step, (time, moved, voltage) in enumerate(zip(TIMES_S, MOVED_MAH, VOLTAGES_V, strict=True))
]
STARTED = datetime(2024, 1, 10, 11, 2, 29, 886_000)


def module(name: str, data: bytes, version: int = 0) -> bytes:
    """A part of a file. Version 11 is that of EC-Lab 11.50, whose header is longer."""
    header = b"MODULE" + name.encode().ljust(10) + name.encode().ljust(25)
    if version == NEWEST:
        return header + struct.pack("<IIII", 0xFFFFFFFF, len(data), 0, version) + b"01/10/24" + data
    return header + struct.pack("<II", len(data), version) + b"01/10/24" + data


def record_format(ids: Sequence[int], formats: Mapping[int, str]) -> str:
    flags = "B" if set(ids) & set(FLAGS) else ""
    return "<" + flags + "".join(formats[each] for each in ids if each not in FLAGS)


def data_module(
    ids: Sequence[int],
    rows: Sequence[Sequence[float]],
    *,
    version: int = THIRD,
    n_points: int | None = None,
    formats: Mapping[int, str] = FORMATS,
) -> bytes:
    """The points of a test. Each row begins with the byte of flags where one of the ids is a flag."""
    counts = struct.pack("<IH" if version == NEWEST else "<IB", len(rows) if n_points is None else n_points, len(ids))
    written = struct.pack(f"<{len(ids)}{'B' if version == OLDEST else 'H'}", *ids)
    points = b"".join(struct.pack(record_format(ids, formats), *row) for row in rows)
    return module("VMP data", (counts + written).ljust(POINTS_AT[version], b"\0") + points, version)


def log_module(started: datetime = STARTED, serial: bytes = b"1854") -> bytes:
    days = (started - datetime(1899, 12, 30)).total_seconds() / 86_400
    head = bytes(585) + struct.pack("<d", days)
    return module("VMP LOG", head.ljust(975, b"\0") + bytes([len(serial)]) + serial + bytes(20))


def file_of(*modules: bytes, technique: int = GCPL) -> bytes:
    return MAGIC + module("VMP Set", bytes([technique, 0, 8]) + bytes(40)) + b"".join(modules)


def table_of(*modules: bytes, technique: int = GCPL) -> SourceTable:
    (table,) = tables_of(file_of(*modules, technique=technique))
    return table


def fault(content: bytes) -> str:
    with pytest.raises(BinaryFault) as error:
        tables_of(content)
    return str(error.value)


@pytest.mark.parametrize("version", POINTS_AT)
def test_every_version_has_the_same_columns_under_the_names_of_the_text_export(version: int) -> None:
    columns = table_of(data_module(IDS, ROWS, version=version)).columns
    stored = ("mode", "ox/red", "error", "control changes", "Ns changes", "counter inc.", "Ns")
    assert tuple(columns) == (*stored, "time/s", "dq/mA.h", "Ewe/V", "I/mA")
    np.testing.assert_array_equal(columns["time/s"], TIMES_S)
    np.testing.assert_array_equal(columns["dq/mA.h"], MOVED_MAH)
    np.testing.assert_array_equal(columns["Ewe/V"], np.array(VOLTAGES_V, dtype=np.float32))
    np.testing.assert_array_equal(columns["Ns"], range(5))


def test_flags_are_columns_of_their_own() -> None:
    columns = table_of(data_module(IDS, ROWS[:1])).columns
    flags = ("mode", "ox/red", "error", "control changes", "Ns changes", "counter inc.")
    assert [int(columns[name].astype(int)[0]) for name in flags] == [1, 1, 0, 1, 1, 1]


def test_flags_share_the_byte_of_the_first() -> None:
    columns = table_of(data_module((TIME, 3, EWE, 1), [], n_points=0)).columns
    assert tuple(columns) == ("time/s", "error", "mode", "Ewe/V")
    assert {values.shape for values in columns.values()} == {(0,)}


def test_current_is_that_of_each_step_and_zero_where_no_time_has_passed() -> None:
    current_mA = table_of(data_module(IDS, ROWS)).columns["I/mA"]
    np.testing.assert_allclose(current_mA.astype(float), [0, 3.6, 3.6, 0, -3.6])


def test_a_stored_current_is_not_replaced() -> None:
    columns = table_of(data_module((TIME, DQ, CURRENT), [(0, 1, 5), (1, 1, 7)])).columns
    np.testing.assert_array_equal(columns["I/mA"], [5, 7])


def test_the_cell_voltage_is_computed_from_mean_voltages_as_well() -> None:
    columns = table_of(data_module((MEAN_EWE, MEAN_ECE), [(-3.5, 5.0), (-3.25, 5.25)], formats=MEAN_FORMATS)).columns
    np.testing.assert_array_equal(columns["Ewe-Ece/V"], [-8.5, -8.5])


def test_cycles_charges_and_the_cell_voltage_are_computed_as_they_are_exported() -> None:
    rows = [(3.5, 0.5, 1.0, 0), (3.0, 0.25, -2.0, 1), (3.25, 0.5, 0.0, 2)]
    columns = table_of(data_module((EWE, ECE, Q, HALF_CYCLE), rows)).columns
    np.testing.assert_array_equal(columns["Ewe-Ece/V"], [3, 2.75, 2.75])
    np.testing.assert_array_equal(columns["cycle number"], [0, 0, 1])
    np.testing.assert_array_equal(columns["Q charge/mA.h"], [1, 0, 0])
    np.testing.assert_array_equal(columns["Q discharge/mA.h"], [0, 2, 0])


def test_a_capacity_determination_measures_the_cell() -> None:
    columns = table_of(data_module((TIME, EWE), [(0, 3.5)]), technique=CAPACITY_DETERMINATION).columns
    assert tuple(columns) == ("time/s", "Ecell/V")


def test_temperature_has_its_unit() -> None:
    np.testing.assert_array_equal(table_of(data_module((462,), [(25.5,)])).columns["Temperature/°C"], [25.5])


def test_a_repeated_column_is_numbered() -> None:
    columns = table_of(data_module((EWE, EWE), [(1, 2), (3, 4)])).columns
    np.testing.assert_array_equal(columns["Ewe/V"], [1, 3])
    np.testing.assert_array_equal(columns["Ewe/V 2"], [2, 4])


def test_metadata_are_the_start_the_technique_and_the_device() -> None:
    assert table_of(data_module(IDS, ROWS), log_module()).metadata == {
        "start_time": "2024-01-10T11:02:29.886",
        "technique": "Galvanostatic Cycling with Potential Limitation",
        "device_serial": "1854",
    }


@pytest.mark.parametrize(
    "log", [b"", bytes(585) + b"\xff" * 8, bytes(975) + b"\xff" * 40, bytes(975) + b"\x02\x00\xff"]
)
def test_metadata_that_are_not_there_are_left_out(log: bytes) -> None:
    assert table_of(data_module(IDS, ROWS), module("VMP LOG", log), technique=0).metadata == {}


def test_modules_of_other_kinds_are_passed_over() -> None:
    table = table_of(module("VMP ExtDev", b"MODULE"), data_module(IDS, ROWS), module("VMP loop", b"", NEWEST))
    assert table.columns["time/s"].shape == (5,)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_a_cut_off_file_is_refused_unless_it_ends_with_a_module(version: int) -> None:
    data = file_of(data_module(IDS, ROWS, version=version))
    content = data + log_module()
    for n_bytes in range(len(content)):
        if n_bytes != len(data):
            assert fault(content[:n_bytes])


@pytest.mark.parametrize("n_points", [0, 1, 4, 6, 7, 2**32 - 1])
@pytest.mark.parametrize("version", POINTS_AT)
def test_a_wrong_number_of_points_is_refused(version: int, n_points: int) -> None:
    assert "bytes" in fault(file_of(data_module(IDS, ROWS, version=version, n_points=n_points)))


def test_columns_that_do_not_fit_in_the_header_are_refused() -> None:
    ids = bytes([255]) + bytes(95)
    assert "255 columns" in fault(file_of(module("VMP data", struct.pack("<I", 0) + ids)))
    assert "0 columns" in fault(file_of(data_module((), [])))


def test_a_version_that_is_not_known_is_refused() -> None:
    assert "version 5" in fault(file_of(module("VMP data", bytes(500), 5)))


def test_a_file_without_data_is_refused() -> None:
    assert "no module with data" in fault(file_of(log_module()))
    assert "does not begin" in fault(b"BIO-LOGIC")


@pytest.mark.parametrize("width", ["B", "H", "I", "d"])
def test_an_unknown_column_is_skipped_where_the_others_tell_its_width(width: str) -> None:
    formats = {**FORMATS, UNKNOWN: width}
    columns = table_of(data_module((TIME, UNKNOWN, EWE), [(1, 9, 3.5), (2, 9, 3.25)], formats=formats)).columns
    assert tuple(columns) == ("time/s", "Ewe/V")
    np.testing.assert_array_equal(columns["Ewe/V"], [3.5, 3.25])


def test_two_unknown_columns_of_equal_width_are_skipped() -> None:
    formats = {**FORMATS, UNKNOWN: "f", ALSO_UNKNOWN: "f"}
    ids = (UNKNOWN, TIME, ALSO_UNKNOWN, EWE)
    np.testing.assert_array_equal(table_of(data_module(ids, [(9, 1, 9, 3.5)], formats=formats)).columns["Ewe/V"], [3.5])


def test_adjacent_unknown_columns_are_skipped_whatever_their_widths() -> None:
    formats = {**FORMATS, UNKNOWN: "d", ALSO_UNKNOWN: "f"}
    ids = (TIME, UNKNOWN, ALSO_UNKNOWN, EWE)
    np.testing.assert_array_equal(table_of(data_module(ids, [(1, 9, 9, 3.5)], formats=formats)).columns["Ewe/V"], [3.5])


def test_unknown_columns_of_different_widths_are_refused_by_their_ids() -> None:
    formats = {**FORMATS, UNKNOWN: "d", ALSO_UNKNOWN: "f"}
    message = fault(file_of(data_module((UNKNOWN, TIME, ALSO_UNKNOWN), [(9, 1, 9)], formats=formats)))
    assert "999, 1001" in message


def test_an_unknown_column_of_an_impossible_width_is_refused_by_its_id() -> None:
    assert "999" in fault(file_of(data_module((TIME, UNKNOWN), [(1, 9, 9, 9)], formats={**FORMATS, UNKNOWN: "3B"})))


def test_a_file_of_unknown_columns_alone_is_refused() -> None:
    assert "none" in fault(file_of(data_module((UNKNOWN,), [(9,)], formats={UNKNOWN: "f"})))


def test_a_known_name_is_read_where_its_assumed_width_fits_and_skipped_elsewhere() -> None:
    x = 14
    assert "x" in table_of(data_module((TIME, x), [(1, 0.5)], formats={**FORMATS, x: "f"})).columns
    assert "x" not in table_of(data_module((TIME, x), [(1, 0.5)], formats={**FORMATS, x: "d"})).columns


def test_columns_wider_than_the_points_are_refused() -> None:
    assert "its points have 4" in fault(file_of(data_module((TIME,), [(1,)], formats={TIME: "f"})))


SAMPLE = [file_of(data_module(IDS, ROWS, version=version), log_module()) for version in POINTS_AT]


@given(data=st.data())
def test_changed_bytes_are_read_or_refused_within_a_small_multiple_of_their_size(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SAMPLE)))
    places = st.one_of(st.integers(0, len(content) - 1), st.integers(0, 300))
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=12)):
        content[place] = byte
    check(bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))]))


@given(
    version=st.sampled_from([*POINTS_AT]),
    ids=st.lists(st.integers(1, 255) | st.sampled_from([UNKNOWN, Q, HALF_CYCLE, TIME, DQ, EWE, ECE]), max_size=40),
    n_points=st.integers(0, 12) | st.integers(0, 2**32 - 1),
    points=st.binary(max_size=400),
)
def test_any_columns_and_points_are_read_or_refused(version: int, ids: list[int], n_points: int, points: bytes) -> None:
    ids = [each % 256 for each in ids] if version == OLDEST else ids
    counts = struct.pack("<IH" if version == NEWEST else "<IB", n_points, len(ids))
    written = counts + struct.pack(f"<{len(ids)}{'B' if version == OLDEST else 'H'}", *ids)
    check(file_of(module("VMP data", written.ljust(POINTS_AT[version], b"\0") + points, version), log_module()))


@given(tail=st.binary(max_size=200))
def test_any_bytes_after_the_beginning_are_refused(tail: bytes) -> None:
    assert fault(MAGIC + tail)


def check(content: bytes) -> None:
    """That the bytes are a table of columns of equal length, or refused as a fault of the file."""
    try:
        (table,) = tables_of(content)
    except BinaryFault:
        return
    assert len({values.shape for values in table.columns.values()}) == 1
    assert sum(values.nbytes for values in table.columns.values()) <= 8 * len(content)
