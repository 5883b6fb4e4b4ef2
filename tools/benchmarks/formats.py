"""python -m tools.benchmarks.formats: the time from bytes to JSON for large files of several formats, against plain reads."""

import argparse
import io
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from battery_analytics import BatteryFile, analyze

from tools.benchmarks.format_inputs import biologic_mpr, biologic_mpt, maccor_text, neware_csv, points, workbook
from tools.benchmarks.measure import measure
from tools.benchmarks.peak_memory import peak_memory_bytes

MEMORY_PER_BYTE = 8
IMPORTS_BYTES = 200_000_000  # of the interpreter with numpy, pandas and matplotlib, whatever the file


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A file of one format, the plain read that it is compared with, and how many times that it may take."""

    title: str
    file: BatteryFile
    floor_name: str
    floor: Callable[[], object]
    allowed: float

    def analyse(self) -> Mapping[str, float]:
        report = analyze([self.file], plots="none")
        report.to_json()
        return report.timings_ms


def rows(n_cycles: int) -> list[FormatRow]:
    """Text files of some 40 MB for 1,700 cycles, a workbook of a seventh of these, a binary file of three times as many."""
    data = points(n_cycles)
    neware, maccor, biologic = neware_csv(data), maccor_text(data), biologic_mpt(data)
    book, binary = workbook(points(max(n_cycles // 7, 1))), biologic_mpr(points(3 * n_cycles))

    def read_csv(content: bytes, separator: str, lines: int) -> Callable[[], object]:
        return lambda: pd.read_csv(io.BytesIO(content), sep=separator, skiprows=lines)

    return [
        FormatRow("Neware csv", BatteryFile("neware.csv", neware), "read_csv", read_csv(neware, ",", 0), 3.0),
        FormatRow("Maccor text", BatteryFile("maccor.txt", maccor), "read_csv", read_csv(maccor, "\t", 1), 3.0),
        FormatRow("BioLogic text", BatteryFile("biologic.mpt", biologic), "read_csv", read_csv(biologic, "\t", 5), 3.0),
        FormatRow("Arbin xlsx", BatteryFile("arbin.xlsx", book), "calamine", lambda: _sheets(book), 1.5),
        FormatRow("BioLogic mpr", BatteryFile("biologic.mpr", binary), "copy of it", lambda: bytearray(binary), 1e9),
    ]


def _sheets(content: bytes) -> object:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  only for this floor

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.formats", description=__doc__)
    parser.add_argument("--cycles", type=int, default=1_700, help="cycles of 240 points in each text file (1,700)")
    parser.add_argument("--runs", type=int, default=5, help="measurements per row, after one to warm up (5)")
    options = parser.parse_args(arguments)
    print(
        f"{'file':<16}{'MB':>6}{'seconds':>9}{'floor':>8}  {'floor is':<12}{'ratio':>7}{'aim':>6}{'peak MB':>9}{'aim':>6}"
    )
    with tempfile.TemporaryDirectory(prefix="battery-bench-") as folder:
        for row in rows(options.cycles):
            took = measure(row.analyse, row.floor, runs=options.runs)
            path = Path(folder) / row.file.name
            path.write_bytes(row.file.content)
            size = len(row.file.content)
            aim = f"{row.allowed:.1f}" if row.allowed < 1e6 else "1 s"
            ratio = f"{took.ratio:.2f}" if row.allowed < 1e6 else "-"
            memory = (IMPORTS_BYTES + MEMORY_PER_BYTE * size) / 1e6
            print(
                f"{row.title:<16}{size / 1e6:>6.1f}{took.seconds:>9.2f}{took.floor_seconds:>8.2f}  {row.floor_name:<12}"
                f"{ratio:>7}{aim:>6}{peak_memory_bytes(path) / 1e6:>9.0f}{memory:>6.0f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
