"""Neware's binary files: the points of every layout are read, filled and described, and damaged bytes are refused."""

import contextlib
import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from battery_analytics.files import BatteryFile
from battery_analytics.formats.binary import neware_nda, neware_ndax
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.source_table import BinaryFault, SourceTable
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples

BEGAN = 1_700_000_000  # 2023-11-14 22:13:20
# The steps of a test: number in the program, type, current in mA; each has points 10 s apart, from 0 to 50 s.
STEPS = ((1, 4, 0.0), (2, 1, 360.0), (3, 2, -360.0), (2, 1, 360.0), (3, 2, -360.0))
CYCLES = (1, 1, 1, 2, 2)
N_OF_STEP = 6
N_POINTS = N_OF_STEP * len(STEPS)
CAPACITY_AH = 0.005  # 360 mA for 50 s
PAUSE_S = 1_000  # before the last step


class Point:
    """A point of the test, by its number from 0."""

    def __init__(self, number: int) -> None:
        self.index = number + 1
        self.row, self.within = divmod(number, N_OF_STEP)
        self.cycle = CYCLES[self.row]
        self.step_index, self.kind, self.current_mA = STEPS[self.row]
        self.step_time_s = 10 * self.within
        self.total_time_s = 50 * self.row + self.step_time_s
        self.moment_s = BEGAN + self.total_time_s + PAUSE_S * (self.row == len(STEPS) - 1)
        self.voltage_V = 3.0 + number / 100
        charge_mAs = self.current_mA * self.step_time_s
        self.charge_mAs, self.discharge_mAs = max(charge_mAs, 0.0), max(-charge_mAs, 0.0)

    @property
    def date(self) -> tuple[int, ...]:
        moment = np.datetime64(self.moment_s, "s").item()
        return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


TEST = [Point(number) for number in range(N_POINTS)]


def nda(version: int, points: Sequence[bytes], *, header: bytes = b"", before: bytes = b"") -> bytes:
    head = (b"NEWARE20230101" + bytes([version]) + header).ljust(3_000, b"\0")
    return head[:152] + struct.pack("<I", 2_500) + head[156:] + before + b"".join(points)


def old(point: Point, mark: int = 0) -> bytes:
    """A record of version 8, in µA and µAs."""
    charge = round((point.charge_mAs + point.discharge_mAs) * 1e3)
    return struct.pack(
        "<BIIBBIii8xqqQ4x",
        *(mark, point.index, point.cycle, point.step_index, point.kind, point.step_time_s),
        *(round(point.voltage_V * 1e4), round(point.current_mA * 1e3), charge, 3 * charge, point.moment_s),
    )


def usual(point: Point, current_range: int = 1_000, *, as_date: bool = True, mark: int = 0x55) -> bytes:
    """A record of the versions 22 to 29, in units of the current range."""
    unit = 0.1 if current_range > 0 else 0.01
    charge, discharge = round(point.charge_mAs / unit), round(point.discharge_mAs / unit)
    when = struct.pack("<HBBBBBx", *point.date) if as_date else struct.pack("<Q", point.moment_s)
    return struct.pack(
        "<BxIIHBBQii8xqqqq8si4x",
        *(mark, point.index, point.cycle - 1, point.step_index, point.kind, point.row, point.step_time_s * 1_000),
        *(round(point.voltage_V * 1e4), round(point.current_mA / unit)),
        *(charge, discharge, 3 * charge, 3 * discharge, when, current_range),
    )


def auxiliary(point: Point, channel: int) -> bytes:
    """A record with the temperature of an auxiliary channel, in tenths of a degree."""
    return struct.pack("<BBI28xh50x", 0x65, channel, point.index, 200 + 100 * channel + point.index)


