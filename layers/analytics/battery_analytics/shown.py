"""A report in one line, and as HTML for a notebook: the headline, the findings and the plots."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from battery_analytics.cell import Finding

if TYPE_CHECKING:
    from battery_analytics.cell_report import CellReport

MOST_FINDINGS = 12


def headline(report: "CellReport") -> str:
    """The cell, its cycles, what it retains, and the end of its life, in one line."""
    fade, health = report.capacity_fade, report.battery_health
    retention = fade.capacity_retention_percentage
    retained = "retention unknown" if retention is None else f"retention {retention:.2f} %"
    life = report.statistical_metrics.cycle_life_projection.projected_eol_cycle
    ends = "no projection" if life is None else f"end of life at cycle {life:,.0f}"
    return f"{report.metadata.cell_id}: {fade.cycle_numbers.size} cycles, {retained}, {health.health_status}, {ends}"


def as_html(reports: Sequence["CellReport"], failures: Mapping[str, str]) -> str:
    """All cells, each with its findings and the plots that were drawn; then the files that could not be read."""
    parts = [_cell_html(report) for report in reports]
    parts += [f"<p><b>{escape(file)}</b>: {escape(error)}</p>" for file, error in failures.items()]
    return "".join(parts)


def _cell_html(report: "CellReport") -> str:
    findings = report.data_quality
    shown = "".join(f"<li>{_finding_html(one)}</li>" for one in findings[:MOST_FINDINGS])
    more = f"<li>and {len(findings) - MOST_FINDINGS} more</li>" if len(findings) > MOST_FINDINGS else ""
    pictures = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}" alt="{escape(name)}" width="480">'
        for name, picture in report.pictures.items()
    )
    return f"<h4>{escape(headline(report))}</h4><ul>{shown}{more}</ul><div>{pictures}</div>"


def _finding_html(finding: Finding) -> str:
    return f"{escape(finding.severity)}: {escape(finding.message)}"
