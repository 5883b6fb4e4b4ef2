/** Capacity over cycles with straight line, threshold, knee and projection; and coulombic efficiency. */

import type { Report } from "../../api/types";
import { decimalsFor, fixed, shortPercent } from "../../model/format";
import { intervalWords } from "../../model/projection";
import { median, trendLine } from "../../model/trend";
import { capacityText } from "../../model/units";
import type { Axis, ChartSpec, Range, Series } from "../spec";
import { inUnits } from "./inUnits";

export type AxisEnd = "measured" | "end of life";

export const CYCLE_AXIS: Axis = { label: "Cycle", unit: "", decimals: 0 };
/** The smallest height of the axis, as a share of the capacity: smaller changes are noise. */
const LEAST_SHARE = 2e-4;
const RECENT_CYCLES = 5;
const MOST_LIVES = 3;

/** Whether the axis can include the end of life and the measured cycles can still be read. */
export function defaultAxisEnd(report: Report): AxisEnd {
  const end = report.statistical_metrics.cycle_life_projection.projected_eol_cycle;
  return end !== null && end <= MOST_LIVES * lastCycle(report) ? "end of life" : "measured";
}

export function capacitySpec(report: Report, axisEnd: AxisEnd): ChartSpec {
  const fade = report.capacity_fade;
  const xRange = axisRange(report, axisEnd);
  const series: Series[] = [
    {
      label: "Charge",
      color: "orange",
      x: fade.cycle_numbers,
      y: fade.charge_capacities,
      mark: { kind: "points", shape: "circle", size: 6, hollow: true },
    },
    {
      label: "Discharge",
      color: "blue",
      x: fade.cycle_numbers,
      y: fade.discharge_capacities,
      mark: { kind: "points", shape: "circle", size: 5 },
    },
    ...trend(report),
    ...knee(report),
    ...endOfLife(report, axisEnd),
  ];
  const known = [...fade.discharge_capacities, ...fade.charge_capacities].filter((capacity) => capacity !== null);
  return inUnits({
    x: CYCLE_AXIS,
    y: { label: "Capacity", unit: "Ah", decimals: decimalsFor(known, 3) },
    series,
    xRange,
    leastYSpan: LEAST_SHARE * (median(known) ?? 0),
  });
}

export function efficiencySpec(report: Report): ChartSpec {
  const { cycle_numbers: cycles, coulombic_efficiencies: efficiencies } = report.capacity_fade;
  const range = axisRange(report, "measured");
  return {
    x: CYCLE_AXIS,
    y: { label: "Efficiency", unit: "%", decimals: 3 },
    xRange: range,
    leastYSpan: 0.1,
    series: [
      {
        label: "Coulombic efficiency",
        color: "purple",
        x: cycles,
        y: efficiencies,
        mark: { kind: "points", shape: "circle", size: 5 },
      },
      level("100 %", "grey", range, 100, { fits: false }),
    ],
  };
}

/** A horizontal line with its value in the label. */
export function level(
  label: string,
  color: Series["color"],
  [low, high]: Range,
  value: number,
  more: Partial<Series> = {},
): Series {
  return {
    label,
    color,
    x: [low, high],
    y: [value, value],
    mark: { kind: "line", width: 1.5, dash: [6, 4] },
    read: false,
    ...more,
  };
}

function trend(report: Report): Series[] {
  const { fade_rate: rate, r_squared: r2 } = report.statistical_metrics.cycle_life_projection;
  const line = trendLine(report);
  if (!line || rate === null) return [];
  const label = `Straight line, ${capacityText(rate, 3)} per cycle, R² ${fixed(r2, 2)}`;
  return [{ label, color: "ink", ...line, mark: { kind: "line", width: 1.5 }, read: false, fits: false }];
}

