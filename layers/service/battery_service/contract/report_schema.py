"""The report, field by field, as JSON Schema: what each figure means, and its unit."""

from battery_service.contract.json_schema import (
    Schema,
    array,
    column,
    image,
    number,
    number_or_null,
    record,
    ref,
    text,
    text_or_null,
    whole,
)
from battery_service.options import PLOT_NAMES


def cycle_range(type_: str | list[str]) -> Schema:
    """Two cycle numbers between which a bend lies."""
    return {
        "type": type_,
        "description": "Its interval.",
        "properties": {
            "low": number("Cycle number."),
            "high": number("Cycle number."),
            "level": number("The interval's level, 0..1."),
        },
        "required": ["low", "high", "level"],
    }


LIFE_INTERVAL: Schema = {
    "type": ["object", "null"],
    "description": "Cycles between which the end of life is expected.",
    "properties": {
        "low": number_or_null("Cycle number."),
        "high": number_or_null("Cycle number; null where nothing bounds it."),
        "level": number("The interval's level, 0..1."),
        "basis": text("`calibrated` on cells that the model has not seen, or `indicative`."),
    },
    "required": ["low", "high", "level", "basis"],
}

METADATA = record(
    "What the source says about the cell: these keys, and every other metadata key of the source under its own name.",
    {
        "cell_id": text("The cell's name."),
        "form_factor": text_or_null("Prismatic, cylindrical, pouch, …"),
        "nominal_capacity_in_Ah": number_or_null("Nominal capacity in Ah."),
        "total_cycles": whole("How many cycles were read."),
        "first_cycle_number": whole("The source's number of the first cycle."),
        "last_cycle_number": whole("The source's number of the last cycle."),
        "test_temperature_C": number_or_null(
            "Mean of the first cycle's temperature in °C, else the XX of a CALB_XX_… id, else null."
        ),
    },
)

CAPACITY_FADE = record(
    "What each cycle charged and discharged, and how much of it is lost; arrays have one value a cycle.",
    {
        "cycle_numbers": array(whole("Cycle number."), "The source's cycle numbers."),
        "charge_capacities": array(
            number_or_null("Ah."),
            "Charge put in while charging, in Ah, continuous where the source's column restarts.",
        ),
        "discharge_capacities": array(
            number_or_null("Ah."),
            "Charge drawn while discharging, in Ah, continuous where the source's column restarts.",
        ),
        "coulombic_efficiencies": array(
            number_or_null("Percent."),
            "Discharge over the charge that preceded it, in percent (Smith 2010); null where unknown.",
        ),
        "capacity_fade_percentage": number_or_null("100·(first − last)/first of the discharge capacities, in percent."),
        "capacity_fade_rate_per_cycle": number_or_null("The fade over (last − first cycle number), percent per cycle."),
        "capacity_retention_percentage": number_or_null("100 − fade, in percent."),
        "knee": {
            "type": ["object", "null"],
            "description": "Where the fade bends down (Bacon-Watts); null where the data do not support a knee.",
            "properties": {
                "knee_cycle": number("Cycle number of the bend."),
                "knee_interval": cycle_range("object"),
                "onset_cycle": number_or_null("Cycle number at which the bend begins (double Bacon-Watts)."),
                "onset_interval": cycle_range(["object", "null"]),
                "method": text("`bacon_watts`."),
            },
            "required": ["knee_cycle", "knee_interval", "onset_cycle", "onset_interval", "method"],
        },
        "capacity_plot": image("Charge and discharge capacity over cycles."),
    },
)

BRANCH: Schema = {
    "type": ["object", "null"],
    "description": "The points with this direction of current; null where the cycle has none.",
    "properties": {
        "capacities": array(number_or_null("Ah."), "Charge passed since the branch began, in Ah."),
        "voltages": array(number_or_null("V."), "Cell voltage in V."),
    },
    "required": ["capacities", "voltages"],
}

VOLTAGE_PROFILE = record(
    "Voltage over capacity of chosen cycles: first, middle and last, or those of the option `cycles`.",
    {
        "voltage_curves": array(
            record(
                "One cycle's curves.",
                {"cycle_number": whole("Cycle number."), "charge_data": ref("Branch"), "discharge_data": ref("Branch")},
            ),
            "The chosen cycles' curves.",
        ),
        "voltage_stats": record(
            "Over all points of the returned curves' cycles.",
            {
                "min_voltage": number_or_null("Lowest voltage in V."),
                "max_voltage": number_or_null("Highest voltage in V."),
                "avg_voltage": number_or_null("Mean voltage in V."),
            },
        ),
        "voltage_profile_plot": image("Voltage over capacity."),
        "differential_voltage_plot": image("dV/dQ on a uniform capacity grid, smoothed (Dubarry & Anseán 2022)."),
    },
)

