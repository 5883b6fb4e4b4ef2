"""CSV files in the spellings that people send: encodings, separators, units, preambles, sets of three files."""

import csv
import io
import pickle
from itertools import permutations

import numpy as np
import pytest
from battery_analytics.cell import Cell
from battery_analytics.errors import (
    BatteryDataError,
    CorruptedFile,
    EmptyFile,
    IncompleteCsvSet,
    MissingColumns,
    UnsupportedFileType,
    UnsupportedStructure,
)
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells
from hypothesis import given
from hypothesis import strategies as st

from sample_cells.plain import cell as calb_cell
from sample_cells.plain import csv_set
from tests.examples import examples
from tests.strategies import CalbCell, clean_calb_cells

HEADER = "cycle_number,current_in_A,voltage_in_V,discharge_capacity_in_Ah,time_in_s,temperature_in_C"
ROWS = ("1,1.5,3.25,0,0,25.5", "1,-1.5,3.5,0.5,30,25.5", "2,-2.25,3.75,0.25,60,26")
PLAIN = "\n".join((HEADER, *ROWS, ""))


def read(content: str | bytes, name: str = "cell.csv") -> Cell:
    [cell] = read_cells([BatteryFile(name, content if isinstance(content, bytes) else content.encode())])
    return cell


def assert_is_the_plain_cell(cell: Cell) -> None:
    cycling = cell.cycling
    assert cycling.cycle_number.tolist() == [1, 2]
    assert cycling.offsets.tolist() == [0, 2, 3]
    np.testing.assert_allclose(cycling.current_A, [1.5, -1.5, -2.25])
    np.testing.assert_allclose(cycling.voltage_V, [3.25, 3.5, 3.75])
    assert cycling.discharge_capacity_Ah is not None
    np.testing.assert_allclose(cycling.discharge_capacity_Ah, [0, 0.5, 0.25])
    assert cycling.time_s is not None
    np.testing.assert_allclose(cycling.time_s, [0, 30, 60])
    assert cycling.temperature_C is not None
    np.testing.assert_allclose(cycling.temperature_C, [25.5, 25.5, 26])
    assert [finding.code for finding in cell.findings] == ["no_metadata"]


