"""How tables write numbers, units and times: a row of units, thousands, dates, changes of the clock, Kelvin."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from battery_analytics import BatteryFile
from battery_analytics.cell import Cell
from battery_analytics.errors import CorruptedFile
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.tables.column_values import number_of_text

from tests.steps import FULL_CYCLE, cycling

DATA = cycling([FULL_CYCLE] * 2)
NAMES = ("Cycle", "Current", "Voltage", "Charge_Capacity", "Discharge_Capacity", "Time", "Temperature")


def columns() -> list[list[float]]:
    assert DATA.charge_capacity_Ah is not None
    assert DATA.discharge_capacity_Ah is not None
    assert DATA.time_s is not None
    numbers = np.repeat(DATA.cycle_number, np.diff(DATA.offsets)).astype(float)
    read = (numbers, DATA.current_A, DATA.voltage_V, DATA.charge_capacity_Ah, DATA.discharge_capacity_Ah, DATA.time_s)
    return [*(column.tolist() for column in read), [25.0] * DATA.n_points]


def table(
    names: Sequence[str],
    written: Sequence[Callable[[float], str]],
    *,
    separator: str = ";",
    second_line: str | None = None,
) -> BatteryFile:
    rows = [
        separator.join(write(value) for write, value in zip(written, row, strict=True))
        for row in zip(*columns(), strict=True)
    ]
    lines = [separator.join(names), *([] if second_line is None else [second_line]), *rows]
    return BatteryFile("table.csv", "\n".join(lines).encode())


def in_milli(value: float) -> str:
    return f"{1000 * value:.4f}"


def plain(value: float) -> str:
    return f"{value:.7f}"


def assert_is_the_data(cell: Cell, *, within: float = 1e-6) -> None:
    read = cell.cycling
    assert read.cycle_number.tolist() == [1, 2]
    assert read.current_A == pytest.approx(DATA.current_A, abs=within)
    assert read.voltage_V == pytest.approx(DATA.voltage_V, abs=within)
    assert read.discharge_capacity_Ah == pytest.approx(DATA.discharge_capacity_Ah, abs=within)
    assert read.time_s is not None
    assert DATA.time_s is not None
    assert np.diff(read.time_s) == pytest.approx(np.diff(DATA.time_s), abs=1e-3)
    assert read.temperature_C == pytest.approx(np.full(DATA.n_points, 25.0))


@pytest.mark.parametrize(
    "units",
    [
        ";(mA);(mV);(mAh);(mAh);(s);(C)",
        "-;mA;mV;mAh;mAh;s;°C",
        "[#];[mA];[mV];[mAh];[mAh];[s];[degC]",
    ],
)
def test_a_row_of_units_gives_the_columns_theirs_and_is_no_point(units: str) -> None:
    written = (plain, in_milli, in_milli, in_milli, in_milli, plain, plain)
    (cell,) = read_cells([table(NAMES, written, second_line=units)])

    assert_is_the_data(cell)


def test_a_unit_in_the_name_stands_above_the_row_of_units() -> None:
    names = ("Cycle", "Current (mA)", *NAMES[2:])
    written = (plain, in_milli, plain, plain, plain, plain, plain)
    (cell,) = read_cells([table(names, written, second_line=";A;V;Ah;Ah;s;C")])

    assert_is_the_data(cell)


def grouped(mark: str, decimal: str = ".", digits: int = 4) -> Callable[[float], str]:
    def write(value: float) -> str:
        return f"{1000 * value:,.{digits}f}".replace(".", "D").replace(",", mark).replace("D", decimal)

    return write


MILLI = (
    "Cycle",
    "Current (mA)",
    "Voltage (mV)",
    "Charge Capacity (mAh)",
    "Discharge Capacity (mAh)",
    "Time (ms)",
    "Temperature",
)


@pytest.mark.parametrize("mark", ["'", "’", " ", "\u00a0", "\u202f", "\u2009"])
@pytest.mark.parametrize("decimal", [".", ","])
def test_thousands_with_a_mark_that_is_no_decimal_mark(mark: str, decimal: str) -> None:
    write = grouped(mark, decimal)
    (cell,) = read_cells([table(MILLI, (str, write, write, write, write, write, str))])

    assert_is_the_data(cell)


@pytest.mark.parametrize(("mark", "decimal"), [(".", ","), (",", ".")])
def test_a_point_or_comma_beside_a_decimal_mark_groups_thousands(mark: str, decimal: str) -> None:
    write = grouped(mark, decimal)
    (cell,) = read_cells(
        [table(MILLI, (lambda number: str(int(number)), write, write, write, write, write, lambda _: "25"))]
    )

    assert_is_the_data(cell)
    assert "thousands_separators" in [finding.code for finding in cell.findings]


@pytest.mark.parametrize("mark", [".", ","])
def test_whole_numbers_beside_smaller_ones_prove_that_a_point_groups_thousands(mark: str) -> None:
    write = grouped(mark, digits=0)
    (cell,) = read_cells(
        [table(MILLI, (lambda number: str(int(number)), write, write, write, write, write, lambda _: "25"))]
    )

    assert_is_the_data(cell, within=6e-4)
    assert "thousands_separators" in [finding.code for finding in cell.findings]


@pytest.mark.parametrize("mark", [".", ","])
def test_three_decimals_alone_prove_nothing(mark: str) -> None:
    def write(value: float) -> str:
        return f"{value:.3f}".replace(".", mark)

    (cell,) = read_cells([table(NAMES, (lambda number: str(int(number)), write, write, write, write, write, write))])

    assert_is_the_data(cell, within=6e-4)
    assert "thousands_separators" not in [finding.code for finding in cell.findings]


def test_a_minus_sign_of_print_is_a_minus() -> None:
    (cell,) = read_cells([table(NAMES, [lambda value: plain(value).replace("-", "−")] * 7)])
    assert_is_the_data(cell)


@pytest.mark.parametrize(("text", "number"), [("1 234,5", 1234.5), ("1'234", 1234), ("1 234", 1234), ("−2.5", -2.5)])
def test_a_single_text_with_thousands(text: str, number: float) -> None:
    assert number_of_text(text) == number


BEGIN = datetime(2024, 10, 13, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "spelling",
    [
        "%d.%m.%Y %H:%M:%S",
        "%m/%d/%Y %I:%M:%S %p",
        "%m/%d/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%d %H:%M:%S+02:00",
        "%d-%m-%Y %H:%M:%S",
    ],
)
@pytest.mark.parametrize("name", ["Date Time", "Timestamp", "Time"])
def test_dates_of_many_spellings_are_times(spelling: str, name: str) -> None:
    def date(seconds: float) -> str:
        return (BEGIN + timedelta(seconds=seconds)).strftime(spelling)

    names = (*NAMES[:5], name, NAMES[6])
    (cell,) = read_cells([table(names, (plain, plain, plain, plain, plain, date, plain))])

    assert_is_the_data(cell)


@pytest.mark.parametrize(
    ("unit", "write"),
    [
        ("ns", lambda s: f"{1e9 * s:.0f}"),
        ("us", lambda s: f"{1e6 * s:.0f}"),
        ("ms", lambda s: f"{1e3 * s:.0f}"),
        ("min", lambda s: f"{s / 60:.9f}"),
        ("h", lambda s: f"{s / 3600:.9f}"),
        ("s", lambda s: f"{int(s // 86400)}d {int(s % 86400 // 3600):02}:{int(s % 3600 // 60):02}:{int(s % 60):02}"),
        ("s", lambda s: f"{int(s // 3600)}:{int(s % 3600 // 60):02}:{int(s % 60):02}"),
        ("s", lambda s: f"{int(s // 86400)}d {int(s % 86400 // 3600)}:{int(s % 3600 // 60)}:{int(s % 60)}"),
    ],
)
def test_times_in_other_units_and_as_durations(unit: str, write: Callable[[float], str]) -> None:
    names = (*NAMES[:5], f"Test Time ({unit})", NAMES[6])
    (cell,) = read_cells([table(names, (plain, plain, plain, plain, plain, write, plain))])

    assert_is_the_data(cell)


@pytest.mark.parametrize(
    ("begin", "turned_at_h", "hour"),
    [(datetime(2024, 10, 27, 0, 30, tzinfo=UTC), 2.5, -1), (datetime(2024, 3, 31, 0, 30, tzinfo=UTC), 1.5, 1)],
    ids=["autumn", "spring"],
)
def test_a_clock_that_is_turned_by_an_hour_is_repaired_with_a_finding(
    begin: datetime, turned_at_h: float, hour: int
) -> None:
    def local(seconds: float) -> str:
        shift = hour if seconds >= turned_at_h * 3600 else 0
        return (begin + timedelta(seconds=seconds, hours=shift)).strftime("%Y-%m-%d %H:%M:%S")

    names = (*NAMES[:5], "Date Time", NAMES[6])
    (cell,) = read_cells([table(names, (plain, plain, plain, plain, plain, local, plain))])

    assert_is_the_data(cell)
    assert "clock_turned" in [finding.code for finding in cell.findings]


def test_a_pause_of_an_hour_is_no_turned_clock() -> None:
    def local(seconds: float) -> str:
        pause = 3600 if seconds >= 5000 else 0
        return (BEGIN + timedelta(seconds=seconds + pause)).strftime("%Y-%m-%d %H:%M:%S")

    names = (*NAMES[:5], "Date Time", NAMES[6])
    (cell,) = read_cells([table(names, (plain, plain, plain, plain, plain, local, plain))])

    assert cell.cycling.time_s is not None
    assert np.diff(cell.cycling.time_s).max() == pytest.approx(3660)
    assert "clock_turned" not in [finding.code for finding in cell.findings]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("Temperature (K)", lambda _: "298.15"),
        ("Temperature (°F)", lambda _: "77.0"),
        ("Temperature", lambda _: "298.15"),
    ],
)
def test_temperatures_in_other_units(name: str, write: Callable[[float], str]) -> None:
    (cell,) = read_cells([table((*NAMES[:6], name), (plain, plain, plain, plain, plain, plain, write))])

    assert_is_the_data(cell)
    assert ("temperature_in_kelvin" in [finding.code for finding in cell.findings]) == (name == "Temperature")


def test_a_column_without_numbers_is_named_with_an_example() -> None:
    file = table(NAMES, (plain, lambda _: "1.0 x", plain, plain, plain, plain, plain))

    with pytest.raises(CorruptedFile, match=r"The column Current of table\.csv holds no number .* such as “1\.0 x”"):
        read_cells([file])
