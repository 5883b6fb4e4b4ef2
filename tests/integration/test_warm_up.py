"""What is loaded before the first upload comes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_made_up_cell_loads_all_that_an_upload_needs() -> None:
    program = (
        "import sys; from battery_service.warm_up import warm_up; "
        "from battery_analytics import BatteryFile, analyze; warm_up(); loaded = set(sys.modules); "
        "rows = 'cycle_number,current_in_A,voltage_in_V,time_in_s\\n' + "
        "''.join(f'{c},{1 - 2 * (k > 4)},{3 + k / 10},{60 * (10 * c + k)}\\n' for c in range(4) for k in range(10)); "
        "analyze([BatteryFile('x_cycles.csv', rows.encode())]); "
        "print(*sorted(set(sys.modules) - loaded))"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert (ended.stderr, ended.stdout.split()) == ("", [])
