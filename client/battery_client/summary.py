"""A report as a few lines to read on a terminal."""

from collections.abc import Iterator
from typing import Any

from battery_client.answers import Report
from battery_client.plots import cells_of

FINDINGS_SHOWN = 8
CYCLES_SHOWN = 6
# The smallest number that is shown in a unit; smaller ones have a smaller unit.
SMALL = 0.1
SEVERITIES = {"error": 0, "warning": 1, "info": 2}


def summary(report: Report) -> str:
    """One block per cell, and a last one that ranks several cells."""
    cells = cells_of(report)
    blocks = ["\n".join(_cell_lines(cell)) for cell in cells]
    if "comparison" in report:
        blocks.append("\n".join(_ranking_lines(report["comparison"])))
    if failures := report.get("failures"):
        blocks.append("\n".join(("Not read", *(_line(failure["code"], failure["error"]) for failure in failures))))
    # Cell names and findings quote a file, and a file must not send control characters to a terminal.
    return "\n".join(_printable(line) for line in "\n\n".join(blocks).split("\n"))


def _cell_lines(cell: Report) -> Iterator[str]:
    metadata, fade, health = (cell.get(key, {}) for key in ("metadata", "capacity_fade", "battery_health"))
    about = [
        str(metadata["form_factor"]) if metadata.get("form_factor") else "",
        f"{_capacity(metadata.get('nominal_capacity_in_Ah'))} nominal"
        if metadata.get("nominal_capacity_in_Ah")
        else "",
        _number(metadata.get("test_temperature_C"), ".1f", " °C"),
    ]
    known = ", ".join(filter(None, about))
    yield f"{metadata.get('cell_id') or 'Cell without a name'}" + (f"  ({known})" if known else "")
    first, last = metadata.get("first_cycle_number"), metadata.get("last_cycle_number")
    yield _line("Cycles", f"{metadata.get('total_cycles')}  (numbers {first} to {last})")
    rate = _number(fade.get("capacity_fade_rate_per_cycle"), ".4f", " % fade per cycle")
    first, last = fade.get("reference_cycle"), fade.get("last_compared_cycle")
    compared = "" if first is None else f"cycles {first} to {last}"
    said = ", ".join(filter(None, (compared, rate)))
    yield _line("Retention", _retention(fade) + (f"  ({said})" if said else ""))
    if fade.get("capacity_retention_percentage") is None and fade.get("basis"):
        yield _line("", str(fade["basis"]))
    if test := (cell.get("test_protocol") or {}).get("summary"):
        yield _line("Test", str(test))
    score = _number(health.get("health_score"), ".1f", " of 100")
    yield _line("Health", "  ".join(filter(None, (str(health.get("health_status") or "unknown"), score))))
    for indicator in health.get("degradation_indicators") or ():
        yield _line("", f"- {indicator}")
    yield _line("Life", _projection(cell.get("statistical_metrics", {}).get("cycle_life_projection") or {}))
    yield from _finding_lines(cell.get("data_quality") or [])


def _capacity(value: object) -> str:
    """A capacity in Ah as text, of small cells in mAh or µAh; empty where it is unknown."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    unit, factor = next(
        ((unit, factor) for unit, factor in (("Ah", 1.0), ("mAh", 1e3)) if abs(value) * factor >= SMALL), ("µAh", 1e6)
    )
    return f"{value * factor:,.4g} {unit}"


def _projection(projection: Report) -> str:
    cycle = projection.get("projected_eol_cycle")
    if cycle is None:
        return f"not projected: {projection.get('abstention_reason') or 'no reason given'}"
    parts = [f"{'ended at' if projection.get('method') == 'observed' else 'to'} cycle {cycle:,.0f}"]
    if capacity := _capacity(projection.get("eol_capacity")):
        parts.append(f"({capacity})")
    interval = projection.get("interval")
    if interval:
        low, high = (_number(interval.get(end), ",.0f", "") for end in ("low", "high"))
        kind = "indicative " if interval.get("basis") == "indicative" else ""
        parts.append(f"- {kind}{100 * interval['level']:.0f} % interval {low} to {high or 'no upper limit'}")
    if (confidence := projection.get("confidence")) is not None:
        parts.append(f"- confidence {100 * confidence:.0f} %")
    return " ".join(parts)


def _finding_lines(findings: list[Report]) -> Iterator[str]:
    if not findings:
        yield _line("Findings", "none")
    worst_first = sorted(findings, key=lambda finding: SEVERITIES.get(finding.get("severity", ""), len(SEVERITIES)))
    for number, finding in enumerate(worst_first[:FINDINGS_SHOWN]):
        cycles = finding.get("cycles") or []
        more = ", ..." if len(cycles) > CYCLES_SHOWN else ""
        where = (
            f"  ({'cycles' if len(cycles) > 1 else 'cycle'} {', '.join(map(str, cycles[:CYCLES_SHOWN]))}{more})"
            if cycles
            else ""
        )
        text = f"{finding.get('severity')}: {finding.get('message')}{where}"
        yield _line("Findings" if number == 0 else "", text)
    if len(findings) > FINDINGS_SHOWN:
        yield _line("", f"and {len(findings) - FINDINGS_SHOWN} more; --output saves them all")


def _ranking_lines(comparison: Report) -> Iterator[str]:
    """The rows of the server's comparison by rank; cells without a rank, which are not compared, come last."""
    rows = comparison["cells"]
    cycle = comparison.get("common_cycle")
    yield "Most capacity retained first" + ("" if cycle is None else f", at cycle {cycle}")
    for row in sorted(rows, key=lambda row: row["rank"] or len(rows) + 1):
        at_cycle = _number(row.get("retention_at_common_cycle"), ".2f", " %") or "not compared"
        yield _line(f"{row['rank'] or '-'}", f"{row['cell_id']}  {at_cycle}, at its end {_retention(row)}")
    for text in filter(None, (comparison.get("summary"), comparison.get("basis"))):
        yield _line("", str(text))


def _retention(section: Report) -> str:
    return _number(section.get("capacity_retention_percentage"), ".2f", " %") or "unknown"


def _line(label: str, text: str) -> str:
    return f"  {label:<10} {text}"


def _number(value: Any, form: str, unit: str) -> str:
    return "" if value is None else f"{value:{form}}{unit}"


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
