/** The straight line of the report: its slope is `fade_rate`; the intercept is that of a Theil–Sen line. */

import type { Report } from "../api/types";

export interface Points {
  x: number[];
  y: (number | null)[];
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** From the first cycle with a known capacity to the last; null if the report has no rate. */
export function trendLine({ capacity_fade: fade, statistical_metrics: metrics }: Report): Points | null {
  const slope = metrics.cycle_life_projection.fade_rate;
  if (slope === null) return null;
  const known = fade.cycle_numbers.flatMap((cycle, place) => {
    const capacity = fade.discharge_capacities[place];
    return typeof capacity === "number" && capacity > 0 ? [[cycle, capacity] as const] : [];
  });
  const intercept = median(known.map(([cycle, capacity]) => capacity - slope * cycle));
  const ends = [known[0]?.[0], known.at(-1)?.[0]].filter((cycle) => cycle !== undefined);
  if (intercept === null || ends.length < 2) return null;
  return { x: ends, y: ends.map((cycle) => intercept + slope * cycle) };
}
