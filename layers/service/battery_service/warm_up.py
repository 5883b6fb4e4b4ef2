"""What the first upload would otherwise wait for: the libraries and their caches, loaded by analysing a made-up cell."""

from battery_service import bridge
from battery_service.bridge import BatteryFile
from battery_service.options import Options

HEADER = (
    "cycle_number,current_in_A,voltage_in_V,time_in_s,charge_capacity_in_Ah,discharge_capacity_in_Ah,temperature_in_C"
)
CYCLES = 3
POINTS = 10


def warm_up(options: Options = Options()) -> None:  # noqa: B008  # frozen
    """Analyse a few cycles of ten points each way; by default with all plots, which take most of the time."""
    bridge.analyse([BatteryFile("warm_up.csv", _made_up_cycles())], options)


def _made_up_cycles() -> bytes:
    rows = [HEADER]
    for cycle in range(1, CYCLES + 1):
        for point in range(2 * POINTS):
            charged, discharged = min(point, POINTS) / POINTS, max(point - POINTS, 0) / POINTS
            current = 1 if point < POINTS else -1
            hours = 0.1 * (2 * POINTS * cycle + point)
            row = (cycle, current, 3 + charged - discharged, 3600 * hours, charged, discharged, 25 + cycle)
            rows.append(",".join(f"{value:g}" for value in row))
    return "\n".join(rows).encode()
