"""Real exports of cyclers, read where they lie: their instrument, and figures that were computed from them independently."""

import json
from typing import Any

import pytest
from battery_analytics import analyze

from tests.real_data.folder import DATA

CYCLERS = DATA / "cyclers"
EXPECTED: dict[str, Any] = (
    json.loads((CYCLERS / "expected.json").read_text())["files"] if (CYCLERS / "expected.json").is_file() else {}
)
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not EXPECTED, reason=f"the real exports are not there: {CYCLERS} holds no expected.json"),
]
# Files that no one can read right, and why.
CONTRADICTORY = {"maccor-dca": "its capacity rises 18 to 60 times faster than its current and times allow"}


@pytest.mark.parametrize("name", sorted(EXPECTED) or ["none"])
def test_a_real_export_is_read_right(name: str) -> None:
    expected = EXPECTED[name]
    report = analyze(CYCLERS / expected["file"], plots="none")
    fade = report["capacity_fade"]
    if expected.get("n_cycles") is not None:
        assert len(fade["cycle_numbers"]) == expected["n_cycles"]
    for end in ("min", "max"):
        if expected.get(f"{end}_V") is not None:
            assert report["statistical_metrics"]["voltage_stats"][end] == pytest.approx(expected[f"{end}_V"], abs=2e-4)
    if name in CONTRADICTORY:
        return
    for number, cycle in expected.get("cycles", {}).items():
        place = fade["cycle_numbers"].index(int(float(number))) if len(fade["cycle_numbers"]) > 1 else 0
        for way in ("discharge", "charge"):
            by_counter, integral = cycle.get(f"{way}_Ah"), (cycle.get("integral_check") or {}).get(f"{way}_Ah")
            found = fade[f"{way}_capacities"][place] or 0.0
            assert found in (
                pytest.approx(by_counter, rel=3e-3, abs=1e-6),
                pytest.approx(integral, rel=2e-2, abs=1e-6),
            ), f"{way} of cycle {number}"
