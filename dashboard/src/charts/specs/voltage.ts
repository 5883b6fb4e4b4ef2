/** Voltage over capacity of chosen cycles, and dV/dQ of their discharges; early cycles cool, late ones warm. */

import type { Branch, VoltageCurve } from "../../api/types";
import { differentialVoltage } from "../../model/differentialVoltage";
import { fixed } from "../../model/format";
import type { ChartSpec, ColorName, Series } from "../spec";

export type Direction = "both" | "charge" | "discharge";

export const CYCLE_COLORS = 9;
const CAPACITY_AXIS = { label: "Capacity", unit: "Ah", decimals: 2 };

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
  return { x: CAPACITY_AXIS, y: { label: "Voltage", unit: "V", decimals: 3 }, series };
}

export function differentialSpec(curves: readonly VoltageCurve[]): ChartSpec {
  const series = curves.flatMap((curve, index): Series[] => {
    const slope = curve.discharge_data && differentialVoltage(curve.discharge_data);
    if (!slope) return [];
    const color = colorOfCurve(index, curves.length);
    const label = `Cycle ${fixed(curve.cycle_number, 0)}`;
    return [{ label, color, x: slope.capacityAh, y: slope.slopeVPerAh, mark: { kind: "line", width: 2 } }];
  });
  return { x: CAPACITY_AXIS, y: { label: "dV/dQ", unit: "V/Ah", decimals: 4 }, series };
}

/** The capacity may stand still but not turn back; a point that would is drawn where the capacity has got to. */
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

function colorOfCurve(index: number, count: number): ColorName {
  return `cycle-${count < 2 ? 0 : Math.round((index * (CYCLE_COLORS - 1)) / (count - 1))}`;
}
