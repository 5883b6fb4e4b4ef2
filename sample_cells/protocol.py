"""The protocol of the cycler: stages of charge, one discharge, rests, and their order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChargeStage:
    """A constant current of `rate_C` times the nominal capacity until the voltage reaches `until_V`."""

    rate_C: float
    until_V: float


@dataclass(frozen=True, slots=True)
class Protocol:
    """One cycle. The last charge stage's voltage is held until the current has fallen to `cutoff_rate_C`.

    The discharge runs at a constant current to `lower_limit_V`. It should last much longer than the cell's diffusion
    time, so the simulation is not valid for rates of 3C and more.
    """

    charge: tuple[ChargeStage, ...]
    cutoff_rate_C: float = 0.05
    discharge_rate_C: float = 1.0
    lower_limit_V: float = 2.75
    rest_after_charge_s: float = 600.0
    rest_after_discharge_s: float = 600.0
    discharge_first: bool = False

    @property
    def upper_limit_V(self) -> float:
        return self.charge[-1].until_V


def cc_cv(
    rate_C: float,
    upper_limit_V: float,
    lower_limit_V: float,
    *,
    discharge_rate_C: float = 1.0,
    cutoff_rate_C: float = 0.05,
    discharge_first: bool = False,
) -> Protocol:
    """Constant current, constant voltage, rest, constant-current discharge, rest."""
    return Protocol(
        charge=(ChargeStage(rate_C, upper_limit_V),),
        cutoff_rate_C=cutoff_rate_C,
        discharge_rate_C=discharge_rate_C,
        lower_limit_V=lower_limit_V,
        discharge_first=discharge_first,
    )


def step_charge(*, lower_limit_V: float = 2.75, discharge_first: bool = False) -> Protocol:
    """The eight stages of current with which the CALB cells of the BatteryLife collection are charged at 25 to 45 °C."""
    return Protocol(
        charge=(
            ChargeStage(1.2, 3.83),
            ChargeStage(1.0, 3.89),
            ChargeStage(0.85, 3.95),
            ChargeStage(0.75, 4.08),
            ChargeStage(0.6, 4.11),
            ChargeStage(0.5, 4.19),
            ChargeStage(0.33, 4.24),
            ChargeStage(0.15, 4.35),
        ),
        lower_limit_V=lower_limit_V,
        discharge_first=discharge_first,
    )
