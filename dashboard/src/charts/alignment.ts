/** Merges series with their own x into the one table that uPlot draws, and finds the rows of a series in it. */

import type { Series } from "./spec";

export interface Aligned {
  /** The table: x first, then one column per series; undefined where a series has no point, null where it is unknown. */
  data: [number[], ...(number | null | undefined)[][]];
  /** For each series, the row of each of its points. */
  rows: Int32Array[];
  /** For each series, its x as drawn. */
  xs: Float64Array[];
}

export function aligned(series: readonly Series[]): Aligned {
  const xs = series.map(({ x }) => ascending(x));
  const shared = xs.every((x) => sameValues(x, xs[0] as Float64Array));
  const table = shared ? (xs[0] ?? new Float64Array()) : unionOf(xs);
  const rows = xs.map((x) => (shared ? Int32Array.from(x, (_, place) => place) : rowsOf(x, table)));
  const columns = series.map(({ y }, index) => {
    if (shared) return [...y];
    const column = new Array<number | null | undefined>(table.length);
    rows[index]?.forEach((row, place) => {
      column[row] = y[place] ?? null;
    });
    return column;
  });
  return { data: [Array.from(table), ...columns], rows, xs };
}

/** The index of the value nearest to `wanted` in an ascending array; -1 if it is empty. */
export function nearest(values: Float64Array, wanted: number): number {
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < wanted) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return Math.abs((values[low] as number) - wanted) <= Math.abs((values[high] as number) - wanted) ? low : high;
}

/** Strictly ascending: the table cannot hold two points at one x, so an equal one moves by much less than a pixel. */
function ascending(x: readonly number[]): Float64Array {
  const values = Float64Array.from(x);
  const span = Math.abs((values.at(-1) ?? 0) - (values[0] ?? 0)) || 1;
  const nudge = span * 1e-9;
  for (let place = 1; place < values.length; place += 1) {
    const least = (values[place - 1] as number) + nudge;
    if ((values[place] as number) < least) values[place] = least;
  }
  return values;
}

function sameValues(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, place) => value === b[place]);
}

function unionOf(xs: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(xs.reduce((sum, x) => sum + x.length, 0));
  let end = 0;
  for (const x of xs) {
    all.set(x, end);
    end += x.length;
  }
  all.sort();
  return all.filter((value, place) => place === 0 || value !== all[place - 1]);
}

function rowsOf(x: Float64Array, table: Float64Array): Int32Array {
  let row = 0;
  return Int32Array.from(x, (value) => {
    while ((table[row] as number) < value) row += 1;
    return row;
  });
}
