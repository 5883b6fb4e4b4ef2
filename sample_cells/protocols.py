"""Protocols that people run, by name, on NMC and LFP cells of many sizes: what each test is, and how its cell fades."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sample_cells.cell import SimulatedCell
from sample_cells.chemistry import LFP_GRAPHITE, NMC_GRAPHITE, Chemistry
from sample_cells.fade import FadeLaw, KneeFade, LinearFade, SquareRootFade, TwoStageFade
from sample_cells.plans import PlannedCycle, PlanTruth, Role, simulate_plan
from sample_cells.protocol import cc_cv

type Cycles = Callable[[float, int], PlannedCycle]

SLOW = LinearFade(2e-4)
FAST = LinearFade(1.2e-3)
ROOT = SquareRootFade(0.25)
QUICK_FIRST = TwoStageFade(first_loss=0.02, first_stage_cycles=15, loss_per_cycle=4e-4)
KNEE = KneeFade(early_loss_per_cycle=2e-4, late_loss_per_cycle=2e-3, knee_cycle=110, width_cycles=6)


@dataclass(frozen=True, slots=True)
class Bench:
    """A chemistry with the voltages between which it is cycled."""

    chemistry: Chemistry
    upper_V: float
    lower_V: float

    def cycle(
        self, role: Role, rate_C: float, *, charge_C: float | None = None, lower_V: float | None = None, **more: Any
    ) -> PlannedCycle:
        """A full cycle at a rate, charged at C/2 or at the same rate where that is lower."""
        charge = min(rate_C, 0.5) if charge_C is None else charge_C
        return PlannedCycle(role, cc_cv(charge, self.upper_V, lower_V or self.lower_V, discharge_rate_C=rate_C), **more)

    def ageing(self, count: int, **more: Any) -> list[PlannedCycle]:
        return [self.cycle("ageing", 1.0, **more)] * count

    def check(self, rate_C: float = 0.1) -> list[PlannedCycle]:
        return [self.cycle("check_up", rate_C)]


BENCHES = {"NMC": Bench(NMC_GRAPHITE, 4.2, 2.75), "LFP": Bench(LFP_GRAPHITE, 3.6, 2.5)}


@dataclass(frozen=True, slots=True)
class KnownProtocol:
    """One test: its kind, what it is, its plan, the fade of its cell, and how it is written.

    `headline` is the role of the cycles that should be compared, None where none are; `observed` says whether the cell
    reaches its end of life within the file.
    """

    kind: str
    shows: str
    plan: Callable[[Bench], Sequence[PlannedCycle]]
    law: FadeLaw
    headline: Role | None = "ageing"
    knee_cycle: float | None = None
    nominal_capacity_Ah: float = 3.0
    written: dict[str, Any] = field(default_factory=dict)

    def simulated(self, chemistry: str) -> tuple[SimulatedCell, PlanTruth]:
        """The cell with this chemistry, and what is true of it."""
        bench = BENCHES[chemistry]
        return simulate_plan(
            f"{self.kind} {chemistry}",
            bench.chemistry,
            self.plan(bench),
            self.law,
            nominal_capacity_Ah=self.nominal_capacity_Ah,
            **self.written,
        )


def _with_check_ups(bench: Bench, count: int, every: int, *, first: bool, rate_C: float = 0.1) -> list[PlannedCycle]:
    """Ageing cycles with a check-up after every so many, and one before them if `first`."""
    plan = bench.check(rate_C) if first else []
    for begun in range(0, count, every):
        plan += bench.ageing(min(every, count - begun))
        plan += bench.check(rate_C)
    return plan


def _rates(bench: Bench, each: int, rates: Sequence[float] = (0.2, 0.5, 1.0, 2.0)) -> list[PlannedCycle]:
    return [bench.cycle("rate_step", rate, charge_C=0.2) for rate in rates for _ in range(each)]


def _pulses(bench: Bench) -> list[PlannedCycle]:
    return [bench.cycle("pulse", 1.0, runs=10)]


def _half_cycles(bench: Bench) -> list[PlannedCycle]:
    return [bench.cycle("formation", 0.1)] * 2 + bench.ageing(60)


PROTOCOLS: tuple[KnownProtocol, ...] = (
    KnownProtocol("uniform", "ageing cycles alone", lambda bench: bench.ageing(120), SLOW),
    KnownProtocol("uniform to the end of life", "ageing cycles alone", lambda bench: bench.ageing(200), FAST),
    KnownProtocol("square-root fade", "ageing cycles alone", lambda bench: bench.ageing(150), ROOT),
    KnownProtocol("knee", "ageing cycles with a knee", lambda bench: bench.ageing(170), KNEE, knee_cycle=110),
    KnownProtocol(
        "formation",
        "two cycles at C/10 first",
        lambda bench: [*[bench.cycle("formation", 0.1)] * 2, *bench.ageing(120)],
        SLOW,
    ),
    KnownProtocol(
        "formation in three steps",
        "C/20, C/10 and C/5 first",
        lambda bench: [*(bench.cycle("formation", rate) for rate in (0.05, 0.1, 0.2)), *bench.ageing(120)],
        QUICK_FIRST,
    ),
    KnownProtocol(
        "formation and knee",
        "two cycles at C/10 first, then a knee",
        lambda bench: [*[bench.cycle("formation", 0.1)] * 2, *bench.ageing(170)],
        KNEE,
        knee_cycle=110,
    ),
    KnownProtocol(
        "check-ups every 25",
        "the first one before the ageing",
        lambda bench: _with_check_ups(bench, 125, 25, first=True),
        SLOW,
    ),
    KnownProtocol(
        "check-ups every 50", "none before the ageing", lambda bench: _with_check_ups(bench, 150, 50, first=False), SLOW
    ),
    KnownProtocol(
        "check-ups at C/3",
        "slightly slower than the ageing",
        lambda bench: _with_check_ups(bench, 120, 20, first=True, rate_C=1 / 3),
        SLOW,
    ),
    KnownProtocol(
        "check-ups to the end of life",
        "the cell ends within the file",
        lambda bench: _with_check_ups(bench, 200, 40, first=True),
        FAST,
    ),
    KnownProtocol(
        "check-ups just before the end of life",
        "the slow check-ups do not end it",
        lambda bench: _with_check_ups(bench, 155, 40, first=True),
        FAST,
    ),
    KnownProtocol(
        "check-ups and knee",
        "check-ups every 40, and a knee",
        lambda bench: _with_check_ups(bench, 160, 40, first=True),
        KNEE,
        knee_cycle=110,
    ),
    KnownProtocol(
        "check-ups at the ends",
        "one before and one after",
        lambda bench: [*bench.check(), *bench.ageing(100), *bench.check()],
        SLOW,
    ),
    KnownProtocol(
        "formation and check-ups",
        "two cycles at C/20, check-ups at C/10 every 30",
        lambda bench: [*[bench.cycle("formation", 0.05)] * 2, *_with_check_ups(bench, 120, 30, first=True)],
        SLOW,
    ),
    KnownProtocol(
        "check-ups of three cycles",
        "C/10, C/2 and pulses every 40",
        lambda bench: [
            one for _ in range(4) for one in (*bench.check(), *bench.check(0.5), *_pulses(bench), *bench.ageing(40))
        ],
        SLOW,
    ),
    KnownProtocol(
        "rate test",
        "four rates of five cycles, and back",
        lambda bench: [*_rates(bench, 5), *_rates(bench, 5, (0.2,))],
        SLOW,
        headline=None,
    ),
    KnownProtocol("rate test of three cycles each", "four rates", lambda bench: _rates(bench, 3), SLOW, headline=None),
    KnownProtocol(
        "rate test, then ageing",
        "four rates of five cycles, then 1C with another charge",
        lambda bench: [*_rates(bench, 5), *bench.ageing(100)],
        SLOW,
    ),
    KnownProtocol(
        "pulses",
        "a pulse test every 30 cycles",
        lambda bench: [one for _ in range(4) for one in (*_pulses(bench), *bench.ageing(30))],
        SLOW,
    ),
    KnownProtocol(
        "from the box",
        "the file begins with a discharge from 40 %",
        lambda bench: bench.ageing(100),
        SLOW,
        written={"begins_at": 0.4},
    ),
    KnownProtocol(
        "still running",
        "the last discharge is cut off at half",
        lambda bench: bench.ageing(100),
        SLOW,
        written={"last_discharge_kept": 0.5},
    ),
    KnownProtocol(
        "still running, cut off late",
        "the last discharge is cut off at 90 %",
        lambda bench: [*[bench.cycle("formation", 0.1)] * 2, *bench.ageing(100)],
        FAST,
        written={"last_discharge_kept": 0.9},
    ),
    KnownProtocol(
        "half cycles",
        "charge and discharge numbered apart",
        _half_cycles,
        SLOW,
        written={"numbered_apart": True},
    ),
    KnownProtocol(
        "partial cycles with check-ups",
        "60 % of depth, a full cycle every 20",
        lambda bench: [one for _ in range(6) for one in (*bench.check(), *bench.ageing(20, depth=0.6))],
        SLOW,
        headline="check_up",
    ),
    KnownProtocol("partial cycles alone", "60 % of depth", lambda bench: bench.ageing(100, depth=0.6), SLOW),
    KnownProtocol(
        "a cold season",
        "thirty cycles at 10 °C within 25 °C",
        lambda bench: [*bench.ageing(60), *[bench.cycle("other", 1.0, temperature_C=10.0)] * 30, *bench.ageing(60)],
        SLOW,
    ),
    KnownProtocol(
        "interrupted discharges",
        "every tenth discharge pauses",
        lambda bench: [one for _ in range(10) for one in (*bench.ageing(9), *bench.ageing(1, runs=2))],
        SLOW,
    ),
    KnownProtocol(
        "regeneration",
        "a little is put back within each discharge",
        lambda bench: bench.ageing(80, runs=6, regenerates=True),
        SLOW,
    ),
    KnownProtocol(
        "another charge between",
        "five fast charges every 20",
        lambda bench: [
            one for _ in range(5) for one in (*bench.ageing(20), *[bench.cycle("other", 1.0, charge_C=1.0)] * 5)
        ],
        SLOW,
    ),
    KnownProtocol(
        "coin cell",
        "2 mAh, with formation and check-ups",
        lambda bench: [*[bench.cycle("formation", 0.1)] * 3, *_with_check_ups(bench, 100, 25, first=False)],
        SLOW,
        nominal_capacity_Ah=0.002,
    ),
    KnownProtocol(
        "large cell",
        "280 Ah, with check-ups",
        lambda bench: _with_check_ups(bench, 120, 30, first=True),
        SLOW,
        nominal_capacity_Ah=280.0,
    ),
    KnownProtocol(
        "coarse sampling",
        "a point each ten minutes, with formation",
        lambda bench: [*[bench.cycle("formation", 0.1)] * 2, *bench.ageing(120)],
        SLOW,
        written={"sample_s": 600.0},
    ),
)
