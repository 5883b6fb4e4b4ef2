import { expect, test } from "vitest";
import { aligned, nearest } from "../src/charts/alignment";
import { limitsOf } from "../src/charts/limits";
import type { ChartSpec, Series } from "../src/charts/spec";
import { valuesIn } from "../src/charts/Tooltip";

const series = (x: number[], y: (number | null)[], more: Partial<Series> = {}): Series => ({
  label: "a",
  color: "blue",
  x,
  y,
  mark: { kind: "points", shape: "circle", size: 5 },
  ...more,
});
const chart = (...all: Series[]): ChartSpec => ({
  x: { label: "Cycle", unit: "", decimals: 0 },
  y: { label: "Capacity", unit: "Ah", decimals: 2 },
  series: all,
});

test("series of different x share one ascending table, and keep their unknown values apart from absent ones", () => {
  const { data, rows } = aligned([series([1, 3], [10, null]), series([2, 3], [20, 30])]);
  expect(data[0]).toEqual([1, 2, 3]);
  expect(data[1]).toEqual([10, undefined, null]);
  expect(data[2]).toEqual([undefined, 20, 30]);
  expect(rows.map((row) => [...row])).toEqual([
    [0, 2],
    [1, 2],
  ]);
});

test("points at one x are both drawn", () => {
  const { data } = aligned([series([0, 5, 5, 10], [1, 2, 3, 4]), series([0], [9])]);
  expect(data[1]?.filter((value) => value !== undefined)).toEqual([1, 2, 3, 4]);
  expect(data[0].every((value, place) => place === 0 || value > (data[0][place - 1] as number))).toBe(true);
});

test("the nearest point is found on either side and at the ends", () => {
  const values = Float64Array.of(1, 4, 10);
  expect([-5, 2.4, 2.6, 7.5, 99].map((wanted) => nearest(values, wanted))).toEqual([0, 0, 1, 2, 2]);
  expect(nearest(Float64Array.of(), 1)).toBe(-1);
});

test("a stray value is outside the axis and counted, until the whole range is asked for", () => {
  const x = Array.from({ length: 100 }, (_, place) => place);
  const y = x.map((place) => (place === 50 ? 0 : 50 - 0.01 * place));
  const spec = chart(series(x, y));
  const usual = limitsOf(spec, spec.series, false);
  expect(usual.outside).toBe(1);
  expect(usual.y[0]).toBeGreaterThan(48);
  const whole = limitsOf(spec, spec.series, true);
  expect(whole.outside).toBe(0);
  expect(whole.y[0]).toBeLessThan(0);
});

test("a threshold that need not fit does not squeeze the capacity", () => {
  const x = Array.from({ length: 20 }, (_, place) => place);
  const capacity = series(
    x,
    x.map((place) => 50 - 0.01 * place),
  );
  const threshold = series([0, 19], [40, 40], { label: "t", mark: { kind: "line" }, fits: false });
  expect(limitsOf(chart(capacity, threshold), [capacity, threshold], false).y[0]).toBeGreaterThan(49);
  const wanted = { ...threshold, fits: true };
  expect(limitsOf(chart(capacity, wanted), [capacity, wanted], false).y[0]).toBeLessThan(40);
});

test("a chart without any known value has an axis all the same", () => {
  const spec = chart(series([1, 2], [null, null]));
  expect(limitsOf(spec, spec.series, false).y).toEqual([0, 1]);
});

const AREA = { left: 0, top: 0, width: 100, height: 100 };

test("of a hundred cells the read-out has the eight nearest to the cursor, and says how many there are beyond", () => {
  const spec = chart(...Array.from({ length: 100 }, (_, place) => series([1], [place], { label: `${place}` })));
  const readout = { x: 1, y: 50.2, left: 0.5, top: 0.5, area: AREA, values: spec.series.map(({ y }) => y[0] ?? null) };
  const { values, beyond } = valuesIn(spec, readout);
  expect(values.map(({ value }) => value)).toEqual([47, 48, 49, 50, 51, 52, 53, 54]);
  expect(beyond).toBe(92);
});
