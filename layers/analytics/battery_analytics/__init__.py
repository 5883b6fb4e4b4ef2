"""Battery analytics: makes one report from the cycling data of lithium-ion cells.

from battery_analytics import analyze

report = analyze("CALB_35_B249.pkl")
print(report.battery_health.health_status)
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.2.0"

__all__ = ["PLOT_NAMES", "BatteryDataError", "BatteryFile", "CellReport", "Report", "__version__", "analyze"]

if TYPE_CHECKING:
    from battery_analytics.cell_report import CellReport
    from battery_analytics.errors import BatteryDataError
    from battery_analytics.files import BatteryFile
    from battery_analytics.report import Report, analyze
    from battery_analytics.sections.registry import PLOT_NAMES
else:
    # Imported at first use (PEP 562), because numpy is slow to import and a caller may need only one name.
    _MODULES = {
        "BatteryDataError": "errors",
        "BatteryFile": "files",
        "CellReport": "cell_report",
        "PLOT_NAMES": "sections.registry",
        "Report": "report",
        "analyze": "report",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