def bts_90(point: Point) -> bytes:
    charge = point.charge_mAs - point.discharge_mAs
    return struct.pack(
        "<4sB4xBB5xI8xQff16xffQ12x",
        *(b"\x12\x50\x00\x07", 0x55, point.step_index, point.kind, point.index, point.step_time_s * 1_000_000),
        *(point.voltage_V, point.current_mA, charge, 3 * charge, point.moment_s * 1_000_000),
    )


def bts_91(point: Point, length: int = 56) -> bytes:
    charge = point.charge_mAs - point.discharge_mAs
    return struct.pack(
        "<2sBB4xIIIffffI4xII",
        *(b"\x55\x06", point.step_index, point.kind, point.index, point.total_time_s, 0),
        *(point.current_mA, point.voltage_V, charge, 3 * charge, point.cycle - 1, point.moment_s, 0),
    ) + struct.pack("<f", 25.0).ljust(length - 52, b"\0")


def nda_of_bts_9(points: Sequence[bytes], *, after: bytes = b"") -> bytes:
    records = b"".join(points)
    head = b"NEWARE20230101\x82\x00\x03\x00" + struct.pack("<Q", 1_024 + len(records))
    return (head.ljust(250, b"\0") + b"9.1.5.7.R5\0").ljust(1_024, b"\0") + records + after


def pages(file_type: int, version: int, records: Sequence[bytes | None], *, early: bool = False) -> bytes:
    """A table of pages, of which the first is a header; None is a record that is not there."""
    size, start, room = (512, 5, 503) if early else (4_096, 132, 3_960)
    length = next(len(record) for record in records if record is not None)
    n_slots = room // length
    parts = [bytes([file_type, 0, version, 0]).ljust(size, b"\0")]
    for first in range(0, len(records), n_slots):
        chunk = records[first : first + n_slots]
        marks = np.packbits([record is not None for record in chunk], bitorder="little").tobytes()
        head = struct.pack("<HH", file_type + 1, len(chunk)) + marks
        page = head.ljust(start, b"\0") + b"".join(record or b"\xff" * length for record in chunk)
        parts.append(page.ljust(size, b"\0"))
    return b"".join(parts)


def early(point: Point, lead: int) -> bytes:
    """A whole point of the versions 2 and 5."""
    charge, discharge = round(point.charge_mAs / 0.1), round(point.discharge_mAs / 0.1)
    return b"\x55".ljust(lead, b"\1") + struct.pack(
        "<IIBB5xQii4xqqqqHBBBBBi8x",
        *(point.index, point.cycle - 1, point.step_index, point.kind, point.step_time_s * 1_000),
        *(round(point.voltage_V * 1e4), round(point.current_mA / 0.1), charge, discharge, 3 * charge, 3 * discharge),
        *(*point.date, 1_000),
    )


def early_temperature(point: Point, lead: int) -> bytes:
    return b"\x65".ljust(lead, b"\1") + struct.pack("<I29xh51x", point.index, 300 + point.index)


def run_info(point: Point, version: int) -> bytes:
    unit = 1.0 if version in (11, 16) else 1 / 3.6e6
    charges = [one * unit for one in (point.charge_mAs, point.discharge_mAs)]
    record = struct.pack(
        "<IxffffffIIIIH",
        *(point.step_time_s * 1_000, *charges, *(3 * one for one in charges), 0.0, 0.0),
        *(10_000, point.moment_s, 7 + point.row, point.index, 250),
    )
    return record.ljust({11: 47, 14: 55}.get(version, 100), b"\0")


def step(row: int, version: int, begins: int | None = None) -> bytes:
    step_index, kind, _ = STEPS[row]
    begins = N_OF_STEP * row + 1 if begins is None else begins
    record = struct.pack("<II16xB8xI", CYCLES[row] - 1, step_index, kind, begins)
    return record.ljust(37 if version in (11, 14) else 100, b"\0")


def voltage(point: Point, version: int) -> bytes:
    volt, ampere = (1e4, 1.0) if version in (11, 16) else (1.0, 1e-3)
    return struct.pack("<ff", point.voltage_V * volt, point.current_mA * ampere)


