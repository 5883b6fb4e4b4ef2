"""Rate capability: capacity and energy over the rate at equal age, where a cell was discharged at several rates."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.line_fit import LEVEL, line_fit
from battery_analytics.analysis.rounding import rounded_number
from battery_analytics.cell import Finding
from battery_analytics.fields import Field, finite
from battery_analytics.plots.units import AMPERE_HOURS, unit_for
from battery_analytics.protocol.names import rate_words
from battery_analytics.protocol.rate_sets import AgeBasis, RatedCapacity, RateSet, rate_sets, thinned
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section
from battery_analytics.sections.test_protocol import rated_capacity_Ah

MOST_ROWS = 2_000
DIGITS = 6
FEWEST_FOR_FIT = 3
LARGEST_RESIDUAL_PERCENT = 5.0


@dataclass(frozen=True, slots=True)
class Rate:
    """The discharge at one rate; values have six significant digits."""

    rate_C: Annotated[float | None, Field("Discharge current over the nominal, or else the measured, capacity.", "1/h")]
    discharge_current_A: Annotated[float, Field("The set current.", "A")]
    charge_rate_C: Annotated[float | None, Field("The current with which the charge before begins, likewise.", "1/h")]
    capacity_Ah: Annotated[float, Field("The capacity: the median of its cycles, or as `basis` says.", "Ah")]
    energy_Wh: Annotated[float | None, Field("The energy of that discharge.", "Wh")]
    share_of_slowest_percent: Annotated[float, Field("The capacity over that of the slowest rate.", "%")]
    basis: Annotated[
        AgeBasis,
        Field(
            "`measured` in these cycles; `interpolated` to the same age between an ageing cycle before and one after; or that "
            "of the `nearest` ageing cycle, at most five cycles away."
        ),
    ]
    first_cycle: Annotated[int, Field("The first of the cycles that it comes from.")]
    last_cycle: Annotated[int, Field("The last of them.")]
    cycles: Annotated[int, Field("How many they are.")]


@dataclass(frozen=True, slots=True)
class PeukertFit:
    """capacity = capacity at 1C · rate^(1 − exponent), by least squares of the logarithms; it holds between the tested rates.

    Source: Peukert, Elektrotechnische Zeitschrift 20, 287 (1897); for lithium-ion cells Doerffel & Sharkh, J. Power Sources
    155, 395 (2006), who show where it fails.
    """

    exponent: Annotated[float, Field("1 where the capacity does not depend on the rate.")]
    low: Annotated[float, Field("The lower end of the exponent's interval.")]
    high: Annotated[float, Field("The upper end.")]
    level: Annotated[float, Field("The level of the interval, by Student's t.")]
    capacity_at_1C_Ah: Annotated[float, Field("What the fit gives at 1C.", "Ah")]
    residual_percent: Annotated[float, Field("Root mean square of the capacities' deviations from the fit.", "%")]


@dataclass(frozen=True, slots=True)
class RatesAtAge:
    """Discharges at several rates at equal age, the slowest first; between the same voltages and at one temperature."""

    age_cycle: Annotated[float, Field("The mean number of the check-ups or rate steps.")]
    rates: Annotated[list[Rate], Field("One per rate.")]
    change_during_percent: Annotated[
        float | None,
        Field(
            "Change of the capacity of a rate that was run again, from its first run to its last; null where none was.",
            "%",
        ),
    ]
    peukert: Annotated[
        PeukertFit | None, Field("Null with fewer than three rates, and where it does not describe them.")
    ]
    no_peukert_reason: Annotated[str | None, Field("Why there is no fit.")]
    text: Annotated[str, Field("The set as text.")]


@dataclass(frozen=True, slots=True)
class RateCapability:
    """Capacity over rate, at one age or several."""

    sets: Annotated[list[RatesAtAge], Field("The sets in the order of the file.")]
    sets_left_out: Annotated[int, Field("How many sets the list lacks; it has at most 2,000 rates, evenly spread.")]
    reason: Annotated[str | None, Field("Why there is no set; null where there is one.")]


def rate_capability(analysed: AnalysedCell) -> RateCapability:
    table = analysed.table
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_V = table.discharge_energy_Wh / table.discharge_capacity_Ah
    found = rate_sets(analysed.protocol, table.cycle_number, mean_V)
    kept = thinned(found, MOST_ROWS)
    rated_Ah = rated_capacity_Ah(analysed)
    return RateCapability(
        sets=[rates_at_age(one, rated_Ah) for one in kept],
        sets_left_out=len(found) - len(kept),
        reason=None if found else _reason(analysed),
    )


def rates_at_age(found: RateSet, rated_Ah: float) -> RatesAtAge:
    slowest_Ah = found.rates[0].capacity_Ah
    fit, no_fit_reason = _peukert(found.rates, rated_Ah)
    return RatesAtAge(
        age_cycle=found.age_cycle,
        rates=[
            Rate(
                rate_C=_written(one.current_A / rated_Ah),
                discharge_current_A=rounded_number(one.current_A, DIGITS),
                charge_rate_C=_written(one.charge_A / rated_Ah),
                capacity_Ah=rounded_number(one.capacity_Ah, DIGITS),
                energy_Wh=_written(one.energy_Wh),
                share_of_slowest_percent=rounded_number(100.0 * one.capacity_Ah / slowest_Ah, DIGITS),
                basis=one.basis,
                first_cycle=one.first_cycle,
                last_cycle=one.last_cycle,
                cycles=one.cycles,
            )
            for one in found.rates
        ],
        change_during_percent=_written(100.0 * found.change),
        peukert=fit,
        no_peukert_reason=no_fit_reason,
        text=_text(found, rated_Ah),
    )


def _written(value: float) -> float | None:
    return finite(rounded_number(value, DIGITS))


def _peukert(rates: tuple[RatedCapacity, ...], rated_Ah: float) -> tuple[PeukertFit | None, str | None]:
    """The fit, or the reason for none."""
    if len(rates) < FEWEST_FOR_FIT:
        return None, f"A fit needs three rates; {len(rates)} were run."
    if not rated_Ah > 0:
        return None, "No capacity is known to state rates by."
    line = line_fit(np.log([one.current_A / rated_Ah for one in rates]), np.log([one.capacity_Ah for one in rates]))
    residual_percent = 100.0 * line.residual
    if residual_percent > LARGEST_RESIDUAL_PERCENT:
        return None, f"The capacities lie {residual_percent:.0f} % around a Peukert law, so it does not describe them."
    exponent = 1.0 - line.slope
    fit = PeukertFit(
        exponent=exponent,
        low=exponent - line.slope_half_width,
        high=exponent + line.slope_half_width,
        level=LEVEL,
        capacity_at_1C_Ah=float(np.exp(line.intercept)),
        residual_percent=residual_percent,
    )
    return fit, None


def _text(found: RateSet, rated_Ah: float) -> str:
    """ "Near cycle 50: 100 % at C/10, 96.2 % at C/2 and 91.0 % at 1C (interpolated)." """
    slowest_Ah = found.rates[0].capacity_Ah
    parts = []
    for one in found.rates:
        basis = "" if one.basis == "measured" else f" ({one.basis})"
        parts.append(f"{100 * one.capacity_Ah / slowest_Ah:.1f} % at {rate_words(one.current_A / rated_Ah)}{basis}")
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}"
    size = unit_for(AMPERE_HOURS, slowest_Ah).text(slowest_Ah)
    return f"Near cycle {found.age_cycle:,.0f}: {listed} of the slowest rate's {size}."


def _reason(analysed: AnalysedCell) -> str:
    groups = analysed.protocol.groups
    if not groups:
        return "The file holds no whole discharge."
    known = [one for one in groups if np.isfinite(one.discharge_current_A)]
    if not known:
        return "The file states no current, so no rate is known."
    if not any(one.kind in ("check_up", "rate_step") for one in known):
        return "The cell was discharged at one rate, or at others only in formation or single cycles of their own."
    return "No two rates were run at equal age between the same voltages and at the same temperature."


def _findings(found: RateCapability) -> list[Finding]:
    if not found.sets_left_out:
        return []
    message = (
        f"The cell has {len(found.sets) + found.sets_left_out:,} sets of rates at equal age. The report has "
        f"{len(found.sets):,} of them, evenly spread."
    )
    return [Finding("rate_sets_thinned", "info", message)]


def _plot(analysed: AnalysedCell, found: RateCapability) -> bytes | None:
    from battery_analytics.sections.rate_capability.plot import rate_capability_plot  # noqa: PLC0415  # imports matplotlib

    return rate_capability_plot(found, title=analysed.cell.cell_id)


RATE_CAPABILITY = Section(
    "rate_capability",
    RateCapability,
    rate_capability,
    plots=(
        Plot(
            "rate_capability_plot",
            "Capacity over rate",
            "Discharge capacity over the rate, at one age or several.",
            _plot,
        ),
    ),
    findings=_findings,
)
