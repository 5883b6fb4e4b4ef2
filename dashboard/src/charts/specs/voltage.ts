/** Voltage over capacity of chosen cycles, and dV/dQ of their discharges; early cycles have cool colours, late ones warm. */

import type { Branch, VoltageCurve } from "../../api/types";
import { differentialVoltage } from "../../model/differentialVoltage";
import { decimalsFor, fixed } from "../../model/format";
import { extremes } from "../limits";
import type { Axis, ChartSpec, ColorName, Series } from "../spec";
import { inUnits } from "./inUnits";

export type Direction = "both" | "charge" | "discharge";

export const CYCLE_COLORS = 9;
/** The share of a discharge before its steep end. */
const INNER_SHARE = 0.9;

export function voltageSpec(curves: readonly VoltageCurve[], direction: Direction): ChartSpec {
  const series = curves.flatMap((curve, index): Series[] => {
    const color = colorOfCurve(index, curves.length);
    const name = `Cycle ${fixed(curve.cycle_number, 0)}`;
    const branches: Series[] = [];
    if (direction !== "charge" && curve.discharge_data)
      branches.push({
        label: `${name} discharge`,
        color,
        ...xy(curve.discharge_data),
        mark: { kind: "line", width: 2 },
      });
    if (direction !== "discharge" && curve.charge_data)
      branches.push({
        label: `${name} charge`,
        color,
        ...xy(curve.charge_data),
        mark: { kind: "line", width: 1.5, dash: [7, 4] },
      });
    return branches;
  });
  return inUnits({ x: capacityAxis(series), y: { label: "Voltage", unit: "V", decimals: 3 }, series });
}

/** In mV/Ah, or mV/mAh of a small cell. The axis leaves out the steep ends, so that the part between them can be read. */
export function differentialSpec(curves: readonly VoltageCurve[]): ChartSpec {
  const slopes = curves.map(({ discharge_data: discharge }) => discharge && differentialVoltage(discharge));
  const series = curves.flatMap((curve, index): Series[] => {
    const slope = slopes[index];
    if (!slope) return [];
    const color = colorOfCurve(index, curves.length);
    const label = `Cycle ${fixed(curve.cycle_number, 0)}`;
    const y = slope.slopeVPerAh.map((value) => 1000 * value);
    return [{ label, color, x: slope.capacityAh, y, mark: { kind: "line", width: 2 } }];
  });
  const inner = series.flatMap(({ y }) => y.slice(0, Math.ceil(INNER_SHARE * y.length)) as number[]);
  return inUnits({
    x: capacityAxis(series),
    y: { label: "dV/dQ", unit: "mV/Ah", decimals: 2 },
    series,
    yUsual: inner.length > 0 ? extremes(inner) : undefined,
  });
}

function capacityAxis(series: readonly Series[]): Axis {
  const ends = series.map(({ x }) => x.at(-1));
  return { label: "Capacity", unit: "Ah", decimals: decimalsFor(ends, 2) };
}

/** The capacity must not decrease; a point that would do so is drawn at the capacity reached before. */
function xy({ capacities, voltages }: Branch) {
  let reached = Number.NEGATIVE_INFINITY;
  const x: number[] = [];
  const y: (number | null)[] = [];
  capacities.forEach((capacity, place) => {
    if (capacity === null) return;
    reached = Math.max(reached, capacity);
    x.push(reached);
    y.push(voltages[place] ?? null);
  });
  return { x, y };
}

/** The colour of one of so many curves, from early to late. */
export function colorOfCurve(index: number, count: number): ColorName {
  return `cycle-${count < 2 ? 0 : Math.round((index * (CYCLE_COLORS - 1)) / (count - 1))}`;
}
