/** Several cells in one chart: any figure per cycle, over cycles, full cycles, charge drawn or days. */

import type { PageCell } from "../../model/cells";
import { decimalsFor, fixed } from "../../model/format";
import type { Axis, ChartSpec, ColorName, PointMark, Series } from "../spec";
import { CYCLE_AXIS } from "./capacity";
import { inUnits } from "./inUnits";
import { FIGURES, type Figure } from "./perCycle";

export const OVERLAYS = {
  retention: { label: "Retention", unit: "%", decimals: 2 },
  capacity: { label: "Discharge capacity", unit: "Ah", decimals: 3 },
  efficiency: { label: "Coulombic efficiency", unit: "%", decimals: 3 },
} as const;

export type Overlay = keyof typeof OVERLAYS | Figure["column"];

/** The x axes: what has passed until each cycle's end. */
export const PROGRESS = {
  cycle: CYCLE_AXIS,
  full: { label: "Equivalent full cycles", unit: "", decimals: 1 },
  throughput: { label: "Charge drawn", unit: "Ah", decimals: 1 },
  days: { label: "Days of cycling", unit: "d", decimals: 2 },
} as const satisfies Record<string, Axis>;

export type Progress = keyof typeof PROGRESS;

/** The name and unit of what is compared. */
export function overlayAxis(overlay: Overlay): Axis {
  if (overlay in OVERLAYS) return OVERLAYS[overlay as keyof typeof OVERLAYS];
  return FIGURES.find(({ column }) => column === overlay) ?? OVERLAYS.retention;
}

export const CELL_COLORS = 10;
/** With more cells than colours, the others have another shape. */
const SHAPES = ["circle", "triangle", "square", "diamond"] as const;

export function overlaySpec(cells: readonly PageCell[], overlay: Overlay, progress: Progress = "cycle"): ChartSpec {
  const labels = distinct(cells.map(({ name }) => name));
  const series = cells.flatMap((cell, index): Series[] => {
    const x = passed(cell, progress);
    if (!x) return [];
    return [
      {
        label: labels[index] as string,
        color: colorOfCell(cell),
        x,
        y: values(cell, overlay),
        mark: markOfCell(cell),
      },
    ];
  });
  const { label, unit, decimals } = overlayAxis(overlay);
  const largest = series.map(({ y }) => y.find((value) => value !== null));
  return inUnits({
    x: PROGRESS[progress],
    y: { label, unit, decimals: overlay === "capacity" ? decimalsFor(largest, decimals) : decimals },
    series,
    leastXSpan: 1,
    leastYSpan: overlay === "retention" || overlay === "efficiency" ? 0.05 : 0,
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
  if (overlay !== "retention") {
    const factor = FIGURES.find(({ column }) => column === overlay)?.factor ?? 1;
    return (table[overlay] as (number | null)[]).map((value) => (value === null ? null : factor * value));
  }
  const compared = new Set(fade.groups.filter(({ headline }) => headline).map(({ name }) => name));
  const capacities = table.compared_capacity_Ah.map((capacity, place) =>
    compared.size === 0 || compared.has(table.group[place] ?? "") ? capacity : null,
  );
  const reference = capacities[table.cycle_number.indexOf(fade.reference_cycle ?? Number.NaN)];
  const first = reference ?? capacities.find((capacity) => typeof capacity === "number" && capacity > 0);
  return capacities.map((capacity) => (capacity === null || !first ? null : (100 * capacity) / first));
}

/** What has passed at the end of each cycle, ascending; null where the cell's file does not tell it. */
function passed({ report: { cycle_table: table } }: PageCell, progress: Progress): readonly number[] | null {
  if (progress === "cycle") return table.cycle_number;
  if (progress === "full") return risen(table.equivalent_full_cycles, 1);
  if (progress === "throughput") return risen(sums(table.discharge_capacity_Ah), 1);
  return risen(sums(table.duration_s), 1 / 86_400);
}

function sums(values: readonly (number | null)[]): number[] {
  let total = 0;
  return values.map((value) => (total += value ?? 0));
}

/** The values where they rise from somewhere, each at least as large as the one before. */
function risen(values: readonly (number | null)[], factor: number): number[] | null {
  let reached = 0;
  const found = values.map((value) => (reached = Math.max(reached, factor * (value ?? 0))));
  return reached > 0 ? found : null;
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
