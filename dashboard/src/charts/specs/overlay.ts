/** Several cells in one chart: retention, discharge capacity, coulombic efficiency. */

import type { PageCell } from "../../model/cells";
import { decimalsFor, fixed } from "../../model/format";
import type { ChartSpec, ColorName, PointMark, Series } from "../spec";
import { CYCLE_AXIS } from "./capacity";
import { inUnits } from "./inUnits";

export const OVERLAYS = {
  retention: { label: "Retention", unit: "%", decimals: 2 },
  capacity: { label: "Discharge capacity", unit: "Ah", decimals: 3 },
  efficiency: { label: "Coulombic efficiency", unit: "%", decimals: 3 },
} as const;

export type Overlay = keyof typeof OVERLAYS;

export const CELL_COLORS = 10;
/** With more cells than colours, the others have another shape. */
const SHAPES = ["circle", "triangle", "square", "diamond"] as const;

export function overlaySpec(cells: readonly PageCell[], overlay: Overlay): ChartSpec {
  const labels = distinct(cells.map(({ name }) => name));
  const series = cells.map(
    (cell, index): Series => ({
      label: labels[index] as string,
      color: colorOfCell(cell),
      x: cell.report.capacity_fade.cycle_numbers,
      y: values(cell, overlay),
      mark: markOfCell(cell),
    }),
  );
  const { decimals } = OVERLAYS[overlay];
  const largest = series.map(({ y }) => y.find((value) => value !== null));
  return inUnits({
    x: CYCLE_AXIS,
    y: { ...OVERLAYS[overlay], decimals: overlay === "capacity" ? decimalsFor(largest, decimals) : decimals },
    series,
    leastXSpan: 1,
    leastYSpan: overlay === "capacity" ? 0 : 0.05,
  });
}

export function colorOfCell({ colorIndex }: PageCell): ColorName {
  return `cell-${colorIndex % CELL_COLORS}`;
}

export function markOfCell({ colorIndex }: PageCell): PointMark {
  const shape = SHAPES[Math.floor(colorIndex / CELL_COLORS) % SHAPES.length] ?? "circle";
  return { kind: "points", shape, size: shape === "circle" ? 4 : 6 };
}

function values(
  { report: { capacity_fade: fade, cycle_table: table } }: PageCell,
  overlay: Overlay,
): (number | null)[] {
  if (overlay === "efficiency") return fade.coulombic_efficiencies;
  if (overlay === "capacity") return fade.discharge_capacities;
  const compared = new Set(fade.groups.filter(({ headline }) => headline).map(({ name }) => name));
  const capacities = table.compared_capacity_Ah.map((capacity, place) =>
    compared.size === 0 || compared.has(table.group[place] ?? "") ? capacity : null,
  );
  const first = capacities.find((capacity) => typeof capacity === "number" && capacity > 0);
  return capacities.map((capacity) => (capacity === null || !first ? null : (100 * capacity) / first));
}

/** Two cells may have the same name; the legend makes the names differ. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let label = name;
    for (let count = 2; taken.has(label); count += 1) label = `${name} (${fixed(count, 0)})`;
    taken.add(label);
    return label;
  });
}
