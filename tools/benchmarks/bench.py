"""python -m tools.benchmarks.bench: the time from bytes to JSON, warm, against floors of the same run; and over HTTP."""

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import requests
from battery_analytics import BatteryFile, analyze

from tests.integration.server_process import server_process
from tools.benchmarks.floors import four_figures, pickle_load, read_csv
from tools.benchmarks.inputs import BenchmarkInputs, benchmark_inputs
from tools.benchmarks.measure import Measurement, measure
from tools.benchmarks.peak_memory import peak_memory_bytes

BASIC_SECTIONS = (
    "capacity_fade",
    "voltage_profile",
    "temperature_analysis",
    "statistical_metrics",
    "battery_health",
    "cycle_table",
    "test_protocol",
)
PEAK_MEMORY_ALLOWED_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One action, which returns the milliseconds of its stages; its floor, and how many times the floor it may take."""

    title: str
    short_title: str
    action: Callable[[], Mapping[str, float]]
    floor_name: str
    floor: Callable[[], object]
    allowed_ratio: float


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A row and its measured times."""

    row: Row
    measurement: Measurement

    @property
    def passed(self) -> bool:
        return self.measurement.ratio <= self.row.allowed_ratio


def rows(inputs: BenchmarkInputs, server_url: str) -> list[Row]:
    """The limits on speed."""
    small = BatteryFile("BENCH_35_B1.pkl", inputs.small_pickle)
    large = BatteryFile("BENCH_35_B26.pkl", inputs.large_pickle)
    large_csv = BatteryFile("BENCH_35_B26_cycles.csv", inputs.large_csv)

    def size(file: BatteryFile) -> str:
        return f"{len(file.content) / 1e6:.1f} MB"

    def analysed(
        file: BatteryFile, plots: Literal["standard", "none"], sections: Literal["all", "basic"] = "basic"
    ) -> Callable[[], Mapping[str, float]]:
        return lambda: stages_of(file, plots, BASIC_SECTIONS if sections == "basic" else "all")

    return [
        Row(
            f"pickle {size(small)}, four plots", "small", analysed(small, "standard"), "four_figures", four_figures, 0.6
        ),
        Row(f"pickle {size(small)}, no plots", "no plots", analysed(small, "none"), "four_figures", four_figures, 0.08),
        Row(
            f"pickle {size(small)}, all sections",
            "sections",
            analysed(small, "none", "all"),
            "four_figures",
            four_figures,
            0.25,
        ),
        Row(
            f"pickle {size(large)}, four plots",
            "large",
            analysed(large, "standard"),
            "pickle_load",
            lambda: pickle_load(inputs.large_pickle),
            2.0,
        ),
        Row(
            f"CSV {size(large_csv)}, four plots",
            "CSV",
            analysed(large_csv, "standard"),
            "read_csv",
            lambda: read_csv(inputs.large_csv),
            4.0,
        ),
        Row(
            f"pickle {size(large)}, over HTTP",
            "HTTP",
            lambda: posted(server_url, large),
            "library",
            analysed(large, "standard", "all"),
            1.25,
        ),
    ]


def stages_of(
    file: BatteryFile, plots: Literal["standard", "none"], sections: Sequence[str] | Literal["all"]
) -> Mapping[str, float]:
    """Analyse the file, from bytes to JSON; returns the milliseconds of the stages."""
    report = analyze([file], plots=plots, sections=sections)
    report.to_json()
    return report.timings_ms


def posted(server_url: str, file: BatteryFile) -> Mapping[str, float]:
    """Send the file to the server, and wait for its report."""
    answer = requests.post(f"{server_url}/api/upload", files={"file": (file.name, file.content)}, timeout=60)
    answer.raise_for_status()
    return {}


def results_table(measured: Sequence[MeasuredRow]) -> str:
    """Input, seconds, floor, ratio, allowed ratio, verdict."""
    lines = [f"{'input':<28}{'seconds':>9}{'floor':>9}  {'floor is':<13}{'ratio':>8}{'allowed':>9}  verdict"]
    for result in measured:
        row, took = result.row, result.measurement
        lines.append(
            f"{row.title:<28}{took.seconds:>9.4f}{took.floor_seconds:>9.4f}  {row.floor_name:<13}"
            f"{took.ratio:>8.3f}{row.allowed_ratio:>9.2f}  {'pass' if result.passed else 'MISS'}"
        )
    return "\n".join(lines)


