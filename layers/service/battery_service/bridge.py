"""The only module of the service that uses the library, for the functions that have the `analytics` layer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import battery_analytics
from battery_analytics import BatteryFile

from battery_service.errors import ApiError
from battery_service.options import Options

__all__ = ["Analysis", "BatteryFile", "analyse", "analyse_job"]

# Each leaves its function time to answer: API Gateway waits for 29 s, and the worker ends after 180 s.
_REQUEST_TIME_LIMIT_S = 22.0
_JOB_TIME_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report as JSON, and counts for logs and metrics: no names, no measurements."""

    report: bytes
    formats: tuple[str, ...]
    n_cells: int
    n_cycles: int
    n_points: int
    timings_ms: Mapping[str, float]

    def facts(self) -> dict[str, object]:
        """The facts for a log line."""
        return {
            "formats": sorted(set(self.formats)),
            "n_cells": self.n_cells,
            "n_cycles": self.n_cycles,
            "n_points": self.n_points,
            "stages_ms": {stage: round(milliseconds, 1) for stage, milliseconds in self.timings_ms.items()},
        }


def analyse(files: Sequence[BatteryFile], options: Options, on_stage: Callable[[str], None] | None = None) -> Analysis:
    """The report of the files of one request. Raises ApiError with the library's own code where they cannot be read.

    `on_stage` is called with the library's name of each stage as it begins; an exception that it raises ends the analysis.
    """
    return _analysis(files, options, on_stage, time_limit_s=_REQUEST_TIME_LIMIT_S)


def analyse_job(
    files: Sequence[BatteryFile], options: Options, on_stage: Callable[[str], None] | None = None
) -> Analysis:
    """The same for the files of a job, which may take longer."""
    return _analysis(files, options, on_stage, time_limit_s=_JOB_TIME_LIMIT_S)


def _analysis(
    files: Sequence[BatteryFile], options: Options, on_stage: Callable[[str], None] | None, *, time_limit_s: float
) -> Analysis:
    try:
        report = battery_analytics.analyze(files, **options, on_stage=on_stage, time_limit_s=time_limit_s)
    except battery_analytics.BatteryDataError as error:
        raise ApiError(error.code, error.message, error.details) from error
    encoded = report.to_json()  # before its timings are read: it adds its own
    return Analysis(
        report=encoded,
        formats=report.formats,
        n_cells=report.n_cells,
        n_cycles=report.n_cycles,
        n_points=report.n_points,
        timings_ms=dict(report.timings_ms),
    )
