"""The CSV files of a CALB cell: `X_cycles.csv`, and optionally `X_metadata.csv` and `X_metrics.csv`."""

from battery_analytics.formats.file_groups import FileRoles
from battery_analytics.formats.table_format import table_format

CELL_FILES = FileRoles(ending=".csv", measurements="cycles", metadata="metadata", others=("metrics",))

CALB_CSV_SET = table_format(
    name="CALB CSV set",
    instrument="CALB cells of the BatteryLife collection, exported as CSV",
    needs="X_cycles.csv with one row per point, whose first columns are cycle_number, current_in_A and voltage_in_V; "
    "X_metadata.csv and X_metrics.csv may come with it.",
    certainty=1.0,
    header_begins=("cycle_number", "current_in_A", "voltage_in_V"),
    roles=CELL_FILES,
)
