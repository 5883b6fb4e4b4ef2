"""All sections of a cell's report, in order: a new section is one line here."""

from typing import Any

from battery_analytics.sections.battery_health import BATTERY_HEALTH
from battery_analytics.sections.capacity_fade import CAPACITY_FADE
from battery_analytics.sections.cycle_table import CYCLE_TABLE
from battery_analytics.sections.data_quality import DATA_QUALITY
from battery_analytics.sections.declaration import Plot, Section
from battery_analytics.sections.efficiency import EFFICIENCY
from battery_analytics.sections.incremental_capacity import INCREMENTAL_CAPACITY
from battery_analytics.sections.metadata import METADATA
from battery_analytics.sections.rate_capability import RATE_CAPABILITY
from battery_analytics.sections.resistance import RESISTANCE
from battery_analytics.sections.source import SOURCE
from battery_analytics.sections.statistical_metrics import STATISTICAL_METRICS
from battery_analytics.sections.temperature_analysis import TEMPERATURE_ANALYSIS
from battery_analytics.sections.test_protocol import TEST_PROTOCOL
from battery_analytics.sections.voltage_profile import VOLTAGE_PROFILE


class Sections:
    """The sections as typed attributes; a derived class defines how to get their values."""

    metadata = METADATA
    capacity_fade = CAPACITY_FADE
    voltage_profile = VOLTAGE_PROFILE
    temperature_analysis = TEMPERATURE_ANALYSIS
    statistical_metrics = STATISTICAL_METRICS
    battery_health = BATTERY_HEALTH
    data_quality = DATA_QUALITY
    cycle_table = CYCLE_TABLE
    test_protocol = TEST_PROTOCOL
    incremental_capacity = INCREMENTAL_CAPACITY
    resistance = RESISTANCE
    efficiency = EFFICIENCY
    rate_capability = RATE_CAPABILITY
    source = SOURCE

    def section[T](self, section: Section[T]) -> T:
        """The value of a section."""
        raise NotImplementedError


SECTIONS: tuple[Section[Any], ...] = tuple(value for value in vars(Sections).values() if isinstance(value, Section))
PLOTS: dict[str, tuple[Section[Any], Plot[Any]]] = {
    plot.name: (section, plot) for section in SECTIONS for plot in section.plots
}
PLOT_NAMES: tuple[str, ...] = tuple(PLOTS)
STANDARD_PLOTS: tuple[str, ...] = tuple(name for name, (_, plot) in PLOTS.items() if plot.standard)
