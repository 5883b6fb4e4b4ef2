"""A named time zone in a pickled frame is read, and `getattr`, with which Python pickles it, is allowed for nothing else."""

import pickle
import struct
import zoneinfo

import numpy as np
import pandas as pd
import pytest
from battery_analytics import BatteryDataError, BatteryFile
from battery_analytics.formats.reading import read_cells

from tests.steps import FULL_CYCLE, cycling


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def named(module: str, name: str) -> bytes:
    return text(module) + text(name) + b"\x93"


ZONE = named("zoneinfo", "ZoneInfo")
GETATTR = named("builtins", "getattr")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York"])
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_frame_with_times_in_a_named_zone_is_read(zone: str, protocol: int) -> None:
    data = cycling([FULL_CYCLE] * 2)
    times = np.arange(float(data.n_points))
    frame = pd.DataFrame(
        {
            "cycle_number": np.repeat(data.cycle_number, np.diff(data.offsets)),
            "current_in_A": data.current_A,
            "voltage_in_V": data.voltage_V,
            "discharge_capacity_in_Ah": data.discharge_capacity_Ah,
            "written at": pd.to_datetime(times, unit="s", utc=True).tz_convert(zoneinfo.ZoneInfo(zone)),
        }
    )

    (cell,) = read_cells([BatteryFile("frame.pkl", pickle.dumps(frame, protocol))])

    np.testing.assert_array_equal(cell.cycling.current_A, data.current_A)


@pytest.mark.parametrize(
    "arguments",
    [
        ZONE + text("from_file") + b"\x86",
        ZONE + text("_unpickle.__globals__") + b"\x86",
        ZONE + text("__reduce__") + b"\x86",
        named("datetime", "timezone") + text("_unpickle") + b"\x86",
        text("") + text("join") + b"\x86",
        ZONE + text("_unpickle") + text("else") + b"\x87",
        ZONE + b"\x85",
        # What the allowed attribute gives, asked for another one.
        GETATTR + ZONE + text("_unpickle") + b"\x86R" + text("__func__") + b"\x86",
        # The call of the allowed attribute, asked for another one.
        GETATTR + ZONE + text("_unpickle") + b"\x86R" + text("UTC") + b"K\x01\x86R" + text("__class__") + b"\x86",
        # getattr of getattr.
        GETATTR + text("__self__") + b"\x86",
    ],
)
def test_any_other_attribute_is_refused(arguments: bytes) -> None:
    with pytest.raises(BatteryDataError) as refusal:
        read_cells([BatteryFile("attack.pkl", b"\x80\x04" + GETATTR + arguments + b"R.")])

    assert refusal.value.code == "unsafe_pickle"
    assert refusal.value.details["name"] == "builtins.getattr"


def test_a_zone_or_getattr_alone_is_no_cycling_data() -> None:
    for value in (GETATTR, ZONE, GETATTR + ZONE + text("_unpickle") + b"\x86R" + text("UTC") + b"K\x01\x86R"):
        with pytest.raises(BatteryDataError) as refusal:
            read_cells([BatteryFile("zone.pkl", b"\x80\x04" + value + b".")])
        assert refusal.value.code in {"unsupported_structure", "unsafe_pickle"}
