"""Battery analytics: cycling data of lithium-ion cells in, one report out.

from battery_analytics import analyze

report = analyze(["CALB_35_B249.pkl"])
print(report["battery_health"])
"""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["CAPACITY_REFERENCES", "PLOT_NAMES", "BatteryDataError", "BatteryFile", "Report", "analyze"]

if TYPE_CHECKING:
    from battery_analytics.errors import BatteryDataError
    from battery_analytics.files import BatteryFile
    from battery_analytics.options import CAPACITY_REFERENCES, PLOT_NAMES
    from battery_analytics.report import Report, analyze
else:
    # Imported at first use (PEP 562): numpy takes longer than all that a caller needs who only names these.
    _MODULES = {
        "BatteryDataError": "errors",
        "BatteryFile": "files",
        "CAPACITY_REFERENCES": "options",
        "PLOT_NAMES": "options",
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