TEMPERATURE_ANALYSIS = record(
    "The measured temperature and what it has to do with capacity.",
    {
        "has_temperature_data": {"type": "boolean", "description": "True only for measured values."},
        "average_temperature": number_or_null("Mean over all points in °C."),
        "temperature_range": record(
            "Extremes over all points.", {"min": number_or_null("°C."), "max": number_or_null("°C.")}
        ),
        "temperature_stats": record(
            "Over all points, in °C.",
            {
                "mean": number_or_null("Mean in °C."),
                "median": number_or_null("Median in °C."),
                "std_dev": number_or_null("Standard deviation in °C."),
                "p10": number_or_null("10th percentile in °C."),
                "p90": number_or_null("90th percentile in °C."),
            },
        ),
        "correlation_with_capacity": number_or_null(
            "Pearson's r between a cycle's mean temperature and its discharge capacity; null where none can be claimed."
        ),
        "no_correlation_reason": text_or_null("Why `correlation_with_capacity` is null."),
        "temperature_vs_capacity_plot": image("Discharge capacity over the cycle's mean temperature."),
    },
)

STATISTICS = record(
    "Mean, median, extremes and standard deviation.",
    {
        "mean": number_or_null("Mean."),
        "median": number_or_null("Median."),
        "min": number_or_null("Lowest."),
        "max": number_or_null("Highest."),
        "std_dev": number_or_null("Standard deviation."),
    },
)

PROJECTION = record(
    "When the discharge capacity will reach the end-of-life share of its reference, or why that cannot be said.",
    {
        "fade_rate": number_or_null("Ah per cycle; negative when the cell fades."),
        "projected_eol_cycle": number_or_null("Cycle number at the end of life; null when abstained."),
        "confidence": number_or_null(
            "Calibrated probability (0..1) that the true end of life lies within 15 % of `projected_eol_cycle`; null "
            "where nothing was calibrated. Not R²."
        ),
        "method": text(
            "Whose word it is. `observed`: the cell got there; `population`: the lives of cells like it; `trajectory`: "
            "its own course; `none`: no projection."
        ),
        "interval": LIFE_INTERVAL,
        "abstained": {"type": "boolean", "description": "Whether no end of life is given."},
        "abstention_reason": text_or_null("Why not."),
        "r_squared": number_or_null("Share of the capacity's variance that the fit explains; no confidence."),
        "initial_capacity": number_or_null("Reference capacity in Ah."),
        "eol_capacity": number_or_null("Capacity at the end of life in Ah."),
        "eol_threshold": number("End of life as a share of the reference capacity."),
        "remaining_cycles": number_or_null("Cycles from the last one to the end of life; 0 once it is reached."),
        "remaining_equivalent_full_cycles": number_or_null("The same as discharge over the nominal capacity."),
        "models": array(
            record(
                "One model's projection.",
                {
                    "name": text(
                        "`population`, `trajectory` (the mean of the curves after it), a curve, `straight_line`."
                    ),
                    "eol_cycle": number_or_null("Cycle number at the end of life."),
                    "interval": LIFE_INTERVAL,
                    "confidence": number_or_null("As the projection's."),
                    "abstention_reason": text_or_null("Why it projects nothing."),
                },
            ),
            "Every model that was asked, so that the projection can be looked behind.",
        ),
    },
)

STATISTICAL_METRICS = record(
    "Statistics over all cycles (capacities) or all points (current, voltage).",
    {
        "charge_discharge_stats": record(
            "Over all cycles, in Ah.",
            {"charge_capacity": ref("Statistics"), "discharge_capacity": ref("Statistics")},
        ),
        "current_stats": ref("Statistics"),
        "voltage_stats": ref("Statistics"),
        "cycle_life_projection": ref("CycleLifeProjection"),
    },
)

BATTERY_HEALTH = record(
    "The cell's condition in one number and one word.",
    {
        "health_score": number_or_null("Capacity retention clipped to 0..100."),
        "health_status": text("≥95 Excellent, ≥90 Good, ≥80 Fair, ≥70 Poor, else Critical."),
        "capacity_retention": number_or_null("Percent of the first known discharge capacity."),
        "degradation_indicators": array(text("Indicator."), "Signs of degradation, in words."),
    },
)

