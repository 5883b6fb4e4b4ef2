"""Warm-up: analyses a synthetic cell, to load the libraries and caches that a first upload would wait for."""

from battery_service import bridge
from battery_service.bridge import BatteryFile
from battery_service.options import Options, default_options

HEADER = (
    "cycle_number,current_in_A,voltage_in_V,time_in_s,charge_capacity_in_Ah,discharge_capacity_in_Ah,temperature_in_C"
)
CYCLES = 3
POINTS = 10


def warm_up(options: Options | None = None) -> None:
    """Analyse three cycles of ten points of charge and ten of discharge, by default with the standard plots."""
    bridge.analyse([BatteryFile("warm_up.csv", _synthetic_cycles())], options or default_options())


def _synthetic_cycles() -> bytes:
    rows = [HEADER]
    for cycle in range(1, CYCLES + 1):
        for point in range(2 * POINTS):
            charged, discharged = min(point, POINTS) / POINTS, max(point - POINTS, 0) / POINTS
            current = 1 if point < POINTS else -1
            hours = 0.1 * (2 * POINTS * cycle + point)
            row = (cycle, current, 3 + charged - discharged, 3600 * hours, charged, discharged, 25 + cycle)
            rows.append(",".join(f"{value:g}" for value in row))
    return "\n".join(rows).encode()
