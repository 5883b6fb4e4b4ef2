"""What is wrong or odd in the data: each check gives one finding, or none."""

from battery_analytics.cell import Finding
from battery_analytics.quality.cycling import CYCLING_CHECKS, SUMMARY_CHECKS
from battery_analytics.quality.examined import Examined
from battery_analytics.quality.recording import RECORDING_CHECKS, SUMMARY_RECORDING_CHECKS

__all__ = ["Examined", "findings"]


def findings(examined: Examined) -> tuple[Finding, ...]:
    """The findings from reading the cell, then those of each check, in a fixed order."""
    checks = (*RECORDING_CHECKS, *CYCLING_CHECKS)
    if examined.cell.summary is not None:
        checks = (*SUMMARY_RECORDING_CHECKS, *SUMMARY_CHECKS)
    found = [check(examined) for check in checks]
    return (*examined.cell.findings, *(finding for finding in found if finding is not None))
