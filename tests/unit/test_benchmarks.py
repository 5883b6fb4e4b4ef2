"""The benchmark measures what it says, so that a pass means something."""

import pickle
from pathlib import Path

import pytest

from sample_cells import calb_dict
from tests.named_cells import named_cell
from tools.benchmarks.floors import four_figures, pickle_load, read_csv
from tools.benchmarks.inputs import CELLS_IN_A_ROW, BenchmarkInputs, benchmark_inputs
from tools.benchmarks.measure import Measurement, measure

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> BenchmarkInputs:
    path = tmp_path_factory.mktemp("cell") / "short.pkl"
    path.write_bytes(pickle.dumps(calb_dict(named_cell("SAMPLE_NMC_25_LINEAR"))))
    return benchmark_inputs(path)


def test_action_and_floor_take_turns_after_each_has_warmed_up() -> None:
    calls: list[str] = []

    def action() -> dict[str, float]:
        calls.append("action")
        return {"read": float(len(calls))}

    measured = measure(action, lambda: calls.append("floor"), runs=3)
    assert calls == ["floor", "action"] * 4
    assert measured.stages_ms == {"read": 6.0}


def test_a_ratio_is_seconds_over_the_floor() -> None:
    assert Measurement(seconds=0.3, floor_seconds=0.5, stages_ms={}).ratio == pytest.approx(0.6)


def test_the_large_pickle_holds_every_cycle_26_times_under_running_numbers(inputs: BenchmarkInputs) -> None:
    small, large = pickle.loads(inputs.small_pickle), pickle.loads(inputs.large_pickle)
    cycles = large["cycle_data"]
    assert [cycle["cycle_number"] for cycle in cycles] == list(range(1, 100 * CELLS_IN_A_ROW + 1))
    assert cycles[-1]["voltage_in_V"] == small["cycle_data"][-1]["voltage_in_V"]
    assert len(inputs.large_pickle) == pytest.approx(CELLS_IN_A_ROW * len(inputs.small_pickle), rel=0.01)


def test_the_large_csv_holds_the_points_of_the_large_pickle(inputs: BenchmarkInputs) -> None:
    table = read_csv(inputs.large_csv)
    cycles = pickle.loads(inputs.large_pickle)["cycle_data"]
    assert len(table) == inputs.n_points
    assert table["cycle_number"].nunique() == inputs.n_cycles
    assert table["voltage_in_V"].sum() == pytest.approx(sum(sum(cycle["voltage_in_V"]) for cycle in cycles))


def test_the_floors_do_their_work(inputs: BenchmarkInputs) -> None:
    pictures = four_figures()
    assert [picture[16:24] for picture in pictures] == [_png_size(1000, 800), *[_png_size(1000, 600)] * 3]
    assert pickle_load(inputs.small_pickle) == pickle.loads(inputs.small_pickle)


def test_a_cell_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such cell"):
        benchmark_inputs(tmp_path / "none.pkl")


def _png_size(width: int, height: int) -> bytes:
    return width.to_bytes(4, "big") + height.to_bytes(4, "big")
