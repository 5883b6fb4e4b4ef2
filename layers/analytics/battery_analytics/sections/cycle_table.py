"""The per-cycle table."""

from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.sections.declaration import Section

CYCLE_TABLE = Section("cycle_table", CycleTable, lambda analysed: analysed.table)
