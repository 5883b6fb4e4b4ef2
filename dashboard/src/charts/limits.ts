/** The initial range of the axes: single values far outside do not widen it, and are counted instead. */

import type { ChartSpec, Range, Series } from "./spec";

const TAIL = 0.02;
const FENCE = 1.5;
const PAD = 0.06;

export interface Limits {
  x: Range;
  y: Range;
  /** The number of known values outside the y axis. */
  outside: number;
}

export function limitsOf(spec: ChartSpec, shown: readonly Series[], wholeRange: boolean): Limits {
  const x = spec.xRange ?? padded(extremes(shown.flatMap(({ x: values }) => ends(values))), 0.02, spec.leastXSpan ?? 0);
  const fitted = shown.filter(({ fits }) => fits !== false);
  const known = (fitted.length > 0 ? fitted : shown).flatMap((series) => valuesWithin(series, x));
  const all = extremes(known);
  const measured = shown.filter(({ mark, fits }) => mark.kind === "points" && fits !== false);
  const bulk = () =>
    union(
      fence(
        measured.flatMap((series) => valuesWithin(series, x)),
        all,
      ),
      lines(fitted, x),
    );
  const usual = wholeRange ? all : (spec.yUsual ?? bulk());
  const y = padded(usual, PAD, spec.leastYSpan ?? 0);
  return { x, y, outside: known.filter((value) => value < y[0] || value > y[1]).length };
}

/** The extremes of the values, without those far from most others. */
function fence(values: readonly number[], all: Range): Range {
  if (values.length < 8) return all;
  const sorted = Float64Array.from(values).sort();
  const low = sorted[Math.floor(TAIL * (sorted.length - 1))] as number;
  const high = sorted[Math.ceil((1 - TAIL) * (sorted.length - 1))] as number;
  const reach = FENCE * (high - low);
  return extremes(values.filter((value) => value >= low - reach && value <= high + reach));
}

function lines(series: readonly Series[], x: Range): Range {
  return extremes(series.filter(({ mark }) => mark.kind === "line").flatMap((line) => valuesWithin(line, x)));
}

function valuesWithin({ x, y }: Series, [low, high]: Range): number[] {
  const values: number[] = [];
  for (let place = 0; place < x.length; place += 1) {
    const value = y[place];
    const where = x[place] as number;
    if (value !== null && value !== undefined && where >= low && where <= high) values.push(value);
  }
  return values;
}

function ends(values: readonly number[]): number[] {
  const [first, last] = [values[0], values.at(-1)];
  return first === undefined || last === undefined ? [] : [first, last];
}

/** The empty range is the one from infinity to minus infinity, so that it adds nothing to a union. */
export function extremes(values: readonly number[]): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function union([lowA, highA]: Range, [lowB, highB]: Range): Range {
  return [Math.min(lowA, lowB), Math.max(highA, highB)];
}

function padded([low, high]: Range, share: number, leastSpan: number): Range {
  if (low > high) return [0, 1];
  const span = Math.max(high - low, leastSpan) || Math.abs(high) || 1;
  const middle = (low + high) / 2;
  return [middle - span * (0.5 + share), middle + span * (0.5 + share)];
}