GERMAN = PLAIN.replace(",", ";").replace(".", ",")
SPELLINGS: dict[str, str | bytes] = {
    "plain": PLAIN,
    "byte-order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "UTF-16 of the other order": PLAIN.encode("utf-16-be"),
    "Windows line ends": PLAIN.replace("\n", "\r\n"),
    "old line ends": PLAIN.replace("\n", "\r"),
    "no last line end": PLAIN.rstrip(),
    "blank lines": PLAIN.replace("\n", "\n\n"),
    "semicolons": PLAIN.replace(",", ";"),
    "semicolons and decimal commas": GERMAN,
    "tabs and decimal commas": GERMAN.replace(";", "\t"),
    "quoted": "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in PLAIN.split()),
    "quoted decimal commas": "\n".join(
        [
            HEADER,
            *(",".join(f'"{field}"' for field in row.replace(".", "@").split(",")).replace("@", ",") for row in ROWS),
        ]
    ),
    "spaces after separators": PLAIN.replace(",", ", "),
    "separators at line ends": PLAIN.replace("\n", ",\n"),
    "separators at the rows' ends": "\n".join((HEADER, *(row + "," for row in ROWS))),
    "preamble": "Cell A, tested in May\n\nOperator: K. Müller\n" + PLAIN,
    "preamble in a Windows encoding": "Prüfstand 3, 25 °C\n".encode("cp1252") + PLAIN.encode(),
    "units in brackets": PLAIN.replace("_in_A,", "(A),").replace("_in_V,", " [V],").replace("_in_s,", "/s,"),
    "milli-units": "Cycle;I/mA;Ecell/mV;Q discharge/mA.h;time/ms;T1[°C]\n"
    "1;1500;3250;0;0;25.5\n1;-1500;3500;500;30000;25.5\n2;-2250;3750;250;60000;26\n",
    "clock": "Cycle,Current(A),Voltage(V),DChg. Cap.(Ah),Total Time,T1(℃)\n"
    "1,1.5,3.25,0,0:00:00,25.5\n1,-1.5,3.5,0.5,0:00:30,25.5\n2,-2.25,3.75,0.25,00:01:00.0,26\n",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_table_is_read_however_it_is_spelled(spelling: str) -> None:
    assert_is_the_plain_cell(read(SPELLINGS[spelling]))


def test_columns_may_stand_in_any_order_and_extra_ones_are_kept_by_name() -> None:
    rows = [line.split(",") for line in PLAIN.split()]
    mixed = "\n".join(",".join([row[4], "x" if index else "step", *row[:4], row[5]]) for index, row in enumerate(rows))

    cell = read(mixed)

    assert_is_the_plain_cell(cell)
    assert cell.source.extra_columns == ("step",)


def test_a_number_with_grouped_thousands_is_read() -> None:
    cell = read(PLAIN.replace(",60,", ',"1,060.0",'))

    assert cell.cycling.time_s is not None
    assert cell.cycling.time_s.tolist() == [0, 30, 1060]


def test_words_among_the_numbers_are_counted_by_column() -> None:
    cell = read(PLAIN.replace(",25.5\n", ",warm\n", 1))

    [finding] = [finding for finding in cell.findings if finding.code == "values_not_numbers"]
    assert "1 in temperature_in_C" in finding.message


def test_numbers_and_words_mixed_in_a_long_column_warn_of_nothing() -> None:
    rows = [f"{1 + index // 1_000},1.5,{'bad' if index == 299_999 else '3.5'},0,{index},25" for index in range(300_000)]

    cell = read("\n".join((HEADER, *rows)))

    assert cell.cycling.n_points == 299_999
    assert {finding.code for finding in cell.findings} == {"no_metadata", "values_not_numbers", "points_without_values"}


@pytest.mark.parametrize("before", ["", "Cell A\n\n"], ids=["header first", "preamble"])
@pytest.mark.parametrize("blank", ["", "\n"], ids=["", "blank line"])
def test_a_row_with_too_many_fields_is_named_by_its_line(before: str, blank: str) -> None:
    content = before + "\n".join((HEADER, ROWS[0] + blank, ROWS[1] + ",7", ROWS[2]))
    line = 1 + content.split("\n").index(ROWS[1] + ",7")

    with pytest.raises(CorruptedFile, match=f"Line {line} of cell.csv has 7 fields") as fault:
        read(content)

    assert fault.value.details["line"] == line


def test_one_number_with_a_decimal_comma_tells_how_the_file_writes_them() -> None:
    cell = read("Cycle;Voltage(V);Current(A);Time(s)\n1;3;1;0\n1;3,5;1;30\n1;4;1;60\n")

    assert cell.cycling.voltage_V.tolist() == [3.0, 3.5, 4.0]


@pytest.mark.parametrize("place", [3, 4])
def test_a_zero_byte_makes_it_no_text(place: int) -> None:
    with pytest.raises(CorruptedFile, match="binary data"):
        read(f"{PLAIN[:place]}\0{PLAIN[place:]}".encode())


@pytest.mark.parametrize("row", [1, 2])
def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(row: int) -> None:
    rows = [f'"{values}' if place == row else values for place, values in enumerate(ROWS)]

    with pytest.raises(CorruptedFile, match=f"opens around line {row + 2} is never closed"):
        read("\n".join((HEADER, *rows)).encode())


def test_a_row_with_too_few_fields_has_values_that_were_not_measured() -> None:
    cell = read("\n".join((HEADER, *ROWS, "2,-2.25,3.8")))

    assert cell.cycling.n_points == 4
    assert cell.cycling.time_s is not None
    assert np.isnan(cell.cycling.time_s[-1])


@pytest.mark.parametrize("name", ["current_in_A", "voltage_in_V"])
def test_a_missing_column_is_named_among_the_columns_that_are_there(name: str) -> None:
    with pytest.raises(MissingColumns, match=name) as fault:
        read(PLAIN.replace(name, "spam"))

    assert fault.value.details["missing"] == [name]
    assert "spam" in fault.value.message


BROKEN: dict[str, tuple[bytes, type[BatteryDataError]]] = {
    "nothing": (b"", EmptyFile),
    "blank": (b" \n\n", EmptyFile),
    "header alone": (HEADER.encode(), EmptyFile),
    "header and blank lines": (HEADER.encode() + b"\n\n\n", EmptyFile),
    "open quotation mark": (PLAIN.replace("3.5,", '"3.5,').encode(), CorruptedFile),
    "words alone": (HEADER.encode() + b"\na,b,c,d,e,f\n", CorruptedFile),
    "zero byte": (PLAIN.encode() + b"\0", CorruptedFile),
    "zero byte in the middle": (PLAIN.encode() * 9_000 + b"\0" + b"1,1,1,1,1,1\n" * 90_000, CorruptedFile),
    "half of UTF-16": (b"\xff\xfe" + b"\x00\xd8" * 9, CorruptedFile),
    "pickle": (pickle.dumps([1.5] * 90), UnsupportedStructure),
    "thousand columns": (",".join(f"c{place}" for place in range(1_000)).encode() + b"\n1\n", UnsupportedStructure),
    "one line": (b"1," * 2_000_000, UnsupportedStructure),
    "one long second line": (HEADER.encode() + b"\n" + b"1," * 1_000_000, CorruptedFile),
    "tabs": (HEADER.encode() + b"\n" + b"\t" * 3_000_000, EmptyFile),
    "brackets": (b"(" * 900_000 + b"," + b" " * 90_000 + b"\n1,2\n", MissingColumns),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_ends_in_its_error(case: str) -> None:
    content, fault = BROKEN[case]

    with pytest.raises(fault, match="cell"):
        read(content)


@examples(60)
@given(data=st.data())
def test_changed_bytes_give_a_cell_or_a_named_fault_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(PLAIN.encode())
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1, max_size=4)
    ):
        content[place] = byte
    try:
        read(bytes(content))
    except BatteryDataError as fault:
        fault.message.encode("utf-8")


