"""Files of rests alone: a report with nulls that says so, also where the program writes no current for them."""

import numpy as np
import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.errors import MissingColumns
from battery_analytics.formats.file_groups import FileGroup
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.source_table import SourceTable
from battery_analytics.formats.table_format import cells_of_source

HEAD = "EC-Lab ASCII FILE\nNb header lines : 5\n\n{}\nmode\ttime/s\tEwe/V\n"
ROWS = "".join(f"3\t{60 * n}\t{3.7 - n / 1000}\n" for n in range(20))


def test_an_open_circuit_voltage_is_a_report_of_a_rest() -> None:
    report = analyze(BatteryFile("ocv.mpt", (HEAD.format("Open Circuit Voltage") + ROWS).encode()), plots="none")
    codes = {finding.code for finding in report.data_quality}

    assert report.source.format == "BioLogic text"
    assert {"rest_without_current", "no_current"} <= codes
    assert report.voltage_profile.voltage_stats.max_voltage == pytest.approx(3.7)
    assert np.isnan(report.capacity_fade.discharge_capacities).all()
    assert report.battery_health.health_status == "Unknown"


def test_another_technique_without_a_current_is_refused() -> None:
    rows = ROWS.replace("3\t", "1\t")  # the mode of a current that is controlled
    with pytest.raises(MissingColumns, match="no column for current_in_A"):
        read_cells([BatteryFile("gcpl.mpt", (HEAD.format("Galvanostatic Cycling") + rows).encode())])


def test_the_same_in_a_binary_file() -> None:
    columns = {"time/s": np.arange(9.0), "Ewe/V": np.full(9, 3.7)}
    table = SourceTable(columns, {"technique": "Open Circuit Voltage"})
    [cell] = cells_of_source(table, FileGroup(BatteryFile("a.mpr", b"")), name="BioLogic mpr", certainty=1.0)

    assert cell.cycling.current_A.tolist() == [0.0] * 9
    assert "rest_without_current" in {finding.code for finding in cell.findings}
