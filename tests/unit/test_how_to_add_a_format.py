"""The page that says how a format is added: its example is run as written."""

import re
import tomllib
from pathlib import Path

import pytest
from battery_analytics.errors import MissingColumns
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells

from tests.installed_format import Installer

PAGE = (Path(__file__).parents[2] / "docs/how-to/add-a-format.md").read_text()


def block(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_example_reads_the_file_that_the_page_shows(encoding: str, install_format: Installer) -> None:
    entry_points = tomllib.loads(block("toml"))["project"]["entry-points"]["battery_analytics.formats"]
    [(_, target)] = entry_points.items()
    module, attribute = target.split(":")
    install_format(module, block("python"), attribute)

    [cell] = read_cells([BatteryFile("cell.csv", block("text").encode(encoding))])

    cycling = cell.cycling
    assert (cell.source.format, cell.source.certainty) == ("Lab logger", 0.95)
    assert cycling.cycle_number.tolist() == [1, 2]
    assert cycling.offsets.tolist() == [0, 2, 3]
    assert cycling.current_A.tolist() == pytest.approx([1.5, -1.5, -2.25])  # mA
    assert cycling.voltage_V.tolist() == pytest.approx([3.25, 3.5, 3.75])  # mV
    assert cycling.discharge_capacity_Ah is not None
    assert cycling.discharge_capacity_Ah.tolist() == pytest.approx([0, 0.75, 0])  # mAh
    assert cycling.time_s is not None
    assert cycling.time_s.tolist() == pytest.approx([0, 1800, 3600])  # min
    assert cycling.temperature_C is None


def test_without_the_example_its_file_is_not_understood() -> None:
    with pytest.raises(MissingColumns, match="has no column for"):
        read_cells([BatteryFile("cell.csv", block("text").encode())])


@pytest.mark.parametrize("path", re.findall(r"`((?:formats|tests)/[\w/]+\.py)`", PAGE))
def test_a_file_that_the_page_names_is_there(path: str) -> None:
    root = Path(__file__).parents[2]
    if path.startswith("formats/"):
        path = f"layers/analytics/battery_analytics/{path}"
    assert (root / path).is_file() or "NAME" in path