DATA_QUALITY = array(
    record(
        "One finding.",
        {
            "code": text("Stable code."),
            "severity": {"type": "string", "enum": ["info", "warning", "error"], "description": "How much it matters."},
            "message": text("What was odd and what was done about it."),
            "cycles": array(whole("Cycle number."), "The cycles concerned; empty for the whole cell."),
        },
    ),
    "What was odd in the data, and what was done about it.",
)

CYCLE_TABLE = record(
    "Every figure of every cycle, as columns of equal length; null where a value is not known.",
    {
        "cycle_number": array(whole("Cycle number."), "The source's cycle numbers."),
        "charge_capacity_Ah": column("Charge put in, in Ah."),
        "discharge_capacity_Ah": column("Charge drawn, in Ah."),
        "coulombic_efficiency_percent": column("Discharge over the charge that preceded it, in percent."),
        "charge_energy_Wh": column("Energy put in, in Wh."),
        "discharge_energy_Wh": column("Energy drawn, in Wh."),
        "energy_efficiency_percent": column("Energy drawn over the energy that preceded it, in percent."),
        "min_voltage_V": column("Lowest voltage in V."),
        "max_voltage_V": column("Highest voltage in V."),
        "mean_temperature_C": column("Mean temperature in °C."),
        "resistance_ohm": column("Resistance from the voltage's jump between rest and step, in ohm."),
        "duration_s": column("Time from the cycle's first point to its last, in s."),
        "equivalent_full_cycles": column("Charge passed so far, in full cycles of the nominal capacity."),
        "discharge_incomplete": array(
            {"type": "boolean", "description": "Incomplete."}, "Whether the discharge was cut short."
        ),
    },
)

SOURCE = record(
    "Where the cell came from.",
    {
        "format": text("The format that was recognised."),
        "certainty": number("How sure that is, 0..1."),
        "files": array(text("File name."), "The files that the cell was read from."),
        "extra_columns": array(text("Column."), "Columns that were found and not used."),
        "points": whole("How many points were read."),
    },
)

REPORT = record(
    "The report on one cell. Numbers are finite or null; every image is a base64 PNG.",
    {
        "metadata": ref("Metadata"),
        "capacity_fade": ref("CapacityFade"),
        "voltage_profile": ref("VoltageProfile"),
        "temperature_analysis": ref("TemperatureAnalysis"),
        "statistical_metrics": ref("StatisticalMetrics"),
        "battery_health": ref("BatteryHealth"),
        "data_quality": ref("DataQuality"),
        "cycle_table": ref("CycleTable"),
        "source": ref("Source"),
    },
)

COMPARISON = record(
    "The cells side by side.",
    {
        "ranked_by": text("The figure that decides the rank: the lowest is first."),
        "ranking": array(text_or_null("Cell."), "The cells' ids, best first."),
        "cells": array(
            record(
                "One cell.",
                {
                    "rank": {"type": ["integer", "null"], "description": "1 fades slowest; null without a fade rate."},
                    "cell_id": text("The cell's name."),
                    "total_cycles": whole("How many cycles were read."),
                    "capacity_retention_percentage": number_or_null("Percent."),
                    "capacity_fade_rate_per_cycle": number_or_null("Percent per cycle."),
                    "median_coulombic_efficiency": number_or_null("Percent."),
                    "health_score": number_or_null("0..100."),
                    "health_status": text("As in the cell's report."),
                    "projected_eol_cycle": number_or_null("Cycle number."),
                    "projection_interval": LIFE_INTERVAL,
                    "projection_method": text("As in the cell's report."),
                },
            ),
            "A row a cell, in the order of the files.",
        ),
    },
)

SEVERAL_REPORTS = record(
    "The answer for several cells.",
    {
        "cells": array(ref("Report"), "One report a cell, in the order of the files."),
        "comparison": ref("Comparison"),
    },
)

SCHEMAS: dict[str, Schema] = {
    "Report": REPORT,
    "SeveralReports": SEVERAL_REPORTS,
    "Metadata": METADATA,
    "CapacityFade": CAPACITY_FADE,
    "VoltageProfile": VOLTAGE_PROFILE,
    "Branch": BRANCH,
    "TemperatureAnalysis": TEMPERATURE_ANALYSIS,
    "StatisticalMetrics": STATISTICAL_METRICS,
    "Statistics": STATISTICS,
    "CycleLifeProjection": PROJECTION,
    "BatteryHealth": BATTERY_HEALTH,
    "DataQuality": DATA_QUALITY,
    "CycleTable": CYCLE_TABLE,
    "Source": SOURCE,
    "Comparison": COMPARISON,
}

PLOT_OPTION_VALUES = ("all", "none", *PLOT_NAMES)
