"""Real cells in the dashboard, where they lie beside the repository."""

import pytest

from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences
from tests.real_data.folder import CALB, CELL_IDS, needs_real_cells

pytestmark = [*needs_real_cells, needs_the_dashboard]
CELL = "CALB_35_B249"


@pytest.mark.parametrize("sentence", sentences("real"))
def test_real(specs: SpecRunner, local_server: str, sentence: str) -> None:
    inputs = {
        "cell": CELL,
        "pickle": CALB / f"{CELL}.pkl",
        **{part: CALB / f"{CELL}_{part}.csv" for part in ("cycles", "metadata", "metrics")},
        "every_pickle": "\n".join(str(CALB / f"{cell_id}.pkl") for cell_id in CELL_IDS),
    }
    specs.play("real", sentence, local_server, inputs)
