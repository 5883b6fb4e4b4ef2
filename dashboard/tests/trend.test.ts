import { expect, test } from "vitest";
import { median, trendLine } from "../src/model/trend";
import { reportOf } from "./reports";

test("the median of an even number of values lies between the middle two", () => {
  expect(median([])).toBeNull();
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 2, 9, 1])).toBe(5.5);
});

test("the line has the report's slope and the median intercept, so that one stray cycle does not move it", () => {
  // On 50 − 0.1·n but for one: the intercepts are 50, 50, 50, 20.3, so the median is 50.
  const report = reportOf({
    cycles: [1, 2, 3, 4, 5],
    discharge: [49.9, 49.8, 20, null, 49.5],
    projection: { fade_rate: -0.1 },
  });
  const line = trendLine(report);
  expect(line?.x).toEqual([1, 5]);
  expect(line?.y[0]).toBeCloseTo(49.9, 12);
  expect(line?.y[1]).toBeCloseTo(49.5, 12);
});

test("without a rate, or without capacities, there is no line", () => {
  expect(trendLine(reportOf({ discharge: [50, 49, 48], projection: { fade_rate: null } }))).toBeNull();
  expect(trendLine(reportOf({ projection: { fade_rate: -1 } }))).toBeNull();
});
