"""Tests as people run them, on simulated cells whose fade, knee and end of life are known."""

import numpy as np
import pytest

from sample_cells.plans import PlannedCycle, simulate_plan
from sample_cells.protocols import BENCHES, PROTOCOLS, KnownProtocol
from tools.protocols.checked import checked

# Each kind with one chemistry; `make protocols` checks both.
CHEMISTRIES = ("NMC", "LFP")
CASES = [(protocol, CHEMISTRIES[place % 2]) for place, protocol in enumerate(PROTOCOLS)]


@pytest.mark.parametrize(("protocol", "chemistry"), CASES, ids=[f"{one.kind} {chemistry}" for one, chemistry in CASES])
def test_retention_knee_and_end_of_life_are_those_of_the_ageing(protocol: KnownProtocol, chemistry: str) -> None:
    result = checked(protocol, chemistry)

    assert result.is_right, result.said
    assert result.life is not False, result.said


def test_the_list_has_at_least_sixty_tests() -> None:
    assert len(PROTOCOLS) * len(BENCHES) >= 60
    assert len({protocol.kind for protocol in PROTOCOLS}) == len(PROTOCOLS)


@pytest.mark.parametrize(
    "kind", ["formation", "rate test, then ageing", "regeneration", "partial cycles alone", "pulses"]
)
@pytest.mark.parametrize("chemistry", CHEMISTRIES)
def test_the_simulator_draws_the_charge_that_it_says(kind: str, chemistry: str) -> None:
    protocol = next(one for one in PROTOCOLS if one.kind == kind)
    cell, truth = protocol.simulated(chemistry)
    by_number = {record.number: record for record in cell.cycles}

    for number, capacity in zip(truth.ageing_numbers[[0, -1]].tolist(), truth.ageing_Ah[[0, -1]].tolist(), strict=True):
        record = by_number[number]
        assert record.charge_capacity_Ah is not None
        assert record.discharge_capacity_Ah is not None
        assert record.current_A is not None
        drawn = float(record.discharge_capacity_Ah[-1])
        last_charge = np.flatnonzero(record.current_A > 0.2)  # the charge before the discharge, without regeneration
        put_back = 0.0
        if kind == "regeneration":
            first_discharge = int(np.argmax(record.current_A < -0.2))
            put_back = float(record.charge_capacity_Ah[-1] - record.charge_capacity_Ah[first_discharge])
            assert last_charge[-1] > first_discharge
        assert drawn - put_back == pytest.approx(capacity, rel=1e-6)


def test_a_plan_reaches_its_voltages() -> None:
    bench = BENCHES["NMC"]
    plan: list[PlannedCycle] = [bench.cycle("formation", 0.1), *bench.ageing(2)]
    cell, _ = simulate_plan("A", bench.chemistry, plan, PROTOCOLS[0].law, nominal_capacity_Ah=3.0)

    for record in cell.cycles:
        assert record.voltage_V is not None
        assert record.voltage_V.max() == pytest.approx(bench.upper_V, abs=2e-3)
        assert record.voltage_V.min() == pytest.approx(bench.lower_V, abs=2e-3)
