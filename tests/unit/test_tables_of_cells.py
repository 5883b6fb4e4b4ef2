"""Tables with a cell column, rows in another order, numbers that begin again, a state column, and one capacity column."""

from collections.abc import Sequence

import numpy as np
import pytest
from battery_analytics import BatteryDataError, BatteryFile, analyze
from battery_analytics.cell import Cell
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.tables.texts import state_of

from sample_cells.plain import pickled
from tests.steps import FULL_CYCLE, Step, cycling, fading_cycles

type Row = tuple[object, ...]

HEADER = ("cycle", "current (A)", "voltage (V)", "charge capacity (Ah)", "discharge capacity (Ah)", "time (s)")


def rows_of(cycles: Sequence[Sequence[Step]], factor: float = 1.0) -> list[Row]:
    """The rows of a table with `HEADER`; currents and capacities times a factor."""
    data = cycling(cycles)
    assert data.charge_capacity_Ah is not None
    assert data.discharge_capacity_Ah is not None
    assert data.time_s is not None
    numbers = np.repeat(data.cycle_number, np.diff(data.offsets))
    columns = (numbers, factor * data.current_A, data.voltage_V, factor * data.charge_capacity_Ah)
    return list(
        zip(*(column.tolist() for column in (*columns, factor * data.discharge_capacity_Ah, data.time_s)), strict=True)
    )


def csv_of(header: Sequence[str], rows: Sequence[Row], name: str = "table.csv") -> BatteryFile:
    return BatteryFile(name, "\n".join(",".join(map(str, row)) for row in [header, *rows]).encode())


def codes(cell: Cell) -> list[str]:
    return [finding.code for finding in cell.findings]


def discharges(file: BatteryFile) -> list[list[float]]:
    report = analyze(file, plots="none")
    return [one.capacity_fade.discharge_capacities.tolist() for one in report.cells]


AGED = rows_of(fading_cycles(4, loss_minutes=1.0))
OTHER = rows_of(fading_cycles(4, loss_minutes=2.0), factor=1.5)
OF_AGED, OF_OTHER = [10 - n / 6 for n in range(4)], [15 - n / 2 for n in range(4)]


@pytest.mark.parametrize("column", ["cell_id", "Cell Name", "barcode", "Battery ID", "Serial Number"])
@pytest.mark.parametrize("order", ["one after the other", "row by row"])
def test_a_column_of_cells_splits_the_table(column: str, order: str) -> None:
    named = [*(("A1", *row) for row in AGED), *(("B2", *row) for row in OTHER)]
    if order == "row by row":
        named.sort(key=lambda row: float(str(row[-1])))
    file = csv_of((column, *HEADER), named)

    cells = read_cells([file])

    assert sorted(cell.cell_id for cell in cells) == ["A1", "B2"]
    assert all("several_cells_in_file" in codes(cell) for cell in cells)
    assert column in next(one.message for one in cells[0].findings if one.code == "several_cells_in_file")
    assert np.array(discharges(file)) == pytest.approx(np.array([OF_AGED, OF_OTHER]))


def test_a_channel_splits_a_table_and_follows_the_files_name() -> None:
    file = csv_of(("Channel", *HEADER), [*((7, *row) for row in AGED), *((8, *row) for row in OTHER)])
    assert [cell.cell_id for cell in read_cells([file])] == ["table_7", "table_8"]


def test_one_name_is_the_cells_and_one_channel_is_not() -> None:
    assert read_cells([csv_of(("cell", *HEADER), [("A1", *row) for row in AGED])])[0].cell_id == "A1"
    assert read_cells([csv_of(("channel", *HEADER), [(7, *row) for row in AGED])])[0].cell_id == "table"


def test_a_column_with_a_value_of_its_own_in_each_row_names_no_cells() -> None:
    (cell,) = read_cells([csv_of(("sample", *HEADER), [(place, *row) for place, row in enumerate(AGED)])])
    assert cell.cycling.n_cycles == 4


