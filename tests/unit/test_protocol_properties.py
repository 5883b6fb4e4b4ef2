"""What must not matter to the ageing cycles: formation and check-ups beside them, order of rows, units, sign, a cut."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from battery_analytics import BatteryFile, analyze
from hypothesis import given
from hypothesis import strategies as st

from sample_cells import pickle_bytes
from sample_cells.cell import SimulatedCell
from sample_cells.fade import LinearFade
from sample_cells.plans import PlannedCycle, simulate_plan
from sample_cells.protocols import BENCHES
from tests.examples import examples

BENCH = BENCHES["NMC"]
LAW = LinearFade(5e-4)
N_AGEING = 12
HEADER = (
    "cycle_number",
    "current_in_A",
    "voltage_in_V",
    "charge_capacity_in_Ah",
    "discharge_capacity_in_Ah",
    "time_in_s",
)


def simulated(plan: Sequence[PlannedCycle], law: Any = LAW) -> SimulatedCell:
    return simulate_plan("A", BENCH.chemistry, plan, law, nominal_capacity_Ah=3.0, sample_s=600.0)[0]


def rows_of(cell: SimulatedCell) -> list[tuple[float, ...]]:
    rows: list[tuple[float, ...]] = []
    for record in cell.cycles:
        columns = (
            record.current_A,
            record.voltage_V,
            record.charge_capacity_Ah,
            record.discharge_capacity_Ah,
            record.time_s,
        )
        values = [column.tolist() for column in columns if column is not None]
        rows.extend((record.number, *row) for row in zip(*values, strict=True))
    return rows


def table(rows: Sequence[Sequence[float]], header: Sequence[str] = HEADER) -> BatteryFile:
    lines = [",".join(header), *(",".join(f"{value:.9g}" for value in row) for row in rows)]
    return BatteryFile("table.csv", "\n".join(lines).encode())


def report_of(file: BatteryFile) -> Any:
    return analyze(file, plots="none").body


def ageing_figures(report: Any) -> list[tuple[float, ...]]:
    """Capacities, efficiency and voltages of the ageing cycles in their order; the efficiency of the first is left out,
    because the charge before it may be that of another cycle."""
    cycles = report["cycle_table"]
    names = ("compared_capacity_Ah", "charge_capacity_Ah", "discharge_energy_Wh", "min_voltage_V", "max_voltage_V")
    ageing = [place for place, kind in enumerate(cycles["kind"]) if kind == "ageing"]
    return [tuple(cycles[name][place] for name in names) for place in ageing]


PLAIN = simulated(BENCH.ageing(N_AGEING))
PLAIN_REPORT = report_of(BatteryFile("A.pkl", pickle_bytes(PLAIN)))
PLAIN_ROWS = rows_of(PLAIN)


class ByAgeing:
    """A law that knows only the ageing cycles before a cycle, so that other cycles beside them change nothing."""

    def __init__(self, plan: Sequence[PlannedCycle]) -> None:
        self.aged = np.cumsum([planned.role == "ageing" for planned in plan])

    def relative_capacity(self, cycle: Any) -> Any:
        return LAW.relative_capacity(self.aged[cycle.astype(int) - 1].astype(float))

    def cycle_at(self, relative_capacity: float) -> float:
        return LAW.cycle_at(relative_capacity)

    def stretched(self, factor: float) -> "ByAgeing":
        raise NotImplementedError(f"stretched by {factor}")


@examples(12)
@given(formation=st.integers(0, 3), every=st.sampled_from([3, 4, 6, 12]), rate=st.sampled_from([0.1, 1 / 3]))
def test_formation_and_check_ups_change_no_figure_of_the_ageing_cycles(formation: int, every: int, rate: float) -> None:
    plan = [BENCH.cycle("formation", 0.05)] * formation
    for _ in range(N_AGEING // every):
        plan = [*plan, *BENCH.check(rate), *BENCH.ageing(every)]
    report = report_of(BatteryFile("A.pkl", pickle_bytes(simulated(plan, ByAgeing(plan)))))
    plain = report_of(
        BatteryFile("A.pkl", pickle_bytes(simulated(BENCH.ageing(N_AGEING), ByAgeing(BENCH.ageing(N_AGEING)))))
    )

    found, wanted = np.array(ageing_figures(report)), np.array(ageing_figures(plain))
    assert found.shape == wanted.shape
    # The charge after another cycle begins where that ended, so charges differ there; all else is equal.
    assert found[:, [0, 2, 3, 4]] == pytest.approx(wanted[:, [0, 2, 3, 4]], rel=2e-3)
    retention = report["capacity_fade"]["capacity_retention_percentage"]
    assert retention == pytest.approx(plain["capacity_fade"]["capacity_retention_percentage"], abs=0.01)


@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("unit", "factor"), [("A", 1.0), ("mA", 1e3)])
def test_order_sign_and_units_change_no_figure(*, turned: bool, sign: int, unit: str, factor: float) -> None:
    capacity = {"A": "Ah", "mA": "mAh"}[unit]
    header = [
        name.replace("in_Ah", f"in_{capacity}").replace("in_A", f"in_{unit}") if name.endswith("_A") else name
        for name in HEADER
    ]
    names = (name.replace("in_Ah", f"in_{capacity}").replace("current_in_A", f"current_in_{unit}") for name in HEADER)
    header = list(names)
    rows = [
        (number, sign * factor * current, voltage, factor * charge, factor * discharge, time)
        for number, current, voltage, charge, discharge, time in (PLAIN_ROWS[::-1] if turned else PLAIN_ROWS)
    ]
    report = report_of(table(rows, header))

    assert np.array(ageing_figures(report)) == pytest.approx(np.array(ageing_figures(PLAIN_REPORT)), rel=1e-6)
    for name in ("capacity_retention_percentage", "reference_cycle", "last_compared_cycle"):
        assert report["capacity_fade"][name] == pytest.approx(PLAIN_REPORT["capacity_fade"][name], rel=1e-6)


LAST_CYCLE = [place for place, row in enumerate(PLAIN_ROWS) if row[0] == N_AGEING]


@examples(40)
@given(cut=st.integers(LAST_CYCLE[0] + 1, LAST_CYCLE[-1] + 1))
def test_a_cut_within_the_last_cycle_changes_no_other_and_the_retention_by_no_more_than_its_fade(cut: int) -> None:
    report = report_of(table(PLAIN_ROWS[:cut]))
    whole = np.array(ageing_figures(PLAIN_REPORT))

    assert np.array(ageing_figures(report))[: N_AGEING - 1] == pytest.approx(whole[:-1], rel=1e-6)
    own_fade = 100 * (whole[-2, 0] - whole[-1, 0]) / whole[0, 0]
    retention = report["capacity_fade"]["capacity_retention_percentage"]
    wanted = PLAIN_REPORT["capacity_fade"]["capacity_retention_percentage"]
    assert wanted - 1e-6 <= retention <= wanted + own_fade + 1e-6
