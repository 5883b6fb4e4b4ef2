"""The tables of reports as DataFrames; each has the cell in its first column."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from battery_analytics.cell_report import CellReport

_POINT_COLUMNS = (
    "time_s",
    "voltage_V",
    "current_A",
    "charge_capacity_Ah",
    "discharge_capacity_Ah",
    "step_capacity_Ah",
    "temperature_C",
)


def cycles(reports: Sequence["CellReport"]) -> "pd.DataFrame":
    """One row per cycle: the columns of `cycle_table`."""
    import pandas as pd  # noqa: PLC0415  # a quarter of a second, which a report does not need

    return _together(
        reports,
        [
            pd.DataFrame({field.name: getattr(report.cycle_table, field.name) for field in fields(report.cycle_table)})
            for report in reports
        ],
    )


def points(reports: Sequence["CellReport"]) -> "pd.DataFrame":
    """One row per measured point; charging current is positive, and a quantity that was not measured is NaN."""
    import pandas as pd  # noqa: PLC0415  # as above

    tables = []
    for report in reports:
        data = report.analysed.cell.cycling
        number = np.repeat(data.cycle_number, np.diff(data.offsets))
        measured = {name: values for name in _POINT_COLUMNS if (values := getattr(data, name, None)) is not None}
        tables.append(pd.DataFrame({"cycle_number": number, **measured}))
    return _together(reports, tables)


def curves(reports: Sequence["CellReport"]) -> "pd.DataFrame":
    """One row per point of the voltage curves: cycle, direction, capacity in Ah and voltage in V."""
    import pandas as pd  # noqa: PLC0415  # as above

    tables = []
    for report in reports:
        parts = [
            pd.DataFrame(
                {
                    "cycle_number": curve.cycle_number,
                    "direction": direction,
                    "capacity_Ah": branch.capacities,
                    "voltage_V": branch.voltages,
                }
            )
            for curve in report.voltage_profile.voltage_curves
            for direction, branch in (("charge", curve.charge_data), ("discharge", curve.discharge_data))
            if branch is not None
        ]
        tables.append(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame())
    return _together(reports, tables)


def findings(reports: Sequence["CellReport"]) -> "pd.DataFrame":
    """One row per finding."""
    import pandas as pd  # noqa: PLC0415  # as above

    columns = ["code", "severity", "message", "cycles"]
    return _together(
        reports,
        [
            pd.DataFrame([[getattr(one, name) for name in columns] for one in report.data_quality], columns=columns)
            for report in reports
        ],
    )


def _together(reports: Sequence["CellReport"], tables: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415  # as above

    for report, table in zip(reports, tables, strict=True):
        table.insert(0, "cell", report.metadata.cell_id)
    return pd.concat(tables, ignore_index=True)