def test_a_table_in_a_pickle_is_split_too() -> None:
    table: dict[str, list[object]] = {
        name: [row[place] for row in [*AGED, *OTHER]] for place, name in enumerate(HEADER)
    }
    table["cell_id"] = [*("A1" for _ in AGED), *("B2" for _ in OTHER)]
    file = BatteryFile("two.pkl", pickled(table))

    assert [cell.cell_id for cell in read_cells([file])] == ["A1", "B2"]
    assert np.array(discharges(file)) == pytest.approx(np.array([OF_AGED, OF_OTHER]))


def test_a_table_written_backwards_is_turned() -> None:
    (cell,) = read_cells([csv_of(HEADER, AGED[::-1])])

    assert "rows_reversed" in codes(cell)
    assert cell.cycling.time_s is not None
    assert (np.diff(cell.cycling.time_s) > 0).all()
    assert discharges(csv_of(HEADER, AGED[::-1])) == [pytest.approx(OF_AGED)]


@pytest.mark.parametrize("seed", [0, 1])
def test_scattered_rows_are_sorted(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(AGED)).tolist()
    file = csv_of(HEADER, [AGED[place] for place in order])

    assert "rows_sorted" in codes(read_cells([file])[0])
    assert discharges(file) == [pytest.approx(OF_AGED)]


@pytest.mark.parametrize("times", [2, 3, 4])
def test_cycle_numbers_that_begin_again_are_further_cycles(times: int) -> None:
    file = csv_of(HEADER, AGED * times)
    (cell,) = read_cells([file])

    assert cell.cycling.cycle_number.tolist() == list(range(1, 4 * times + 1))
    assert "cycles_numbered_on" in codes(cell)
    assert discharges(file) == [pytest.approx(OF_AGED * times)]


STATES = {1: "C", -1: "D", 0: "R"}, {1: "CC_Chg", -1: "CC DChg", 0: "Rest"}, {1: "Laden", -1: "Entladen", 0: "Pause"}


@pytest.mark.parametrize("states", STATES)
@pytest.mark.parametrize("capacity", ["Amp-hr", "Capacity (Ah)"])
def test_a_state_beside_a_current_without_sign_and_one_capacity(states: dict[int, str], capacity: str) -> None:
    data = cycling([FULL_CYCLE] * 3, counters="step")
    assert data.charge_capacity_Ah is not None
    assert data.discharge_capacity_Ah is not None
    numbers = np.repeat(data.cycle_number, np.diff(data.offsets)).tolist()
    one_capacity = (data.charge_capacity_Ah + data.discharge_capacity_Ah).tolist()
    named = [states[int(np.sign(current))] for current in data.current_A]
    rows = zip(numbers, np.abs(data.current_A).tolist(), [3.7] * data.n_points, one_capacity, named, strict=True)
    report = analyze(csv_of(("Cyc#", "Amps", "Volts", capacity, "State"), list(rows)), plots="none")

    assert report.capacity_fade.charge_capacities == pytest.approx(10.0)
    assert report.capacity_fade.discharge_capacities == pytest.approx(10.0)


def test_a_column_of_other_words_is_an_extra_column() -> None:
    (cell,) = read_cells([csv_of((*HEADER, "Status"), [(*row, "OK") for row in AGED])])

    assert cell.cycling.state is None
    assert cell.source.extra_columns == ("Status",)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *[(word, 1) for word in ("C", "charge", "CCCV Charge", "CHA", "CC_Chg", "Charging", "Constant current charge")],
        *[(word, -1) for word in ("D", "discharge", "CC DChg", "DCH", "Entladen", "CP Discharge", "DCHG")],
        *[(word, 0) for word in ("R", "P", "Rest", "pause", "OCV", "Ruhe", "idle", "RST")],
    ],
)
def test_the_words_for_a_state(word: str, state: int) -> None:
    assert state_of(word) == state


@pytest.mark.parametrize("word", ["", "CC", "1", "OK", "checked", "cell", "x" * 500])
def test_other_words_are_no_state(word: str) -> None:
    assert np.isnan(state_of(word))


def test_without_a_capacity_and_a_time_a_table_is_refused_with_its_columns() -> None:
    with pytest.raises(BatteryDataError, match="neither discharge_capacity_in_Ah nor time_in_s"):
        read_cells([csv_of(HEADER[:3], [row[:3] for row in AGED])])
