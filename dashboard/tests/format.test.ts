import { expect, test } from "vitest";
import {
  bytes,
  counted,
  cycleList,
  decimalsFor,
  fixed,
  percent,
  shortPercent,
  significant,
  UNKNOWN,
} from "../src/model/format";

test("what is not known is a dash, never a number", () => {
  for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(fixed(value, 2, "Ah")).toBe(UNKNOWN);
    expect(significant(value, 3)).toBe(UNKNOWN);
    expect(percent(value)).toBe(UNKNOWN);
  }
});

test("numbers are grouped, and keep their unit on the same line", () => {
  expect(fixed(1234567.891, 1, "Ah")).toBe("1,234,567.9\u00a0Ah");
  expect(significant(0.0040123, 3, "%")).toBe("0.00401\u00a0%");
});

test("a number that rounds to zero has no sign", () => {
  expect(fixed(-0.0004, 2)).toBe("0.00");
  expect(fixed(-0.4, 0)).toBe("0");
  expect(fixed(-0.006, 2)).toBe("-0.01");
});

test("sizes have the unit in which they are read easily", () => {
  expect([0, 999, 1_800_000, 47_025_120, 2_500_000_000].map(bytes)).toEqual([
    "0\u00a0B",
    "999\u00a0B",
    "1.8\u00a0MB",
    "47.0\u00a0MB",
    "2.5\u00a0GB",
  ]);
});

test("one is singular", () => {
  expect([counted(1, "cell"), counted(2, "cell"), counted(1500, "cycle")]).toEqual([
    "1 cell",
    "2 cells",
    "1,500 cycles",
  ]);
});

test("a long list of cycles says how many it leaves out", () => {
  expect(cycleList([])).toBe("");
  expect(cycleList([7])).toBe("cycle 7");
  expect(cycleList([1, 2, 3, 4], 2)).toBe("cycles 1, 2 and 2 more");
});

test("a share is said as short as it can be, also where its hundredfold is no whole number of a computer's", () => {
  expect([shortPercent(0.8), shortPercent(0.57), shortPercent(0.825), shortPercent(null)]).toEqual([
    "80\u00a0%",
    "57\u00a0%",
    "82.5\u00a0%",
    "–",
  ]);
});

test("the largest value has four digits, so that a coin cell's capacity is not all zeros", () => {
  expect(decimalsFor([59.4, null], 3)).toBe(3);
  expect(decimalsFor([0.00198, 0.0001], 3)).toBe(6);
  expect(decimalsFor([-0.5], 2)).toBe(4);
  expect(decimalsFor([null, 0], 3)).toBe(3);
});