@examples(40)
@given(content=st.one_of(st.text(max_size=80).map(str.encode), st.binary(max_size=80)))
def test_any_bytes_give_a_cell_or_a_named_fault_and_nothing_else(content: bytes) -> None:
    try:
        read(content)
    except BatteryDataError as fault:
        fault.message.encode("utf-8")


TRIPLET = [BatteryFile(name, content) for name, content in csv_set(calb_cell(n_cycles=2), "TEST_25_A1").items()]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_set_of_three_files_is_one_cell_in_any_order(order: tuple[int, ...]) -> None:
    [cell] = read_cells([TRIPLET[place] for place in order])
    [in_order] = read_cells(TRIPLET)

    assert cell.metadata == in_order.metadata
    assert cell.source == in_order.source
    np.testing.assert_array_equal(cell.cycling.voltage_V, in_order.cycling.voltage_V)
    assert cell.metadata["nominal_capacity_in_Ah"] == 10


def test_files_of_several_cells_mixed_are_those_cells_in_the_order_of_their_first_files() -> None:
    other = [BatteryFile(file.name.replace("A1", "B2"), file.content) for file in TRIPLET]
    lone = BatteryFile("lone.csv", PLAIN.encode())

    cells = read_cells([other[1], lone, TRIPLET[2], TRIPLET[0], other[0], TRIPLET[1], other[2]])

    assert [cell.source.files[0] for cell in cells] == ["TEST_25_B2_cycles.csv", "lone.csv", "TEST_25_A1_cycles.csv"]


@pytest.mark.parametrize("sent", [(1,), (2,), (1, 2)])
def test_a_set_without_its_cycles_names_the_missing_file(sent: tuple[int, ...]) -> None:
    with pytest.raises(IncompleteCsvSet, match=r"TEST_25_A1_cycles\.csv") as fault:
        read_cells([TRIPLET[place] for place in sent])

    assert fault.value.details["missing"] == "TEST_25_A1_cycles.csv"


