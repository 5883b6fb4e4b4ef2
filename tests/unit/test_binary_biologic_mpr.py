"""BioLogic's binary files: their records are read by the columns' numbers, and damaged bytes are refused."""

import contextlib
import struct

import numpy as np
import pytest
from battery_analytics.files import BatteryFile
from battery_analytics.formats.binary.biologic_mpr import tables_of
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.source_table import BinaryFault
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples

START = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + b"\0" * 4
# Flags, time, charge since the point before, Ewe, half cycle.
NUMBERS = (1, 2, 4, 7, 6, 468)
RECORD = "<BddfI"
POINTS = [(3 + 4 * (place % 2), 60.0 * place, 0.5, 3.5 + place / 100, place // 5) for place in range(10)]


def module(name: str, data: bytes, *, version: int = 3, is_long: bool = False) -> bytes:
    sizes = struct.pack("<II", len(data), version)
    if is_long:
        sizes = b"\xff" * 4 + sizes + b"\0" * 4
    return b"MODULE" + name.encode().ljust(10) + b"long name".ljust(25) + sizes + b"01/02/26" + data


def data_module(
    numbers: tuple[int, ...] = NUMBERS, *, n_points: int = 10, before: int = 406, kind: str = "<u2"
) -> bytes:
    head = struct.pack("<IB", n_points, len(numbers)) + np.array(numbers, dtype=kind).tobytes()
    return head.ljust(before, b"\0") + b"".join(struct.pack(RECORD, *point) for point in POINTS)


def mpr(data: bytes, *, is_long: bool = False) -> bytes:
    log = b"\0" * 465 + struct.pack("<d", 46_000.5) + b"\0" * 200
    return START + module("VMP Set", b"settings") + module("VMP data", data, is_long=is_long) + module("VMP LOG", log)


@pytest.mark.parametrize("before", [100, 405, 406, 1_007])
@pytest.mark.parametrize("is_long", [True, False])
def test_the_columns_of_each_version_are_read(before: int, is_long: bool) -> None:
    [table] = tables_of(mpr(data_module(before=before), is_long=is_long))

    assert table.columns["time/s"].tolist() == [60.0 * place for place in range(10)]
    assert table.columns["Ewe/V"].astype(float).tolist() == pytest.approx([point[3] for point in POINTS])
    assert table.columns["mode"].tolist() == [3] * 10
    assert table.columns["ox/red"].tolist() == [0, 1] * 5
    assert table.metadata["start_time"] == "2025-12-09 12:00:00"


def test_a_current_that_is_not_there_comes_from_the_charge_between_the_points() -> None:
    [cell] = read_cells([BatteryFile("x", mpr(data_module()))])

    assert cell.source.format == "BioLogic mpr"
    assert cell.cycling.current_A.tolist() == pytest.approx([0.0, *[0.03] * 9])  # 0.5 mAh in 60 s are 30 mA
    assert cell.cycling.cycle_number.tolist() == [0]


def test_numbers_of_one_byte_are_read_too() -> None:
    [table] = tables_of(mpr(data_module((1, 2, 4, 7, 6, 212), before=100, kind="u1")))
    assert table.columns["half cycle"].tolist() == [place // 5 for place in range(10)]
    [table] = tables_of(mpr(data_module((1, 2, 4, 7, 6, 212), before=1_007, kind=">u2")))
    assert table.columns["half cycle"].tolist() == [place // 5 for place in range(10)]


@pytest.mark.parametrize(
    "content",
    [
        START,
        mpr(data_module())[:300],
        mpr(data_module(n_points=0)),
        mpr(data_module(n_points=2**32 - 1)),
        mpr(data_module((1, 2, 4, 7, 6, 9_999))),
        mpr(b"\0" * 20),
    ],
    ids=["nothing", "cut", "no point", "too many", "unknown column", "short"],
)
def test_what_is_damaged_is_refused(content: bytes) -> None:
    with pytest.raises(BinaryFault):
        tables_of(content)


@examples(100)
@given(data=st.data())
def test_changed_bytes_are_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(mpr(data_module()))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1, max_size=8)
    ):
        content[place] = byte
    with contextlib.suppress(BinaryFault):
        assert tables_of(bytes(content))
