"""Battery analytics: cycling data of lithium-ion cells in, one report out.

from battery_analytics import analyze

report = analyze(["CALB_35_B249.pkl"])
print(report["battery_health"])
"""

from battery_analytics.cell import BatteryFile
from battery_analytics.errors import BatteryDataError
from battery_analytics.report import Report, analyze
from battery_analytics.sections.registry import PLOT_NAMES

__all__ = ["PLOT_NAMES", "BatteryDataError", "BatteryFile", "Report", "analyze"]
