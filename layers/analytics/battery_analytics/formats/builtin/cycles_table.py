"""Any table with one row per point whose columns have the names that common cyclers use, in any order."""

from battery_analytics.formats.builtin.calb_csv import CELL_FILES
from battery_analytics.formats.table_format import table_format

CYCLES_TABLE = table_format(
    name="cycles table",
    instrument="Any cycler or laboratory that exports text",
    needs="A text table with one row per point and columns for the cycle number, the current (charge positive) and the "
    "voltage, and a discharge capacity or a time; the columns' names hold the units.",
    certainty=0.8,
    traps="Without a column for the cycle, cycles are told from the directions of the current. A column of states gives the "
    "direction of a current without sign.",
    roles=CELL_FILES,
)
