"""Impedance sweeps are refused by a sentence that says what they are; tests that only have such columns are read."""

import numpy as np
import pytest
from battery_analytics import BatteryFile
from battery_analytics.errors import UnsupportedStructure
from battery_analytics.formats.file_groups import FileGroup
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.source_table import SourceTable
from battery_analytics.formats.table_format import cells_of_source

HEADERS = [
    "freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm,time/s,<Ewe>/V,<I>/mA",
    "Pt,Time,Freq,Zreal,Zimag,Idc,Vdc",
    "Frequency (Hz),Z' (Ohm),Z'' (Ohm),Current (A),Voltage (V),Time (s)",
]


def sweep(header: str, frequencies: list[float]) -> BatteryFile:
    place = next(n for n, name in enumerate(header.split(",")) if "req" in name)
    rows = []
    for n, frequency in enumerate(frequencies):
        row = [str(0.1 * n)] * header.count(",")
        row.insert(place, str(frequency))
        rows.append(",".join(row))
    return BatteryFile("sweep.csv", "\n".join([header, *rows, ""]).encode())


@pytest.mark.parametrize("header", HEADERS)
def test_a_sweep_is_refused_and_named(header: str) -> None:
    with pytest.raises(UnsupportedStructure, match=r"sweep\.csv is an impedance sweep \(EIS\)") as refused:
        read_cells([sweep(header, [10.0**power for power in range(5, -2, -1)])])
    assert refused.value.details == {"file": "sweep.csv", "kind": "impedance"}


def test_a_sweep_in_a_binary_table_is_refused() -> None:
    columns = {name: np.arange(1.0, 9.0) for name in ("freq (Hz)", "Re(Z) (Ohm)", "Current (A)", "Voltage (V)")}
    with pytest.raises(UnsupportedStructure, match="impedance sweep"):
        cells_of_source(SourceTable(columns), FileGroup(BatteryFile("a.mpr", b"")), name="any", certainty=1.0)


def test_a_test_with_columns_of_impedance_that_are_zero_is_read() -> None:
    [cell] = read_cells([sweep(HEADERS[0], [0.0] * 20)])

    assert cell.cycling.n_points == 20


def test_a_test_that_begins_with_a_sweep_and_then_cycles_is_read() -> None:
    [cell] = read_cells([sweep(HEADERS[0], [1e3] * 250 + [0.0] * 750)])

    assert cell.cycling.n_points == 1_000


def test_a_test_that_ends_with_sweeps_is_refused_where_they_are_most_of_it() -> None:
    with pytest.raises(UnsupportedStructure, match="impedance sweep"):
        read_cells([sweep(HEADERS[0], [0.0] * 250 + [1e3] * 750)])
