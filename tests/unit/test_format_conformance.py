"""Every registered format reads a file of the known cell, right and under its own name, and is recognised by content."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from battery_analytics.cell import Cell
from battery_analytics.files import BatteryFile
from battery_analytics.formats.builtin.cycle_summaries import CYCLE_SUMMARIES
from battery_analytics.formats.declaration import Format
from battery_analytics.formats.head import Head
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.registry import BUILTIN_FORMATS, described_formats, recognise, usual_endings

from tests.known_cell import CAPACITIES_AH, POINTS_PER_CYCLE, STEP_S, Writer, column

# Each format's own test says in FILES how to write the known cell, the file with the measurements first.
_TESTS = sorted(
    path.stem for path in Path(__file__).parent.glob("test_format_*.py") if path.stem != Path(__file__).stem
)
FILES: dict[str, Writer] = {}
# The same of formats that have no points, but a row per cycle.
SUMMARY_FILES: dict[str, Writer] = {}
ABSENT: dict[str, set[str]] = {}
for _test in _TESTS:
    _module = importlib.import_module(f"tests.unit.{_test}")
    FILES |= _module.FILES
    SUMMARY_FILES |= getattr(_module, "SUMMARY_FILES", {})
    ABSENT |= getattr(_module, "ABSENT", {})
# Nothing but their own programs writes these; their readers are tested on bytes of their own and on real files.
UNWRITABLE = {"Arbin res", "BioLogic mpr", "Neware nda", "Neware ndax"}

WRITABLE = [known for known in BUILTIN_FORMATS if known.name not in UNWRITABLE]
WITH_POINTS = [known for known in WRITABLE if known not in CYCLE_SUMMARIES]
each_format = pytest.mark.parametrize("known", WRITABLE, ids=lambda known: known.name)
each_format_with_points = pytest.mark.parametrize("known", WITH_POINTS, ids=lambda known: known.name)


def files_of(known: Format) -> list[BatteryFile]:
    return (FILES | SUMMARY_FILES)[known.name]()


def read(known: Format) -> Cell:
    [cell] = read_cells(files_of(known))
    return cell


def test_every_format_has_a_file_of_the_known_cell() -> None:
    assert set(FILES) == {known.name for known in WITH_POINTS}
    assert set(SUMMARY_FILES) == {known.name for known in CYCLE_SUMMARIES}


@each_format_with_points
def test_the_known_cell_is_read_right(known: Format) -> None:
    cycling = read(known).cycling

    assert cycling.cycle_number.tolist() == [1, 2, 3]
    assert cycling.offsets.tolist() == [0, 62, 124, 186]
    np.testing.assert_allclose(cycling.voltage_V, column("voltage_in_V"), rtol=1e-8)
    np.testing.assert_allclose(cycling.current_A, column("current_in_A"), rtol=1e-8)
    for quantity, name in (
        ("charge_capacity_Ah", "charge_capacity_in_Ah"),
        ("discharge_capacity_Ah", "discharge_capacity_in_Ah"),
        ("time_s", "time_in_s"),
        ("temperature_C", "temperature_in_C"),
    ):
        values = getattr(cycling, quantity)
        assert (values is None) == (quantity in ABSENT.get(known.name, set()))
        if values is None:
            continue
        np.testing.assert_allclose(values, column(name), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("known", [one for one in WITH_POINTS if one.name not in ABSENT], ids=lambda known: known.name)
def test_the_figures_of_the_known_cell_are_those_worked_out_by_hand(known: Format) -> None:
    cycling = read(known).cycling

    assert cycling.charge_capacity_Ah is not None
    assert cycling.discharge_capacity_Ah is not None
    assert cycling.time_s is not None
    for index, capacity_Ah in enumerate(CAPACITIES_AH):
        points = cycling.points(index)
        assert cycling.current_A[points].max() == pytest.approx(capacity_Ah)  # in one hour, so in amperes as well
        assert cycling.current_A[points].min() == pytest.approx(-capacity_Ah)
        assert cycling.charge_capacity_Ah[points].max() == pytest.approx(capacity_Ah)
        assert cycling.discharge_capacity_Ah[points].max() == pytest.approx(capacity_Ah)
        assert cycling.time_s[points][0] == pytest.approx(index * POINTS_PER_CYCLE * STEP_S)
    assert 2.6 < cycling.voltage_V.min() < cycling.voltage_V.max() < 4.4
    assert cycling.temperature_C is not None
    assert cycling.temperature_C.mean() == pytest.approx(25.0, abs=0.5)


@each_format
def test_the_source_names_the_format_and_how_sure_it_is(known: Format) -> None:
    [file, *_] = files_of(known)
    recognition = known.recognise(Head(file))
    source = read(known).source

    assert recognition is not None
    assert (source.format, source.certainty) == (known.name, recognition.certainty)
    assert source.files[0] == file.name
    assert not {"Voltage", "Current", "voltage_in_V", "current_in_A"} & set(source.extra_columns)


@each_format
def test_no_other_format_is_as_certain_of_the_file(known: Format) -> None:
    [file, *_] = files_of(known)

    [first, *others] = recognise(file).formats

    assert first.format.name == known.name
    assert all(other.recognition.certainty < first.recognition.certainty for other in others)
    assert all(evidence and "\n" not in evidence for evidence in first.recognition.evidence)


@each_format
@pytest.mark.parametrize("ending", ["", ".txt", ".pkl", ".csv", ".xyz"])
def test_the_file_is_recognised_by_its_content_under_any_name(known: Format, ending: str) -> None:
    [file, *_] = files_of(known)

    recognised = recognise(BatteryFile(f"renamed{ending}", file.content)).formats

    assert recognised[0].format.name == known.name


@each_format
def test_a_format_is_declared_in_full(known: Format) -> None:
    assert known.instrument
    assert known.needs.endswith(".")
    assert known.endings
    assert all(ending.startswith(".") and ending == ending.lower() for ending in known.endings)


def test_names_are_unique() -> None:
    names = [known.name for known in BUILTIN_FORMATS]

    assert len(set(names)) == len(names)


def test_the_formats_are_described_as_plain_values_for_the_contract() -> None:
    described = described_formats()

    assert [one["name"] for one in described] == [known.name for known in BUILTIN_FORMATS]
    assert all(list(one) == ["name", "endings", "instrument", "needs", "traps"] for one in described)


def test_messages_name_the_usual_ending_of_each_format_once() -> None:
    endings = usual_endings()

    assert endings[0] == ".pkl"
    assert ".csv" in endings
    assert len(set(endings)) == len(endings)
