"""Battery analytics: cycling data of lithium-ion cells in, one report out.

from battery_analytics import analyze

report = analyze(["CALB_35_B249.pkl"])
print(report["battery_health"])
"""

from battery_analytics.cell import BatteryFile
from battery_analytics.errors import BatteryDataError
from battery_analytics.options import CAPACITY_REFERENCES, PLOT_NAMES
from battery_analytics.report import Report, analyze

__all__ = ["CAPACITY_REFERENCES", "PLOT_NAMES", "BatteryDataError", "BatteryFile", "Report", "analyze"]
