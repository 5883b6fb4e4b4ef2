"""Tables with one row per cycle, which cyclers write beside their points and laboratories publish alone."""

from battery_analytics.formats.cycle_summary import summary_format
from battery_analytics.formats.declaration import Format
from battery_analytics.formats.table_format import Marks

_CERTAINTY = 0.97

ARBIN_SUMMARY = summary_format(
    name="Arbin cycle summary",
    instrument="Arbin (MITS), StatisticByCycle",
    certainty=_CERTAINTY,
    marks=(
        Marks(("cycle index", "step index", "charge capacity", "discharge capacity")),
        Marks(("cycle index", "v max on cycle")),
    ),
)
BATTERY_ARCHIVE_SUMMARY = summary_format(
    name="Battery Archive cycle summary",
    instrument="batteryarchive.org",
    certainty=_CERTAINTY,
    marks=(Marks(("cycle index", "start time", "end time")), Marks(("cycle index", "min current", "max current"))),
)
NEWARE_SUMMARY = summary_format(
    name="Neware cycle summary",
    instrument="Neware (BTSDA, BTS)",
    certainty=_CERTAINTY,
    marks=(
        Marks(("cycle index", "chg cap", "dchg cap")),
        Marks(("cycle id", "cap chg", "cap dchg")),
        Marks(header_like=r"循环号|循环序号"),
    ),
)
CYCLE_SUMMARY = summary_format(
    name="cycle summary", instrument="Any cycler or laboratory that exports text", certainty=0.9
)

CYCLE_SUMMARIES: tuple[Format, ...] = (ARBIN_SUMMARY, BATTERY_ARCHIVE_SUMMARY, NEWARE_SUMMARY, CYCLE_SUMMARY)