TEST_INFO = (
    '<?xml version="1.0" encoding="GB2312"?><root><config type="Test Info File"><TestInfo DevID="46" UnitID="1" '
    'ChlID="5" StartTime="2023-11-14 22:13:20" Barcode="电池 7"><Aux1 AuxID="1"/></TestInfo></config></root>'
).encode("gb18030")
STEP_XML = (
    b'<?xml version="1.0" encoding="utf-8"?><root><config><Head_Info><Creator Value="me"/>'
    b'<SCQ Value="591"/><MultCap Value="11340"/></Head_Info></config></root>'
)
VERSION_INFO = b'<root><config><ZwjVersion SvrVer="BTSServer(R3)-8.0" CurrClientVer="BTS Client 8.0"/></config></root>'


def tables_of_bts_8(version: int, **changes: bytes) -> dict[str, bytes]:
    """The members of an archive whose second to fourth points of each step have no times of their own."""
    timed = [point for point in TEST if point.within in (0, 4, 5)]
    return {
        "data.ndc": pages(1, version, [voltage(point, version) for point in TEST]),
        "data_runInfo.ndc": pages(18, version, [run_info(point, version) for point in timed]),
        "data_step.ndc": pages(7, version, [step(row, version) for row in range(len(STEPS))]),
        "TestInfo.xml": TEST_INFO,
        "Step.xml": STEP_XML,
        "VersionInfo.xml": VERSION_INFO,
        **changes,
    }


