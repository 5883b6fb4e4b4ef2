/** Several cells in one chart: what they retain, what they draw, how efficient they are. */

import type { BenchCell } from "../../model/cells";
import { fixed } from "../../model/format";
import type { ChartSpec, ColorName, Series } from "../spec";
import { CYCLE_AXIS } from "./capacity";

export const OVERLAYS = {
  retention: { label: "Retention", unit: "%", decimals: 2 },
  capacity: { label: "Discharge capacity", unit: "Ah", decimals: 3 },
  efficiency: { label: "Coulombic efficiency", unit: "%", decimals: 3 },
} as const;

export type Overlay = keyof typeof OVERLAYS;

export const CELL_COLORS = 10;

export function overlaySpec(cells: readonly BenchCell[], overlay: Overlay): ChartSpec {
  const labels = distinct(cells.map(({ name }) => name));
  const series = cells.map(
    (cell, index): Series => ({
      label: labels[index] as string,
      color: colorOfCell(index),
      x: cell.report.capacity_fade.cycle_numbers,
      y: values(cell, overlay),
      mark: { kind: "points", shape: "circle", size: 4 },
    }),
  );
  return { x: CYCLE_AXIS, y: OVERLAYS[overlay], series, leastYSpan: 0.05 };
}

export function colorOfCell(index: number): ColorName {
  return `cell-${index % CELL_COLORS}`;
}

function values({ report: { capacity_fade: fade } }: BenchCell, overlay: Overlay): (number | null)[] {
  if (overlay === "efficiency") return fade.coulombic_efficiencies;
  if (overlay === "capacity") return fade.discharge_capacities;
  const first = fade.discharge_capacities.find((capacity) => typeof capacity === "number" && capacity > 0);
  return fade.discharge_capacities.map((capacity) => (capacity === null || !first ? null : (100 * capacity) / first));
}

/** Two cells may have one name; the legend tells them apart. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${fixed(count, 0)})`;
  });
}
