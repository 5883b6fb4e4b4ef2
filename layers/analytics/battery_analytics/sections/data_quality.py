"""Data quality: what was odd in the data, and what was done about it."""

from battery_analytics.cell import Finding
from battery_analytics.quality import Examined, findings
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section


def data_quality(analysed: AnalysedCell) -> list[Finding]:
    examined = Examined(
        analysed.cell,
        analysed.flow,
        analysed.table,
        analysed.fade,
        analysed.protocol,
        analysed.kind,
        analysed.options.cycles,
    )
    return list(findings(examined))


DATA_QUALITY = Section(
    "data_quality", list[Finding], data_quality, "What was odd in the data, and what was done about it.", always=True
)