def stages_table(measured: Sequence[MeasuredRow]) -> str:
    """Milliseconds of each stage of the report, one column per row of the results."""
    stages = list(dict.fromkeys(stage for result in measured for stage in result.measurement.stages_ms))
    width = max(map(len, ["stage, ms", *stages])) + 2
    lines = [f"{'stage, ms':<{width}}" + "".join(f"{result.row.short_title:>11}" for result in measured)]
    for stage in stages:
        spent_ms = [result.measurement.stages_ms.get(stage) for result in measured]
        lines.append(f"{stage:<{width}}" + "".join(f"{'-' if ms is None else f'{ms:.2f}':>11}" for ms in spent_ms))
    return "\n".join(lines)


def peak_memory_of(content: bytes) -> int:
    """Peak memory in bytes of the analysis of this pickle in its own process."""
    with tempfile.TemporaryDirectory(prefix="battery-bench-") as folder:
        path = Path(folder) / "BENCH_35_B26.pkl"
        path.write_bytes(content)
        return peak_memory_bytes(path)


def as_json(inputs: BenchmarkInputs, measured: Sequence[MeasuredRow], peak_bytes: int, runs: int) -> str:
    """All results as JSON, for programs."""
    return json.dumps(
        {
            "input": inputs.origin,
            "python": platform.python_version(),
            "machine": platform.platform(),
            "runs": runs,
            "rows": [
                {
                    "input": result.row.title,
                    "seconds": result.measurement.seconds,
                    "floor": result.row.floor_name,
                    "floor_seconds": result.measurement.floor_seconds,
                    "ratio": result.measurement.ratio,
                    "allowed_ratio": result.row.allowed_ratio,
                    "passed": result.passed,
                    "stages_ms": dict(result.measurement.stages_ms),
                }
                for result in measured
            ],
            "peak_memory_bytes": peak_bytes,
            "peak_memory_allowed_bytes": PEAK_MEMORY_ALLOWED_BYTES,
        },
        indent=2,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.bench", description=__doc__)
    parser.add_argument("--cell", type=Path, help="a CALB pickle to measure with instead of the real or sample cell")
    parser.add_argument("--runs", type=int, default=7, help="measurements per row, after one to warm up (7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results to this file")
    parser.add_argument("--strict", action="store_true", help="exit status 1 if a row is over its limit")
    options = parser.parse_args(arguments)

    inputs = benchmark_inputs(options.cell)
    print(f"Input: {inputs.origin}; the large files hold {inputs.n_cycles:,} cycles and {inputs.n_points:,} points.")
    print(f"Python {platform.python_version()} on {platform.platform()}, medians of {options.runs} runs.\n", flush=True)

    with tempfile.TemporaryDirectory(prefix="battery-bench-") as folder, server_process(Path(folder)) as server:
        measured = [
            MeasuredRow(row, measure(row.action, row.floor, runs=options.runs)) for row in rows(inputs, server.url)
        ]
    peak_bytes = peak_memory_of(inputs.large_pickle)
    memory_passed = peak_bytes <= PEAK_MEMORY_ALLOWED_BYTES

    print(results_table(measured))
    allowed_MB = f"{PEAK_MEMORY_ALLOWED_BYTES / 1e6:.0f} MB"
    verdict = "pass" if memory_passed else "MISS"
    print(f"{'peak memory, large pickle':<28}{peak_bytes / 1e6:>6.0f} MB{'':>32}{allowed_MB:>9}  {verdict}\n")
    print(stages_table(measured))
    if options.json:
        options.json.write_text(as_json(inputs, measured, peak_bytes, options.runs) + "\n")
    all_passed = memory_passed and all(result.passed for result in measured)
    return 1 if options.strict and not all_passed else 0


if __name__ == "__main__":
    sys.exit(main())
