"""The real cells: every golden figure, and what the usual way gets wrong."""

import json
import math
from functools import cache
from itertools import permutations
from statistics import median
from typing import Any

import pytest
from battery_analytics import analyze

from tests.real_data.folder import CALB, CELL_IDS, GOLDEN, needs_real_cells
from tests.report_names import assert_is_report

pytestmark = needs_real_cells

RELATIVE = 1e-6
CSV_PARTS = ("cycles", "metadata", "metrics")


@cache
def report_of(cell_id: str) -> Any:
    return analyze(CALB / f"{cell_id}.pkl", plots="none").body


def finding_of(cell_id: str, code: str) -> Any:
    return next((finding for finding in report_of(cell_id)["data_quality"] if finding["code"] == code), None)


def differences(golden: Any, found: Any, where: str = "") -> list[str]:
    """The places at which a report does not give what its golden file says."""
    if isinstance(golden, dict):
        return [line for key, value in golden.items() for line in differences(value, found[key], f"{where}/{key}")]
    if isinstance(golden, list):
        if len(golden) != len(found):
            return [f"{where}: {len(golden)} values, found {len(found)}"]
        pairs = enumerate(zip(golden, found, strict=True))
        return [line for place, (one, other) in pairs for line in differences(one, other, f"{where}/{place}")]
    if isinstance(golden, float) and isinstance(found, int | float):
        same = math.isclose(golden, found, rel_tol=RELATIVE, abs_tol=1e-12)
    else:
        same = golden == found
    return [] if same else [f"{where}: {golden!r}, found {found!r}"]


def test_all_seventeen_cells_are_there() -> None:
    assert len(CELL_IDS) == 17


@pytest.mark.parametrize("cell_id", CELL_IDS)
def test_every_golden_figure_agrees(cell_id: str) -> None:
    golden = json.loads((GOLDEN / f"{cell_id}.json").read_text())

    assert differences(golden, report_of(cell_id)) == []
    assert_is_report(report_of(cell_id))


def test_the_efficiency_and_first_charge_of_b249_are_not_those_of_its_columns_maximum() -> None:
    fade = report_of("CALB_35_B249")["capacity_fade"]

    assert median(fade["coulombic_efficiencies"]) == pytest.approx(99.95, abs=0.02)
    assert fade["charge_capacities"][0] == pytest.approx(58.88, abs=0.02)


def test_the_last_cycle_of_b188_has_no_charge_and_says_so() -> None:
    report = report_of("CALB_0_B188")

    assert report["capacity_fade"]["charge_capacities"][-1] is None
    assert report["capacity_fade"]["coulombic_efficiencies"][-1] is None
    assert finding_of("CALB_0_B188", "cycles_without_charge")["cycles"] == [208]
    assert finding_of("CALB_0_B188", "incomplete_discharge")["cycles"] == [208]


def test_b188_was_seen_to_pass_its_label_and_not_by_its_last_cycle() -> None:
    labels = json.loads((CALB / "life_labels.json").read_text())
    projection: Any = analyze(CALB / "CALB_0_B188.pkl", plots="none", eol_threshold=0.9).body["statistical_metrics"]

    assert projection["cycle_life_projection"]["method"] == "observed"
    assert projection["cycle_life_projection"]["projected_eol_cycle"] == pytest.approx(labels["CALB_0_B188"], abs=2)


def test_b256_gains_capacity_and_has_no_invented_end_of_life() -> None:
    report = report_of("CALB_45_B256")
    projection = report["statistical_metrics"]["cycle_life_projection"]

    assert report["capacity_fade"]["capacity_fade_percentage"] < 0
    assert (projection["projected_eol_cycle"], projection["interval"], projection["abstained"]) == (None, None, True)
    assert "0.97 %" in finding_of("CALB_45_B256", "capacity_gain")["message"]


@pytest.mark.parametrize("cell_id", [cell_id for cell_id in CELL_IDS if cell_id.startswith("CALB_35")])
def test_a_cell_that_barely_fades_has_no_indicator(cell_id: str) -> None:
    assert report_of(cell_id)["battery_health"]["degradation_indicators"] == []


@pytest.mark.parametrize("cell_id", CELL_IDS)
def test_efficiencies_are_those_of_cells_and_not_of_columns(cell_id: str) -> None:
    known = [value for value in report_of(cell_id)["capacity_fade"]["coulombic_efficiencies"] if value is not None]

    assert 99.6 < median(known) < 100.0
    assert 98 < min(known) <= max(known) < 101
    assert len(known) >= report_of(cell_id)["metadata"]["total_cycles"] - 2


@pytest.mark.parametrize(("cell_id", "per_cycle"), [("CALB_35_B249", 7), ("CALB_45_B256", 7), ("CALB_0_B183", 0)])
def test_the_restarts_of_the_charge_counter_are_those_of_the_stages(cell_id: str, per_cycle: int) -> None:
    n_cycles = report_of(cell_id)["metadata"]["total_cycles"]
    finding = finding_of(cell_id, "charge_capacity_restarts")

    assert (f"restarts {per_cycle * n_cycles} times" in finding["message"]) if per_cycle else finding is None


@pytest.mark.parametrize("cell_id", ["CALB_35_B249", "CALB_0_B188"])
def test_pickle_and_csv_set_differ_only_in_what_csv_cannot_carry(cell_id: str) -> None:
    from_csv: Any = analyze([CALB / f"{cell_id}_{part}.csv" for part in CSV_PARTS], plots="none").body
    from_pickle = report_of(cell_id)

    for section in ("capacity_fade", "voltage_profile", "statistical_metrics", "battery_health"):
        assert from_csv[section] == from_pickle[section]
    assert from_csv["metadata"] == from_pickle["metadata"]
    without_temperature = {
        name: column for name, column in from_pickle["cycle_table"].items() if name != "mean_temperature_C"
    }
    assert {name: from_csv["cycle_table"][name] for name in without_temperature} == without_temperature
    assert from_csv["temperature_analysis"]["has_temperature_data"] is False
    codes = [{finding["code"] for finding in report["data_quality"]} for report in (from_pickle, from_csv)]
    assert codes[0] ^ codes[1] == {"constant_temperature", "no_temperature"}


def test_the_order_of_the_files_of_a_set_changes_nothing() -> None:
    paths = [CALB / f"CALB_35_B249_{part}.csv" for part in CSV_PARTS]
    bodies = [analyze(order, plots="none").body for order in permutations(paths)]

    for body in bodies[1:]:
        assert {**body, "source": None} == {**bodies[0], "source": None}