def test_the_same_file_twice_is_an_error() -> None:
    with pytest.raises(UnsupportedStructure, match="twice"):
        read_cells([*TRIPLET, TRIPLET[1]])


@pytest.mark.parametrize("name", ["cell.txt", "cell", "cell.052", "cell.pkl.exe", ""])
def test_a_table_is_read_under_any_name(name: str) -> None:
    assert read(PLAIN, name).cycling.n_points == read(PLAIN).cycling.n_points


@pytest.mark.parametrize("content", ["to whom it may concern\n", "a,b\n1,2\n"])
def test_text_of_an_unknown_ending_that_names_no_quantity_is_no_file_of_a_known_kind(content: str) -> None:
    with pytest.raises(UnsupportedFileType, match=r"letter\.doc"):
        read(content, "letter.doc")


QUANTITIES = ("voltage_V", "current_A", "charge_capacity_Ah", "discharge_capacity_Ah", "time_s", "temperature_C")


def assert_same_cycling(one: Cell, other: Cell, *, relative: float = 0.0) -> None:
    np.testing.assert_array_equal(one.cycling.cycle_number, other.cycling.cycle_number)
    np.testing.assert_array_equal(one.cycling.offsets, other.cycling.offsets)
    for quantity in QUANTITIES:
        values, others = getattr(one.cycling, quantity), getattr(other.cycling, quantity)
        assert (values is None) == (others is None)
        if values is not None:
            np.testing.assert_allclose(values, others, rtol=relative, atol=0)


def as_csv(data: CalbCell, factors: dict[str, tuple[str, float]], separator: str = ",") -> bytes:
    """The cell's cycles as a table; `factors` give columns another name and unit."""
    columns = [name for name in data["cycle_data"][0] if name != "internal_resistance_in_ohm"]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow([factors.get(name, (name, 1))[0] for name in columns])
    for cycle in data["cycle_data"]:
        for point in zip(*(cycle[name] for name in columns[1:]), strict=True):
            scaled = [value / factors.get(name, ("", 1))[1] for name, value in zip(columns[1:], point, strict=True)]
            writer.writerow([cycle["cycle_number"], *map(repr, scaled)])
    return text.getvalue().encode()


@examples(25)
@given(data=clean_calb_cells())
def test_a_cell_as_pickle_and_as_csv_has_the_same_measurements(data: CalbCell) -> None:
    [pickled] = read_cells([BatteryFile("a.pkl", pickle.dumps(data))])

    assert_same_cycling(read(as_csv(data, {})), pickled)


@examples(25)
@given(data=clean_calb_cells(), separator=st.sampled_from([",", ";", "\t"]))
def test_other_units_change_nothing(data: CalbCell, separator: str) -> None:
    milli = {
        "current_in_A": ("I/mA", 1e-3),
        "voltage_in_V": ("Voltage(mV)", 1e-3),
        "charge_capacity_in_Ah": ("Chg. Cap.(mAh)", 1e-3),
        "discharge_capacity_in_Ah": ("Q discharge/mA.h", 1e-3),
        "time_in_s": ("Test Time (h)", 3600.0),
    }

    assert_same_cycling(read(as_csv(data, milli, separator)), read(as_csv(data, {})), relative=1e-12)


@examples(15)
@given(data=st.data(), cells=st.lists(clean_calb_cells(max_cycles=2), min_size=2, max_size=3))
def test_the_order_of_the_files_changes_nothing_but_the_order_of_the_cells(
    data: st.DataObject, cells: list[CalbCell]
) -> None:
    # Each with an id of its own, since files that name one cell may continue each other.
    named = [{**cell, "cell_id": f"cell {'ABC'[place]}"} for place, cell in enumerate(cells)]
    files = [BatteryFile(f"{'ABC'[place]}.pkl", pickle.dumps(cell)) for place, cell in enumerate(named)]
    order = data.draw(st.permutations(range(len(files))))

    mixed = read_cells([files[place] for place in order])

    for place, cell in zip(order, mixed, strict=True):
        [alone] = read_cells([files[place]])
        assert_same_cycling(cell, alone)
        assert cell.metadata == alone.metadata