function knee({
  capacity_fade: { knee: found, cycle_numbers: cycles, discharge_capacities: capacities },
}: Report): Series[] {
  if (!found) return [];
  const capacityNear = (cycle: number) => {
    const near = cycles.flatMap((number, place) => {
      const capacity = capacities[place];
      return typeof capacity === "number" && Math.abs(number - cycle) <= RECENT_CYCLES ? [capacity] : [];
    });
    return median(near);
  };
  const { low, high } = found.knee_interval;
  const height = capacityNear(found.knee_cycle);
  const marks: Series[] = [
    {
      label: `Knee at cycle ${fixed(found.knee_cycle, 0)} (${fixed(low, 0)} to ${fixed(high, 0)})`,
      color: "green",
      x: [low, found.knee_cycle, high],
      y: [height, height, height],
      mark: { kind: "line", width: 5 },
      read: false,
    },
  ];
  if (found.onset_cycle !== null) {
    marks.push({
      label: `Onset at cycle ${fixed(found.onset_cycle, 0)}`,
      color: "green",
      x: [found.onset_cycle],
      y: [capacityNear(found.onset_cycle)],
      mark: { kind: "points", shape: "triangle", size: 11 },
      read: false,
    });
  }
  return marks;
}

function endOfLife(report: Report, axisEnd: AxisEnd): Series[] {
  const life = report.statistical_metrics.cycle_life_projection;
  const { eol_capacity: capacity, projected_eol_cycle: cycle, interval, method } = life;
  if (capacity === null) return [];
  const range = axisRange(report, axisEnd);
  const name = `End of life, ${shortPercent(life.eol_threshold)}: ${capacityText(capacity)}`;
  const threshold = level(name, "vermilion", range, capacity, { fits: axisEnd === "end of life" });
  if (cycle === null || (axisEnd === "measured" && cycle > range[1])) return [threshold];
  const known = knownCapacities(report).slice(-RECENT_CYCLES);
  const now = median(known.map(([, value]) => value));
  const marks: Series[] = [threshold];
  const last = known.at(-1)?.[0];
  if (method !== "observed" && now !== null && last !== undefined && last < cycle) {
    marks.push({
      label: "Projected capacity",
      color: "vermilion",
      x: [last, cycle],
      y: [now, capacity],
      mark: { kind: "line", width: 2, dash: [2, 4] },
      read: false,
    });
  }
  if (interval?.low != null) {
    marks.push({
      label: `${interval.basis === "calibrated" ? "Calibrated" : "Indicative"}: ${intervalWords(interval)}`,
      color: "vermilion",
      x: [interval.low, Math.min(interval.high ?? range[1], range[1])],
      y: [capacity, capacity],
      mark: { kind: "line", width: 6 },
      read: false,
    });
  }
  marks.push({
    label: `${method === "observed" ? "Reached" : "Projected"} at cycle ${fixed(cycle, 0)}`,
    color: "vermilion",
    x: [cycle],
    y: [capacity],
    mark: { kind: "points", shape: "diamond", size: 13 },
    read: false,
  });
  return marks;
}

/** The measured cycles, or all cycles up to the end of life and its interval, unless that is much wider. */
function axisRange(report: Report, axisEnd: AxisEnd): Range {
  const first = report.capacity_fade.cycle_numbers[0] ?? 0;
  const { projected_eol_cycle: end, interval } = report.statistical_metrics.cycle_life_projection;
  let last = lastCycle(report);
  if (axisEnd === "end of life" && end !== null)
    last = Math.max(last, 1.05 * end, Math.min(interval?.high ?? end, 1.6 * end));
  const pad = Math.max(0.5, 0.02 * (last - first));
  return [first - pad, last + pad];
}

function lastCycle({ capacity_fade: { cycle_numbers: cycles } }: Report): number {
  return cycles.at(-1) ?? 1;
}

function knownCapacities({ capacity_fade: fade }: Report): [cycle: number, capacity: number][] {
  return fade.cycle_numbers.flatMap((cycle, place): [number, number][] => {
    const capacity = fade.discharge_capacities[place];
    return typeof capacity === "number" ? [[cycle, capacity]] : [];
  });
}
