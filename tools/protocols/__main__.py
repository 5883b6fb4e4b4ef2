"""`make protocols`: checks every simulated protocol, and writes docs/protocols.md.

With a folder of CALB pickles and their labels it also ranks these cells by retention, temperature by temperature.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from battery_analytics import analyze

from sample_cells.protocols import BENCHES, PROTOCOLS
from tools.protocols.checked import Checked, checked

DOCUMENT = Path("docs/protocols.md")
INTRODUCTION = """# Right on the tests that people run

A report compares only cycles that can be compared: whole discharges with the same rate, the same kind of charge, the same
voltages and the same temperature. `capacity_fade.groups` lists every group of such cycles, `capacity_fade.basis` says which
two cycles were set against each other, and `test_protocol` says what the test did. The option `compare` overrides the choice.

This page is written by `make protocols`. It simulates the tests below on cells whose fade, knee and end of life are known,
writes them as files, analyses the files, and counts what is right:

- **retention** within 0.3 points of the truth, or unknown where nothing can be compared;
- **knee** found within 20 cycles where there is one, and none found where there is none;
- **observed**: an end of life is said to be reached only where it is, and is not missed where it is;
- **life**: a projected end of life within 15 % of the true one, or the true one within its interval; a dash where no end of
  life is projected.
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=Path, help="folder of CALB pickles with life_labels.json")
    options = parser.parse_args(arguments)
    results = [checked(protocol, chemistry) for protocol in PROTOCOLS for chemistry in BENCHES]
    for one in results:
        if not one.is_right or one.life is False:
            print(f"{one.protocol.kind}, {one.chemistry}: {one.said}")
    text = f"{INTRODUCTION}\n{_table(results)}"
    if options.cells:
        text += f"\n{_ranking(options.cells)}"
    DOCUMENT.write_text(text, encoding="utf-8")
    print(f"{sum(one.is_right for one in results)} of {len(results)} right, written to {DOCUMENT}")
    return 0


def _table(results: Sequence[Checked]) -> str:
    n_right = sum(one.is_right for one in results)
    lives = [one.life for one in results if one.life is not None]
    lines = [
        f"{n_right} of {len(results)} tests are right in retention, knee and observed end of life; of {len(lives)} projected "
        f"lives {sum(lives)} are right.\n",
        "| test | what it is | retention | knee | observed | life |",
        "|---|---|---|---|---|---|",
    ]
    for protocol in PROTOCOLS:
        of_protocol = [one for one in results if one.protocol is protocol]
        known = [one.life for one in of_protocol if one.life is not None]
        right = {name: sum(getattr(one, name) for one in of_protocol) for name in ("retention", "knee", "observed")}
        counts = [f"{count}/{len(of_protocol)}" for count in right.values()]
        counts.append(f"{sum(known)}/{len(known)}" if known else "–")
        lines.append(f"| {protocol.kind} | {protocol.shows} | {' | '.join(counts)} |")
    return "\n".join(lines) + "\n"


def _ranking(folder: Path) -> str:
    """The CALB cells of each temperature, ranked by retention at their last common cycle, against their labels."""
    labels: Mapping[str, float] = json.loads((folder / "life_labels.json").read_text(encoding="utf-8"))
    by_name = {Path(name).stem: float(life) for name, life in labels.items()}
    lines = [
        "## What the first cycles of real cells say about their lives\n",
        "The CALB cells of the BatteryLife collection at one temperature, ranked by `retention_at_common_cycle`, and the rank "
        "correlation of that retention with the life of their labels (1 where the cell that retains most lives longest).\n",
        "| temperature | cells | common cycle | retentions | rank correlation with life |",
        "|---|---|---|---|---|",
    ]
    for temperature in ("0", "35"):
        files = [path for path in sorted(folder.glob(f"CALB_{temperature}_*.pkl")) if path.stem in by_name]
        compared = analyze(files, plots="none").comparison
        if compared is None:
            continue
        known = [row for row in compared.cells if row.retention_at_common_cycle is not None]
        retention = [row.retention_at_common_cycle or 0.0 for row in known]
        correlation = _rank_correlation(retention, [by_name[row.cell_id] for row in known])
        lines.append(
            f"| {temperature} °C | {len(known)} | {compared.common_cycle} | {min(retention):.2f} to {max(retention):.2f} % | "
            f"{correlation:+.2f} |"
        )
    lines.append(
        "\nAt 0 °C the cells have lost enough for the order to say something. At 35 °C they differ by some tenths of a point, "
        "no more than their first cycles gain or lose: the order says nothing about their lives, and the comparison says so."
    )
    return "\n".join(lines) + "\n"


def _rank_correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rank correlation; no two values of a list may be equal."""
    one, other = (np.argsort(np.argsort(values)).astype(np.float64) for values in (first, second))
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
