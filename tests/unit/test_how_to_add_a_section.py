"""docs/how-to/add-a-section.md does what it says: its file and its line give a section in the report and in the contract."""

import json
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sample_cells.plain import cell, pickled

CELL: Any = cell("A")
PAGE = Path("docs/how-to/add-a-section.md").read_text()
FILE, LINE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
IMPORT = "from battery_analytics.sections.voltage_window import VOLTAGE_WINDOW\n"
PROGRAM = """
import json
from battery_analytics import analyze
from tools.contract import schemas

report = analyze("A.pkl", plots="none")
schema = schemas()["VoltageWindow"]["properties"]
print(json.dumps([report["voltage_window"], report.voltage_window.median_swing, "voltage_window" in report.timings_ms, schema]))
"""


@pytest.mark.slow
def test_the_file_and_the_line_of_the_page_add_a_section(tmp_path: Path) -> None:
    library = shutil.copytree("layers/analytics/battery_analytics", tmp_path / "battery_analytics")
    (library / "sections" / "voltage_window.py").write_text(FILE)
    registry = library / "sections" / "registry.py"
    before, class_, after = registry.read_text().partition("\nclass Sections:")
    after = after.replace("    source = SOURCE\n", f"    source = SOURCE\n{LINE}")
    registry.write_text(f"{before}{IMPORT}\n{class_}{after}")
    (tmp_path / "A.pkl").write_bytes(pickled(CELL))

    search_path = {"PYTHONPATH": f"{tmp_path}:{Path.cwd()}"}
    command = [sys.executable, "-c", PROGRAM]
    ran = subprocess.run(command, cwd=tmp_path, env=search_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    section, median, timed, schema = json.loads(ran.stdout)

    swings = [max(cycle["voltage_in_V"]) - min(cycle["voltage_in_V"]) for cycle in CELL["cycle_data"]]
    assert section["swing"] == pytest.approx(swings)
    assert median == section["median_swing"] == pytest.approx(statistics.median(swings))
    assert timed
    assert schema["median_swing"] == {
        "type": "number",
        "description": "Median over all cycles. Unit: V.",
        "x-unit": "V",
    }