def ndax(members: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


EARLY = {
    version: ndax({"data.ndc": pages(1, version, [early(point, lead) for point in TEST], early=version == 2)})
    for version, lead in ((2, 8), (5, 1))
}
ARCHIVES = EARLY | {version: ndax(tables_of_bts_8(version)) for version in (11, 14, 16, 17)}
FILES = {
    "8": nda(8, [old(TEST[0], 0xFF), *map(old, TEST)]),
    "22": nda(22, [usual(point, as_date=False) for point in TEST], before=usual(TEST[0], mark=0xAA)),
    "26": nda(26, [usual(point) for point in TEST]),
    "29": nda(29, [usual(point, -1_000) for point in TEST]),
    "130 of BTS 9.0": nda_of_bts_9([bts_90(point) for point in TEST], after=b"\x12\x50\x00\x07\x55" * 40),
    "130 of BTS 9.1": nda_of_bts_9([bts_91(point) for point in TEST], after=b"\x55\x06\x01\x01" * 40),
    "130 of BTS 9.1, short": nda_of_bts_9([bts_91(point, 52)[:52] for point in TEST]),
}


def check_points(table: SourceTable, *, n_points: int = N_POINTS) -> None:
    """The columns are those of the test."""
    columns = table.columns
    assert columns["Index"][:n_points].tolist() == [point.index for point in TEST]
    assert columns["Cycle Index"][:n_points].tolist() == [point.cycle for point in TEST]
    assert columns["Step Index"][:n_points].tolist() == [point.step_index for point in TEST]
    assert columns["Step Type"][:n_points:N_OF_STEP].tolist() == ["Rest", "CC_Chg", "CC_DChg", "CC_Chg", "CC_DChg"]
    times = [point.moment_s - BEGAN for point in TEST]
    assert columns["Total Time (s)"][:n_points].tolist() == pytest.approx(times, abs=1e-6)
    expected = {
        "Voltage (V)": [point.voltage_V for point in TEST],
        "Current (A)": [point.current_mA / 1e3 for point in TEST],
        "Chg. Cap. (Ah)": [point.charge_mAs / 3.6e6 for point in TEST],
        "DChg. Cap. (Ah)": [point.discharge_mAs / 3.6e6 for point in TEST],
    }
    for name, values in expected.items():
        assert columns[name][:n_points].tolist() == pytest.approx(values, rel=1e-5, abs=1e-7), name
    seconds = columns["Timestamp"][:n_points].astype("datetime64[s]").astype(np.int64)
    assert seconds.tolist() == [point.moment_s for point in TEST]


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_every_layout_of_a_file_is_read(content: bytes) -> None:
    [table] = neware_nda.tables_of(content)

    check_points(table)
    assert max(table.columns["Chg. Energy (Wh)"].tolist()) == pytest.approx(3 * CAPACITY_AH)
    assert max(table.columns["DChg. Energy (Wh)"].tolist()) == pytest.approx(3 * CAPACITY_AH)


@pytest.mark.parametrize("content", ARCHIVES.values(), ids=map(str, ARCHIVES))
def test_every_version_of_an_archive_is_read(content: bytes) -> None:
    [table] = neware_ndax.tables_of(content)

    check_points(table)


def test_points_without_a_time_follow_from_those_before() -> None:
    [table] = neware_ndax.tables_of(ARCHIVES[14])

    second = slice(N_OF_STEP, 2 * N_OF_STEP)
    assert table.columns["Total Time (s)"][second].tolist() == [50, 60, 70, 80, 90, 100]
    assert table.columns["Chg. Cap. (Ah)"][second].tolist() == pytest.approx([0, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3])
    passed_Wh = [0.36 * 10 / 3600 * TEST[number].voltage_V for number in (7, 8, 9)]
    assert table.columns["Chg. Energy (Wh)"][second][:4].tolist() == pytest.approx([0, *np.cumsum(passed_Wh)])
    assert table.columns["Timestamp"][7] == np.datetime64(BEGAN * 1_000 + 60_250, "ms")


def test_points_before_the_first_time_are_left_out_and_the_first_of_two_times_counts() -> None:
    timed = [run_info(TEST[2], 14), run_info(TEST[2], 14)[:4] + b"\xff" + run_info(TEST[2], 14)[5:]]
    members = tables_of_bts_8(14) | {"data_runInfo.ndc": pages(18, 14, timed)}
    [table] = neware_ndax.tables_of(ndax(members))

    assert table.columns["Index"].tolist() == list(range(3, N_POINTS + 1))
    assert table.columns["Total Time (s)"][:3].tolist() == [20, 30, 40]


def test_records_that_are_not_there_are_left_out() -> None:
    there = [None if point.within == 2 else voltage(point, 17) for point in TEST]
    [table] = neware_ndax.tables_of(ndax(tables_of_bts_8(17) | {"data.ndc": pages(1, 17, there)}))

    assert table.columns["Index"].tolist() == [point.index for point in TEST if point.within != 2]


def test_more_points_than_a_page_holds_are_read() -> None:
    points = [Point(number % N_POINTS) for number in range(1_000)]
    members = tables_of_bts_8(14) | {"data.ndc": pages(1, 14, [voltage(point, 14) for point in points])}
    [table] = neware_ndax.tables_of(ndax(members))

    assert table.columns["Index"].tolist() == list(range(1, 1_001))
    assert table.columns["Voltage (V)"].tolist() == pytest.approx([point.voltage_V for point in points])


def test_steps_that_do_not_say_where_they_begin_are_counted() -> None:
    steps = pages(7, 11, [step(row, 11, begins=0) for row in range(len(STEPS))])
    [table] = neware_ndax.tables_of(ndax(tables_of_bts_8(11) | {"data_step.ndc": steps}))

    check_points(table)


def test_temperatures_of_auxiliary_channels_are_read() -> None:
    values = {name: pages(5, 14, [struct.pack("<f", first + number) for number in range(N_POINTS)]) for name, first in
              (("data_AUX_10_3_1.ndc", 40), ("data_AUX_9_3_1.ndc", 20), ("data_AUX_8_2_1.ndc", 3))}  # fmt: skip
    [table] = neware_ndax.tables_of(ndax(tables_of_bts_8(14) | values))

    assert table.columns["T1 (°C)"].tolist() == [20 + number for number in range(N_POINTS)]
    assert table.columns["T2 (°C)"].tolist() == [40 + number for number in range(N_POINTS)]
    assert "T3 (°C)" not in table.columns


TENTHS = [struct.pack("<Bfh", 0x65, 36_000.0, 300 + point.index) for point in TEST]
EARLY_TEMPERATURES = {
    2: pages(5, 2, [early_temperature(point, 8) for point in TEST], early=True),
    5: pages(5, 5, [early_temperature(point, 1) for point in TEST]),
    11: pages(5, 11, [struct.pack("<BI30xh51x", 0x74, point.index, 300 + point.index) for point in TEST]),
    16: pages(5, 16, TENTHS),
}


@pytest.mark.parametrize(("version", "content"), EARLY_TEMPERATURES.items(), ids=map(str, EARLY_TEMPERATURES))
def test_temperatures_beside_a_voltage_are_in_tenths_of_a_degree(version: int, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(ARCHIVES[version])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    [table] = neware_ndax.tables_of(ndax(members | {"20231114_1_1.ndc": content, "data_log_2.ndc": b"\x09\0"}))

    assert table.columns["T1 (°C)"].tolist() == pytest.approx([30 + point.index / 10 for point in TEST])
    assert "T2 (°C)" not in table.columns


def test_temperatures_of_an_unknown_layout_are_left_out() -> None:
    members = tables_of_bts_8(16) | {"data_1.ndc": pages(5, 16, [b"\x66" + one[1:] for one in TENTHS])}
    [table] = neware_ndax.tables_of(ndax(members))

    assert "T1 (°C)" not in table.columns


def test_temperatures_of_a_file_are_read_by_channel() -> None:
    points = [part for point in TEST for part in (usual(point), auxiliary(point, 2), auxiliary(point, 1))]
    [table] = neware_nda.tables_of(nda(29, points))

    check_points(table)
    assert table.columns["T1 (°C)"].tolist() == pytest.approx([30 + point.index / 10 for point in TEST])
    assert table.columns["T2 (°C)"].tolist() == pytest.approx([40 + point.index / 10 for point in TEST])
    [table] = neware_nda.tables_of(FILES["130 of BTS 9.1"])
    assert table.columns["T1 (°C)"].tolist() == [25.0] * N_POINTS
    [table] = neware_nda.tables_of(FILES["130 of BTS 9.1, short"])
    assert "T1 (°C)" not in table.columns


def test_points_are_sorted_and_the_first_of_two_with_one_index_counts() -> None:
    points = [usual(TEST[0]), *(usual(point) for point in reversed(TEST[1:])), usual(Point(29), 10)]
    [table] = neware_nda.tables_of(nda(29, points))

    check_points(table)


def test_a_file_that_begins_with_a_later_point_is_read() -> None:
    [table] = neware_nda.tables_of(nda(29, [usual(point) for point in TEST[3:]]))

    assert table.columns["Index"].tolist() == [point.index for point in TEST[3:]]


def test_a_charge_after_a_discharge_begins_a_cycle_where_the_file_counts_none() -> None:
    one_cycle = pages(7, 14, [step(row, 14)[4:].rjust(37, b"\0") for row in range(len(STEPS))])
    [table] = neware_ndax.tables_of(ndax(tables_of_bts_8(14) | {"data_step.ndc": one_cycle}))
    assert table.columns["Cycle Index"].tolist() == [point.cycle for point in TEST]

    other = pages(7, 14, [struct.pack("<I", row) + step(row, 14)[4:] for row in range(len(STEPS))])
    members = tables_of_bts_8(14) | {"data_step.ndc": other}
    [table] = neware_ndax.tables_of(ndax(members))
    assert table.columns["Cycle Index"].tolist() == [1 + point.row for point in TEST]
    mode = b'<root><config type="NDAX Config File"><config CycleMode="1"/></config></root>'
    [table] = neware_ndax.tables_of(ndax(members | {"NdaxConfig.xml": mode}))
    assert table.columns["Cycle Index"].tolist() == [point.cycle for point in TEST]


@pytest.mark.parametrize(
    ("current_range", "multiplier"),
    [
        *((5, 1e-4), (25, 1e-3), (100, 1e-2), (60_000, 0.1), (0, 0.0)),
        *((-1, 1e-5), (-50, 1e-4), (-500, 1e-3), (-12_000, 1e-2), (-100_000_000, 10.0)),
    ],
)
def test_a_current_is_in_units_of_its_range(current_range: int, multiplier: float) -> None:
    record = usual(TEST[7])[:78] + struct.pack("<i4x", current_range)
    [table] = neware_nda.tables_of(nda(29, [usual(TEST[0]), record]))

    assert table.columns["Current (A)"][1] == pytest.approx(3_600 * multiplier / 1e3)


def test_what_cannot_be_a_range_or_a_date_is_not_known() -> None:
    damaged = usual(TEST[1])[:72] + b"\x0d" + usual(TEST[1])[73:78] + struct.pack("<i4x", 2**31 - 1)
    [table] = neware_nda.tables_of(nda(29, [usual(TEST[0]), damaged]))

    assert np.isnan(table.columns["Current (A)"]).tolist() == [False, True]
    assert np.isnat(table.columns["Timestamp"]).tolist() == [False, True]
    without = [usual(point)[:70] + b"\0" * 8 + usual(point)[78:] for point in TEST[:2]]
    [table] = neware_nda.tables_of(nda(29, without))
    assert "Timestamp" not in table.columns
    assert table.columns["Total Time (s)"].tolist() == [0, 10]


def test_the_documents_of_an_archive_describe_the_test() -> None:
    [table] = neware_ndax.tables_of(ARCHIVES[14])

    assert table.metadata["barcode"] == table.metadata["cell_id"] == "电池 7"
    assert table.metadata["start_time"] == "2023-11-14 22:13:20"
    assert (table.metadata["device"], table.metadata["unit"], table.metadata["channel"]) == ("46", "1", "5")
    assert table.metadata["active_mass_in_mg"] == 0.591
    assert table.metadata["nominal_capacity_in_Ah"] == 0.00315
    assert table.metadata["server_version"] == "BTSServer(R3)-8.0"
    assert "remarks" not in table.metadata


def test_a_document_that_is_no_xml_says_nothing() -> None:
    members = tables_of_bts_8(14) | {
        "TestInfo.xml": b"\0<",
        "Step.xml": b'<a><SCQ Value="x"/><MultCap Value="-1"/></a>',
    }
    [table] = neware_ndax.tables_of(ndax(members))

    check_points(table)
    assert set(table.metadata) == {"server_version", "client_version"}


def test_the_header_of_a_file_describes_the_test() -> None:
    header = bytearray(2_986)
    for place, text in ((2_127, b"2023-11-14 22:13:20"), (2_167, b"me"), (2_317, "电池 7".encode("gb18030"))):
        header[place - 14 : place - 14 + len(text)] = text
    header[2_600 - 14 : 2_660 - 14] = b"BTSServer(R3)-7.6".ljust(60, b"\0")
    header[2_700 - 14 : 2_720 - 14] = b"BTS 7.6.0".ljust(20, b"\0")
    points = [usual(point) for point in TEST]
    [table] = neware_nda.tables_of(b"NEWARE20230101" + nda(29, points, header=bytes(header[1:]))[14:])

    assert table.metadata == {
        "nda_version": 29,
        "server_version": "BTSServer(R3)-7.6",
        "client_version": "BTS 7.6.0",
        "active_mass_in_mg": 2.5,
        "start_time": "2023-11-14 22:13:20",
        "creator": "me",
        "remarks": "电池 7",
    }
    footer = b"\x06\x00\xf0\x1d\x81\x00\x03\x00\x61\x90\x71\x90\x02\x7f\xff\x00".ljust(379, b"\0") + b"my cell"
    footer = footer.ljust(507, b"\0") + struct.pack("<d", 12.5)
    [table] = neware_nda.tables_of(nda_of_bts_9([bts_91(point) for point in TEST], after=footer))
    assert table.metadata["bts_version"] == "9.1.5.7.R5"
    assert (table.metadata["active_mass_in_mg"], table.metadata["remarks"]) == (12.5, "my cell")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("content", ARCHIVES.values(), ids=map(str, ARCHIVES))
def test_an_archive_that_is_cut_off_is_refused(content: bytes, share: float) -> None:
    with pytest.raises(BinaryFault, match="damaged"):
        neware_ndax.tables_of(content[: int(share * len(content))])


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_file_that_is_cut_off_has_the_points_that_are_left(content: bytes) -> None:
    with pytest.raises(BinaryFault):
        neware_nda.tables_of(content[:1_000])
    last = content.rindex(struct.pack("<I", N_POINTS))
    [table] = neware_nda.tables_of(content[:last])
    assert table.columns["Index"].tolist() == [point.index for point in TEST[:-1]]


def encrypted(members: Mapping[str, bytes]) -> bytes:
    content = bytearray(ndax(members))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def compressed_otherwise(members: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def understated(members: Mapping[str, bytes]) -> bytes:
    """An archive whose first member is longer than its size says."""
    content = bytearray(ndax(members))
    for place in (content.index(b"PK\x03\x04") + 22, content.index(b"PK\x01\x02") + 24):
        content[place : place + 4] = struct.pack("<I", 5_000)
    return bytes(content)


USUAL = tables_of_bts_8(14)
BOMB = b"\0" * (neware_ndax.LEAST_BYTES + 1)
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><a b="&x;"/>'
FULL_PAGES = (b"\x01\0\x0e\0".ljust(4_096, b"\0") + b"\xff" * 4_096 * (neware_ndax.LEAST_POINTS // 400))[:4_000_000]
REFUSED: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "damaged"),
    "no archive": (lambda: b"PK\x03\x04" * 100, "damaged"),
    "no data": (lambda: ndax({"TestInfo.xml": TEST_INFO}), "data.ndc"),
    "short data": (lambda: ndax(USUAL | {"data.ndc": b"\x01"}), "data.ndc"),
    "another type": (lambda: ndax(USUAL | {"data.ndc": USUAL["data_step.ndc"]}), "data.ndc"),
    "an unknown version": (lambda: ndax(USUAL | {"data.ndc": pages(1, 99, [b"\0" * 8])}), "version 99"),
    "no times": (lambda: ndax({"data.ndc": USUAL["data.ndc"]}), "data_runInfo.ndc"),
    "times of an unknown version": (lambda: ndax(USUAL | {"data_runInfo.ndc": b"\x12\0\x63"}), "version 99"),
    "no points": (lambda: ndax(USUAL | {"data.ndc": USUAL["data.ndc"][:4_096]}), "no measured points"),
    "no steps": (lambda: ndax(USUAL | {"data_step.ndc": USUAL["data_step.ndc"][:4_096]}), "no measured points"),
    "no early points": (lambda: ndax({"data.ndc": b"\x01\0\x05\0"}), "no measured points"),
    "a bomb": (lambda: ndax(USUAL | {"data.ndc": BOMB}), "unpacks to more"),
    "a bomb beside the data": (lambda: ndax(USUAL | {"data_1.ndc": BOMB}), "unpacks to more"),
    "an understated size": (lambda: understated(USUAL | {"data.ndc": BOMB}), "damaged"),
    "a long document": (lambda: ndax(USUAL | {"Step.xml": b" " * 5_000_001}), "unpacks to more"),
    "too many elements": (lambda: ndax(USUAL | {"Step.xml": b"<a>" * 100_001}), "too many elements"),
    "too many members": (lambda: ndax({f"{number}.ndc": b"" for number in range(201)}), "too many members"),
    "too many points": (lambda: ndax(USUAL | {"data.ndc": FULL_PAGES}), "more points"),
    "encrypted": (lambda: encrypted(USUAL), "encrypted"),
    "compressed otherwise": (lambda: compressed_otherwise(USUAL), "unknown manner"),
    "an entity": (lambda: ndax(USUAL | {"TestInfo.xml": DOCTYPE}), "entities"),
    "an entity in small letters": (lambda: ndax(USUAL | {"NdaxConfig.xml": DOCTYPE.lower()}), "entities"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_an_archive_that_cannot_be_read_is_refused(content: Callable[[], bytes], message: str) -> None:
    with pytest.raises(BinaryFault, match=message):
        neware_ndax.tables_of(content())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begin"),
        (b"NEWARE20230101", "begin"),
        (nda(99, []), "version 99"),
        (nda(8, []), "no measured points"),
        (nda(29, []), "no measured points"),
        (nda(29, [], before=b"\x55\x00\x01\x00\x00\x00" * 20_000), "no measured points"),
        (nda(29, [usual(TEST[0], mark=0xAA)] * 3), "no measured points"),
        (nda_of_bts_9([]), "no measured points"),
        (nda_of_bts_9([b"\x55\x06"]), "no measured points"),
        (nda_of_bts_9([b"\x33" * 200]), "unknown kind"),
    ],
    ids=["nothing", "no version", "version", "no old", "no usual", "marks", "no point", "no BTS 9", "cut", "kind"],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BinaryFault, match=message):
        neware_nda.tables_of(content)


def test_a_single_record_is_read() -> None:
    for content in (
        nda_of_bts_9([bts_91(TEST[0])]),
        nda(29, [usual(TEST[0])]),
        nda(8, [old(TEST[0], 0xFF), old(TEST[0])]),
    ):
        [table] = neware_nda.tables_of(content)
        assert table.columns["Voltage (V)"].tolist() == pytest.approx([3.0])


def replaced(content: bytes, changes: Sequence[tuple[int, int]]) -> bytes:
    changed = bytearray(content)
    for place, value in changes:
        changed[place % len(changed)] = value
    return bytes(changed)


CHANGES = st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1, max_size=8)


@examples(300)
@given(st.sampled_from(list(FILES.values())), CHANGES, st.integers(0, 6_000))
def test_changed_bytes_of_a_file_raise_nothing_else(
    content: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    for damaged in (replaced(content, changes), replaced(content, changes)[:length]):
        with contextlib.suppress(BinaryFault):
            [table] = neware_nda.tables_of(damaged)
            assert len({values.shape for values in table.columns.values()}) == 1


@examples(200)
@given(st.sampled_from(list(ARCHIVES.values())), CHANGES)
def test_changed_bytes_of_an_archive_raise_nothing_else(content: bytes, changes: list[tuple[int, int]]) -> None:
    with contextlib.suppress(BinaryFault):
        neware_ndax.tables_of(replaced(content, changes))


@examples(300)
@given(st.sampled_from((11, 14, 16, 17)), st.integers(0, 5), CHANGES)
def test_changed_bytes_of_a_member_raise_nothing_else(version: int, place: int, changes: list[tuple[int, int]]) -> None:
    members = tables_of_bts_8(version)
    name = list(members)[place]
    in_use = [(at if at % 2 else 4_096 + at % 600, value) for at, value in changes]
    with contextlib.suppress(BinaryFault):
        [table] = neware_ndax.tables_of(ndax(members | {name: replaced(members[name], in_use)}))
        assert len({values.shape for values in table.columns.values()}) == 1


def test_the_readers_give_the_cell_of_the_test() -> None:
    for content, cell_format in ((ARCHIVES[14], "Neware ndax"), (FILES["29"], "Neware nda")):
        [cell] = read_cells([BatteryFile("x", content)])
        assert cell.source.format == cell_format
        assert np.unique(cell.cycling.cycle_number).tolist() == [1, 2]
