"""Where the real cells lie: beside the repository, and read from there only."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CALB, GOLDEN = DATA / "calb", DATA / "golden"
CELL_IDS = sorted(path.stem for path in CALB.glob("CALB_*.pkl"))

needs_real_cells = [
    pytest.mark.real_data,
    pytest.mark.skipif(not CELL_IDS, reason=f"the real cells are not there: {CALB} holds no CALB_*.pkl"),
]
